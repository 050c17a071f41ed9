"""A network as the list of what it does, from one forward pass without numbers.

PyTorch's *meta* device runs a network on shapes alone: no weights are stored and nothing is multiplied. During
that pass every operation is written down, and operations are gathered into steps: one step for each call of a
layer, and one for each operation that a network does between its layers (an addition, a concatenation, a matrix
product). Costs and receptive fields are read from these steps.

The pass runs on a private copy. Everything it switches on belongs to one thread, so several may walk at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from explorer import fields, shapes
from explorer.operators import CONSTANT, FACTORIES, KINDS, VIEWS, Operation, Shape, words


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a layer, or one operation between layers."""

    name: str
    kind: str
    module_class: str
    operations: tuple[Operation, ...]
    sources: tuple[str, ...]
    input_shape: Shape
    output_shape: Shape
    output: int
    parameters: tuple[str, ...]
    runs: bool = True


@dataclass(frozen=True, slots=True)
class Output:
    """What one call of a module gave, a block too; ``value`` is CONSTANT for what does not depend on the picture, and
    ``shape`` is empty where it is not one tensor.
    """

    path: str
    module_class: str
    is_leaf: bool
    shape: Shape
    value: int


@dataclass(frozen=True)
class Graph:
    """The steps of one pass, in the order in which they ran, and the sizes of the parameters."""

    input_shape: Shape
    steps: tuple[Step, ...]
    operations: tuple[Operation, ...]
    parameters: Mapping[str, int]
    outputs: tuple[Output, ...] = ()

    @cached_property
    def fields(self) -> Mapping[int, fields.Field]:
        """What the units of every value see; the value of a step is ``step.output``."""
        known: dict[int, fields.Field] = {0: fields.of_picture(self.input_shape)}
        for operation in self.operations:
            inputs = [known.get(number) for number in operation.inputs]
            if any(found is not None for found in inputs):
                known.update(zip(operation.outputs, fields.after(operation, inputs), strict=True))
        return MappingProxyType(known)


@dataclass(slots=True, eq=False)
class _Call:
    """A step while it is being written."""

    name: str
    module: nn.Module | None
    kind: str = ""
    operations: list[Operation] = field(default_factory=list)
    sources: dict[int, None] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)
    input_shape: Shape = ()
    output_shape: Shape = ()
    output: int = CONSTANT


@dataclass(frozen=True, slots=True)
class _Read:
    """What an operation reads: the memory, the value numbers and the shapes of its tensors."""

    memories: list[int]
    numbers: tuple[int, ...]
    shapes: tuple[Shape, ...]


def walk(network: nn.Module, input_shape: Shape, *, is_private: bool = False) -> Graph:
    """Run a network once on shapes alone and return what it did.

    Shapes: ``input_shape`` is (C, H, W); the pass uses a batch of one.
    ``is_private`` says that nobody else holds this network and that it is on the meta device: no copy is made.
    Raises: ValueError when the shape is impossible, or when the network cannot run on shapes alone.
    """
    shape = shapes.checked_shape(input_shape)
    with torch.inference_mode():
        private = network if is_private else shapes.shapes_only(network)
        recorder = _Recorder(private)
        picture = torch.empty((1, *shape), device="meta", dtype=shapes.precision(private))
        recorder.begin(picture)
        try:
            with recorder:
                private(picture)
        except Exception as error:
            if _is_ours(error):
                raise
            raise ValueError(recorder.complaint(shape, error)) from error
        return recorder.graph(shape)


