"""The training loop: what is frozen stays to the bit, what is told is true, and every network can be trained."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from explorer.transfer import LANES, Recipe, Training, anatomy, datasets, export, order, starting, train
from explorer.transfer.training import cosine, records

NETWORKS = ("small_vgg", "small_resnet", "small_depthwise")


def few(lane: str, **changed: object) -> Recipe:
    return Recipe.of_lane(lane, **{"steps": 3, "batch": 8, "pictures_per_class": 2, **changed})


def run_of(recipe: Recipe, **settings: object) -> Training:
    return Training(
        recipe, datasets.get("letters"), **{"network": "small_vgg", "weights": "glyphs", **settings}
    )


def is_statistic(name: str) -> bool:
    return name.rpartition(".")[2] in ("running_mean", "running_var", "num_batches_tracked")


@pytest.fixture(scope="module")
def coloured() -> datasets.PictureSet:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (24, 40, 40, 3), dtype=np.uint8)
    return datasets.own("Mine", ["a", "b", "c"], images, [i % 3 for i in range(24)])


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("frozen_norm", [False, True])
def test_what_is_frozen_stays_to_the_bit_and_the_rest_moves(lane: str, frozen_norm: bool) -> None:
    run = run_of(few(lane, freeze_batch_norm=frozen_norm))
    before = {name: value.clone() for name, value in run.network.state_dict().items()}
    norms = {name for name, module in run.network.named_modules() if isinstance(module, nn.BatchNorm2d)}
    deep = {name for stage in anatomy.deepest(run.network) for name in stage.parameters}
    for _ in range(3):
        run.step()
        run.evaluate()
    after = run.state()
    assert after.keys() == before.keys()
    for name, value in before.items():
        owner = name.rpartition(".")[0]
        in_stage = lane in ("scratch", "whole") or (lane == "deep" and f"{owner}.weight" in deep)
        trains = owner == "head" or (in_stage and not (frozen_norm and owner in norms))
        assert torch.equal(after[name], value) != trains, name
        assert owner in norms or not is_statistic(name)


def test_the_lanes_begin_from_the_same_head_and_see_the_same_batches() -> None:
    heads = [run_of(few(lane)).network.head.weight for lane in LANES]
    assert all(torch.equal(heads[0], head) for head in heads)
    assert not torch.equal(heads[0], run_of(few("whole", seed=1)).network.head.weight)
    seen = [run_of(few(lane)).chosen for lane in LANES]
    assert seen.count(seen[0]) == len(LANES)


def test_a_backbone_really_is_in_its_lane() -> None:
    kept = starting.starting("small_vgg", "glyphs", few("whole"), 20).state_dict()
    fresh = starting.starting("small_vgg", "glyphs", few("scratch"), 20).state_dict()
    name = "features.0.0.weight"
    assert torch.equal(kept[name], export.read_tensors(_file("small_vgg_glyphs"))[name])
    assert not torch.equal(kept[name], fresh[name])
    assert torch.equal(fresh[name], starting.starting("small_vgg", None, few("whole"), 20).state_dict()[name])


def _file(name: str) -> bytes:
    from explorer.networks import embedded

    return (embedded.FOLDER / f"{name}.safetensors").read_bytes()


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_the_optimisers_are_what_the_recipe_says(optimiser: str) -> None:
    recipe = few("whole", optimiser=optimiser, weight_decay=0.1, label_smoothing=0.1, steps=3, rate=0.05)
    run, plain = run_of(recipe), run_of(recipe).network
    state: dict[str, list[torch.Tensor]] = {}
    labels = torch.from_numpy(run.pictures.labels)
    for step in range(3):
        rows = [run.chosen[place] for place in order.batch(len(run.chosen), 8, 0, step)]
        plain.train()
        logits = plain(run.scaled(run.pictures.images[rows]))
        target = functional.one_hot(labels[rows], 20) * 0.9 + 0.1 / 20
        loss = -(target * logits.log_softmax(1)).sum(1).mean()
        plain.zero_grad()
        loss.backward()
        record = run.step()
        assert record.loss == pytest.approx(loss.item(), rel=1e-4)
        assert record.train_accuracy == (logits.argmax(1) == labels[rows]).float().mean().item()
        with torch.no_grad():
            for name, w in plain.named_parameters():
                r = (0.05 if name.startswith("head") else 1e-3) * cosine(step, 3)
                _update(optimiser, w, w.grad, r, state.setdefault(name, []), step + 1)
    for name, value in run.state().items():
        torch.testing.assert_close(value, plain.state_dict()[name], rtol=1e-3, atol=2e-5)


def _update(kind: str, w: torch.Tensor, g: torch.Tensor, r: float, kept: list[torch.Tensor], t: int) -> None:
    """The formulas of the recipe's docstring, decay 0.1."""
    if kind == "sgd":
        w -= r * (g + 0.1 * w)
    elif kind == "momentum":
        moved = g + 0.1 * w
        kept[:] = [0.9 * kept[0] + moved if kept else moved]
        w -= r * kept[0]
    else:
        w -= r * 0.1 * w
        m, v = kept or (torch.zeros_like(w), torch.zeros_like(w))
        kept[:] = [0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2]
        w -= r * (kept[0] / (1 - 0.9**t)) / ((kept[1] / (1 - 0.999**t)).sqrt() + 1e-8)


