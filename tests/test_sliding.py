"""Sliding a kernel over a picture: the same numbers as torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from explorer.kernels import KERNELS, output_size, output_size_formula, slide

TORCH_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def torch_slide(
    picture: np.ndarray,
    weights: np.ndarray,
    *,
    stride: int = 1,
    dilation: int = 1,
    padding: int | str = 0,
    padding_mode: str = "zeros",
    bias: float = 0.0,
) -> np.ndarray:
    """The oracle: torch's layer, each channel alone."""
    layer = torch.nn.Conv2d(
        1,
        1,
        weights.shape,
        stride=stride,
        dilation=dilation,
        padding=padding,
        padding_mode=padding_mode,
        dtype=torch.float64,
    )
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.array(weights, dtype=np.float64))[None, None])
        layer.bias.fill_(bias)
        planes = torch.from_numpy(picture.astype(np.float64)).reshape(-1, 1, *picture.shape[-2:])
        answer = layer(planes).numpy()
    return answer.reshape(*picture.shape[:-2], *answer.shape[-2:])


# --- sliding against torch ------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("padding_mode", TORCH_MODES)
@pytest.mark.parametrize("height_px", range(1, 8))
@pytest.mark.parametrize("width_px", range(1, 8))
def test_slide_equals_torch(height_px: int, width_px: int, padding_mode: str) -> None:
    random = np.random.default_rng([height_px, width_px, len(padding_mode)])
    for stride in (1, 2, 3):
        for dilation in (1, 2, 3):
            shape = ((21, 23), (3, 19, 27), (2, 25, 19))[random.integers(3)]
            picture = random.normal(0, 100, shape)
            weights = random.normal(0, 1, (height_px, width_px))
            settings = {"stride": stride, "dilation": dilation, "padding_mode": padding_mode}
            paddings = [0, 1, int(random.integers(2, 10))] + (["same"] if stride == 1 else [])
            for padding in paddings:
                bias = float(random.normal())
                expected = torch_slide(picture, weights, padding=padding, bias=bias, **settings)
                got = slide(picture, weights, padding=padding, bias=bias, **settings)
                assert got.shape == expected.shape and got.dtype == np.float64
                assert np.abs(got - expected).max() < 1e-8


@pytest.mark.parametrize("padding_mode", TORCH_MODES)
def test_slide_equals_conv2d_after_pad_in_single_precision(padding_mode: str) -> None:
    random = np.random.default_rng(5)
    picture = random.random((31, 17)).astype(np.float32)
    weights = random.normal(size=(5, 3)).astype(np.float32)
    padded = F.pad(torch.from_numpy(picture)[None, None], (4, 4, 4, 4), TORCH_MODES[padding_mode])
    expected = F.conv2d(padded, torch.from_numpy(weights)[None, None], stride=2, dilation=2)[0, 0].numpy()
    got = slide(picture, weights, stride=2, dilation=2, padding=4, padding_mode=padding_mode)
    assert np.abs(got - expected).max() < 1e-5


@pytest.mark.parametrize("padding_mode", TORCH_MODES)
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 3), (4, 4), (5, 1)])
def test_small_pictures_are_refused_exactly_where_torch_refuses(
    size: tuple[int, int], padding_mode: str
) -> None:
    picture = np.arange(1.0, 1 + size[0] * size[1]).reshape(size)
    for kernel_px in (1, 2, 3, 4):
        for padding in (0, 1, 2, 3, 4, 5, "same"):
            weights = np.arange(1.0, 1 + kernel_px**2).reshape(kernel_px, kernel_px)
            settings = {"padding": padding, "padding_mode": padding_mode}
            try:
                expected = torch_slide(picture, weights, **settings)
            except (RuntimeError, ValueError):
                with pytest.raises(ValueError):
                    slide(picture, weights, **settings)
            else:
                assert np.array_equal(slide(picture, weights, **settings), expected)


def test_the_example_of_the_lecture() -> None:
    picture = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
    weights = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    assert slide(picture, weights).tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]


def test_the_kernel_is_not_flipped() -> None:
    dot = np.zeros((7, 7))
    dot[3, 3] = 1
    letter = KERNELS["letter_f"].weights
    assert np.array_equal(slide(dot, letter, padding=2)[1:6, 1:6], letter[::-1, ::-1])
    row = np.arange(5.0)[None]
    assert slide(row, [[0, 0, 1]], padding=0).tolist() == [[2, 3, 4]]


