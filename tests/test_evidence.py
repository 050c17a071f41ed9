"""Maps made in parts: joined they are those made at once, for every method on every network that comes with the app."""

import numpy as np
import pytest
import torch

from explorer import activity, attribution, evidence, faithfulness, networks
from explorer.attribution import METHODS
from explorer.evidence import Query
from explorer.networks import EMBEDDED, preprocessing
from explorer.subject import Subject


def asked(name: str) -> tuple[torch.nn.Module, torch.Tensor, Subject]:
    subject = Subject(name, "embedded", "digit3" if name == "lenet5" else "shirt")
    network = networks.build(name, weights="embedded")
    return network, preprocessing.batch(subject.shown, subject.how), subject


def whole(network: torch.nn.Module, batch: torch.Tensor, subject: Subject, query: Query) -> np.ndarray:
    side = subject.how.input_px
    count = query.parts(side)
    parts = [evidence.part(network, batch, subject.how, query, index) for index in range(count)]
    return evidence.joined(parts, query, side)


@pytest.mark.parametrize("name", EMBEDDED)
@pytest.mark.parametrize("method", METHODS)
def test_the_parts_joined_are_the_map_made_at_once(name: str, method: str) -> None:
    network, batch, subject = asked(name)
    steps = activity.steps(network, batch)
    if method in evidence.misfits(network, tuple(batch.shape[1:]), steps):  # type: ignore[arg-type]
        pytest.skip("not offered for this network")
    layer = evidence.last_place(steps, 10) if METHODS[method].needs_layer else None
    query = Query(method, 3, layer, steps=21, samples=11, window_px=5, stride_px=3)
    found = whole(network, batch, subject, query)
    once = attribution.attribute(network, batch, method=method, target=3, layer=layer, **query.options())
    expected = once[0] if once.ndim == 3 else once[0, 0]  # one colour here
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


def test_colours_are_summed_but_a_cover_lies_over_all_of_them() -> None:
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()
    ).eval()
    batch = torch.randn(1, 3, 12, 12)
    how = preprocessing.Preprocessing(3, 12, 12, (0.5, 0.4, 0.3), (0.2, 0.2, 0.3), ())
    for method, expected in (("saliency", "sum"), ("occlusion", "one")):
        query = Query(method, 1, window_px=4, stride_px=3)
        parts = [evidence.part(network, batch, how, query, i) for i in range(query.parts(12))]
        once = attribution.attribute(network, batch, method=method, target=1, **query.options())[0]
        wanted = once.sum(0) if expected == "sum" else once[0]
        np.testing.assert_allclose(evidence.joined(parts, query, 12), wanted, atol=1e-5)


@pytest.mark.parametrize("name", evidence.BASELINES)
def test_integrated_gradients_are_complete_from_every_baseline(name: str) -> None:
    network, batch, subject = asked("small_vgg")
    query = Query("integrated_gradients", 2, steps=200, baseline=name)
    found = whole(network, batch, subject, query)
    start = evidence.baseline(batch, subject.how, name)
    with torch.inference_mode():
        change = float((network(batch) - network(start))[0, 2])
    assert float(found.sum()) == pytest.approx(change, abs=0.02)
    total = np.array([[found.sum()]], dtype=np.float32)
    error = faithfulness.completeness_error(network, batch, total, target=2, baseline=start)
    assert float(error[0]) == pytest.approx(float(found.sum()) - change, abs=1e-4)


def test_baselines_are_what_they_are_called() -> None:
    _, batch, subject = asked("small_vgg")
    how = subject.how
    black, white = (evidence.baseline(batch, how, name) for name in ("black", "white"))
    assert torch.allclose(black * how.std[0] + how.mean[0], torch.zeros_like(batch), atol=1e-6)
    assert torch.allclose(white * how.std[0] + how.mean[0], torch.ones_like(batch), atol=1e-6)
    with pytest.raises(ValueError, match="no baseline 'grey'"):
        evidence.baseline(batch, how, "grey")


def test_every_method_says_what_its_numbers_count() -> None:
    assert set(evidence.UNITS) == set(METHODS)


def test_windows_cover_every_pixel_or_are_refused() -> None:
    for side, window, stride in ((28, 8, 4), (28, 5, 3), (224, 32, 16), (7, 7, 7)):
        covered = {
            pixel for first, last in evidence.places(side, window, stride) for pixel in range(first, last)
        }
        assert covered == set(range(side))
    with pytest.raises(ValueError, match="window_px must be"):
        evidence.places(28, 29, 4)
    with pytest.raises(ValueError, match="stride_px must be"):
        evidence.places(28, 4, 5)


def test_the_usual_layer_is_the_last_before_pooling() -> None:
    for name, layer in (
        ("resnet18", "layer4.1.relu"),
        ("squeezenet1_1", "features.12"),
        ("vgg11", "features.19"),
    ):
        steps = activity.steps(networks.build(name), torch.zeros(1, 3, 96, 96))
        assert evidence.last_place(steps, 1000) == layer


def test_randomised_to_a_depth_is_the_cascade_at_that_depth_and_leaves_the_original() -> None:
    network, batch, _ = asked("small_resnet")
    before = network(batch)
    layers = faithfulness.layers_that_run(network, batch)
    assert layers[0] == "conv" and layers[-1] == "head" and len(layers) == 10
    cascade = faithfulness.randomised_from_top(network, layers=layers)
    for depth, (name, changed) in enumerate(cascade, start=1):
        assert name == layers[-depth]
        alone = faithfulness.randomised(network, depth, layers=layers)
        torch.testing.assert_close(alone(batch), changed(batch))
    assert torch.equal(network(batch), before)
    with pytest.raises(ValueError, match="no 11 layers"):
        faithfulness.randomised(network, 11, layers=layers)


def test_likeness_is_spearmans_with_shared_ranks() -> None:
    first = np.array([[1.0, 2.0, 2.0, 4.0]], dtype=np.float32)
    assert faithfulness.likeness(first, -first) == pytest.approx(1)
    # ranks 1, 2.5, 2.5, 4 against 4, 3, 2, 1: by hand -0.9487
    other = np.array([[9.0, 7.0, 5.0, 1.0]], dtype=np.float32)
    assert faithfulness.likeness(first, other) == pytest.approx(-4.5 / np.sqrt(4.5 * 5))
    assert faithfulness.likeness(first, np.zeros_like(first)) == 0


def test_removal_begins_and_ends_with_the_picture_and_its_blur() -> None:
    network, batch, _ = asked("small_resnet")
    scores = attribution.attribute(network, batch, method="saliency", target=0)[0, 0]
    ends = np.array([0.0, 1.0])
    away, back = (
        faithfulness.removed(network, batch, scores, ends, target=0, insertion=insertion)
        for insertion in (False, True)
    )
    with torch.inference_mode():
        whole, none = (network(x).softmax(1)[0, 0].item() for x in (batch, faithfulness.blurred(batch)))
    np.testing.assert_allclose(away, [whole, none], rtol=1e-5)
    np.testing.assert_allclose(back, [none, whole], rtol=1e-5)
