"""From dense to convolution: the drawn layer, the counts, and what becomes of a moved picture."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from explorer.browser.dense.presets import PRESETS
from explorer.kernels import KERNELS, slide
from explorer.pictures import BUILT_IN
from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.programs import printed_by

pytestmark = pytest.mark.browser
Floats = npt.NDArray[np.float64]
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

FINGERPRINT = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((sum, value) => (sum * 31 + value) | 0, 0);
}"""
# How red the solid points in the top rows are, on average: dark names on light, light names on dark.
TOP_RED = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 20);
  const solid = Array.from({ length: data.length / 4 }, (_, i) => 4 * i).filter((i) => data[i + 3] > 200);
  return solid.reduce((sum, i) => sum + data[i], 0) / solid.length;
}"""


def root(page: Page) -> Locator:
    return page.locator('[data-component="dense"]')


def found(page: Page, part: str, ready: str = "true") -> dict[str, Any]:
    """What the page computed in this part, once it is there and `ready` (JavaScript over `found`) holds."""
    page.evaluate(TWO_FRAMES)
    handle = root(page).element_handle()
    page.wait_for_function(
        f"([root, part]) => {{ const found = root.__numbers?.[part]; return found && ({ready}); }}",
        arg=[handle, part],
    )
    numbers: dict[str, Any] = root(page).evaluate("(root, part) => root.__numbers[part]", part)
    return numbers


def moved_run(page: Page) -> dict[str, Any]:
    return found(page, "shift", "found.layers && found.spreads")


def test_drawn_layer_is_a_matrix_and_at_the_end_a_convolution(tab: Tab) -> None:
    page = tab.open("/dense?n=9&rk=4&g=6&gk=3&t=2")
    check_drawn(found(page, "wires"), (1, 9), (1, 4))
    choose(page, "Picture", "Grid of pixels")
    check_drawn(found(page, "wires", "found.inputs.length === 36"), (6, 6), (3, 3))


def check_drawn(shown: dict[str, Any], side: tuple[int, int], window: tuple[int, int]) -> None:
    x = torch.tensor(shown["inputs"], dtype=torch.float64).reshape(1, 1, *side)
    kernel = torch.tensor(shown["kernel"], dtype=torch.float64).reshape(1, 1, *window)
    expected = F.conv2d(x, kernel).flatten().numpy()
    matrix = np.array(shown["matrix"])
    np.testing.assert_allclose(shown["outputs"], expected, atol=1e-12)
    np.testing.assert_allclose(matrix @ x.flatten().numpy(), expected, atol=1e-12)
    assert shown["sliding_difference"] == 0
    taps, hidden = window[0] * window[1], len(expected)
    conv, local, dense = (shown["counts"][kind] for kind in ("conv", "local", "dense"))
    assert conv == {"weights": taps, "biases": 1, "connections": hidden * taps}
    assert local == {"weights": hidden * taps, "biases": hidden, "connections": hidden * taps}
    assert dense["weights"] == dense["connections"] == matrix.size
    # Cells with one number hold one weight, and the numbers are exactly those of the kernel.
    ids = np.array([[i or 0 for i in row] for row in shown["ids"]])
    assert all(len({*matrix[ids == number].tolist()}) == 1 for number in range(1, taps + 1))
    assert {*ids.ravel().tolist()} == {*range(taps + 1)}
    assert not matrix[ids == 0].any()


def test_lecture_example_and_the_way_there(tab: Tab) -> None:
    page = tab.open("/dense?lay=grid&t=2")
    assert found(page, "wires")["outputs"] == [4, 3, 4, 2, 4, 3, 2, 3, 4]
    slider = root(page).get_by_role("slider", name="From dense to convolution")
    slider.fill("1")
    local = found(page, "wires", "found.stage === 'local'")
    assert np.count_nonzero([i or 0 for row in local["ids"] for i in row]) == 81
    slider.fill("0")
    dense = found(page, "wires", "found.stage === 'dense'")
    assert len({i for row in dense["ids"] for i in row}) == 225
    slider.fill("1.5")
    half = found(page, "wires", "found.stage === 'conv'")
    kernel = np.array(half["kernel"])
    tied = np.array([[kernel[i - 1] if i else 0 for i in row] for row in half["ids"]])
    own = np.array(local["matrix"])  # nothing outside the windows
    np.testing.assert_allclose(half["matrix"], (own + tied) / 2, atol=1e-12)


def test_a_unit_shows_its_lines_a_weight_all_its_places(tab: Tab) -> None:
    page = tab.open("/dense?t=2")
    wires = root(page).locator("canvas.wires")
    wires.focus()
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        page.evaluate(TWO_FRAMES)
    shown = found(page, "wires", "found.focus === 'h1'")
    terms = [*zip(shown["kernel"], shown["inputs"][1:4], strict=True)]
    assert shown["outputs"][1] == sum(weight * pixel for weight, pixel in terms)
    assert shown["told"].startswith("y₂ = ") and shown["told"].count("·") == 3
    page.keyboard.press("ArrowDown")
    assert "is read by 2 of 8" in found(page, "wires", "found.focus === 'x1'")["told"]
    before = shown["inputs"][1]
    page.keyboard.press("Space")
    assert found(page, "wires", f"found.inputs[1] === {1 - before}")["outputs"] != shown["outputs"]
    root(page).locator("canvas.matrix-sheet").focus()
    page.keyboard.press("ArrowRight")
    assert found(page, "wires", "found.focus === 'w0.0'")["uses"] == 8
    page.wait_for_function("location.search.includes('at=w0.0')")
    box = wires.bounding_box()
    assert box
    pinned = wires.evaluate(FINGERPRINT)
    page.mouse.move(box["x"] + 108, box["y"] + 45)  # the first hidden unit
    assert found(page, "wires", "found.focus === 'h0'")["told"].startswith("y₁ = ")
    assert wires.evaluate(FINGERPRINT) != pinned


def test_lecture_counts(tab: Tab) -> None:
    page = tab.open("/dense?v=counts&h=9")
    for preset in PRESETS.values():
        root(page).get_by_role("button", name=preset.title, exact=True).click()
        expect(root(page).get_by_role("button", name=preset.title, exact=True)).to_have_attribute(
            "aria-pressed", "true"
        )
        shown = found(page, "counts", f"found.slide.includes({json.dumps(preset.what)})")
        check_counts(shown, preset.sizes)
        for claim in preset.claims:
            value = int(shown["counts"][claim.layer][claim.count])
            assert (value == claim.value) == (not claim.reason)
            assert claim.words in shown["slide"] and f"{value:,}" in shown["slide"]
        if preset.name == "forty_thousand":
            counts = [shown["counts"][kind]["weights"] for kind in ("dense", "local", "conv")]
            assert counts == ["1600000000", "360000", "9"]


def check_counts(shown: dict[str, Any], sizes: Any) -> None:
    """Against PyTorch's own layers, made without memory."""
    height, width, channels, units, k, filters = (sizes[name] for name in "hwcukf")
    dense = torch.nn.Linear(height * width * channels, units, device="meta")
    conv = torch.nn.Conv2d(channels, filters, k, padding=sizes["pad"], device="meta")
    outputs = conv(torch.empty(1, channels, height, width, device="meta")).numel()
    window = k * k * channels
    counts = {kind: {key: int(value) for key, value in one.items()} for kind, one in shown["counts"].items()}
    for kind, layer in (("dense", dense), ("conv", conv)):
        params = sum(p.numel() for p in layer.parameters())
        assert counts[kind]["weights"] == layer.weight.numel()
        assert (counts[kind]["params"], counts[kind]["bytes"]) == (params, 4 * params)
    assert counts["dense"]["macs"] == dense.weight.numel()
    assert counts["local"]["weights"] == counts["conv"]["macs"] == counts["local"]["macs"] == outputs * window
    assert counts["local"]["biases"] == counts["local"]["outputs"] == counts["conv"]["outputs"] == outputs


