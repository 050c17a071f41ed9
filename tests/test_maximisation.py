"""Climbing to the picture that excites a unit most: it rises, it repeats, it leaves the network alone, it is right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer import activity, features, maximisation, networks, patches
from explorer.browser.unit import code
from explorer.drawings import DRAWINGS
from explorer.maximisation import ANSWER, Ascent, Goal, Moment, Settings
from explorer.networks import EMBEDDED, NETWORKS, preprocessing
from explorer.networks.preprocessing import Preprocessing
from explorer.subject import Subject
from tests.programs import printed_by

QUICK = Settings(size_px=28, steps=24, jitter_px=2, colours=False)


@pytest.fixture(scope="module")
def small_vgg() -> nn.Module:
    return networks.build("small_vgg", weights="embedded")


def plan(name: str) -> Preprocessing:
    return preprocessing.plan(NETWORKS[name], "embedded")


def state(network: nn.Module) -> list[object]:
    """Everything about a network that a visitor might spoil."""
    hooks = [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in network.modules()]
    return [
        *((p.requires_grad, p.grad is None, p.detach().sum().item()) for p in network.parameters()),
        *(b.sum().item() for b in network.buffers()),
        *(module.training for module in network.modules()),
        *hooks,
    ]


def last(moments: list[Moment]) -> Moment:
    assert [moment.step for moment in moments] == list(range(len(moments)))
    return moments[-1]


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_class_rises_far_above_the_start_and_without_priors_above_all_others(name: str) -> None:
    network, how = networks.build(name, weights="embedded"), plan(name)
    settings = replace(maximisation.usual(how, how.input_px), steps=96)
    for unit in (0, 7):
        held = list(maximisation.climb(network, Goal(ANSWER, unit), how, settings))
        assert last(held).activation > held[0].activation + 2
        free = list(maximisation.climb(network, Goal(ANSWER, unit), how, settings.bare()))
        assert last(free).activation > held[0].activation + 5
        own = features.run(network, torch.from_numpy(_normalised(last(free), how)))
        assert last(free).activation == pytest.approx(own[0, unit].item(), abs=1e-3)
        assert own.argmax().item() == unit


def _normalised(moment: Moment, how: Preprocessing) -> np.ndarray:
    values = (moment.picture - np.array(how.mean, np.float32)) / np.array(how.std, np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


@pytest.mark.parametrize("layer", ["features.0.0", "features.1.2", "features.3.1"])
def test_a_channel_rises_and_falls_in_every_kind_of_layer(small_vgg: nn.Module, layer: str) -> None:
    how = plan("small_vgg")
    ends = {
        sign: list(maximisation.climb(small_vgg, Goal(layer, 1, sign=sign), how, QUICK)) for sign in (1, -1)
    }
    start = ends[1][0].activation
    assert ends[-1][0].activation == start
    assert last(ends[1]).activation > start + 0.2
    assert last(ends[-1]).activation <= start


def test_the_same_seed_gives_the_same_moments_and_another_seed_others(small_vgg: nn.Module) -> None:
    goal, how = Goal("features.2.0", 3, (3, 3)), plan("small_vgg")
    first, second = (list(maximisation.climb(small_vgg, goal, how, QUICK)) for _ in range(2))
    assert [m.activation for m in first] == [m.activation for m in second]
    assert np.array_equal(last(first).picture, last(second).picture)
    other = list(maximisation.climb(small_vgg, goal, how, replace(QUICK, seed=1)))
    assert not np.array_equal(last(first).picture, last(other).picture)


def test_for_one_convolution_the_optimum_is_its_kernel() -> None:
    """Analytic: with a decay alone, the best picture for w.x + b is w, up to its length."""
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(3, 4, 7)).eval()
    how = Preprocessing(3, 7, 7, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4), ())
    settings = Settings(size_px=7, steps=200, decay=0.05, rate=0.1).bare()
    settings = replace(settings, decay=0.05)
    for sign in (1, -1):
        moments = list(maximisation.climb(network, Goal("0", 2, (0, 0), sign), how, settings))
        x = torch.from_numpy(_normalised(last(moments), how)).flatten()
        kernel = sign * torch.from_numpy(features.filters(network, "0")[2]).flatten()
        assert torch.cosine_similarity(x, kernel, 0).item() > 0.999
        # ... and the length is that at which a step gains what the decay takes: x = (1 - d) (x + r k / rms(k))
        assert x.square().mean().sqrt().item() == pytest.approx(0.95 * 0.1 / 0.05, rel=1e-2)


def test_bounded_pictures_stay_pictures_and_free_ones_climb_higher(small_vgg: nn.Module) -> None:
    how, goal = plan("small_vgg"), Goal(ANSWER, 7)
    held = last(list(maximisation.climb(small_vgg, goal, how, QUICK)))
    free = last(list(maximisation.climb(small_vgg, goal, how, QUICK.bare())))
    assert held.picture.min() >= -1e-6
    assert held.picture.max() <= 1 + 1e-6
    assert free.picture.min() < 0
    assert free.activation > held.activation


def _roughness(picture: np.ndarray) -> float:
    return float(np.abs(np.diff(picture, axis=1)).mean() / picture.std())


@pytest.mark.parametrize("prior", [{"blur_px": 1.0}, {"spectrum": 1.5}])
def test_blur_and_fourier_weights_make_the_picture_smoother(
    small_vgg: nn.Module, prior: dict[str, float]
) -> None:
    how, goal, bare = plan("small_vgg"), Goal(ANSWER, 3), QUICK.bare()
    rough = last(list(maximisation.climb(small_vgg, goal, how, bare))).picture
    smooth = last(list(maximisation.climb(small_vgg, goal, how, replace(bare, **prior)))).picture  # type: ignore[arg-type]
    assert _roughness(smooth) < 0.8 * _roughness(rough)


def test_weights_of_the_spectrum_follow_the_frequency() -> None:
    wave = torch.cos(2 * torch.pi * 4 * torch.arange(32) / 32).expand(1, 1, 32, 32)  # 4 / 32 cycles per pixel
    assert torch.allclose(maximisation.weighted(wave, 1.0), wave * 8, atol=1e-4)
    assert maximisation.weighted(wave, 0.0) is wave


def test_the_gradient_is_that_of_finite_differences() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Conv2d(2, 3, 3)).eval()
    how = Preprocessing(1, 6, 6, (0.0,), (1.0,), ())
    ascent = Ascent(Goal("2", 1), how, Settings(size_px=6).bare())
    gradient = ascent._gradient(network)[0, 0]
    bumped = ascent.batch.clone()
    bumped[0, 0, 2, 3] += 1e-2
    rise = maximisation.measured(network, bumped, ascent.goal) - maximisation.measured(
        network, ascent.batch, ascent.goal
    )
    assert gradient[2, 3].item() == pytest.approx(rise.item() / 1e-2, rel=2e-2)


def test_a_silent_unit_is_looked_for_at_random() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU()).eval()
    nn.init.ones_(network[0].weight)  # type: ignore[arg-type]
    nn.init.constant_(network[0].bias, -1.2)  # type: ignore[arg-type]
    how = Preprocessing(1, 8, 8, (0.0,), (1.0,), ())
    settings = replace(Settings(size_px=8, steps=60).bare(), rate=0.1)
    moments = list(maximisation.climb(network, Goal("1", 0), how, settings))
    assert moments[0].activation == 0
    assert 0 < last(moments).silent < 40
    assert last(moments).activation > 0.5


def test_the_network_is_left_as_it_was(small_vgg: nn.Module) -> None:
    network, how = networks.build("small_vgg", weights="embedded"), plan("small_vgg")
    network.train()
    network.requires_grad_(True)
    before = state(network)
    moments = maximisation.climb(network, Goal("features.1.0", 1), how, QUICK)
    for _ in range(3):
        next(moments)
        assert state(network) == before, "between two steps"
    moments.close()  # type: ignore[attr-defined]
    assert state(network) == before, "after an early end"
    for wrong in (Goal("features.1.0", 999), Goal("nowhere", 0), Goal("features.1.0", 0, (99, 0))):
        with pytest.raises(ValueError, match=r"there is no|no layer"):
            list(maximisation.climb(network, wrong, how, QUICK))
        assert state(network) == before, "after a failure"


class _Breaks(nn.Module):
    def forward(self, batch: Tensor) -> Tensor:
        raise ZeroDivisionError


def test_a_network_that_fails_is_left_as_it_was_too() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), _Breaks())
    before = state(network)
    ascent = Ascent(Goal(ANSWER, 0), Preprocessing(1, 8, 8, (0.0,), (1.0,), ()), Settings(size_px=8).bare())
    with pytest.raises(ZeroDivisionError):
        ascent.step(network)
    assert state(network) == before


def test_eight_threads_on_one_network_climb_as_one_does(small_vgg: nn.Module) -> None:
    how = plan("small_vgg")
    goals = [Goal("features.2.0", unit) for unit in range(8)]
    settings = replace(QUICK, steps=8)

    def climbed(goal: Goal) -> list[float]:
        return [m.activation for m in maximisation.climb(small_vgg, goal, how, settings)]

    alone = [climbed(goal) for goal in goals]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(climbed, goals))
    assert together == alone


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"steps": 0}, "steps must be at least 1 and at most 1024, got 0"),
        ({"steps": 5000}, "got 5000"),
        ({"rate": 0.0}, "rate must be above 0"),
        ({"rate": float("nan")}, "rate must be above 0"),
        ({"decay": 0.9}, "decay must be at least 0 and at most 0.5"),
        ({"blur_px": -1.0}, "blur_px must be"),
        ({"size_px": 4000}, "size_px must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_impossible_settings_are_refused_at_once(
    small_vgg: nn.Module, change: dict[str, float], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        maximisation.climb(small_vgg, Goal(ANSWER, 0), plan("small_vgg"), replace(QUICK, **change))  # type: ignore[arg-type]


def test_a_start_of_the_wrong_shape_is_refused(small_vgg: nn.Module) -> None:
    with pytest.raises(ValueError, match="one picture of 1 channels"):
        Ascent(Goal(ANSWER, 0), plan("small_vgg"), QUICK, torch.zeros(1, 3, 28, 28))
    with pytest.raises(ValueError, match="sign must be 1 or -1"):
        Ascent(Goal(ANSWER, 0, sign=2), plan("small_vgg"), QUICK)


def test_the_search_finds_the_highest_values_that_the_maps_have(small_vgg: nn.Module) -> None:
    how, layer = plan("small_vgg"), "features.1.0"
    records, maps = {}, {}
    for name in ("shirt", "boot", "bag"):
        batch = preprocessing.batch(DRAWINGS[name].picture(), how)
        records[name] = patches.record(small_vgg, batch, (layer, ANSWER))
        maps[name] = features.maps(small_vgg, batch, [layer])[layer][0].numpy()
    here = {name: found[layer] for name, found in records.items()}
    for unit in (0, 9):
        best = patches.strongest(here, unit)
        assert best[0].value == max(float(planes[unit].max()) for planes in maps.values())
        assert all(maps[p.picture][unit, p.row, p.column] == pytest.approx(p.value) for p in best)
        assert [p.value for p in best] == sorted((p.value for p in best), reverse=True)
        for name, planes in maps.items():
            own = activity.peaks(planes[unit], 3)
            assert here[name].values[unit].tolist() == pytest.approx([value for _, _, value in own])
            assert here[name].mean[unit] == pytest.approx(planes[unit].mean(), abs=1e-5)
    scores = features.run(small_vgg, preprocessing.batch(DRAWINGS["bag"].picture(), how))[0]
    assert records["bag"][ANSWER].mean == pytest.approx(scores.detach().numpy(), abs=1e-4)
    with pytest.raises(ValueError, match="there is no unit 99"):
        patches.strongest(here, 99)


def test_the_lowest_places_and_the_favourites(small_vgg: nn.Module) -> None:
    how, layer = plan("small_vgg"), "features.0.0"
    batches = {
        name: preprocessing.batch(DRAWINGS[name].picture(), how) for name in ("shirt", "boot", "digit1")
    }
    low = {name: patches.record(small_vgg, batch, (layer,), -1)[layer] for name, batch in batches.items()}
    lowest = min(float(features.maps(small_vgg, b, [layer])[layer][0, 4].min()) for b in batches.values())
    assert patches.strongest(low, 4, 1, -1)[0].value == pytest.approx(lowest)
    high = {name: patches.record(small_vgg, batch, (ANSWER,))[ANSWER] for name, batch in batches.items()}
    found = patches.favourites(high.pop("boot"), high, 2)
    assert "ankle boot" in [how.label(i) for i in found]


@pytest.mark.parametrize(
    ("goal", "start", "change"),
    [
        (Goal("features.2.0", 5), "noise", {}),
        (Goal("features.1.2", 3, (4, 5), -1), "picture", {"blur_px": 0.8, "wobble": 0.0}),
        (Goal(ANSWER, 8), "noise", {"spectrum": 0.0, "bounded": False, "decay": 0.0}),
    ],
)
def test_the_code_of_the_view_prints_the_activation_shown(
    goal: Goal, start: str, change: dict[str, float]
) -> None:
    subject = Subject("small_vgg", "embedded", "text")
    settings = replace(QUICK, **change)  # type: ignore[arg-type]
    text = code.written(subject, goal, settings, start)
    assert "explorer" not in text
    said = printed_by(text + 'Path("unit.png").unlink()\n')
    printed = [float(line.split()[1]) for line in said.splitlines()]
    begun = preprocessing.batch(subject.shown, subject.how) if start == "picture" else None
    network = networks.build("small_vgg", weights="embedded")
    moments = list(maximisation.climb(network, goal, subject.how, settings, begun))
    assert printed == pytest.approx([moments[0].activation, moments[-1].activation], rel=1e-3, abs=1e-4)