def test_the_head_lane_is_a_linear_layer_on_standardised_features() -> None:
    run = run_of(few("head", steps=5, pictures_per_class=5))
    features = anatomy.head_features(run.network, run.scaled(run.pictures.images[run.chosen]))
    told = run.frozen.train
    assert told.mean(0).abs().max() < 1e-4
    torch.testing.assert_close(
        told,
        (features - features.mean(0)) / (features.var(0, correction=0) + 1e-5).sqrt(),
        atol=1e-4,
        rtol=1e-4,
    )
    list(records(run))
    right, shares = run.evaluate()
    whole = starting.starting("small_vgg", "glyphs", run.recipe, 20)
    whole.load_state_dict(run.state())  # the standardisation is folded into the head
    pictures = run.pictures.images[run.test]
    with torch.inference_mode():
        theirs = whole.eval()(run.scaled(pictures)).softmax(1).numpy()
    np.testing.assert_allclose(shares, theirs, atol=1e-4)
    np.testing.assert_allclose(run.predict(pictures[:50]), theirs[:50], atol=1e-4)
    labels = run.pictures.labels[run.test]
    assert right == pytest.approx((theirs.argmax(1) == labels).mean(), abs=0.003)


@pytest.mark.parametrize("lane", ["head", "whole"])
@pytest.mark.parametrize("optimiser", ["momentum", "adam"])
def test_a_checkpoint_goes_on_as_if_nothing_had_happened(lane: str, optimiser: str) -> None:
    recipe = few(
        lane, optimiser=optimiser, steps=6, augmentation="none" if lane == "head" else "shift and flip"
    )
    whole, first, second = (run_of(recipe) for _ in range(3))
    plain = [record.loss for record in records(whole)]
    losses = [first.step().loss for _ in range(2)]
    second.restore(export.read_tensors(export.tensor_bytes(first.checkpoint())))
    assert second.step_count == 2
    losses += [record.loss for record in records(second)]
    assert losses == plain
    with pytest.raises(ValueError, match="of another run"):
        second.restore({"network.x": torch.zeros(1)})


def test_a_record_tells_what_happened() -> None:
    found = list(train(few("whole", steps=5), "letters", weights="glyphs", evaluate_every=2))
    assert [record.step for record in found] == [1, 2, 3, 4, 5]
    assert [record.test_accuracy is not None for record in found] == [False, True, False, True, True]
    assert all(a.seconds < b.seconds for a, b in pairwise(found))
    again = list(train(few("whole", steps=5), "letters", weights="glyphs", evaluate_every=1))
    assert [record.loss for record in again] == [record.loss for record in found]
    other = list(train(few("whole", steps=5, seed=1), "letters", weights="glyphs"))
    assert [record.loss for record in other] != [record.loss for record in found]
    assert {record.lane for record in found} == {"whole"}


def test_augmentation_changes_what_is_seen_and_nothing_else() -> None:
    plain, moved = (run_of(few("whole", augmentation=kind)) for kind in ("none", "shift"))
    assert plain.step().loss != moved.step().loss
    assert plain.chosen == moved.chosen