def test_same_puts_the_odd_pixel_after() -> None:
    assert slide([[1, 2, 3]], [[1, 10]], padding="same").tolist() == [[21, 32, 3]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64, bool, ">f4"])
def test_every_kind_of_number_is_read_and_left_alone(dtype: object) -> None:
    picture = np.random.default_rng(0).integers(0, 2, (2, 9, 8)).astype(dtype)
    before = picture.copy()
    picture.setflags(write=False)
    weights = np.array([[200, -1], [3, 300]])
    got = slide(picture, weights, padding=1)
    assert np.array_equal(got, torch_slide(picture.astype(float), weights, padding=1))
    assert np.array_equal(picture, before) and got.flags.writeable


def test_views_with_steps_are_read_right() -> None:
    picture = np.random.default_rng(0).random((3, 20, 20)).transpose(0, 2, 1)[:, ::-2, ::3]
    weights = np.random.default_rng(1).random((3, 4))[:, ::-1]
    assert np.allclose(
        slide(picture, weights, padding=2), torch_slide(picture.copy(), weights.copy(), padding=2)
    )


def test_numpy_integers_are_whole_numbers() -> None:
    picture = np.eye(6)
    one, two = np.int64(1), np.uint8(2)
    got = slide(picture, np.ones((3, 3)), stride=two, dilation=one, padding=two, bias=np.float32(1))
    assert np.array_equal(got, slide(picture, np.ones((3, 3)), stride=2, padding=2, bias=1))


# --- what cannot be -------------------------------------------------------------------------------------

PICTURE, WEIGHTS = np.ones((8, 9)), np.ones((3, 3))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"stride": 0}, "stride must be at least 1, got 0"),
        ({"stride": -2}, "stride must be at least 1, got -2"),
        ({"stride": 1.5}, "stride must be a whole number, got 1.5"),
        ({"stride": 2.0}, "stride must be a whole number, got 2.0"),
        ({"stride": True}, "stride must be a whole number, got True"),
        ({"stride": None}, "stride must be a whole number, got None"),
        ({"stride": "2"}, "stride must be a whole number, got '2'"),
        ({"stride": (1, 2)}, "stride must be a whole number"),
        ({"stride": np.ones(2)}, "stride must be a whole number"),
        ({"dilation": 0}, "dilation must be at least 1, got 0"),
        ({"dilation": 1.0}, "dilation must be a whole number"),
        ({"dilation": False}, "dilation must be a whole number"),
        ({"dilation": 10**9}, "the window covers 2000000001 px, more than the 8 px"),
        ({"dilation": 10**9, "padding": "same"}, "would hold"),
        ({"dilation": 10**30, "padding": "same"}, "would hold"),
        ({"padding": -1}, "padding must be at least 0, got -1"),
        ({"padding": 1.0}, "padding must be a whole number, got 1.0"),
        ({"padding": True}, "padding must be a whole number, got True"),
        ({"padding": "valid"}, "padding must be a whole number of at least 0 or \"same\", got 'valid'"),
        ({"padding": 10**9}, "at most 50,000,000 are allowed"),
        ({"padding": 10**9, "padding_mode": "replicate"}, "at most 50,000,000 are allowed"),
        ({"padding": 10**40}, "at most 50,000,000 are allowed"),
        ({"padding": "same", "stride": 2}, 'padding "same" needs stride 1, got stride 2'),
        (
            {"padding": 8, "padding_mode": "reflect"},
            "reflect padding can be at most 7 px on a side of 8 px, got 8",
        ),
        (
            {"padding": 9, "padding_mode": "circular"},
            "circular padding can be at most 8 px on a side of 8 px",
        ),
        ({"padding_mode": "mirror"}, "padding_mode must be one of zeros, reflect, replicate, circular"),
        ({"padding_mode": None}, "padding_mode must be one of"),
        ({"padding_mode": ["zeros"]}, "padding_mode must be one of"),
        ({"bias": float("nan")}, "bias must be finite, got nan"),
        ({"bias": float("inf")}, "bias must be finite, got inf"),
        ({"bias": "1"}, "bias must be a number, got '1'"),
        ({"bias": 1j}, "bias must be a number"),
        ({"bias": None}, "bias must be a number"),
        ({"bias": np.ones(3)}, "bias must be a number"),
        ({"bias": 10**400}, "bias must be finite"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        slide(PICTURE, WEIGHTS, **settings)  # type: ignore[arg-type]
    assert sentence in str(caught.value)


@pytest.mark.parametrize("name", ["picture", "weights"])
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.array([["a", "b"]]), "must hold real numbers"),
        (np.array([[b"a"]]), "must hold real numbers"),
        (np.ones((3, 3), complex), "must hold real numbers, got values of type complex128"),
        (np.array([[None, 1]]), "must hold real numbers"),
        ([[10**400]], "must hold real numbers"),
        (np.array([["2020-01-01"]], "datetime64"), "must hold real numbers"),
        ([[1, 2], [3]], "must be a full rectangle of numbers"),
        (np.full((3, 3), np.nan), "must hold finite numbers"),
        (np.array([[1, -np.inf], [0, 1]]), "must hold finite numbers"),
        (np.ones((0, 3)), "must not be empty, got the shape (0, 3)"),
        (np.ones((3, 0)), "must not be empty"),
        (np.ones(3), "dimensions, got 1"),
        (1.0, "dimensions, got 0"),
        (np.ones((1, 1, 3, 3)), "dimensions, got 4"),
        (None, "must hold real numbers"),
        ("abc", "must hold real numbers"),
        (np.array([["1e400"]]).astype(np.longdouble), "must hold finite numbers"),
        (torch.ones(3, 3, requires_grad=True), "cannot be read as an array"),
        (torch.eye(3).to_sparse(), "cannot be read as an array"),
    ],
)
def test_arrays_that_cannot_be_are_refused(name: str, values: object, sentence: str) -> None:
    arrays = {"picture": PICTURE, "weights": WEIGHTS, name: values}
    with pytest.raises(ValueError) as caught:
        slide(arrays["picture"], arrays["weights"])  # type: ignore[arg-type]
    assert str(caught.value).startswith(name) and sentence in str(caught.value)


