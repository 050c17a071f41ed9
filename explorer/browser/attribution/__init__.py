"""What the attribution component shows: the picture, two signed maps, and what each of them says."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.browser.attribution import code
from explorer.widgets import cached

if TYPE_CHECKING:
    from explorer.activity import Floats
    from explorer.evidence import Query
    from explorer.subject import Subject


def data(
    subject: Subject, queries: Sequence[Query], maps: Sequence[Floats | None], _inline: bool
) -> dict[str, Any]:
    """Both panels; a map that was stopped is None."""
    return {
        "network": subject.network,
        "weights": subject.weights or "untrained",
        "input": "data:image/png;base64," + base64.b64encode(cached.seen(subject)).decode(),
        "side": subject.how.input_px,
        "panels": [_panel(subject, query, found) for query, found in zip(queries, maps, strict=True)],
        "code": code.program(subject, queries),
    }


def _panel(subject: Subject, query: Query, found: Floats | None) -> dict[str, Any]:
    from explorer.attribution import METHODS
    from explorer.evidence import UNITS

    method, scores = METHODS[query.method], cached.logits(subject).astype(np.float64)
    shares = np.exp(scores - scores.max())
    return {
        "method": query.method,
        "title": method.title,
        "label": subject.how.label(query.target),
        "target": query.target,
        "probability": float(shares[query.target] / shares.sum()),
        "logit": float(scores[query.target]),
        "rank": int((scores > scores[query.target]).sum()) + 1,
        "unit": UNITS[query.method],
        "claims": method.claims,
        "cannot": method.cannot,
        "detail": _detail(query, found) + _silence(found),
        "map": None if found is None else _map(found),
        "balance": None if found is None else _balance(subject, query, found),
    }


def _map(found: Floats) -> dict[str, Any]:
    """The numbers as half floats of the largest magnitude: three digits each, at half the bytes."""
    most = float(np.abs(found).max()) or 1.0
    return {
        "shape": found.shape,
        "values": base64.b64encode((found / most).astype("<f2").tobytes()).decode(),
        "most": most,
        "low": float(found.min()),
        "high": float(found.max()),
        "sum": float(found.sum(dtype=np.float64)),
    }


def _balance(subject: Subject, query: Query, found: Floats) -> dict[str, float] | None:
    """For integrated gradients: the sum of the parts, the change of the logit, and by how much they differ."""
    if query.method != "integrated_gradients":
        return None
    total = float(found.sum(dtype=np.float64))
    error = cached.completeness(subject, query, total)
    return {"sum": total, "change": total - error, "error": error}


def _silence(found: Floats | None) -> str:
    """What an empty map says."""
    return (
        ""
        if found is None or found.any()
        else "; 0 everywhere: the logit of this class answers to nothing here"
    )


def _detail(query: Query, found: Floats | None) -> str:
    from explorer.evidence import BASELINES

    if query.layer is not None:
        size = "" if found is None else f": {found.shape[0]} × {found.shape[1]} places"
        return f"at {query.layer}{size}"
    told = {
        "integrated_gradients": f"{query.steps} steps from: {BASELINES[query.baseline]}",
        "smooth_grad": f"{query.samples} copies, noise {query.noise:g} of the range",
        "occlusion": f"window {query.window_px} px, stride {query.stride_px} px, covered with the mean colour",
    }
    return told.get(query.method, "one backward pass")
