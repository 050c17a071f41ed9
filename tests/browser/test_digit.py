"""Draw a digit: the browser's LeNet-5 is torch's, every number is taken apart rightly, and the pen is followed."""

import base64
import csv
import inspect
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Locator, Page, expect
from torch import Tensor

from explorer import features, pretrain
from explorer.browser.digit import LABEL_SMOOTHING
from explorer.networks import EMBEDDED, build
from tests.browser.tab import Tab
from tests.programs import printed_by

pytestmark = pytest.mark.browser
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FACTS = EMBEDDED["lenet5"]
LAYERS = {
    "c1": "c1",
    "t1": "tanh1",
    "s2": "s2",
    "c3": "c3",
    "t3": "tanh3",
    "s4": "s4",
    "c5": "c5",
    "t5": "tanh5",
    "f6": "f6",
    "t6": "tanh6",
    "out": "output",
}
# Corners of the ten digits on a square of 1 x 1, jittered below.
CORNERS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((0.5, 0.1), (0.2, 0.4), (0.25, 0.75), (0.5, 0.9), (0.8, 0.6), (0.75, 0.3), (0.5, 0.1)),
    ((0.4, 0.25), (0.55, 0.1), (0.5, 0.9)),
    ((0.2, 0.3), (0.5, 0.1), (0.75, 0.3), (0.2, 0.9), (0.8, 0.88)),
    ((0.25, 0.15), (0.7, 0.15), (0.45, 0.45), (0.75, 0.65), (0.5, 0.9), (0.2, 0.8)),
    ((0.35, 0.1), (0.2, 0.55), (0.8, 0.55), (0.65, 0.3), (0.6, 0.9)),
    ((0.75, 0.1), (0.3, 0.12), (0.28, 0.45), (0.7, 0.5), (0.65, 0.85), (0.2, 0.85)),
    ((0.65, 0.1), (0.3, 0.5), (0.3, 0.85), (0.65, 0.85), (0.7, 0.6), (0.35, 0.6)),
    ((0.2, 0.15), (0.8, 0.12), (0.55, 0.5), (0.45, 0.9)),
    ((0.5, 0.5), (0.3, 0.25), (0.6, 0.1), (0.5, 0.5), (0.3, 0.8), (0.65, 0.85), (0.5, 0.5)),
    ((0.7, 0.3), (0.4, 0.12), (0.3, 0.4), (0.7, 0.35), (0.6, 0.9)),
)


def pictures(count: int) -> npt.NDArray[np.uint8]:
    """Digit-like pictures: jittered strokes, blurred as a pen is. Shapes: (count, 28, 28)."""
    noise = np.random.default_rng(7)
    drawn = []
    for i in range(count):
        paper = Image.new("L", (112, 112))
        corners = np.array(CORNERS[i % 10]) + noise.normal(0, 0.04, (len(CORNERS[i % 10]), 2))
        points = [(float(x), float(y)) for x, y in 16 + 80 * corners]
        ImageDraw.Draw(paper).line(points, 255, width=int(noise.integers(6, 14)), joint="curve")
        soft = paper.filter(ImageFilter.GaussianBlur(2)).resize((28, 28), Image.Resampling.BOX)
        drawn.append(np.asarray(soft))
    return np.stack(drawn)


def prepared(pixels: npt.NDArray[Any]) -> Tensor:
    """Shapes: (N, 28, 28) or (N, 32, 32) of levels 0..255 -> (N, 1, 32, 32)."""
    levels = torch.from_numpy(np.asarray(pixels, dtype=np.float32))
    border = (32 - levels.shape[-1]) // 2
    return ((F.pad(levels, (border,) * 4) / 255 - FACTS.mean) / FACTS.std)[:, None]


def of_torch(pixels: npt.NDArray[Any]) -> Mapping[str, Tensor]:
    batch = prepared(pixels)
    with torch.inference_mode():
        found = features.maps(build("lenet5", weights="embedded"), batch, list(LAYERS.values()))
    named = {key: found[name] for key, name in LAYERS.items()}
    return {"in": batch, **named, "prob": named["out"].softmax(1)}


def root(page: Page) -> Locator:
    return page.locator('[data-component="digit"]')


def numbers(page: Page) -> dict[str, Any]:
    page.evaluate(TWO_FRAMES)
    found: dict[str, Any] = root(page).evaluate("root => root.__numbers")
    return found


