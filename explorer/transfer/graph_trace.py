"""Reads a torch module into the operations of the graph format: follows the calls, names what cannot be carried."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, fx, nn

from explorer.transfer.graph_calls import Call, name_of
from explorer.transfer.graph_functions import of_function
from explorer.transfer.graph_layers import of_module

INPUT = "input"
STATISTICS = ("running_mean", "running_var")


@dataclass(frozen=True)
class Traced:
    """The operations in the order in which they run, the tensors they read, and the value that is the result."""

    nodes: list[dict[str, Any]]
    tensors: dict[str, Tensor]
    output: str


def trace(module: nn.Module) -> Traced:
    """Follow a module's calls; it stays as it was.

    Raises: ValueError naming what cannot be carried.
    """
    try:
        graph = fx.Tracer().trace(module)
    except (fx.proxy.TraceError, TypeError, RuntimeError, ValueError, NotImplementedError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(
            f"{type(module).__name__} decides while it runs what to compute: {reason}"
        ) from error
    return _Reader(module).read(graph)


class _Reader:
    """What has been read so far: `names` says which value of the format a step of the trace stands for."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.modules = dict(module.named_modules())
        self.tensor_names = _tensor_names(module)
        self.nodes: list[dict[str, Any]] = []
        self.tensors: dict[str, Tensor] = {}
        self.names: dict[fx.Node, str] = {}
        self.views: dict[str, str] = {}
        self.sizes: set[fx.Node] = set()
        self.norms: set[str] = set()

    def read(self, graph: fx.Graph) -> Traced:
        output = ""
        for step in graph.nodes:
            if step.op == "placeholder":
                self._placeholder(step)
            elif step.op == "output":
                output = self._output(step)
            elif step.op != "get_attr" and not self._is_size(step):
                self._step(step)
        return Traced(self.nodes, self.tensors, output)

    def _placeholder(self, step: fx.Node) -> None:
        if INPUT in self.names.values():
            raise ValueError(f"the network takes more than the picture: {step.target}")
        self.names[step] = INPUT

    def _output(self, step: fx.Node) -> str:
        (result,) = step.args
        if not isinstance(result, fx.Node) or result not in self.names:
            raise ValueError("the network gives more than one tensor, or none")
        return self.names[result]

    def _is_size(self, step: fx.Node) -> bool:
        """The number of pictures, as in x.view(x.size(0), -1), is known without being carried."""
        source = step.args[0] if step.args else None
        asked = step.op == "call_method" and step.target == "size" and tuple(step.args[1:]) == (0,)
        shape = step.op == "call_function" and step.target is getattr and step.args[1] == "shape"
        first = name_of(step.target) == "getitem" and step.args[1] == 0
        if asked or shape or (first and source in self.sizes):
            self.sizes.add(step)
        return step in self.sizes

    def _step(self, step: fx.Node) -> None:
        call = self._call(step)
        sources = [self._source(value, step) for value in call.inputs]
        if call.op is None:  # the value itself
            self.names[step] = sources[0]
            return
        name = self._add(str(step.target) if step.op == "call_module" else step.name, call, sources)
        if call.in_place:
            self._overwrite(sources[0], name, step)
        if call.flat:
            name = self._add(f"{name}:flat", Call("flatten", call.inputs), [name])
        self.names[step] = name

    def _add(self, wanted: str, call: Call, sources: list[str]) -> str:
        """Write an operation down; the name that its value has."""
        name = self._free_name(wanted)
        node = {
            "name": name,
            "op": call.op,
            "inputs": sources,
            "parameters": {role: self._tensor(value) for role, value in call.weights.items()},
            **call.fields,
        }
        if call.op == "batch_norm":
            self._check_norm(node)
        self.nodes.append(node)
        if call.op == "flatten":
            self.views[name] = sources[0]
        return name

    def _call(self, step: fx.Node) -> Call:
        if step.op == "call_module":
            return of_module(self.modules[str(step.target)], step)
        values = {
            argument: self._fetched(argument)
            for argument in (*step.args, *step.kwargs.values())
            if isinstance(argument, fx.Node) and argument.op == "get_attr"
        }
        return of_function(step, values, self.sizes)

    def _fetched(self, step: fx.Node) -> Tensor:
        value: Any = self.module
        for part in str(step.target).split("."):
            value = getattr(value, part)
        if not isinstance(value, Tensor):
            raise ValueError(f"{step.target} is a {type(value).__name__}, and only tensors can be carried")
        return value

    def _source(self, value: object, step: fx.Node) -> str:
        if isinstance(value, fx.Node) and value in self.names:
            return self.names[value]
        raise ValueError(f"{name_of(step.target)} ({step.name}) works on something other than maps")

    def _tensor(self, tensor: Tensor) -> str:
        name = self.tensor_names.get(id(tensor))
        if name is None:
            raise ValueError("a weight is computed while the network runs, and cannot be carried")
        self.tensors[name] = tensor
        return name

    def _check_norm(self, node: dict[str, Any]) -> None:
        statistics = node["parameters"]["running_mean"]
        if statistics in self.norms:
            raise ValueError(
                f"the batch norm {node['name']} is used twice, and would count its pictures twice"
            )
        self.norms.add(statistics)

    def _free_name(self, wanted: str) -> str:
        taken = {INPUT, *(node["name"] for node in self.nodes)}
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted}:{count}"
        return name

    def _overwrite(self, source: str, name: str, step: fx.Node) -> None:
        """A change in place: who reads the old value later reads the new one."""
        for other, known in self.names.items():
            if known == source:
                self.names[other] = name
            elif self.views.get(source) == known and any(self._later(user, step) for user in other.users):
                raise ValueError(f"{name_of(step.target)} ({step.name}) changes maps that are read later")

    @staticmethod
    def _later(user: fx.Node, step: fx.Node) -> bool:
        order = {node: place for place, node in enumerate(step.graph.nodes)}
        return order[user] > order[step]


def _tensor_names(module: nn.Module) -> Mapping[int, str]:
    """The first name of every parameter and buffer; one that is shared has one name."""
    found: dict[int, str] = {}
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        found.setdefault(id(tensor), name)
    return found
