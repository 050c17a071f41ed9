"""What the filters' component shows: the filters of a layer, one of them at large, and the answer before and after."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.widgets import cached

if TYPE_CHECKING:
    from explorer.editing import Edit
    from explorer.subject import Subject

BARS = 6


def data(
    subject: Subject, layer: str, *, order: str, chosen: int, text: str, layers: tuple[str, ...]
) -> dict[str, Any]:
    """Everything about one convolution; `text` holds the edits. An edit that does not fit is said, and none is made."""
    from explorer import filterbank

    stored, described = cached.filters(subject.network, subject.weights, layer)
    edits, problem = _fitting(subject, layer, text)
    now, maps, logits = cached.edited(subject, layer, edits)
    _, maps_before, before = cached.edited(subject, layer, ())
    chosen = chosen if 0 <= chosen < len(stored) else filterbank.order(described, order)[0]
    is_colour = stored.shape[1] in (1, 3)
    return {
        "network": subject.network,
        "layer": layer,
        "shape": stored.shape,
        "isFirst": layer == layers[0],
        "grid": _packed(now if is_colour else np.sqrt((now**2).sum(1, keepdims=True))),
        "inputs": int(stored.shape[1]) if is_colour else 1,
        "order": filterbank.order(described, order),
        "chosen": chosen,
        "facts": vars(described[chosen]),
        "before": _packed(stored[chosen]),
        "now": _packed(now[chosen]),
        "response": _packed(filterbank.response(now[chosen].mean(0)).astype(np.float32)),
        "map": {
            "shape": maps.shape[1:],
            "before": _packed(maps_before[chosen]),
            "now": _packed(maps[chosen]),
        },
        "bars": _bars(subject, before, logits),
        "edits": text if not problem else "",
        "problem": problem,
        "code": _code(subject, layer, edits),
    }


def _fitting(subject: Subject, layer: str, text: str) -> tuple[tuple[Edit, ...], str]:
    """The edits; none, and why, where one of them does not fit."""
    from explorer import editing

    try:
        edits = editing.parse(text)
        cached.edited(subject, layer, edits)
    except ValueError as error:
        return (), str(error)
    return edits, ""


def _packed(values: npt.NDArray[np.float32]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def _bars(
    subject: Subject, before: npt.NDArray[np.float32], now: npt.NDArray[np.float32]
) -> list[dict[str, Any]]:
    """The likeliest classes of both answers, each with its probability and logit in both."""
    shares = [_softmax(before), _softmax(now)]
    top = np.argsort(-np.maximum(*shares))[:BARS]
    return [
        {
            "label": subject.how.label(int(i)),
            "before": float(shares[0][i]),
            "now": float(shares[1][i]),
            "logits": [float(before[i]), float(now[i])],
        }
        for i in top
    ]


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64) - logits.max())
    return np.asarray(powers / powers.sum())


def _code(subject: Subject, layer: str, edits: tuple[Edit, ...]) -> str:
    lines = [_line(edit) for edit in edits]
    needs = _SOBEL if any(edit.kind.startswith("sobel") for edit in edits) else ""
    changes = "\n    ".join(lines) or "pass  # nothing is changed here"
    return subject.code() + _EDIT.format(layer=layer, sobel=needs, changes=changes)


def _line(edit: Edit) -> str:
    i = edit.filter
    if edit.kind == "swap":
        return f"w[[{i}, {edit.where[0]}]] = w[[{edit.where[0]}, {i}]]"
    if edit.kind == "set":
        return f"w[{i}, {', '.join(map(str, edit.where))}] = {edit.value!r}"
    if edit.kind.startswith("sobel"):
        return f"w[{i}] = sobel(w[{i}], turned={edit.kind == 'sobel_y'})"
    forms = {"zero": "0", "negate": f"-w[{i}]", "mirror": f"w[{i}].flip(-1)", "flip": f"w[{i}].flip(-2)"}
    return f"w[{i}] = {forms[edit.kind]}"


_SOBEL = """
def sobel(w, turned):  # in the middle, the same for every input, as strong as the filter was
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    put, top, left = torch.zeros_like(w), (w.shape[-2] - 3) // 2, (w.shape[-1] - 3) // 2
    put[:, top : top + 3, left : left + 3] = kernel.T if turned else kernel
    return put * ((w.norm() if w.norm() > 0 else 1.0) / put.norm())

"""

_EDIT = """{sobel}
w = network.get_submodule("{layer}").weight  # (filters, inputs, height, width)
with torch.no_grad():
    {changes}
    logits = network(batch)[0]
for share, index in zip(*logits.softmax(0).topk(5)):
    print(int(index), f"{{share:.4f}}", f"{{logits[index]:.4f}}")
"""
