"""Code that makes both maps again: captum where it has the method, a few lines of PyTorch where not."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from explorer.widgets import cached

if TYPE_CHECKING:
    from explorer.evidence import Query
    from explorer.subject import Subject

_CAPTUM = MappingProxyType(
    {
        "saliency": "Saliency",
        "smooth_grad": "Saliency",
        "input_x_gradient": "InputXGradient",
        "integrated_gradients": "IntegratedGradients",
        "guided_backprop": "GuidedBackprop",
        "occlusion": "Occlusion",
    }
)


def program(subject: Subject, queries: Sequence[Query]) -> str:
    """Prints, for each map: its lowest and highest value and its sum; for integrated gradients the error too."""
    names = sorted({_CAPTUM[query.method] for query in queries if query.method in _CAPTUM})
    needs = [f"from captum.attr import {', '.join(names)}"] if names else []
    if any(query.baseline == "blur" for query in queries):
        needs += ["from torch import Tensor", "from torch.nn import functional"]
    blocks = [_block(subject, query, name) for query, name in zip(queries, ("map_a", "map_b"), strict=False)]
    head = "\n".join((*needs, _REPORT))
    return "\n".join((subject.code(), head, *_blur(queries), *_cam(queries), *blocks))


def _block(subject: Subject, query: Query, name: str) -> str:
    label = subject.how.label(query.target)
    return f"# {label}\n{_made(subject, query, name)}shown({name!r}, {name})\n{_balance(query, name)}"


def _made(subject: Subject, query: Query, name: str) -> str:
    target = query.target
    if query.layer is not None:
        lies = cached.step(subject, query.layer).arrangement
        maps = "" if lies.is_plain else f", maps=lambda x: {lies.code('x')}"
        return f'{name} = cam("{query.layer}", {target}, mean={query.method == "grad_cam"}{maps})\n'
    plain = (
        f"{name} = {_CAPTUM[query.method]}(network).attribute(batch.clone().requires_grad_(), target={target}"
    )
    if query.method == "saliency":
        return f"{plain}, abs=False)[0].sum(0)\n"
    if query.method == "integrated_gradients":
        start = _baseline(subject, query.baseline)
        how = f"baselines=baseline, n_steps={query.steps}, internal_batch_size=8"
        return f"baseline = {start}\n{plain}, {how})[0].sum(0)\n"
    if query.method == "occlusion":
        window, stride = query.window_px, query.stride_px
        shape = f"(batch.shape[1], {window}, {window}), (batch.shape[1], {stride}, {stride})"
        return _OCCLUSION.format(name=name, shape=shape, target=target)
    if query.method == "smooth_grad":
        return _SMOOTH.format(name=name, samples=query.samples, noise=query.noise, target=target)
    return f"{plain})[0].sum(0)\n"


def _baseline(subject: Subject, name: str) -> str:
    if name == "blur":
        return "blurred(batch)"
    if name == "mean":
        return "torch.zeros_like(batch)  # the mean colour"
    level = "1" if name == "white" else "0"
    mean, std = list(subject.how.mean), list(subject.how.std)
    return f"(({level} - torch.tensor({mean})) / torch.tensor({std}))[None, :, None, None].expand_as(batch)"


def _balance(query: Query, name: str) -> str:
    return _ERROR.format(name=name, target=query.target) if query.method == "integrated_gradients" else ""


def _blur(queries: Sequence[Query]) -> list[str]:
    from explorer.faithfulness import blurred

    return ["\n" + inspect.getsource(blurred) + "\n"] if any(q.baseline == "blur" for q in queries) else []


def _cam(queries: Sequence[Query]) -> list[str]:
    return [_CAM] if any(query.layer is not None for query in queries) else []


_REPORT = """

def shown(name, plane):
    low, high, total = plane.min(), plane.max(), plane.sum()
    print(name, f"{low:.5g} {high:.5g} {total:.5g}")

"""

_OCCLUSION = """with torch.no_grad():
    {name} = Occlusion(network).attribute(batch, {shape}, target={target})[0, 0]
"""

_SMOOTH = """generator = torch.Generator().manual_seed(0)
spread = {noise} * (batch.max() - batch.min())
copies = [batch + torch.randn(batch.shape, generator=generator) * spread for _ in range({samples})]
slopes = [Saliency(network).attribute(one.requires_grad_(), target={target}, abs=False)[0] for one in copies]
{name} = sum(slopes).sum(0) / {samples}
"""

_ERROR = """with torch.inference_mode():
    change = (network(batch) - network(baseline))[0, {target}]
print("the logit moved by", f"{{change:.5g}}", "error", f"{{{name}.sum() - change:.3g}}")
"""

_CAM = """
def cam(layer, target, mean, maps=lambda x: x):
    kept = []
    # What follows may work in place, so it gets a copy.
    hook = lambda module, inputs, output: kept.append(output) or output.clone()
    handle = network.get_submodule(layer).register_forward_hook(hook)
    logit = network(batch.clone().requires_grad_())[0, target]
    handle.remove()
    (slope,) = map(maps, torch.autograd.grad(logit, kept[-1]))  # (1, channels, rows, columns)
    if mean:  # Grad-CAM; else each place keeps its own gradient (HiResCAM)
        slope = slope.mean((2, 3), keepdim=True)
    return (slope * maps(kept[-1])).sum(1)[0].detach()

"""