def _is_layer(module: nn.Module) -> bool:
    """A layer is a module without modules inside; re-parametrised weights do not count as inside."""
    return all(name == "parametrizations" for name, _ in module.named_children())


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Writes down the operations of one pass and the layer in which each happened."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.network = network
        self.owners: dict[int, tuple[str, nn.Module, list[str]]] = {}
        self.sizes: dict[str, int] = {}
        self.numbers: dict[object, int] = {}  # region of memory -> the value that it holds now
        self.makers: dict[int, _Call] = {}  # value -> the step that made it
        self.roots: dict[int, object] = {}  # memory -> the first region seen of it
        self.alive: list[Tensor] = []  # so that no memory is used twice
        self.count = 0
        self.calls: list[_Call] = []
        self.operations: list[Operation] = []
        self.outputs: list[Output] = []
        self.inside: list[tuple[str, nn.Module, _Call | None]] = []
        self.reached: Shape = ()  # the shape that entered the last module
        self.used: Counter[str] = Counter()
        self.claimed: set[str] = set()
        self._listen()

    def _listen(self) -> None:
        for path, module in self.network.named_modules():
            module.register_forward_pre_hook(self._entering(path), prepend=True)
            module.register_forward_hook(self._leaving)
            for name, parameter in module._parameters.items():
                full = f"{path}.{name}" if path else name
                if parameter is not None and self._memory(parameter) not in self.owners:
                    self.owners[self._memory(parameter)] = (path, module, [full])
                    self.sizes[full] = parameter.numel()

    @staticmethod
    def _memory(tensor: Tensor) -> int:
        return int(tensor.untyped_storage()._cdata)

    def _region(self, tensor: Tensor) -> object:
        """The same numbers have the same region, whichever Python object shows them."""
        return (self._memory(tensor), tensor.storage_offset(), tensor.shape, tensor.stride())

    def begin(self, picture: Tensor) -> None:
        self.numbers[self._region(picture)] = 0
        self.roots[self._memory(picture)] = self._region(picture)
        self.alive.append(picture)
        self.count = 1

    # --- modules -----------------------------------------------------------------------------------------------

    def _entering(self, path: str) -> Callable[[nn.Module, tuple[object, ...]], None]:
        def enter(module: nn.Module, inputs: tuple[object, ...]) -> None:
            inside_layer = bool(self.inside) and self.inside[-1][2] is not None
            call = self.inside[-1][2] if inside_layer else None
            if not inside_layer and _is_layer(module):
                call = self._begin_call(path or type(module).__name__.lower(), module)
                call.input_shape = next((tuple(x.shape) for x in shapes.tensors_in(inputs)), ())
                for name, _ in module.named_parameters():
                    self._claim(call, f"{path}.{name}" if path else name)
            self.inside.append((path, module, call))
            self.reached = next((tuple(x.shape) for x in shapes.tensors_in(inputs)), ())

        return enter

    def _leaving(self, module: nn.Module, inputs: object, output: object) -> None:
        path, _, call = self.inside.pop()
        tensors = shapes.tensors_in(output)
        shape = tuple(output.shape) if isinstance(output, Tensor) else ()
        value = self.numbers.get(self._region(tensors[0]), CONSTANT) if tensors else CONSTANT
        self.outputs.append(Output(path, type(module).__name__, _is_layer(module), shape, value))
        if call is None or call.module is not module:
            return
        if tensors:
            call.output_shape = tuple(tensors[0].shape)
            call.output = value
            if not call.operations:
                call.sources.setdefault(call.output)

    def _begin_call(self, name: str, module: nn.Module | None) -> _Call:
        repeat = self.used[name]
        self.used[name] += 1
        call = _Call(f"{name}_{repeat}" if repeat else name, module)
        self.calls.append(call)
        return call

    def _claim(self, call: _Call, name: str) -> None:
        if name in self.sizes and name not in self.claimed:
            self.claimed.add(name)
            call.parameters.append(name)

    # --- operations --------------------------------------------------------------------------------------------

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        """Answer one operation on shapes, and write it down; composite operations are taken apart first."""
        kwargs = kwargs or {}
        name = func.overloadpacket.__name__
        known = name if name in KINDS or name in VIEWS else name.removesuffix("_")
        if known not in KINDS and known not in VIEWS:
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        tensors = shapes.tensors_in((args, kwargs))
        if any(x.is_meta for x in tensors) and not all(x.is_meta for x in tensors):
            args, kwargs = shapes.to_meta((args, kwargs))
            tensors = shapes.tensors_in((args, kwargs))
        read = _Read(
            [self._memory(x) for x in tensors],
            tuple(self.numbers.get(self._region(x), CONSTANT) for x in tensors),
            tuple(tuple(x.shape) for x in tensors),
        )
        result = shapes.obvious(known, name, args, tensors)
        if result is None:
            result = func(*args, **kwargs)
        if tensors:
            self._record(known, shapes.settings(func, args, kwargs), read, shapes.tensors_in(result))
        return result

    def _record(self, name: str, settings: Mapping[str, object], read: _Read, outputs: list[Tensor]) -> None:
        """Write down one operation: its values, the step it belongs to, and where its inputs came from."""
        reads_picture = name not in FACTORIES and any(number != CONSTANT for number in read.numbers)
        numbers = tuple(self._number(out, reads_picture) for out in outputs)
        output_shapes = tuple(tuple(x.shape) for x in outputs)
        operation = Operation(name, read.numbers, read.shapes, numbers, output_shapes, settings)
        if name in VIEWS and read.memories[0] in self.owners:  # a copy of a weight is still that weight
            for out in outputs:
                self.owners.setdefault(self._memory(out), self.owners[read.memories[0]])
        call = self._call_for(operation, read.memories)
        if reads_picture:
            self.operations.append(operation)
            self._write_through(operation, outputs)
        maker = call or (self.makers.get(read.numbers[0]) if name in VIEWS else None)
        if maker is not None:
            self.makers.update((number, maker) for number in numbers if number != CONSTANT)
        if call is not None:
            call.operations.append(operation)
            for number in read.numbers:
                if number != CONSTANT and self.makers.get(number) is not call:
                    call.sources.setdefault(number)

    def _number(self, tensor: Tensor, reads_picture: bool) -> int:
        """Give a result its own number; what does not depend on the picture is a constant."""
        region = self._region(tensor)
        self.roots.setdefault(self._memory(tensor), region)
        self.alive.append(tensor)
        if not reads_picture:
            self.numbers.pop(region, None)
            return CONSTANT
        self.numbers[region] = self.count
        self.count += 1
        return self.count - 1

    def _write_through(self, operation: Operation, outputs: list[Tensor]) -> None:
        """What was written into a part of a tensor is now in the whole: the whole gets a new value."""
        if operation.name in VIEWS or not outputs:
            return
        region, root = self._region(outputs[0]), self.roots[self._memory(outputs[0])]
        if root == region:
            return
        whole = (self.numbers.get(root, CONSTANT), operation.outputs[0])
        self.numbers[root] = self.count
        shape = tuple(root[2])  # type: ignore[index]
        self.operations.append(
            Operation("write", whole, (shape, *operation.output_shapes[:1]), (self.count,), (shape,), {})
        )
        if operation.outputs[0] in self.makers:
            self.makers[self.count] = self.makers[operation.outputs[0]]
        self.count += 1

    def _call_for(self, operation: Operation, memories: list[int]) -> _Call | None:
        """Find or begin the step an operation belongs to; outside layers, moving values about is no step."""
        path, _, call = self.inside[-1] if self.inside else ("", self.network, None)
        if call is not None:
            return call
        owned = [self.owners[memory] for memory in memories if memory in self.owners]
        is_flattening = operation.name == "flatten" and operation.input_shapes[0][2:] != ()
        if operation.name in VIEWS and not is_flattening:
            return None
        reads = [n for n in operation.inputs if n != CONSTANT] if operation.name not in FACTORIES else []
        if not owned and not reads:
            return None
        elsewhere = next((owner for owner in owned if owner[0] != path and _is_layer(owner[1])), None)
        name = elsewhere[0] if elsewhere else f"{path}.{operation.name}" if path else operation.name
        call = self._begin_call(name, None)
        call.kind = "flatten" if is_flattening else KINDS.get(operation.name, operation.name)
        for _, _, names in owned:
            self._claim(call, names[0])
        call.input_shape = operation.input_shapes[operation.inputs.index(reads[0]) if reads else 0]
        if operation.output_shapes:
            call.output_shape, call.output = operation.output_shapes[0], operation.outputs[0]
        return call

    # --- the result --------------------------------------------------------------------------------------------

    def complaint(self, shape: Shape, error: Exception) -> str:
        """Say in a sentence where the walk stopped, and why."""
        path, module, _ = next(((p, m, c) for p, m, c in reversed(self.inside)), ("", self.network, None))
        where = f"layer {path!r} ({type(module).__name__})" if path else type(module).__name__
        if isinstance(error, NotImplementedError) or "meta" in str(error):
            reason = (
                f"needs the numbers in its maps, and a walk on shapes has none ({shapes.first_line(error)})"
            )
        else:
            reason = f"{shapes.mismatch(module, self.reached)}: {shapes.first_line(error)}"
        return f"with an input of {shape[0]} x {shape[1]} x {shape[2]}, {where} {reason}"

    def graph(self, shape: Shape) -> Graph:
        steps = [self._step(call) for call in self.calls]
        return Graph(
            shape,
            (*steps, *self._not_run()),
            tuple(self.operations),
            MappingProxyType(dict(self.sizes)),
            tuple(self.outputs),
        )

    def _step(self, call: _Call) -> Step:
        sources = dict.fromkeys(
            self.makers[n].name if n in self.makers else "input" for n in call.sources if n != CONSTANT
        )
        return Step(
            call.name,
            call.kind or _kind(call),
            type(call.module).__name__ if call.module is not None else "",
            tuple(call.operations),
            tuple(sources),
            call.input_shape,
            call.output_shape,
            call.output,
            tuple(call.parameters),
        )

    def _not_run(self) -> Iterator[Step]:
        """Layers that own parameters and took no part in the pass, such as auxiliary heads in evaluation."""
        idle: dict[str, tuple[nn.Module, list[str]]] = {}
        for path, module, names in self.owners.values():
            unused = idle.setdefault(path, (module, []))[1] if names[0] not in self.claimed else names
            if names[0] not in unused:
                unused.append(names[0])
        for path, (module, names) in idle.items():
            kind = type(module).__name__
            plain = kind.lower()
            known = next(
                (value for key, value in KINDS.items() if plain.startswith(key.replace("_", ""))), ""
            )
            owned = tuple(names)
            yield Step(path or plain, known or words(kind), kind, (), (), (), (), CONSTANT, owned, runs=False)


def _is_ours(error: Exception) -> bool:
    """Whether an error arose in the recording itself and not in the network: that would be a fault to see as it is."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_globals.get("__name__") in (__name__, shapes.__name__)


def _kind(call: _Call) -> str:
    """Name a layer by what it does; by its class where it does several things or none."""
    reading = [op for op in call.operations if any(number != CONSTANT for number in op.inputs)]
    kinds = {KINDS.get(op.name, op.name) for op in reading or call.operations if op.name not in VIEWS}
    if len(kinds) > 1:
        kinds.discard("pad")
    if len(kinds) == 1:
        return kinds.pop()
    return words(type(call.module).__name__)
