"""Pooling against torch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from explorer.pooling import KINDS, pool, winners


def torch_pool(picture: np.ndarray, kind: str, window_px: int, stride: int | None) -> np.ndarray:
    planes = torch.from_numpy(picture).reshape(1, -1, *picture.shape[-2:])
    if kind == "max":
        answer = F.max_pool2d(planes, window_px, stride)
    else:
        answer = F.avg_pool2d(planes, window_px, stride, divisor_override=1 if kind == "sum" else None)
    return answer.reshape(*picture.shape[:-2], *answer.shape[-2:]).numpy()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(7, 7), (1, 9), (13, 8), (3, 11, 16), (1, 6, 5)])
@pytest.mark.parametrize("stride", [None, 1, 2, 3, 5])
def test_pool_equals_torch(kind: str, shape: tuple[int, ...], stride: int | None) -> None:
    picture = np.random.default_rng(shape).normal(0, 50, shape)
    for window_px in range(1, min(shape[-2:]) + 1):
        expected = torch_pool(picture, kind, window_px, stride)
        got = pool(picture, kind, window_px, stride)
        assert got.shape == expected.shape and got.dtype == np.float64
        assert np.allclose(got, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("shape", [(7, 8), (3, 11, 16)])
def test_the_winners_are_torchs(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(0).integers(0, 4, shape).astype(float)  # with many ties
    for window_px in (1, 2, 3, 5):
        for stride in (None, 1, 2, 4):
            planes = torch.from_numpy(picture)[None]
            planes = planes if len(shape) == 3 else planes[None]
            _, places = F.max_pool2d(planes, window_px, stride, return_indices=True)
            expected = np.zeros((*planes.shape[1:-2], planes.shape[-2] * planes.shape[-1]), bool)
            for plane, chosen in zip(expected, places[0].numpy(), strict=True):
                plane[chosen.ravel()] = True
            assert np.array_equal(winners(picture, window_px, stride), expected.reshape(shape))


def test_the_usual_window_discards_three_quarters() -> None:
    picture = np.random.default_rng(0).random((16, 16))
    assert pool(picture, "max", 2).shape == (8, 8) and winners(picture, 2).mean() == 0.25


def test_a_stride_beyond_the_picture_leaves_one_window() -> None:
    picture = np.arange(12.0).reshape(3, 4)
    for stride in (5, 10**9, 10**30):
        assert pool(picture, "max", 2, stride).tolist() == [[5]]
        assert np.argwhere(winners(picture, 2, stride)).tolist() == [[1, 1]]


def test_the_example_of_the_lecture() -> None:
    picture = [[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]]
    assert pool(picture, "max", 2, 2).tolist() == [[6, 8], [3, 4]]
    assert pool(picture, "average", 2, 2).tolist() == [[3.25, 5.25], [2, 2]]
    assert pool(picture, "sum", 2, 2).tolist() == [[13, 21], [8, 8]]


@pytest.mark.parametrize(
    ("kind", "window_px", "stride", "sentence"),
    [
        ("median", 2, 2, "kind must be one of max, average, sum, got 'median'"),
        (None, 2, 2, "kind must be one of"),
        (["max"], 2, 2, "kind must be one of"),
        ("max", 0, 2, "window must be at least 1, got 0"),
        ("max", -3, 2, "window must be at least 1, got -3"),
        ("sum", 2.0, 2, "window must be a whole number, got 2.0"),
        ("max", True, 2, "window must be a whole number"),
        ("max", "2", 2, "window must be a whole number"),
        ("average", 2, 0, "stride must be at least 1, got 0"),
        ("max", 2, 1.5, "stride must be a whole number"),
        ("max", 9, 1, "the window covers 9 px, more than the 8 px"),
        ("sum", 10**9, None, "the window covers 1000000000 px"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    kind: object, window_px: object, stride: object, sentence: str
) -> None:
    with pytest.raises(ValueError) as caught:
        pool(np.ones((8, 20)), kind, window_px, stride)  # type: ignore[arg-type]
    assert sentence in str(caught.value)


@pytest.mark.parametrize("picture", [[], [1, 2], np.ones((1, 1, 2, 2)), [[np.nan]], [["a"]], [[1j]], None])
def test_what_is_no_picture_is_refused(picture: object) -> None:
    for kind in KINDS:
        with pytest.raises(ValueError, match="picture must"):
            pool(picture, kind, 1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="picture must"):
        winners(picture, 1)  # type: ignore[arg-type]


def test_the_module_loads_without_torch_and_streamlit() -> None:
    code = "import sys, explorer.pooling; print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