def test_the_browser_computes_what_torch_computes(tab: Tab) -> None:
    page = tab.open("/digit")
    pixels = pictures(200)
    assert len(np.unique(pixels.reshape(200, -1), axis=0)) == 200
    found = root(page).evaluate(
        """(root, all) => all.map((text, i) => {
            const found = root.__forward(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
            return { ...found, layers: i % 50 ? null : found.layers };
        })""",
        [base64.b64encode(one.tobytes()).decode() for one in pixels],
    )
    expected = of_torch(pixels)
    logits = np.array([one["logits"] for one in found])
    np.testing.assert_allclose(logits, expected["out"].numpy(), atol=1e-4)
    for key, layer in expected.items():
        shown = np.array([one["layers"][key] for one in found[::50]])
        np.testing.assert_allclose(shown, layer[::50].flatten(1).numpy(), atol=1e-4, err_msg=key)
    assert len({one["answer"] for one in found}) == 10  # of all classes, so that no logit is left untried


def test_the_answer_follows_the_pen_before_it_is_lifted(tab: Tab) -> None:
    page = tab.open("/digit?pic=blank")
    blank = numbers(page)
    box = root(page).locator(".drawpad").bounding_box()
    assert box

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.1, 0.1))
    page.mouse.down()
    page.mouse.move(*at(0.35, 0.1), steps=8)
    under_way = numbers(page)
    assert under_way["logits"] != blank["logits"]
    page.mouse.move(*at(0.2, 0.45), steps=8)
    page.mouse.up()
    seven = numbers(page)
    assert seven["answer"] == 7
    check_preparation(page)
    page.wait_for_function("location.search.includes('ink=')")
    page.reload()
    tab.rendered()
    assert numbers(page)["logits"] == seven["logits"]
    root(page).get_by_role("button", name="Clear").click()
    assert numbers(page)["logits"] == blank["logits"]
    page.keyboard.press("Control+z")
    assert numbers(page)["logits"] == seven["logits"]


def check_preparation(page: Page) -> None:
    """20 px long, centre of mass in the middle, a border of 2 px; and its logits are torch's."""
    shown = numbers(page)
    pixels = np.array(shown["pixels"]).reshape(28, 28)
    rows, columns = np.nonzero(pixels.max(1))[0], np.nonzero(pixels.max(0))[0]
    assert 20 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22  # the soft edge reaches a pixel further
    for axis in (0, 1):
        mass = (pixels.sum(axis) * (np.arange(28) + 0.5)).sum() / pixels.sum()
        assert abs(mass - 14) <= 0.5
        assert mass == pytest.approx(shown["mass"][axis])
    levels = np.array(shown["levels"]).reshape(32, 32)
    np.testing.assert_array_equal(levels, np.pad(pixels, 2))
    np.testing.assert_allclose(shown["logits"], of_torch(pixels[None])["out"][0].numpy(), atol=1e-4)


def test_the_pen_can_be_led_by_keys(tab: Tab) -> None:
    page = tab.open("/digit?pic=blank")
    root(page).locator(".drawpad").focus()
    for key in ["ArrowUp"] * 10 + ["Space"] + ["ArrowDown"] * 18:
        page.keyboard.press(key)
    expect(root(page).get_by_text("Pen down, ")).to_be_visible()
    assert numbers(page)["answer"] == 1
    page.keyboard.press("Space")
    assert root(page).evaluate("root => root.__state.pic") == "own"
    check_preparation(page)
    page.keyboard.press("Backspace")
    assert root(page).evaluate("root => root.__state.pic") == "blank"


def test_every_kind_of_number_is_taken_apart_rightly(tab: Tab) -> None:
    page = tab.open("/digit?pic=d3&at=in.0.12.14")
    layers = {key: layer[0].flatten().numpy() for key, layer in of_torch(shown_pixels(page)).items()}
    root(page).get_by_role("application", name="The network, layer by layer").focus()
    for key, layer in layers.items():
        unit = numbers(page)["unit"]
        assert unit["layer"] == key
        side = round((len(layer) / maps_of(key)) ** 0.5)
        index = (unit["map"] * side + unit["row"]) * side + unit["col"]
        assert unit["value"] == pytest.approx(layer[index], abs=1e-4)
        assert unit["value"] == pytest.approx(from_terms(unit), abs=1e-4), key
        expect(root(page).locator(".told")).to_contain_text(" = ")
        for step in ("ArrowRight", "ArrowDown", ".", "PageDown"):
            page.keyboard.press(step)


def shown_pixels(page: Page) -> npt.NDArray[Any]:
    return np.array(numbers(page)["pixels"]).reshape(1, 28, 28)


def maps_of(key: str) -> int:
    counts = {"in": 1, "c1": 6, "t1": 6, "s2": 6, "c3": 16, "t3": 16, "s4": 16}
    return counts.get(key, {"c5": 120, "t5": 120, "f6": 84, "t6": 84}.get(key, 10))


