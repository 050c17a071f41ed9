"""Maps of layers that hold their channels last, their places in windows, or tokens: equal to those made by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from captum.attr import LayerGradCam
from torch import Tensor, nn

from explorer import (
    activity,
    arrangement,
    attribution,
    evidence,
    features,
    graph,
    maximisation,
    networks,
    patches,
)
from explorer.activity import Step
from explorer.maximisation import Goal
from tests.programs import printed_by


def made(name: str, side_px: int) -> tuple[nn.Module, Tensor]:
    """A network with random weights, in the head too, and two pictures."""
    torch.manual_seed(0)
    network = networks.build(name, weights=None, image_px=side_px)
    for parameter in network.parameters():  # heads of zeros and scales of a millionth would hide mistakes
        if parameter.abs().max() < 1e-3:
            nn.init.normal_(parameter, 0, 0.1)
    return network, torch.randn(2, 3, side_px, side_px)


def channels_last(own: Tensor) -> Tensor:
    return own.permute(0, 3, 1, 2)


def patch_grid(own: Tensor) -> Tensor:
    side = int((own.shape[1] - 1) ** 0.5)
    return own[:, 1:].transpose(1, 2).reshape(len(own), -1, side, side)


def windows(own: Tensor) -> Tensor:
    side = 7 * int(own.shape[1] ** 0.5)
    apart = own.reshape(len(own), side // 7, side // 7, 7, 7, -1).permute(0, 5, 1, 3, 2, 4)
    return apart.reshape(len(own), -1, side, side)


def grid(own: Tensor) -> Tensor:
    side = 7 * int(own.shape[1] ** 0.5)
    apart = own.reshape(len(own), side // 7, side // 7, 7, 7, -1).permute(0, 5, 3, 1, 4, 2)
    return apart.reshape(len(own), -1, side, side)


MAXVIT = "blocks.0.layers.0.layers."
BY_HAND: tuple[tuple[str, int, str, Callable[[Tensor], Tensor]], ...] = (
    ("swin_t", 96, "features.0.0", lambda own: own),
    ("swin_t", 96, "features.0.2", channels_last),
    ("swin_t", 96, "features.1.1.attn", channels_last),
    ("swin_t", 96, "features.3.0.mlp.1", channels_last),
    ("swin_t", 96, "permute", lambda own: own),
    ("swin_v2_t", 96, "features.1.1.mlp.0", channels_last),
    ("convnext_tiny", 64, "features.1.0.block.0", lambda own: own),
    ("convnext_tiny", 64, "features.1.0.block.4", channels_last),
    ("convnext_tiny", 64, "features.3.1", lambda own: own),
    ("vit_b_32", 96, "conv_proj", lambda own: own),
    ("vit_b_32", 96, "encoder.layers.encoder_layer_2.mlp.1", patch_grid),
    ("vit_b_32", 96, "encoder.layers.encoder_layer_11", patch_grid),
    ("maxvit_t", 224, MAXVIT + "MBconv", lambda own: own),
    ("maxvit_t", 224, MAXVIT + "window_attention.mlp_layer.1", windows),
    ("maxvit_t", 224, MAXVIT + "grid_attention.attn_layer.0", grid),
    ("maxvit_t", 224, MAXVIT + "grid_attention.departition_op", lambda own: own),
)


@pytest.mark.parametrize("name", sorted({name for name, *_ in BY_HAND}))
def test_maps_are_those_made_by_hand_and_the_code_makes_them_too(name: str, tmp_path: Path) -> None:
    side = next(side for other, side, *_ in BY_HAND if other == name)
    network, batch = made(name, side)
    steps = {step.name: step for step in activity.steps(network, batch)}
    hands = {layer: hand for other, _, layer, hand in BY_HAND if other == name}
    own = features.maps(network, batch, list(hands))
    program = ["import torch", "pairs = torch.load('pairs.pt', weights_only=True)"]
    for layer, hand in hands.items():
        step, expected = steps[layer], hand(own[layer])
        assert step.shape == tuple(expected.shape[1:]), layer
        assert torch.equal(step.arrangement.maps(own[layer]), expected), layer
        code = step.arrangement.code(f"pairs['{layer}'][0]")
        program.append(f"print(torch.equal({code}, pairs['{layer}'][1]))")
    pairs = {layer: (own[layer], hand(own[layer]).contiguous()) for layer, hand in hands.items()}
    torch.save(pairs, tmp_path / "pairs.pt")
    assert printed_by("\n".join(program), tmp_path).split() == ["True"] * len(hands)


def test_the_class_token_stands_apart_and_other_outputs_are_refused() -> None:
    network, batch = made("vit_b_32", 64)
    steps = {step.layer: step for step in activity.steps(network, batch)}
    layer = "encoder.layers.encoder_layer_4.ln_1"
    lies, own = steps[layer].arrangement, features.maps(network, batch, [layer])[layer]
    assert own.shape == (2, 5, 768) and steps[layer].shape == (768, 2, 2)
    token = lies.beside(own)
    assert token is not None and torch.equal(token, own[:, :1])
    assert steps["conv_proj"].arrangement.beside(own) is None
    with pytest.raises(ValueError, match="holds no maps"):
        lies.maps(own[:, :4])


def test_what_has_no_maps_is_named_with_the_reason() -> None:
    def reasons(name: str, side_px: int) -> dict[str, str]:
        walked = networks.walk(name, (3, side_px, side_px))
        return {one.layer: one.reason for one in activity.without_maps(walked)}

    swin = reasons("swin_v2_t", 64)
    assert swin["features.1.0.attn.cpb_mlp.0"] == "the same for every picture"
    assert swin["head"] == "1,000 numbers without a place"
    assert not any(layer.startswith("features.1.0.mlp") for layer in swin)
    assert reasons("vit_b_32", 64)["encoder.layers.encoder_layer_0.self_attention"].startswith(
        "gives several"
    )
    resnet = networks.walk("resnet18", (3, 64, 64))
    assert [one.layer for one in activity.without_maps(resnet)] == ["fc"]
    leaves = {output.path for output in resnet.outputs if output.is_leaf}
    assert leaves == {step.layer for step in activity.steps_of(resnet)} & leaves | {"fc"}


class Lost(nn.Module):
    """Drops one of the places in a row: no map is left."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.act = nn.Conv2d(3, 4, 1), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        rest: Tensor = self.act(self.conv(x).flatten(2)[:, :, 1:])
        return rest


