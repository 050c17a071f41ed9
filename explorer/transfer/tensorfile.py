"""Safetensors bytes that are always the same for the same tensors, so that they can be kept under their digest.

The safetensors package writes the metadata in an order of its own each time.
Source: https://github.com/huggingface/safetensors, "Format".
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

_NAMES: Mapping[str, str] = MappingProxyType(
    {"float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "uint8": "U8", "bool": "BOOL"}
)


def written(tensors: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str] | None = None) -> bytes:
    """The file: wide types first, so that every tensor lies at a multiple of its width.

    Raises: ValueError for a type that it does not hold.
    """
    header: dict[str, Any] = {"__metadata__": dict(sorted(metadata.items()))} if metadata else {}
    parts, place = [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        if tensor.dtype.name not in _NAMES:
            raise ValueError(f"{name} is of type {tensor.dtype}, which is not written here")
        parts.append(np.ascontiguousarray(tensor).tobytes())
        end = place + len(parts[-1])
        kind = {"dtype": _NAMES[tensor.dtype.name], "shape": list(tensor.shape)}
        header[name] = {**kind, "data_offsets": [place, end]}
        place = end
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return b"".join([len(head).to_bytes(8, "little"), head, *parts])


def metadata(data: bytes) -> dict[str, str]:
    """What stands in the head of a file beside its tensors."""
    length = int.from_bytes(data[:8], "little")
    said: dict[str, str] = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    return said


def opened(file: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """Tensors and metadata of a file that stays on the disk: what is not looked at is never read.

    Raises: ValueError where it is no such file, or is cut off.
    """
    kinds = {written: name for name, written in _NAMES.items()}
    size = file.stat().st_size
    try:
        with file.open("rb") as held:
            length = int.from_bytes(held.read(8), "little")
            header = json.loads(held.read(min(length, size)))
        said: dict[str, str] = header.pop("__metadata__", {})
        tensors = {}
        for name, told in header.items():
            start, end = told["data_offsets"]
            if 8 + length + end > size:
                raise ValueError(f"{file.name} is cut off")
            flat = np.memmap(
                file, np.dtype(kinds[told["dtype"]]), "r", 8 + length + start, tuple(told["shape"])
            )
            tensors[name] = np.asarray(flat)
    except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file.name} is no file of tensors") from error
    return tensors, said