def from_terms(unit: dict[str, Any]) -> float:
    """The number, from the terms that the page shows."""
    inputs = np.array(unit.get("inputs") or [0.0])
    if unit["kind"] in ("conv", "dense"):
        size = {"c1": 1, "c3": 6, "c5": 16}.get(unit["layer"], 1)
        assert len(unit["groups"]) == size
        pairs = [np.dot(group["inputs"], group["weights"]) for group in unit["groups"]]
        np.testing.assert_allclose([group["sum"] for group in unit["groups"]], pairs, atol=1e-6)
        assert 0 <= unit["term"] < max(size, len(unit["groups"][0]["inputs"]))
        return float(sum(pairs) + unit["bias"])
    if unit["kind"] == "softmax":
        return float(np.exp(inputs[unit["map"]]) / np.exp(inputs).sum())
    return float({"tanh": np.tanh(inputs[0]), "pool": inputs.mean(), "pixel": unit["value"]}[unit["kind"]])


def test_pointing_at_a_number_explains_it_and_a_click_keeps_it(tab: Tab) -> None:
    page = tab.open("/digit")
    pinned = numbers(page)["unit"]
    box = root(page).locator("canvas.network").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.78 * box["width"], box["y"] + 0.52 * box["height"])
    logit = numbers(page)["unit"]
    assert logit["layer"] == "out"
    assert root(page).evaluate("root => root.__state.at").startswith(pinned["layer"])
    page.mouse.move(5, 5)
    assert numbers(page)["unit"] == pinned
    page.mouse.click(box["x"] + 0.78 * box["width"], box["y"] + 0.52 * box["height"])
    page.mouse.move(5, 5)
    assert numbers(page)["unit"]["map"] == logit["map"]
    expect(root(page).get_by_label("Layer", exact=True)).to_have_value("out")
    root(page).get_by_label("Map", exact=True).fill("3")
    root(page).get_by_label("Map", exact=True).press("Enter")
    assert numbers(page)["unit"]["map"] == 3
    expect(root(page).locator("#digit-told")).to_contain_text("logit of class 3")


def test_every_term_stands_in_a_table_too(tab: Tab) -> None:
    page = tab.open("/digit?at=c5.17")
    root(page).get_by_text("Every term as a table").click()
    unit = numbers(page)["unit"]
    rows = root(page).locator(".terms tbody tr")
    expect(rows).to_have_count(16 * 25 + 2)
    products = rows.evaluate_all(
        "rows => rows.map((row) => Number(row.lastChild.textContent.replace('−', '-')))"
    )
    assert sum(products[:-1]) == pytest.approx(unit["value"], abs=400 * 5e-5)
    assert products[-1] == pytest.approx(unit["value"], abs=5e-5)


def test_digits_are_recognised_and_nonsense_gets_an_answer_too(tab: Tab) -> None:
    page = tab.open("/digit")
    samples = {one["name"]: one for one in root(page).evaluate("root => root.__samples")}
    assert all(one["answer"] == one["digit"] for one in samples.values() if one["digit"] is not None)
    assert all(max(samples[f"d{digit}"]["probabilities"]) > 0.9 for digit in range(10))
    none = [one for one in samples.values() if one["digit"] is None]
    assert len(none) >= 8
    assert sum(max(one["probabilities"]) > 0.85 for one in none) > len(none) / 2  # confident nonsense
    root(page).locator(".nonsense-card", has_text="Letter A").click()
    shown = numbers(page)
    assert shown["logits"] == samples["a"]["logits"]
    assert sum(shown["probabilities"]) == pytest.approx(1, abs=1e-6)
    share = f"{100 * max(shown['probabilities']):.1f} %"
    verdict = f"No digit, yet it says {shown['answer']}: {share}"
    expect(root(page).get_by_text(verdict, exact=True)).to_be_visible()
    root(page).get_by_role("button", name="One digit, as sure as of a real one").click()
    expect(root(page).locator(".verdict")).to_contain_text(f"{shown['answer']} with {share}")
    assert f"label_smoothing={LABEL_SMOOTHING}" in inspect.getsource(pretrain.train)