def test_places_that_were_lost_give_no_map_but_a_reason() -> None:
    walked = graph.walk(Lost(), (3, 6, 6))
    assert [step.layer for step in activity.steps_of(walked)] == ["conv"]
    assert "can no longer be told apart" in activity.without_maps(walked)[0].reason


CAMS: tuple[tuple[str, int, str, Callable[[Tensor], Tensor]], ...] = (
    ("swin_t", 96, "features.3.1", channels_last),
    ("convnext_tiny", 64, "features.7.2.block.3", channels_last),
    ("vit_b_32", 96, "encoder.layers.encoder_layer_11.ln_1", patch_grid),
)


@pytest.mark.parametrize(("name", "side", "layer", "hand"), CAMS)
@pytest.mark.parametrize("method", ["grad_cam", "hires_cam"])
def test_grad_cam_weighs_channels_wherever_they_lie(
    name: str, side: int, layer: str, hand: Callable[[Tensor], Tensor], method: str
) -> None:
    network, batch = made(name, side)
    target = torch.tensor([3, 7])
    found = attribution.attribute(network, batch, method=method, target=target, layer=layer)
    kept: list[Tensor] = []
    handle = network.get_submodule(layer).register_forward_hook(lambda _m, _i, out: kept.append(out))
    logits = network(batch)
    handle.remove()
    (slope,) = torch.autograd.grad(logits[0, 3] + logits[1, 7], kept[0])
    own, slope = hand(kept[0].detach()), hand(slope)
    weights = slope.mean((2, 3), keepdim=True) if method == "grad_cam" else slope
    expected = (weights * own).sum(1).numpy()
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


