"""The kernels of the table: what each holds and finds."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from explorer.kernels import KERNELS, Kernel, gabor, gaussian, slide

LECTURE = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "edge_1": [[1, 0, -1], [0, 0, 0], [-1, 0, 1]],
    "edge_2": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "edge_3": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "box_blur": [[1 / 9] * 3] * 3,
    "gaussian_3x3": [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
}
OTHERS = {"sobel_x", "sobel_y", "prewitt_x", "prewitt_y", "laplacian", "laplacian_of_gaussian", "emboss"}


@pytest.mark.parametrize("name", LECTURE)
def test_the_kernels_of_the_lecture(name: str) -> None:
    assert np.array_equal(KERNELS[name].weights, np.array(LECTURE[name], float))


def test_the_table_holds_what_a_lecture_needs() -> None:
    assert set(LECTURE) | OTHERS | {"motion_blur", "gaussian_5x5", "gaussian_7x7"} <= set(KERNELS)
    with pytest.raises(TypeError):
        KERNELS["x"] = KERNELS["identity"]  # type: ignore[index]


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_an_entry_is_complete(kernel: Kernel) -> None:
    height_px, width_px = kernel.weights.shape
    assert KERNELS[kernel.name] is kernel and kernel.name.replace("_", "").isalnum() and kernel.name.islower()
    assert height_px % 2 == 1 and width_px % 2 == 1 and max(height_px, width_px) <= 7
    assert kernel.weights.dtype == np.float64 and np.isfinite(kernel.weights).all() and kernel.weights.any()
    assert kernel.title and kernel.group and kernel.source
    assert kernel.what.endswith(".") and kernel.what.count(".") == 1
    total = kernel.weights.sum()
    assert abs(total) < 1e-12 or abs(total - 1) < 1e-12  # brightness is kept, or even areas vanish


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_the_weights_cannot_be_changed(kernel: Kernel) -> None:
    with pytest.raises(ValueError):
        kernel.weights[0, 0] = 9
    with pytest.raises(ValueError):
        kernel.weights.setflags(write=True)
    with pytest.raises(AttributeError):
        kernel.weights = np.ones((3, 3))  # type: ignore[misc]


def test_no_two_entries_are_the_same() -> None:
    seen = {(k.weights.shape, k.weights.round(9).tobytes()) for k in KERNELS.values()}
    assert len(seen) == len(KERNELS) == len({k.title for k in KERNELS.values()})


def test_the_gradients_point_where_they_say() -> None:
    ramp = np.tile(np.arange(5.0), (5, 1))
    for name in ("sobel", "prewitt"):
        across, down = KERNELS[f"{name}_x"].weights, KERNELS[f"{name}_y"].weights
        assert (slide(ramp, across) > 0).all() and (slide(ramp, down) == 0).all()
        assert (slide(ramp.T, down) > 0).all() and np.array_equal(across.T, down)


def test_the_detectors_find_what_they_name() -> None:
    square = np.zeros((11, 11))
    square[3:8, 3:8] = 1
    answer = slide(square, KERNELS["corner"].weights, padding=1)
    assert np.unravel_index(answer.argmax(), answer.shape) == (3, 3)
    line = np.zeros((9, 9))
    line[4] = 1
    level, upright = (slide(line, KERNELS[f"line_{way}"].weights, padding=1) for way in ("level", "upright"))
    assert level[4, 4] == level.max() == 6 and abs(upright[4, 4]) == 0
    moved = slide(line.T, KERNELS["shift"].weights, padding=1)
    assert np.array_equal(moved[:, 5], np.ones(9)) and moved.sum() == 9


def test_the_gabor_kernel_prefers_its_own_direction() -> None:
    at = np.arange(32)
    for angle in (0, 45, 90, 135):
        turn = np.deg2rad(angle)
        way = np.cos(2 * np.pi * (at * np.cos(turn) + at[:, None] * np.sin(turn)) / 4)
        strength = {a: np.abs(slide(way, gabor(7, 2, 4, a))).max() for a in (0, 45, 90, 135)}
        assert max(strength, key=strength.__getitem__) == angle
    assert abs(gabor(7, 2, 4, 30).sum()) < 1e-15 and np.abs(gabor(7, 2, 4, 30)).sum() == pytest.approx(1)


def test_a_kernel_checks_its_weights() -> None:
    with pytest.raises(ValueError, match="weights must have 2 dimensions"):
        Kernel("x", "X", "g", np.ones(3), "What.", "source")


# --- gaussian -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size_px", [1, 3, 5, 7, 15])
@pytest.mark.parametrize("sigma_px", [1e-300, 0.3, 1, 2.5, 1e200])
def test_the_gaussian_is_a_normal_density(size_px: int, sigma_px: float) -> None:
    got = gaussian(size_px, sigma_px)
    offsets = torch.arange(size_px, dtype=torch.float64) - size_px // 2
    density = torch.distributions.Normal(torch.tensor(0.0, dtype=torch.float64), 1.0)
    bell = density.log_prob(offsets / sigma_px).exp().numpy()
    expected = np.outer(bell, bell) / np.outer(bell, bell).sum()
    assert np.allclose(got, expected, rtol=1e-12, atol=0) and got.sum() == pytest.approx(1)


@pytest.mark.parametrize("size_px", [0, 2, -3, 101, 3.0, True, None])
def test_a_gaussian_size_that_cannot_be_is_refused(size_px: object) -> None:
    with pytest.raises(ValueError, match="size must be"):
        gaussian(size_px, 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("sigma_px", [0, -1, float("nan"), float("inf"), "1", None, True])
def test_a_sigma_that_cannot_be_is_refused(sigma_px: object) -> None:
    with pytest.raises(ValueError, match="sigma must be a positive number"):
        gaussian(3, sigma_px)  # type: ignore[arg-type]


@pytest.mark.parametrize("module", ["kernels", "pictures", "sliding"])
def test_the_concepts_of_this_page_load_without_torch_and_streamlit(module: str) -> None:
    code = f"import sys, explorer.{module}; print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
