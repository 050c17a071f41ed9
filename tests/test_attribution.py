"""Attribution: equal to captum where captum has it, complete where it claims so, and nothing left on the network."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import GuidedBackprop, InputXGradient, IntegratedGradients, LayerGradCam, Occlusion, Saliency

from explorer.attribution import METHODS, attribute, misfit
from explorer.faithfulness import completeness_error, faithfulness, likeness, randomised_from_top
from explorer.small import SmallDepthwise, SmallResNet, SmallVGG
from tests.test_features import network, state_of

LAYERS = {"small_resnet": "stage3", "small_vgg": "features"}


def small(name: str) -> torch.nn.Module:
    torch.manual_seed(1)
    made = {"small_resnet": SmallResNet, "small_vgg": SmallVGG}[name]().eval()
    with torch.no_grad():  # statistics that are not those of a fresh batch norm
        for module in made.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
    return made


def batch_of(n: int = 2) -> torch.Tensor:
    return torch.randn(n, 1, 28, 28, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_a_finite_signed_map_and_leaves_the_network_as_it_was(
    name: str, method: str
) -> None:
    module, batch = small(name), batch_of()
    module.head.weight.requires_grad_(False)
    module(batch).sum().backward()  # gradients that must survive
    before = state_of(module)
    layer = LAYERS[name] if METHODS[method].needs_layer else None
    found = attribute(module, batch, method=method, target=3, layer=layer)
    assert np.isfinite(found).all() and found.shape[0] == 2
    assert found.shape[1:] == ((1, 28, 28) if layer is None else found.shape[1:])
    assert found.min() < 0 < found.max() or METHODS[method].needs_layer
    assert state_of(module) == before


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1"])
def test_grad_cam_equals_captum(name: str) -> None:
    module = network(name)
    layer = {"resnet18": "layer4", "squeezenet1_1": "features.12"}[name]
    batch = torch.randn(2, 3, 96, 96)
    captum = (
        LayerGradCam(module, module.get_submodule(layer)).attribute(batch, target=7)[:, 0].detach().numpy()
    )
    mine = attribute(module, batch, method="grad_cam", target=7, layer=layer)
    np.testing.assert_allclose(mine, captum, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("method", "captum"),
    [
        ("saliency", lambda m, x: Saliency(m).attribute(x, target=3, abs=False)),
        ("input_x_gradient", lambda m, x: InputXGradient(m).attribute(x, target=3)),
        ("integrated_gradients", lambda m, x: IntegratedGradients(m).attribute(x, target=3, n_steps=50)),
        ("guided_backprop", lambda m, x: GuidedBackprop(m).attribute(x, target=3)),
        ("occlusion", lambda m, x: Occlusion(m).attribute(x, (1, 3, 3), strides=(1, 1, 1), target=3)),
    ],
)
def test_the_others_equal_captum_too(method: str, captum: object) -> None:
    module, batch = small("small_resnet"), batch_of().requires_grad_(True)
    expected = captum(module, batch).detach().numpy()  # type: ignore[operator]
    options = {"window_px": 3, "stride_px": 1} if method == "occlusion" else {}
    mine = attribute(module, batch, method=method, target=3, **options)
    np.testing.assert_allclose(mine, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "layer"), [(SmallResNet, "stage3"), (SmallVGG, "features"), (SmallDepthwise, "blocks")]
)
def test_grad_cam_equals_hires_cam_before_global_average_pooling(make: type, layer: str) -> None:
    torch.manual_seed(2)
    module, batch = make().eval(), batch_of(3)
    maps = [attribute(module, batch, method=m, target=5, layer=layer) for m in ("grad_cam", "hires_cam")]
    np.testing.assert_allclose(*maps, rtol=1e-4, atol=1e-7)


def test_integrated_gradients_sum_to_the_change_of_the_logit_within_the_error_shown() -> None:
    module, batch = small("small_vgg"), batch_of()
    coarse = attribute(module, batch, method="integrated_gradients", target=2, steps=5)
    fine = attribute(module, batch, method="integrated_gradients", target=2, steps=300)
    errors = [np.abs(completeness_error(module, batch, m, target=2)).max() for m in (coarse, fine)]
    with torch.no_grad():
        change = (module(batch) - module(torch.zeros_like(batch)))[:, 2].numpy()
    np.testing.assert_allclose(fine.reshape(2, -1).sum(1), change, atol=errors[1] + 1e-4)
    assert errors[1] < errors[0] and errors[1] < 0.02


@pytest.mark.parametrize(
    ("kwargs", "sentence"),
    [
        ({"method": "deeplift", "target": 0}, "unknown method"),
        ({"method": "saliency", "target": 10}, "class 10 does not exist"),
        ({"method": "saliency", "target": -1}, "class -1 does not exist"),
        ({"method": "grad_cam", "target": 0}, "needs a layer"),
        ({"method": "grad_cam", "target": 0, "layer": "nowhere"}, "no layer"),
        ({"method": "grad_cam", "target": 0, "layer": "head"}, "gives no maps"),
        ({"method": "integrated_gradients", "target": 0, "steps": 0}, "steps must be"),
        ({"method": "occlusion", "target": 0, "window_px": 99}, "window_px must be"),
        ({"method": "smooth_grad", "target": 0, "noise": -1.0}, "noise must"),
        ({"method": "smooth_grad", "target": 0, "noise": "much"}, "noise must"),
        ({"method": "saliency", "target": 0, "stepz": 3}, "does not know the option stepz"),
        (
            {"method": "integrated_gradients", "target": 0, "baseline": torch.zeros(1, 1, 5, 5)},
            "baseline must",
        ),
        ({"method": "integrated_gradients", "target": 0, "baseline": "black"}, "baseline must"),
        *(
            ({"method": method, "target": target}, "target must be a class")
            for method in ("saliency", "occlusion")
            for target in (
                True,
                None,
                "3",
                1.5,
                torch.tensor([1.0, 2.0]),
                [1, 2, 3],
                torch.tensor([[1], [2]]),
            )
        ),
    ],
)
def test_nonsense_is_refused_and_leaves_nothing(kwargs: dict[str, object], sentence: str) -> None:
    module = small("small_resnet")
    before = state_of(module)
    with pytest.raises(ValueError, match=sentence):
        attribute(module, batch_of(), **kwargs)  # type: ignore[arg-type]
    assert state_of(module) == before


@pytest.mark.parametrize("method", ["saliency", "grad_cam", "occlusion"])
def test_one_class_for_all_or_one_for_each_in_any_form(method: str) -> None:
    module, batch = small("small_resnet"), batch_of()
    layer = LAYERS["small_resnet"] if METHODS[method].needs_layer else None
    options = {"window_px": 14} if method == "occlusion" else {}

    def ask(target: Any) -> np.ndarray:
        return attribute(module, batch, method=method, target=target, layer=layer, **options)  # type: ignore[arg-type]

    third, both = ask(3), ask(torch.tensor([3, 4]))
    for same in (np.int64(3), torch.tensor(3), torch.tensor([3]), [3, 3], np.array([3, 3], np.int32)):
        np.testing.assert_allclose(ask(same), third, atol=1e-6)
    np.testing.assert_allclose(both[0], third[0], atol=1e-6)
    np.testing.assert_allclose(both[1], ask(4)[1], atol=1e-6)
    np.testing.assert_allclose(ask((3, 4)), both, atol=1e-6)
    with torch.inference_mode():
        np.testing.assert_allclose(ask(3), third, atol=1e-6)


def test_a_network_that_names_no_class_is_refused() -> None:
    maps_only = torch.nn.Conv2d(1, 3, 1)
    with pytest.raises(ValueError, match="does not answer with one class"):
        attribute(maps_only, batch_of(), method="saliency", target=0)


def test_guided_backprop_is_refused_where_it_would_be_silently_wrong() -> None:
    assert misfit(network("resnet18"), "guided_backprop", (3, 64, 64)) is None
    assert "functions" in str(misfit(network("densenet121"), "guided_backprop", (3, 64, 64)))
    assert "ReLU6" in str(misfit(network("mobilenet_v2"), "guided_backprop", (3, 64, 64)))
    with pytest.raises(ValueError, match="ReLU6"):
        attribute(SmallDepthwise().eval(), batch_of(), method="guided_backprop", target=0)


def test_eight_threads_on_one_network_give_the_serial_answers() -> None:
    module = small("small_resnet")
    asks = [(m, t) for t in (0, 4) for m in ("saliency", "guided_backprop", "grad_cam", "input_x_gradient")]

    def ask(pair: tuple[str, int]) -> np.ndarray:
        layer = "stage3" if pair[0] == "grad_cam" else None
        return attribute(module, batch_of(), method=pair[0], target=pair[1], layer=layer)

    serial = [ask(pair) for pair in asks]
    before = state_of(module)
    with ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            for mine, theirs in zip(serial, pool.map(ask, asks), strict=True):
                np.testing.assert_array_equal(theirs, mine)
    assert state_of(module) == before


def test_randomised_weights_change_a_gradient_map() -> None:
    module, batch = small("small_resnet"), batch_of(1)
    original = attribute(module, batch, method="saliency", target=1)
    before = state_of(module)
    alike = [
        likeness(original, attribute(changed, batch, method="saliency", target=1))
        for _, changed in randomised_from_top(module)
    ]
    assert len(alike) == 10 and abs(alike[-1]) < 0.3
    assert state_of(module) == before


def test_a_map_that_is_right_beats_a_random_order() -> None:
    """A network whose answer is the mean of a known corner: deleting that corner first must hurt most."""

    class Corner(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            score = (x[:, 0, :7, :7].mean((1, 2)) - 0.85) * 60
            return torch.stack([score, torch.zeros_like(score)], 1)

    picture = torch.zeros(1, 1, 28, 28)
    picture[:, :, :7, :7] = 1.0
    truth = np.zeros((28, 28), dtype=np.float32)
    truth[:7, :7] = 1
    deletion = faithfulness(Corner(), picture, truth, target=0)
    insertion = faithfulness(Corner(), picture, truth, target=0, insertion=True)
    assert deletion.area < deletion.random_area - 0.05
    assert insertion.area > insertion.random_area + 0.05
    with pytest.raises(ValueError, match="one picture"):
        faithfulness(Corner(), picture[0], truth, target=0)