def test_swins_last_layer_gives_captums_map_of_the_turned_one() -> None:
    network, batch = made("swin_t", 96)
    mine = attribution.attribute(network, batch, method="grad_cam", target=5, layer="norm")
    captum = LayerGradCam(network, network.permute).attribute(batch, target=5)[:, 0].detach().numpy()  # type: ignore[arg-type]
    np.testing.assert_allclose(mine, captum, atol=1e-5 * np.abs(captum).max())


def test_tokens_that_no_answer_reads_are_refused_and_not_offered() -> None:
    network, batch = made("vit_b_32", 64)
    steps = activity.steps(network, batch)
    assert evidence.last_place(steps, 1000) == "encoder.layers.encoder_layer_11.ln_1"
    unread = [step.layer for step in steps if not step.is_read]
    assert "encoder.layers.encoder_layer_11.mlp.0" in unread and "encoder.ln" in unread
    assert not set(unread) & set(evidence.places_of_layers(steps))
    with pytest.raises(ValueError, match="only the class token"):
        attribution.attribute(network, batch, method="grad_cam", target=1, layer="encoder.ln")
    assert evidence.last_place(activity.steps(*made("swin_t", 64)), 1000) == "norm"


def step_of(network: nn.Module, batch: Tensor, layer: str) -> Step:
    return next(step for step in activity.steps(network, batch) if step.layer == layer)


@pytest.mark.parametrize(("name", "side", "layer", "hand"), CAMS)
def test_a_unit_is_a_channel_wherever_it_lies(
    name: str, side: int, layer: str, hand: Callable[[Tensor], Tensor]
) -> None:
    network, batch = made(name, side)
    step = step_of(network, batch, layer)
    maps = hand(features.maps(network, batch[:1], [layer])[layer])[0]
    unit = step.shape[0] - 1  # beyond rows and columns
    with torch.no_grad():
        whole = maximisation.measured(network, batch[:1], Goal(layer, unit, lies=step.arrangement))
        cell = maximisation.measured(network, batch[:1], Goal(layer, unit, (1, 0), lies=step.arrangement))
    assert float(whole) == pytest.approx(float(maps[unit].mean()), rel=1e-4, abs=1e-6)
    assert float(cell) == pytest.approx(float(maps[unit, 1, 0]), rel=1e-4, abs=1e-6)
    record = patches.record(network, batch[:1], [layer], lie={layer: step.arrangement})[layer]
    assert len(record.mean) == step.shape[0]
    assert record.values[unit, 0] == pytest.approx(float(maps[unit].max()), rel=1e-4)
    assert record.mean[unit] == pytest.approx(float(maps[unit].mean()), rel=1e-4, abs=1e-6)
    with pytest.raises(ValueError, match="no channel"):
        maximisation.measured(network, batch[:1], Goal(layer, unit + 1, lies=step.arrangement))


def test_a_cell_sees_what_its_gradient_reaches() -> None:
    network, batch = made("swin_t", 96)
    step = step_of(network, batch, "features.1.0.mlp.1")
    picture = batch[:1].clone().requires_grad_(True)
    kept: list[Tensor] = []
    handle = network.get_submodule(step.layer).register_forward_hook(lambda _m, _i, out: kept.append(out))
    network(picture)
    handle.remove()
    (slope,) = torch.autograd.grad(step.arrangement.maps(kept[0])[0, :, 9, 12].square().sum(), picture)
    reached = slope[0].abs().sum(0).nonzero()
    box = step.seen.box(9, 12).clipped(96, 96)
    assert reached.min(0).values.tolist() == [box.top_px, box.left_px]
    assert reached.max(0).values.tolist() == [box.bottom_px, box.right_px]


def test_a_layer_that_never_gives_a_map_has_no_arrangement() -> None:
    walked = networks.walk("resnet18", (3, 64, 64))
    assert arrangement.of_layer(walked, "fc") is None
    assert arrangement.of_layer(walked, "nowhere") is None
    found = arrangement.of_layer(walked, "layer4")
    assert found is not None and found.is_plain and found.shape == (512, 2, 2)