def test_without_the_preparation_it_fails(tab: Tab) -> None:
    page = tab.open("/digit?pic=corner")
    assert numbers(page)["answer"] == 5
    expect(root(page).get_by_text("Without crop, scaling and centring: it says")).to_be_visible()
    for step in ("Crop", "20 px", "Centre"):
        root(page).get_by_label(step, exact=True).uncheck()
    raw = numbers(page)
    assert raw["answer"] != 5
    expect(root(page).get_by_text("The network was trained with all four.")).to_be_visible()
    expect(
        root(page).get_by_text(f"Without crop, scaling and centring: it says {raw['answer']}")
    ).to_be_visible()
    root(page).get_by_label("Border", exact=True).uncheck()
    stretched = numbers(page)
    pixels = torch.tensor(stretched["pixels"]).float().reshape(1, 1, 28, 28)
    whole = F.interpolate(pixels, size=32, mode="bilinear", align_corners=False)[0].numpy()
    np.testing.assert_allclose(np.array(stretched["levels"]).reshape(1, 32, 32), whole, atol=1e-3)
    np.testing.assert_allclose(stretched["logits"], of_torch(whole)["out"][0].numpy(), atol=1e-4)


@pytest.mark.parametrize(
    "query", ["pic=d4&at=c3.7.2.5", "pic=corner&centre=0&border=0&at=c5.17", "pic=x&at=prob.8"]
)
def test_code_and_csv_hold_the_numbers_shown(tab: Tab, tmp_path: Path, query: str) -> None:
    page = tab.open(f"/digit?{query}")
    shown = numbers(page)
    root(page).get_by_text("PyTorch code for this view").click()
    code = root(page).locator(".code code")
    expect(code).to_contain_text("print(")
    (tmp_path / FACTS.file.name).write_bytes(FACTS.file.read_bytes())
    logits, shares, unit = (line.split() for line in printed_by(code.inner_text(), tmp_path).splitlines())
    np.testing.assert_allclose([float(v) for v in logits[1:]], shown["logits"], atol=1.5e-4)
    np.testing.assert_allclose([float(v) for v in shares[1:]], shown["probabilities"], atol=1.5e-4)
    assert float(unit[-1]) == pytest.approx(shown["unit"]["value"], abs=1.5e-4)
    with page.expect_download() as download:
        root(page).get_by_role("button", name="Save CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8"))))
    layers = root(page).evaluate("root => root.__layers()")
    assert [float(row["value"]) for row in rows] == pytest.approx(
        [v for layer in layers.values() for v in layer]
    )
    assert [int(row["map"]) for row in rows if row["layer"] == "s2"] == [i // 196 for i in range(1176)]


def test_weights_and_picture_can_be_saved(tab: Tab) -> None:
    page = tab.open("/digit")
    with page.expect_download() as download:
        root(page).get_by_role("button", name="Save the weights").click()
    assert Path(download.value.path()).read_bytes() == FACTS.file.read_bytes()
    assert download.value.suggested_filename == FACTS.file.name
    with page.expect_download() as download:
        root(page).get_by_role("button", name="Save PNG").click()
    saved = np.asarray(Image.open(download.value.path()).convert("RGB"))
    assert saved.shape[1] > 1000 and len(np.unique(saved.reshape(-1, 3), axis=0)) > 200


def test_what_a_link_cannot_mean_is_passed_over(tab: Tab) -> None:
    page = tab.open("/digit?pic=own&ink=..bad..&at=c3.99.0.0&term=7&crop=maybe")
    shown = numbers(page)
    assert shown["unit"]["layer"] == "c3" and shown["unit"]["map"] < 16
    assert not any(shown["pixels"])
    root(page).get_by_role("button", name="Replay").click()
    expect(root(page).get_by_text("there is nothing to replay")).to_be_visible()


def test_the_drawing_is_replayed_and_stands_at_the_end(tab: Tab) -> None:
    page = tab.open("/digit?pic=d2")
    whole = numbers(page)
    root(page).get_by_role("button", name="Replay").click()
    page.wait_for_timeout(500)
    assert sum(numbers(page)["pixels"]) != sum(whole["pixels"])
    root(page).get_by_role("button", name="Replay").wait_for()
    assert numbers(page)["logits"] == whole["logits"]


def test_a_finger_draws_on_a_phone(phone_tab: Tab) -> None:
    page = phone_tab.open("/digit?pic=blank")
    blank = numbers(page)
    pad = root(page).locator(".drawpad")
    box = pad.bounding_box()
    assert box and box["width"] > 300
    page.touchscreen.tap(box["x"] + 150, box["y"] + 150)
    assert numbers(page)["logits"] != blank["logits"]
    assert (
        root(page).evaluate("root => root.__samples.find((one) => one.name === 'dot').answer")
        == numbers(page)["answer"]
    )


def test_figure_follows_the_theme(tab: Tab) -> None:
    page = tab.open("/digit")
    red_of_a_zero = """canvas => canvas.getContext("2d").getImageData(canvas.width - 90, 72, 1, 1).data[0]"""
    network = root(page).locator("canvas.network")
    light = network.evaluate(red_of_a_zero)  # the empty part of a bar
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(600)
    assert light - network.evaluate(red_of_a_zero) > 100
