"""Kernels: small grids of weights that each look for one thing in a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from explorer.sliding import Floats, numbers, output_size, output_size_formula, slide, whole_number

__all__ = ["KERNELS", "Kernel", "gabor", "gaussian", "output_size", "output_size_formula", "slide"]

MAX_SIZE_PX = 99


@dataclass(frozen=True, eq=False)
class Kernel:
    """A grid of weights with a name, where it comes from, and what to look for when it slides.

    Weights are given as they are slid (cross-correlation): the answer is greatest where the picture looks
    like the kernel.

    Shapes: weights (kh, kw), read-only.
    """

    name: str
    title: str
    group: str
    weights: Floats
    what: str
    source: str

    def __post_init__(self) -> None:
        grid = numbers(self.weights, "weights", (2,))
        frozen = np.frombuffer(grid.tobytes(), dtype=np.float64).reshape(
            grid.shape
        )  # cannot be made writable
        object.__setattr__(self, "weights", frozen)


def gaussian(size_px: int, sigma_px: float) -> Floats:
    """Average over the neighbourhood, the nearer the more: a bell of width sigma, its weights summing to 1.

    Shapes: (size, size), size odd.
    Raises: ValueError for an even size or a sigma that is not positive.
    """
    offsets = _offsets(size_px)
    _positive(sigma_px, "sigma")
    with np.errstate(over="ignore"):
        bell = np.exp(-0.5 * np.square(offsets / sigma_px))
    bell /= bell.sum()
    return np.outer(bell, bell)


def gabor(size_px: int, sigma_px: float, wavelength_px: float, angle_degrees: float) -> Floats:
    """Look for stripes of one width and one direction: a wave under a bell, its weights summing to 0.

    At 0 degrees the wave runs to the right (upright stripes); the angle turns it downwards.

    Source: Daugman 1985, Uncertainty relation for resolution in space, spatial frequency, and orientation.
    """
    offsets = _offsets(size_px)
    bell = gaussian(size_px, sigma_px)
    _positive(wavelength_px, "wavelength")
    if not np.isfinite(angle_degrees):
        raise ValueError(f"angle must be finite, got {angle_degrees}")
    turn = np.deg2rad(angle_degrees)
    along = offsets * np.cos(turn) + offsets[:, None] * np.sin(turn)  # (size, size)
    wave = np.cos(2 * np.pi * along / wavelength_px)
    striped = bell * (wave - (bell * wave).sum())
    return np.asarray(striped / np.abs(striped).sum()) if striped.any() else striped


def _offsets(size_px: int) -> Floats:
    whole_number(size_px, "size", 1)
    if size_px % 2 == 0 or size_px > MAX_SIZE_PX:
        raise ValueError(f"size must be odd and at most {MAX_SIZE_PX}, got {size_px}")
    return np.arange(size_px, dtype=np.float64) - size_px // 2


def _positive(value: float, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise ValueError(f"{name} must be a positive number, got {value!r}")


def _grid(rows: npt.ArrayLike, divisor: float = 1.0) -> Floats:
    return np.asarray(rows, dtype=np.float64) / divisor


_WIKIPEDIA = "Wikipedia, Kernel (image processing)"
_GONZALEZ = "Gonzalez and Woods, Digital Image Processing, line detection"
_SOBEL = "Sobel and Feldman 1968, A 3x3 isotropic gradient operator for image processing"
_PREWITT = "Prewitt 1970, Object enhancement and extraction"
_OWN = "made for this app"

_TABLE = (
    Kernel(
        "identity",
        "Identity",
        "Start here",
        _grid([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        "Nothing changes: every pixel is copied, because only the middle weight is not zero.",
        _WIKIPEDIA,
    ),
    Kernel(
        "shift",
        "Shift",
        "Start here",
        _grid([[0, 0, 0], [1, 0, 0], [0, 0, 0]]),
        "The picture moves one pixel to the right; flip the kernel and it moves to the left.",
        _OWN,
    ),
    Kernel(
        "edge_1",
        "Edges 1: diagonal differences",
        "Edges",
        _grid([[1, 0, -1], [0, 0, 0], [-1, 0, 1]]),
        "Corners and slanting edges answer; level and upright edges stay at zero.",
        _WIKIPEDIA,
    ),
    Kernel(
        "edge_2",
        "Edges 2: Laplacian, 4 neighbours",
        "Edges",
        _grid([[0, 1, 0], [1, -4, 1], [0, 1, 0]]),
        "Thin double lines along every edge, one positive and one negative; even areas vanish.",
        _WIKIPEDIA,
    ),
    Kernel(
        "edge_3",
        "Edges 3: Laplacian, 8 neighbours",
        "Edges",
        _grid([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
        "Edges of every direction, and the grain of the picture too: it answers strongest to single pixels.",
        _WIKIPEDIA,
    ),
    Kernel(
        "sobel_x",
        "Sobel x",
        "Edges",
        _grid([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        "Upright edges: positive where it gets brighter to the right, negative where darker.",
        _SOBEL,
    ),
    Kernel(
        "sobel_y",
        "Sobel y",
        "Edges",
        _grid([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        "Level edges: positive where it gets brighter downwards, negative where darker.",
        _SOBEL,
    ),
    Kernel(
        "prewitt_x",
        "Prewitt x",
        "Edges",
        _grid([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
        "Upright edges as with Sobel, but all three rows count the same: a little more grain shows.",
        _PREWITT,
    ),
    Kernel(
        "prewitt_y",
        "Prewitt y",
        "Edges",
        _grid([[-1, -1, -1], [0, 0, 0], [1, 1, 1]]),
        "Level edges as with Sobel, but all three columns count the same: a little more grain shows.",
        _PREWITT,
    ),
    Kernel(
        "laplacian",
        "Laplacian, even in all directions",
        "Edges",
        _grid([[1, 4, 1], [4, -20, 4], [1, 4, 1]], 6),
        "Edges as with Edges 2, but a slanting edge answers much as a level or an upright one does.",
        "Patra and Karttunen 2006, Stencils with isotropic discretization error for differential operators",
    ),
    Kernel(
        "laplacian_of_gaussian",
        "Laplacian of Gaussian",
        "Edges",
        _grid(
            [[0, 0, -1, 0, 0], [0, -1, -2, -1, 0], [-1, -2, 16, -2, -1], [0, -1, -2, -1, 0], [0, 0, -1, 0, 0]]
        ),
        "Blur and Laplacian in one, negated: small blobs answer, grain less; the zero lies on the edge.",
        "Marr and Hildreth 1980, Theory of edge detection",
    ),
    Kernel(
        "box_blur",
        "Box blur",
        "Blur",
        _grid(np.ones((3, 3)), 9),
        "Every pixel becomes the mean of nine: grain goes, and fine detail with it; the brightness stays.",
        _WIKIPEDIA,
    ),
    Kernel(
        "gaussian_3x3",
        "Gaussian 3x3",
        "Blur",
        _grid([[1, 2, 1], [2, 4, 2], [1, 2, 1]], 16),
        "A softer blur than the box: the nearer a neighbour, the more it counts.",
        _WIKIPEDIA,
    ),
    Kernel(
        "gaussian_5x5",
        "Gaussian 5x5, sigma 1",
        "Blur",
        gaussian(5, 1.0),
        "A wider bell: details of one or two pixels go, larger shapes stay.",
        "the normal density at the pixel centres, normalised",
    ),
    Kernel(
        "gaussian_7x7",
        "Gaussian 7x7, sigma 1.5",
        "Blur",
        gaussian(7, 1.5),
        "The widest blur here: look at how much of the scene can still be told.",
        "the normal density at the pixel centres, normalised",
    ),
    Kernel(
        "motion_blur",
        "Motion blur",
        "Blur",
        _grid(np.eye(7), 7),
        "As if the camera had moved down to the right: edges along that way stay sharp, all others smear.",
        _OWN,
    ),
    Kernel(
        "sharpen",
        "Sharpen",
        "Sharpen and relief",
        _grid([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        "The picture plus its own edges: outlines get a dark and a bright rim, even areas stay as they are.",
        _WIKIPEDIA,
    ),
    Kernel(
        "unsharp",
        "Unsharp masking",
        "Sharpen and relief",
        _grid(
            [
                [-1, -4, -6, -4, -1],
                [-4, -16, -24, -16, -4],
                [-6, -24, 476, -24, -6],
                [-4, -16, -24, -16, -4],
                [-1, -4, -6, -4, -1],
            ],
            256,
        ),
        "Twice the picture less its blur: sharper on a wider scale, and with less grain than Sharpen.",
        _WIKIPEDIA,
    ),
    Kernel(
        "emboss",
        "Emboss",
        "Sharpen and relief",
        _grid([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
        "A relief lit from one corner; flip the kernel and hills become hollows.",
        "GIMP manual, Convolution Matrix",
    ),
    Kernel(
        "line_level",
        "Level line",
        "Detectors",
        _grid([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]),
        "Bright level lines one pixel thick answer most; dark ones are negative.",
        _GONZALEZ,
    ),
    Kernel(
        "line_upright",
        "Upright line",
        "Detectors",
        _grid([[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]]),
        "Bright upright lines one pixel thick answer most; dark ones are negative.",
        _GONZALEZ,
    ),
    Kernel(
        "corner",
        "Corner, top left",
        "Detectors",
        _grid([[-4, -4, -4], [-4, 5, 5], [-4, 5, 5]]),
        "The top left corners of bright areas answer most; flip the kernel and the bottom right ones do.",
        _OWN,
    ),
    Kernel(
        "gabor",
        "Gabor, slanting stripes",
        "Detectors",
        gabor(7, 2.0, 4.0, 45.0),
        "Stripes of one direction and one width, like many first-layer filters of trained networks.",
        "Daugman 1985, Uncertainty relation for resolution in space, spatial frequency, and orientation",
    ),
    Kernel(
        "letter_f",
        "Letter F",
        "Detectors",
        _grid([[1, 1, 1, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]], 10),
        "On a single dot, cross-correlation draws the F turned by half a turn; true convolution, upright.",
        _OWN,
    ),
)

KERNELS: Mapping[str, Kernel] = MappingProxyType({kernel.name: kernel for kernel in _TABLE})