@pytest.mark.parametrize("network", [*NETWORKS, "lenet5", "squeezenet1_1", "mobilenet_v3_small", "googlenet"])
@pytest.mark.parametrize("lane", ["head", "deep"])
def test_any_network_can_be_trained_on_any_pictures(
    network: str, lane: str, coloured: datasets.PictureSet
) -> None:
    run = Training(few(lane, steps=1, batch=4), coloured, network=network, weights=None)
    record = run.step()
    assert record.loss > 0
    right, shares = run.evaluate()
    assert shares.shape == (len(coloured.test), 3)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-5)
    assert 0 <= right <= 1
    again = starting.starting(network, None, run.recipe, 3, run.input_shape[1])
    again.load_state_dict(run.state())
    with torch.inference_mode():
        theirs = again.eval()(run.scaled(run.pictures.images[run.test])).softmax(1).numpy()
    np.testing.assert_allclose(shares, theirs, atol=2e-3)
    assert run.pictures.channels == run.input_shape[0]


def test_photographs_networks_get_photographs_statistics(coloured: datasets.PictureSet) -> None:
    grey = datasets.get("letters")
    fitted = starting.fitted(grey, "resnet18", None)
    assert fitted.images.shape[1:] == (96, 96, 3)
    assert fitted.mean == grey.mean * 3
    imagenet = starting.fitted(coloured, "resnet18", "IMAGENET1K_V1", 64)
    assert imagenet.images.shape[1:] == (64, 64, 3)
    assert imagenet.mean == (0.485, 0.456, 0.406)
    dull = starting.fitted(coloured, "small_vgg", None)
    assert dull.images.shape[1:] == (28, 28, 1)
    with pytest.raises(ValueError, match="input_px must lie between 16 and 512, got 4"):
        starting.fitted(grey, "resnet18", None, 4)


@pytest.mark.parametrize(
    "network", [*NETWORKS, "resnet18", "squeezenet1_1", "vit_b_16", "swin_t", "densenet121"]
)
def test_stages_hold_every_parameter_but_the_heads_once(network: str) -> None:
    from explorer import networks

    module = networks.build(network)
    held = [name for stage in anatomy.stages_of(module) for name in stage.parameters]
    head = anatomy.head_of(module)
    others = [name for name, _ in module.named_parameters() if not name.startswith(f"{head}.")]
    assert sorted(held) == sorted(others)
    assert len(anatomy.stages_of(module)) >= 4
    assert held[-1] in anatomy.deepest(module)[-1].parameters


def test_bad_wishes_are_refused_in_sentences() -> None:
    with pytest.raises(ValueError, match="no picture set 'leters'"):
        train(few("whole"), "leters")
    with pytest.raises(ValueError, match="did you mean"):
        train(few("whole"), "letters", network="resnet19")
    with pytest.raises(ValueError, match="evaluate_every must be at least 1"):
        train(few("whole"), "letters", evaluate_every=0)
    with pytest.raises(ValueError, match="device must be"):
        train(few("whole"), "letters", device="quantum")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="No CUDA"):
            train(few("whole"), "letters", device="cuda")
    with pytest.raises(ValueError, match="no longer a number after step"):
        list(train(few("scratch", optimiser="sgd", rate=100.0, weight_decay=10.0, steps=99), "letters"))


def test_dropout_is_the_same_for_the_same_seed_and_leaves_torchs_numbers_alone(
    coloured: datasets.PictureSet,
) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    losses = [
        [record.loss for record in train(few("scratch", batch=4), coloured, network="squeezenet1_1")]
        for _ in range(2)
    ]
    assert losses[0] == losses[1]
    assert torch.equal(torch.rand(3), expected)


def test_the_rate_falls_along_a_cosine() -> None:
    assert cosine(0, 10) == 1
    assert cosine(5, 10) == pytest.approx(0.5)
    assert 0 < cosine(9, 10) < 0.03
    recipe = dataclasses.replace(few("whole"), schedule="constant")
    run = run_of(recipe)
    for _ in range(3):
        run.step()
    assert [group["lr"] for group in run._optimiser.param_groups] == [recipe.rate, recipe.backbone_rate]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here")
@pytest.mark.parametrize("lane", LANES)
def test_cuda_draws_nearly_the_same_curve_in_mixed_precision(lane: str) -> None:
    curves = []
    for device in ("cpu", "cuda"):
        run = run_of(few(lane, steps=10, batch=32), device=device)
        curves.append([record.loss for record in records(run)])
    assert run.precision.dtype in (torch.bfloat16, torch.float16)
    assert curves[1] == pytest.approx(curves[0], rel=0.1)
    assert {value.device.type for value in run.state().values()} == {"cpu"}
