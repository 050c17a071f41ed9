"""A kernel as a signal: against numpy's Fourier transform and torch's convolution."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from explorer.kernels import KERNELS, slide
from explorer.spectrum import (
    Multiplies,
    compose,
    flip,
    frequencies,
    frequency_response,
    multiplies,
    rank,
    separable_factors,
)

SHAPES = [(1, 1), (1, 3), (2, 2), (3, 3), (4, 3), (5, 2), (7, 7)]


def weights_of(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(shape).normal(size=shape)


# --- frequency response ---------------------------------------------------------------------------------


@pytest.mark.parametrize("samples", [7, 8, 33, 64])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_response_is_the_conjugate_fourier_transform(shape: tuple[int, int], samples: int) -> None:
    weights = weights_of(shape)
    field = np.zeros((samples, samples))
    field[: shape[0], : shape[1]] = weights
    field = np.roll(field, [-((size - 1) // 2) for size in shape], (0, 1))
    expected = np.fft.fftshift(np.conj(np.fft.fft2(field)))
    got = frequency_response(weights, samples)
    assert got.dtype == np.complex128 and np.allclose(got, expected, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_wave_comes_out_as_itself_times_the_response(shape: tuple[int, int]) -> None:
    weights, samples = weights_of(shape), 12
    response, along = frequency_response(weights, samples), frequencies(samples)
    y, x = np.mgrid[:24, :24]
    for row, column in ((6, 6), (6, 9), (1, 4), (11, 0)):
        wave = np.exp(2j * np.pi * (along[row] * y + along[column] * x))
        settings = {"padding": "same", "padding_mode": "circular"}
        slid = slide(wave.real, weights, **settings) + 1j * slide(wave.imag, weights, **settings)
        assert np.allclose(slid, wave * response[row, column], atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_the_middle_is_the_sum_of_the_weights(name: str) -> None:
    weights = KERNELS[name].weights
    for samples in (1, 8, 9):
        centre = frequency_response(weights, samples)[samples // 2, samples // 2]
        assert centre == pytest.approx(weights.sum(), abs=1e-12)


def test_a_blur_keeps_the_coarse_and_loses_the_fine() -> None:
    strength = np.abs(frequency_response(KERNELS["gaussian_3x3"].weights, 16))
    assert strength[8, 8] == pytest.approx(1) and strength[0, 0] == pytest.approx(0, abs=1e-12)
    assert np.abs(frequency_response(KERNELS["shift"].weights, 16)) == pytest.approx(1)


def test_the_frequencies_run_from_the_finest_through_zero() -> None:
    assert frequencies(4).tolist() == [-0.5, -0.25, 0, 0.25] and frequencies(5)[2] == 0


@pytest.mark.parametrize("samples", [0, -1, 2.0, True, 2049, 10**12])
def test_samples_that_cannot_be_are_refused(samples: object) -> None:
    with pytest.raises(ValueError, match="samples must be"):
        frequency_response(np.ones((3, 3)), samples)  # type: ignore[arg-type]


# --- rank and factors -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KERNELS)
def test_rank_and_factors_of_the_table(name: str) -> None:
    weights = KERNELS[name].weights
    expected = int(torch.linalg.matrix_rank(torch.from_numpy(weights.copy())))
    assert rank(weights) == expected
    factors = separable_factors(weights)
    assert (factors is None) == (expected > 1)
    if factors is not None:
        assert np.allclose(np.outer(*factors), weights, rtol=0, atol=1e-15)


@pytest.mark.parametrize(
    ("weights", "column", "row"),
    [
        (KERNELS["sobel_x"].weights, [1, 2, 1], [-1, 0, 1]),
        (KERNELS["sobel_y"].weights, [-1, 0, 1], [1, 2, 1]),
        (KERNELS["sobel_x"].weights / 8, [0.25, 0.5, 0.25], [-0.5, 0, 0.5]),
        (KERNELS["sobel_y"].weights / 8, [-0.5, 0, 0.5], [0.25, 0.5, 0.25]),
        (KERNELS["box_blur"].weights, [1 / 3] * 3, [1 / 3] * 3),
        (KERNELS["gaussian_3x3"].weights, [0.25, 0.5, 0.25], [0.25, 0.5, 0.25]),
        (KERNELS["edge_1"].weights, [1, 0, -1], [1, 0, -1]),
        (KERNELS["identity"].weights, [0, 1, 0], [0, 1, 0]),
        (-KERNELS["box_blur"].weights, [1 / 3] * 3, [-1 / 3] * 3),
        ([[6, 9], [4, 6]], [3, 2], [2, 3]),
        ([[-6, 6], [4, -4]], [3, -2], [-2, 2]),
        ([[0.25, -0.25], [-0.25, 0.25]], [0.5, -0.5], [0.5, -0.5]),
        ([[7.5]], [1], [7.5]),
        ([[0, 0, 0], [0, 0, 0]], [0, 0], [0, 0, 0]),
    ],
)
def test_the_factors_are_the_ones_one_would_write(weights: object, column: object, row: object) -> None:
    factors = separable_factors(weights)  # type: ignore[arg-type]
    assert factors is not None
    assert factors[0] == pytest.approx(column, abs=1e-15) and factors[1] == pytest.approx(row, abs=1e-15)
    assert not any(np.signbit(factor[factor == 0]).any() for factor in factors)


def test_random_products_are_found_again() -> None:
    random = np.random.default_rng(0)
    for _ in range(300):
        height_px, width_px = random.integers(1, 8, 2)
        scale = 10.0 ** random.integers(-200, 200)
        whole = random.random() < 0.3
        draw = (lambda n: random.integers(-4, 5, n)) if whole else (lambda n: random.normal(size=n))
        weights = np.outer(draw(height_px), draw(width_px)) * (1 if whole else scale)
        factors = separable_factors(weights)
        assert factors is not None and rank(weights) <= 1
        assert np.allclose(np.outer(*factors), weights, rtol=0, atol=1e-12 * np.abs(weights).max())
        if whole:
            assert all((factor == np.rint(factor)).all() for factor in factors)


@pytest.mark.parametrize("expected", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_rank_counts_the_pairs(expected: int, scale: float) -> None:
    random = np.random.default_rng(expected)
    weights = sum((np.outer(*random.normal(size=(2, 5))) for _ in range(expected)), np.zeros((5, 5)))
    assert rank(weights * scale) == expected


def test_two_passes_give_what_one_gives() -> None:
    picture = np.random.default_rng(0).random((20, 20))
    for name in ("sobel_x", "gaussian_7x7", "box_blur"):
        factors = separable_factors(KERNELS[name].weights)
        assert factors is not None
        column, row = factors
        twice = slide(slide(picture, column[:, None]), row[None])
        assert np.allclose(twice, slide(picture, KERNELS[name].weights), atol=1e-13)


def test_multiplies() -> None:
    assert multiplies(KERNELS["box_blur"].weights) == Multiplies(9, 6)
    assert multiplies(KERNELS["gaussian_7x7"].weights) == Multiplies(49, 14)
    assert multiplies(KERNELS["edge_2"].weights) == Multiplies(9, None)
    assert multiplies(np.ones((2, 5))) == Multiplies(10, 7)


# --- joining and turning --------------------------------------------------------------------------------


@pytest.mark.parametrize("first", SHAPES)
@pytest.mark.parametrize("second", SHAPES)
def test_one_kernel_does_the_work_of_two(first: tuple[int, int], second: tuple[int, int]) -> None:
    one, two = weights_of(first), weights_of(second) + 1
    picture = torch.from_numpy(np.random.default_rng(9).normal(size=(1, 1, 18, 17)))
    expected = F.conv2d(
        F.conv2d(picture, torch.from_numpy(one)[None, None]), torch.from_numpy(two)[None, None]
    )
    joined = compose(one, two)
    assert joined.shape == (first[0] + second[0] - 1, first[1] + second[1] - 1)
    got = F.conv2d(picture, torch.from_numpy(joined)[None, None])
    assert torch.allclose(got, expected, atol=1e-12) and np.allclose(joined, compose(two, one), atol=1e-13)


def test_two_box_blurs_make_a_tent() -> None:
    tent = compose(KERNELS["box_blur"].weights, KERNELS["box_blur"].weights)
    assert tent == pytest.approx(np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]) / 81)


def test_flip_makes_cross_correlation_true_convolution() -> None:
    letter = KERNELS["letter_f"].weights
    dot = np.zeros((9, 9))
    dot[4, 4] = 1
    assert np.array_equal(slide(dot, flip(letter), padding=2)[2:7, 2:7], letter)
    assert np.array_equal(flip(flip(letter)), letter)
    assert np.array_equal(flip([[1, 2], [3, 4]]), [[4, 3], [2, 1]])


@pytest.mark.parametrize("made", [rank, separable_factors, multiplies, flip, lambda w: compose(w, w)])
@pytest.mark.parametrize("weights", [[], [[]], [1, 2], [[np.nan]], [["a"]], [[1j]], np.ones((256, 1)), None])
def test_what_is_no_kernel_is_refused(made: object, weights: object) -> None:
    with pytest.raises(ValueError):
        made(weights)  # type: ignore[operator]
    with pytest.raises(ValueError):
        frequency_response(weights, 8)  # type: ignore[arg-type]


def test_weights_too_large_are_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        frequency_response(np.full((3, 3), 1e308), 8)
    with pytest.raises(ValueError, match="too large"):
        compose(np.full((3, 3), 1e200), np.full((3, 3), 1e200))


def test_the_module_loads_without_torch_and_streamlit() -> None:
    code = "import sys, explorer.spectrum; print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
