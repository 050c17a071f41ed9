"""The take-home code of a climb: the same steps in the same order, so that it prints the activation shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.maximisation import Goal, Settings
    from explorer.subject import Subject


def written(subject: Subject, goal: Goal, settings: Settings, start: str) -> str:
    """A program that needs PyTorch, numpy and Pillow (and what the network needs): it climbs, prints and saves."""
    head = subject.code() if start == "picture" else subject.network_code()
    return head + "".join(
        (
            _imports(settings, start),
            _MEASURE.format(hook=_hook(goal), unit=goal.unit, value=_value(goal)),
            _weighted(settings),
            _shaken(settings),
            _start(subject, settings, start),
            _loop(goal, settings),
            _SAVE,
        )
    )


def _imports(settings: Settings, start: str) -> str:
    needs = bool(settings.wobble or settings.blur_px or start == "picture")
    extra = ("import math\n" if settings.wobble or settings.blur_px else "") + (
        "import torch.nn.functional as F\n" if needs else ""
    )
    return f"\n{extra}\ntorch.set_num_threads(1)  # sums in one order: the same numbers every time\n"


def _hook(goal: Goal) -> str:
    if goal.layer == "answer":
        return "    return network(batch)"
    name, _, number = goal.layer.partition("@")
    return (
        f'    runs = []\n    module = network.get_submodule("{name}")\n'
        "    handle = module.register_forward_hook(lambda module, inputs, output: runs.append(output.clone()))\n"
        "    network(batch)\n    handle.remove()\n"
        f"    return {_maps(goal, f'runs[{int(number or 1) - 1}]')}"
    )


def _maps(goal: Goal, output: str) -> str:
    return output if goal.lies is None else goal.lies.code(output)


def _value(goal: Goal) -> str:
    if goal.layer == "answer" or goal.cell is None:
        return ".mean()"
    return f"[{goal.cell[0]}, {goal.cell[1]}]"


_MEASURE = """

def layer(batch):
{hook}


def activation(batch):
    return layer(batch)[0, {unit}]{value}


for parameter in network.parameters():
    parameter.requires_grad_(False)
"""


def _weighted(settings: Settings) -> str:
    lines = []
    if settings.spectrum:
        lines += [
            "height, width = step.shape[-2:]",
            "down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]",
            "fineness = (down**2 + across**2).sqrt().clamp(min=1 / max(height, width))  # cycles per pixel",
            f"step = torch.fft.irfft2(torch.fft.rfft2(step) / fineness**{settings.spectrum!r}, s=(height, width))",
        ]
    if settings.colours:
        lines += [
            "if with_colours:  # the directions in which natural colours vary",
            "    mixing = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])",
            '    step = torch.einsum("ij,njhw->nihw", mixing @ mixing.T, step)',
        ]
    body = "\n    ".join([*lines, "return step"])
    return f"\n\ndef weighted(step, with_colours=False):  # coarse patterns first\n    {body}\n"


def _shaken(settings: Settings) -> str:
    lines = []
    if settings.wobble:
        lines += [
            f"zoom, angle = ({settings.wobble!r} * (2 * torch.rand(2, generator=random) - 1)).tolist()",
            "cos, sin = (1 + zoom) * math.cos(angle), (1 + zoom) * math.sin(angle)",
            "matrix = torch.tensor([[[cos, -sin, 0.0], [sin, cos, 0.0]]])",
            "grid = F.affine_grid(matrix, list(batch.shape), align_corners=False)",
            'batch = F.grid_sample(batch, grid, padding_mode="reflection", align_corners=False)',
        ]
    if most := min(settings.jitter_px, settings.size_px - 1):
        lines += [
            f"shift = torch.randint(-{most}, {most} + 1, (2,), generator=random).tolist()",
            "batch = batch.roll(shift, (2, 3))",
        ]
    body = "\n    ".join([*lines, "return batch"])
    return f"\n\ndef shaken(batch):  # a good picture survives small moves\n    {body}\n"


def _start(subject: Subject, settings: Settings, start: str) -> str:
    how, side = subject.how, settings.size_px
    shape = (1, how.channels, side, side)
    low = "lambda x: x.clamp((0 - mean) / std, (1 - mean) / std)  # what a real picture can have"
    text = (
        f"\n\nmean = torch.tensor({list(how.mean)})[:, None, None]\n"
        f"std = torch.tensor({list(how.std)})[:, None, None]\n"
        f"bounded = {low if settings.bounded else 'lambda x: x  # any value at all'}\n"
        f"random = torch.Generator().manual_seed({settings.seed})\n"
    )
    if start == "picture":
        return text + (
            f'x = F.interpolate(batch, {shape[2:]}, mode="bilinear", antialias=True, align_corners=False)\n'
        )
    return text + f"x = weighted(torch.randn({shape}, generator=random))\nx = bounded(0.3 * x / x.std())\n"


def _loop(goal: Goal, settings: Settings) -> str:
    sign = "-" if goal.sign < 0 else ""
    blur = (
        f"    if step % 4 == 3:\n        x = blurred(x, {settings.blur_px!r})\n" if settings.blur_px else ""
    )
    return (_BLUR if settings.blur_px else "") + _LOOP.format(
        steps=settings.steps,
        sign=sign,
        rate=repr(settings.rate),
        silent="look around, in long steps" if goal.sign > 0 else "that is as low as it gets",
        away="0.3" if goal.sign > 0 else "0.0",
        keep=f"(1 - {settings.decay!r}) * (x + length * direction)",
        blur=blur,
        colours=", with_colours=True" if settings.colours else "",
    )


_BLUR = """

def blurred(x, sigma):
    reach = min(math.ceil(2 * sigma), min(x.shape[-2:]) - 1)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma) ** 2)
    kernel = torch.outer(line, line) / line.sum() ** 2
    padded = F.pad(x, [reach] * 4, mode="reflect")
    return F.conv2d(padded, kernel.expand(x.shape[1], 1, -1, -1), groups=x.shape[1])

"""
_LOOP = """print("start", f"{{activation(x).item():.6g}}")
for step in range({steps}):
    x.requires_grad_(True)
    (gradient,) = torch.autograd.grad(activation(shaken(x)), x)
    x, gradient, length = x.detach(), {sign}torch.nan_to_num(gradient), {rate}
    if not gradient.any():  # a rectifier is shut everywhere: {silent}
        gradient, length = torch.randn(gradient.shape, generator=random), {away}
    direction = weighted(gradient{colours})
    direction = direction / direction.square().mean().sqrt()
    x = {keep}
{blur}    x = bounded(x)
print("end", f"{{activation(x).item():.6g}}")
"""
_SAVE = """
picture = (x[0] * std + mean).permute(1, 2, 0).numpy()  # 0 is black, 1 is white
low, high = min(0.0, float(picture.min())), max(1.0, float(picture.max()))
levels = (255 * (picture - low) / (high - low)).round().astype(np.uint8)
Image.fromarray(levels.squeeze()).save("unit.png")
"""