def test_weights_with_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="weights must have 2 dimensions, got 3"):
        slide(np.ones((3, 8, 8)), np.ones((3, 3, 3)))


def test_sums_that_overflow_are_refused() -> None:
    with pytest.raises(ValueError, match="too large for a 64-bit number"):
        slide(np.full((3, 3), 1e308), np.full((3, 3), 1e10))


def test_a_window_that_does_not_fit_is_refused() -> None:
    with pytest.raises(
        ValueError, match="the window covers 7 px, more than the 6 px of the picture with its padding"
    ):
        slide(np.ones((4, 20)), np.ones((4, 1)), dilation=2, padding=1)


# --- the output size ------------------------------------------------------------------------------------


def test_the_output_size_equals_torch() -> None:
    random = np.random.default_rng(3)
    for _ in range(400):
        size_px, kernel_px, stride, dilation, padding = (int(random.integers(*r)) for r in SIZE_RANGES)
        try:
            expected = F.conv1d(
                torch.zeros(1, 1, size_px),
                torch.zeros(1, 1, kernel_px),
                stride=stride,
                dilation=dilation,
                padding=padding,
            ).shape[-1]
        except RuntimeError:
            with pytest.raises(ValueError, match="the window covers"):
                output_size(size_px, kernel_px, stride, dilation, padding)
        else:
            assert output_size(size_px, kernel_px, stride, dilation, padding) == expected


SIZE_RANGES = ((1, 30), (1, 9), (1, 5), (1, 4), (0, 5))


def test_the_sizes_of_the_lecture() -> None:
    assert output_size(32, 5) == 28 and output_size(28, 5) == 24
    assert output_size(32, 5, padding=2) == 32 and output_size(7, 3, stride=2) == 3
    assert output_size(227, 11, stride=4) == 55 and output_size(7, 3, stride=2, padding=1) == 4
    for kernel_px in range(1, 9):
        assert output_size(13, kernel_px, 1, 3, "same") == 13


def test_the_formula_shows_its_numbers() -> None:
    assert output_size_formula(32, 5) == "⌊(32 + 2·0 − 1·(5 − 1) − 1) / 1⌋ + 1 = 28"
    assert output_size_formula(7, 3, 2, 1, 1) == "⌊(7 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 4"
    assert output_size_formula(9, 4, padding="same") == "⌊(9 + 1 + 2 − 1·(4 − 1) − 1) / 1⌋ + 1 = 9"


@pytest.mark.parametrize("arguments", [(0, 3), (5, 0), (5, 3, 0), (5, 3, 1, 0), (5, 3, 1, 1, -1), (5.0, 3)])
def test_sizes_that_cannot_be_are_refused(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must be"):
        output_size(*arguments)
