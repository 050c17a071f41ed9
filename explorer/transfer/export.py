"""What a run leaves behind: weights in three formats, its table, and a script that repeats it with torch alone."""

import csv
import importlib.util
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor, nn

from explorer.transfer import tensorfile
from explorer.transfer.training import Record


def tensor_bytes(tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> bytes:
    """The tensors as safetensors, under the names that torch gives them."""
    held = {name: value.detach().cpu().numpy() for name, value in tensors.items()}
    return tensorfile.written(held, metadata)


def read_tensors(data: bytes) -> dict[str, Tensor]:
    """The tensors of safetensors bytes.

    Raises: ValueError where they are none.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(data)
    except SafetensorError as error:
        raise ValueError("this is no safetensors file") from error


def complete(tensors: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """Weights that came from outside, checked, under all the names of `network`'s state.

    A batch norm's counter of batches, which no lane uses, may be missing: it is the network's own then.
    Raises: ValueError for a name that is missing or foreign, another shape or type, or a number that is not finite.
    """
    state = network.state_dict()
    counters = {name for name in state if name.rpartition(".")[2] == "num_batches_tracked"}
    missing = sorted(state.keys() - tensors.keys() - counters)
    foreign = sorted(tensors.keys() - state.keys())
    if missing or foreign:
        what = f"lack {missing[0]}" if missing else f"have {foreign[0][:80]}, which this network does not"
        raise ValueError(f"these weights {what}")
    for name, value in sorted(tensors.items()):
        if value.shape != state[name].shape or value.dtype != state[name].dtype:
            raise ValueError(
                f"{name} must be {_kind(state[name])} in this network, and is {_kind(value)} in these weights"
            )
        if not bool(torch.isfinite(value).all()):
            raise ValueError(f"{name} holds a number that is not finite: this training did not go well")
    return {name: tensors.get(name, value) for name, value in state.items()}


def _kind(value: Tensor) -> str:
    return f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"


def state_dict_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """The tensors as torch keeps them; `torch.load(..., weights_only=True)` reads it."""
    held = io.BytesIO()
    torch.save(dict(tensors), held)
    return held.getvalue()


def onnx_problem() -> str:
    """Why ONNX cannot be written here, in a sentence; nothing where it can."""
    missing = [name for name in ("onnx", "onnxscript") if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    return f"ONNX needs {' and '.join(missing)} on this server (pip install onnx onnxscript), which are not here."


def onnx_bytes(network: nn.Module, input_shape: tuple[int, int, int]) -> bytes:
    """The network as ONNX; any number of pictures at once. Shapes: input_shape (C, H, W).

    Raises: ValueError where the packages for it are missing, or torch cannot export the network.
    """
    if problem := onnx_problem():
        raise ValueError(problem)
    pictures = torch.zeros(2, *input_shape, device=next(network.parameters()).device)
    try:
        program = torch.onnx.export(
            network.eval(),
            (pictures,),
            dynamo=True,
            verbose=False,
            input_names=["pictures"],
            output_names=["logits"],
            dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
        )
    except torch.onnx.OnnxExporterError as error:
        raise ValueError("torch cannot write this network as ONNX") from error
    if program is None:
        raise ValueError("torch cannot write this network as ONNX")
    content: bytes = program.model_proto.SerializeToString()
    return content


def table(records: Iterable[Record]) -> str:
    """The run as CSV, a row a step; test_accuracy is empty where it was not measured."""
    held = io.StringIO()
    names = [field.name for field in fields(Record)]
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(names)
    for record in records:
        values = (getattr(record, name) for name in names)
        writer.writerow(["" if value is None else _shown(value) for value in values])
    return held.getvalue()


def _shown(value: str | float) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write(file: Path, content: bytes) -> None:
    """Put a file in its place in one go, so that a reader never sees half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(file)