def test_sizes_by_typing_and_what_cannot_be(tab: Tab) -> None:
    page = tab.open("/dense?v=counts&h=7&w=5&c=12&k=4&f=3&pad=valid")
    check_counts(
        found(page, "counts", "found.counts"),
        {"h": 7, "w": 5, "c": 12, "u": 40_000, "k": 4, "f": 3, "pad": "valid"},
    )
    root(page).get_by_role("button", name="As many units").click()
    assert found(page, "counts", "found.counts.dense.outputs === '24'")
    box = root(page).get_by_role("spinbutton", name="Picture height")
    for wrong in ("1.5", "5000"):
        box.fill(wrong)
        box.press("Enter")
        expect(
            root(page).get_by_role("alert").filter(has_text=f"from 1 to 1,024, got {wrong}")
        ).to_be_visible()
    box.fill("2")
    box.press("Enter")
    expect(
        root(page).get_by_role("alert").filter(has_text="4 × 4 window does not fit in a picture of 2 × 5")
    ).to_be_visible()
    box.fill("1024")
    box.press("Enter")
    expect(root(page).get_by_role("alert")).to_have_count(0)
    assert found(page, "counts", "found.counts.dense.weights === String(1024 * 5 * 12 * 24)")


def square(name: str, side_px: int) -> Floats:
    """The picture as the page sees it: grey, the middle square, averaged, less its mean, over its spread."""
    with Image.open(BUILT_IN[name].file) as image:
        grey = torch.from_numpy(np.asarray(image.convert("RGB").convert("L")).copy()).double()
    short = min(grey.shape)
    top, left = ((side - short) // 2 for side in grey.shape)
    small = F.adaptive_avg_pool2d(grey[None, top : top + short, left : left + short], side_px)[0]
    return np.asarray(((small - small.mean()) / small.std(correction=0)).numpy())


def test_a_convolution_moves_along_exactly(tab: Tab) -> None:
    page = tab.open("/dense?v=shift&pic=coffee&dx=5&dy=-7")
    run = moved_run(page)
    x, after = (np.array(run[key]).reshape(32, 32) for key in ("before", "after"))
    np.testing.assert_allclose(x, square("coffee", 32), atol=1e-9)
    np.testing.assert_array_equal(after, np.roll(x, (-7, 5), (0, 1)))
    conv, local, dense = (run["layers"][kind] for kind in ("conv", "local", "dense"))
    kernel = KERNELS["sobel_x"].weights
    for picture, key in ((x, "old"), (after, "now")):
        expected = slide(picture, kernel, padding=1, padding_mode="circular")
        np.testing.assert_allclose(np.reshape(conv[key], (32, 32)), expected, atol=1e-9)
    assert conv["inside"] == conv["border"] == 0 and conv["along"] == pytest.approx(1)
    assert abs(conv["same"]) < 0.9
    for layer in (local, dense):
        now, along = (
            np.reshape(layer["now"], (32, 32)),
            np.roll(np.reshape(layer["old"], (32, 32)), (-7, 5), (0, 1)),
        )
        inside = np.array(run["mask"], dtype=bool).reshape(32, 32)
        assert layer["inside"] == pytest.approx(np.abs(now - along)[inside].max())
        assert layer["along"] == pytest.approx(np.corrcoef(now[inside], along[inside])[0, 1], abs=1e-9)
        assert layer["inside"] > 1 and abs(layer["along"]) < 0.3
    spreads = run["spreads"]["conv"]
    assert spreads["max"]["high"] == spreads["max"]["low"]
    assert spreads["mean"]["high"] == pytest.approx(spreads["mean"]["low"], rel=1e-12)
    assert spreads["unit"]["share"] > 0.5
    assert run["spreads"]["dense"]["max"]["share"] > 0.05


Measures = dict[str, Any]
# What is chosen on the page, one after the other, and what must then hold for the convolution.
MOVES: tuple[tuple[dict[str, str], Callable[[Measures], bool]], ...] = (
    ({"Padding": "None", "What comes in": "Black"}, lambda c: c["inside"] == 0 < c["border"]),
    ({"Padding": "Zero", "What comes in": "Other side"}, lambda c: c["inside"] == 0 < c["border"]),
    ({"Padding": "Circular", "Stride": "2"}, lambda c: c["inside"] > 0.1),
    ({"Stride": "4", "Padding": "None"}, lambda c: c["inside"] > 0.1),
    ({"Stride": "1", "Move": "Quarter turn"}, lambda c: c["inside"] > 1),
    ({"Move": "Mirror"}, lambda c: c["inside"] > 1),
    ({"Kernel": "edge_3"}, lambda c: c["inside"] < 1e-12),
    ({"Move": "Quarter turn"}, lambda c: c["inside"] < 1e-12),
    ({"Move": "Shift", "Kernel": "gabor"}, lambda c: c["inside"] == 0),
)


def choose(page: Page, label: str, choice: str) -> None:
    if label == "Kernel":
        root(page).get_by_label(label, exact=True).select_option(choice)
    else:
        root(page).get_by_role("group", name=label).get_by_role("radio", name=choice, exact=True).check(
            force=True
        )


def test_what_is_and_is_not_equivariant(tab: Tab) -> None:
    page = tab.open("/dense?v=shift&pic=coins&dx=5&dy=-3")
    moved_run(page)
    for choices, holds in MOVES:
        for label, choice in choices.items():
            choose(page, label, choice)
        run = moved_run(page)
        assert holds(run["layers"]["conv"]), f"{choices}: {run['verdict']}"
        assert run["layers"]["dense"]["inside"] > 0.5 and sum(run["mask"]) > 0
    choose(page, "Padding", "Circular")
    choose(page, "Stride", "2")
    page.locator('.stage[aria-label^="The moved picture"]').press("ArrowRight")
    page.keyboard.press("ArrowDown")
    run = moved_run(page)  # now by 6 px and -2 px
    assert run["layers"]["conv"]["inside"] == 0 and run["m"] == 16
    root(page).get_by_role("slider", name="Locally connected").fill("0")  # tied, it is the convolution
    layers = moved_run(page)["layers"]
    np.testing.assert_allclose(layers["local"]["now"], layers["conv"]["now"], atol=1e-12)


def test_a_large_picture_has_no_dense_layer(tab: Tab) -> None:
    page = tab.open("/dense?v=shift&pic=coins&px=128&dx=40")
    layers = moved_run(page)["layers"]
    assert layers["conv"]["inside"] == 0 and layers["dense"] is None
    expect(root(page).get_by_text("268,435,456 weights, 1.07 GB")).to_be_visible()


def test_the_picture_is_moved_by_keys_and_by_dragging(tab: Tab) -> None:
    sent: list[str | bytes] = []

    def note(frame: str | bytes) -> None:
        sent.append(frame)

    tab.page.on("websocket", lambda socket: socket.on("framesent", note))
    page = tab.open("/dense?v=shift&dx=0&dy=0")
    moved_run(page)
    quiet = len(sent)
    stage = root(page).locator('.stage[aria-label^="The moved picture"]')
    stage.focus()
    for key in ("ArrowRight", "Shift+ArrowDown", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_function("location.search.includes('dx=-1') && location.search.includes('dy=4')")
    box = stage.bounding_box()
    assert box
    cell = box["width"] / 32
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 40 + 5 * cell, box["y"] + 40 - 2 * cell)
    page.mouse.up()
    page.wait_for_function("location.search.includes('dx=4') && location.search.includes('dy=2')")
    run = moved_run(page)
    x, after = (np.array(run[key]).reshape(32, 32) for key in ("before", "after"))
    np.testing.assert_array_equal(after, np.roll(x, (2, 4), (0, 1)))
    assert len(sent) == quiet


def program(page: Page) -> str:
    """The code that the page offers."""
    page.wait_for_timeout(250)  # it follows the view at leisure
    return root(page).locator("pre.code").inner_text()


def printed(programs: list[str]) -> list[list[list[float]]]:
    """Run programs, as a learner would: the numbers in each line that each of them prints."""
    return [[values(line) for line in printed_by(text).splitlines()] for text in programs]


def values(text: str) -> list[float]:
    return [float(word) for word in text.split() if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", word)]


def test_code_computes_what_is_shown(tab: Tab) -> None:
    shift = "&pic=rocket&dx=-6&dy=2&fill=black&border=zeros&own=40"
    page = tab.open(f"/dense?lay=grid&t=1.6&h=20&w=30&c=3&k=5&f=7&pad=valid{shift}")
    root(page).get_by_text("PyTorch code for this view").click()
    programs, drawn, moved = [], [], []
    for stage in ("1.6", "0.3"):
        root(page).get_by_role("slider", name="From dense to convolution").fill(stage)
        drawn.append(found(page, "wires"))
        programs.append(program(page))
    choose(page, "Section", "Counts")
    counts = found(page, "counts", "found.counts")["counts"]
    programs.append(program(page))
    choose(page, "Section", "When things move")
    for choices in ({}, {"Stride": "2", "Padding": "None"}, {"Move": "Quarter turn", "Kernel": "gabor"}):
        for label, choice in choices.items():
            choose(page, label, choice)
        moved.append(moved_run(page)["layers"])
        programs.append(program(page))
    lines = printed(programs)
    for (outputs, weights, difference), shown in zip(lines[:2], drawn, strict=True):
        np.testing.assert_allclose(outputs, shown["outputs"], atol=1e-6)
        assert weights == [shown["counts"][kind]["weights"] for kind in ("dense", "local", "conv")]
        assert difference == [0]
    keys = {
        "dense": ("weights", "params", "bytes"),
        "local": ("weights", "params"),
        "conv": ("weights", "params", "macs"),
    }
    assert lines[2] == [[float(counts[kind][key]) for key in shown] for kind, shown in keys.items()]
    for part, layers in zip(lines[3:], moved, strict=True):
        for (difference, r, low, high), kind in zip(part, ("conv", "local", "dense"), strict=True):
            assert difference == pytest.approx(layers[kind]["inside"], abs=2e-6)
            assert r == pytest.approx(layers[kind]["along"], abs=1e-4)
            assert (low, high) == pytest.approx((layers[kind]["low"], layers[kind]["high"]), abs=2e-6)


def test_play_stops_by_itself_and_by_hand(tab: Tab) -> None:
    page = tab.open("/dense")
    root(page).get_by_role("button", name="Play").click()
    root(page).get_by_role("button", name="Pause").wait_for()
    page.wait_for_function("root => root.__state.t > 0.2", arg=root(page).element_handle())
    root(page).get_by_role("button", name="Pause").click()
    stopped = root(page).evaluate("root => root.__state.t")
    page.wait_for_timeout(200)
    assert root(page).evaluate("root => root.__state.t") == stopped


def test_nothing_moves_by_itself_where_less_motion_is_wanted(calm_tab: Tab) -> None:
    page = calm_tab.open("/dense")
    root(page).get_by_role("button", name="Next").click()
    found(page, "wires", "found.stage === 'local'")
    assert root(page).evaluate("root => root.__state.t") == 1


def test_drawings_follow_the_theme(new_tab: NewTab) -> None:
    page = new_tab().open("/dense?lay=row&t=2")
    wires = root(page).locator("canvas.wires")
    light = wires.evaluate(TOP_RED)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(600)
    assert wires.evaluate(TOP_RED) > light + 40
