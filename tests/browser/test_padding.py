"""The page "Padding, stride, dilation": its arithmetic, its film, its keys, its links and its programs."""

import io
import random
import re
import runpy
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.browser.padding import operations
from explorer.browser.padding.presets import PRESETS, Preset
from explorer.kernels import slide
from explorer.pictures import BUILT_IN
from explorer.sliding import PADDING_MODES, output_size
from tests.browser.served import ROOT
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser
ROOT_OF = """() => [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
    .map((s) => s.querySelector('.root[data-component="padding"]')).find(Boolean)"""
STILL = "t=0"


def opened(tab: Tab, query: str = STILL) -> Page:
    """The page, its film not running (a link with a step opens paused)."""
    return tab.open(f"/padding?{query}")


def numbers(page: Page) -> dict[str, Any]:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: dict[str, Any] = page.evaluate(f"() => ({ROOT_OF})().__numbers")
    return found


def array(plane: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(plane["data"]).reshape(plane["height"], plane["width"])


def settings(found: dict[str, Any]) -> dict[str, Any]:
    how = found["how"]
    return {
        "stride": how["s"],
        "dilation": how["d"],
        "padding": how["padding"],
        "padding_mode": how["mode"],
    }


def check_arithmetic(found: dict[str, Any]) -> None:
    """Everything shown about one setting, against `slide` and against torch."""
    side = found["how"]["k"]
    picture, weights = array(found["input"]), np.array(found["weights"]).reshape(side, side)
    expected = slide(picture, weights, **settings(found))
    np.testing.assert_allclose(array(found["output"]), expected, atol=1e-9)
    step = found["step"]
    assert found["size"] == list(expected.shape)
    assert step["sum"] == pytest.approx(expected[step["row"], step["column"]])
    assert sum(term["product"] for term in step["products"]) == pytest.approx(step["sum"])
    np.testing.assert_array_equal(array(found["used"]), used_by_gradient(found))


def padding_of(found: dict[str, Any]) -> list[int]:
    """What torch's pad wants: left, right, top, bottom."""
    how, both = found["how"], found["how"]["padding"]
    if both == "same":
        total = how["d"] * (how["k"] - 1)
        return [total // 2, total - total // 2] * 2
    return [both] * 4


def used_by_gradient(found: dict[str, Any]) -> np.ndarray[Any, Any]:
    """In how many products each cell stands: the gradient of the sum of all windows of ones."""
    how = found["how"]
    probe = torch.ones(1, 1, found["input"]["height"], found["input"]["width"], requires_grad=True)
    mode = "constant" if how["mode"] == "zeros" else how["mode"]
    padded = F.pad(probe, padding_of(found), mode=mode)
    F.conv2d(
        padded, torch.ones(1, 1, how["k"], how["k"]), stride=how["s"], dilation=how["d"]
    ).sum().backward()
    assert probe.grad is not None
    return probe.grad[0, 0].numpy()


SLIDERS = {
    "h": "Height",
    "w": "Width",
    "k": "Kernel K",
    "s": "Stride S",
    "d": "Dilation D",
    "p": "Padding P",
    "t": "Step",
}
MOVE = """([root, wanted, labels, kind]) => {
  root.querySelector(`input[type="radio"][value="${kind}"]`).click();
  for (const [name, value] of Object.entries(wanted)) {
    if (value === "same") {
      const same = [...root.querySelectorAll("button")].find((b) => b.textContent === "Same size");
      if (same.getAttribute("aria-pressed") !== "true") same.click();
      continue;
    }
    const label = [...root.querySelectorAll("label")].find((l) => l.textContent === labels[name]);
    const slider = label.parentElement.querySelector("input");
    slider.value = value;
    slider.dispatchEvent(new Event("input"));
  }
}"""


def set_sliders(page: Page, kind: str, wanted: dict[str, int | str]) -> dict[str, Any]:
    """Move the page's own controls, and read back what it shows."""
    page.evaluate(f"(given) => ({MOVE})([({ROOT_OF})(), ...given])", [wanted, SLIDERS, kind])
    return numbers(page)


def test_arithmetic_equals_slide_over_random_settings(calm_tab: Tab) -> None:
    page = opened(calm_tab)
    chance = random.Random(3)
    possible = refused = 0
    while possible < 16:
        kind = chance.choice(list(PADDING_MODES))
        h, w, k, t = chance.randint(3, 16), chance.randint(3, 16), chance.randint(1, 7), chance.randint(0, 40)
        s, d = chance.randint(1, 4), chance.randint(1, 3)
        p = "same" if s == 1 and chance.random() < 0.3 else chance.randint(0, 4)
        found = set_sliders(page, kind, {"h": h, "w": w, "k": k, "s": s, "d": d, "p": p})
        try:
            slide(np.zeros((h, w)), np.ones((k, k)), stride=s, dilation=d, padding=p, padding_mode=kind)
        except ValueError:
            assert found["why"], f"{(h, w, k, s, d, p, kind)} cannot be, and the page does not say so"
            refused += 1
            continue
        assert not found["why"], found["why"]
        assert (found["how"]["k"], found["how"]["padding"], found["how"]["mode"]) == (k, p, kind)
        check_arithmetic(set_sliders(page, kind, {"t": t}) if possible % 4 == 0 else found)
        possible += 1
    assert refused > 0


@pytest.mark.parametrize("preset", [pytest.param(p, id=p.name) for p in (PRESETS[1], PRESETS[3], PRESETS[8])])
def test_preset_gives_the_size_it_claims(calm_tab: Tab, preset: Preset) -> None:
    page = opened(calm_tab)
    page.get_by_role("button", name=preset.title, exact=True).click()
    found = numbers(page)
    assert found["size"] == [preset.output_px] * 2
    check_arithmetic(found)


def test_every_preset_claims_what_the_formula_gives() -> None:
    for preset in PRESETS:
        found = output_size(preset.size_px, preset.kernel_px, preset.stride, preset.dilation, preset.padding)
        assert found == preset.output_px, preset.name


def test_the_binary_example_and_the_unread_column(calm_tab: Tab) -> None:
    page = opened(calm_tab)
    page.get_by_role("button", name="5×5 of zeros and ones").click()
    assert array(numbers(page)["output"]).tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    page.get_by_role("button", name="stride 3", exact=True).click()
    found = numbers(page)
    assert (found["size"], found["leftover"], found["unread"]) == ([2, 2], [1, 1], 13)
    expect(page.get_by_text("The last column is never read, the last row is never read.")).to_be_visible()
    expect(page.get_by_text("⌊4 / 3⌋ + 1 = ⌊1.33⌋ + 1 = 2").first).to_be_visible()


def test_impossible_settings_are_named_and_can_be_left(tab: Tab) -> None:
    page = opened(tab, "k=7&d=3&t=0")
    alert = page.get_by_text(
        "These settings cannot be: a 19×19 window does not fit in a padded picture of 7×7."
    )
    expect(alert).to_be_visible()
    page.get_by_label("Dilation D").fill("1")
    expect(alert).to_be_hidden()
    check_arithmetic(numbers(page))
    for query, sentence in {
        "p=8&pm=reflect": "reflect padding can be at most 6 px on a side of 7 px, got 8",
        "p=same&s=2": 'padding "same" needs stride 1',
    }.items():
        expect(opened(tab, query).get_by_text(f"These settings cannot be: {sentence}")).to_be_visible()


def test_film_plays_pauses_and_follows_keys(tab: Tab) -> None:
    page = tab.open("/padding")
    page.wait_for_function(f"() => ({ROOT_OF})().__numbers.step.t > 0", timeout=5000)
    page.get_by_role("button", name="Pause").click()
    output = page.get_by_role("application", name=re.compile("^Output"))
    output.focus()
    page.keyboard.press("Home")
    moves = {
        "ArrowRight": 1,
        "ArrowDown": 6,
        "PageDown": 7,
        "ArrowUp": 2,
        "PageUp": 1,
        "ArrowLeft": 0,
        "End": 24,
    }
    for key, step in moves.items():
        page.keyboard.press(key)
        assert numbers(page)["step"]["t"] == step, key
    page.keyboard.press(" ")  # from the last step: begins again
    assert numbers(page)["playing"]
    page.keyboard.press(" ")
    assert not numbers(page)["playing"]


def test_no_film_for_those_who_want_calm(calm_tab: Tab) -> None:
    page = calm_tab.open("/padding")
    page.wait_for_timeout(900)
    found = numbers(page)
    assert (found["playing"], found["step"]["t"]) == (False, 0)


def centre(page: Page, grid: str, row: int, column: int) -> tuple[float, float]:
    """The middle of a cell on the screen."""
    sheet = numbers(page)["sheet"][grid]
    box = page.locator(".scene canvas").bounding_box()
    assert box is not None
    x = sheet["e"] + (column + 0.5) * sheet["a"] + (row + 0.5) * sheet["c"]
    y = sheet["f"] + (column + 0.5) * sheet["b"] + (row + 0.5) * sheet["d"]
    return box["x"] + x, box["y"] + y


@pytest.mark.parametrize("look", ["flat", "stacked"])
def test_cells_are_pointed_at(calm_tab: Tab, look: str) -> None:
    page = opened(calm_tab, f"p=2&pm=reflect&look={look}&t=0")
    page.mouse.click(*centre(page, "output", 3, 4))
    step = numbers(page)["step"]
    assert (step["row"], step["column"]) == (3, 4)
    page.mouse.move(*centre(page, "input", 0, 0))
    found = numbers(page)
    assert (found["cell"]["row"], found["feeds"]) == (0, [0])
    expect(
        page.get_by_text("Padding (reflect): 6, a copy of row 2, column 2; read by 1 of 81 windows.")
    ).to_be_visible()
    page.mouse.click(*centre(page, "input", 5, 5))
    feeds = numbers(page)["feeds"]
    assert feeds == [y * 9 + x for y in (3, 4, 5) for x in (3, 4, 5)]


def test_input_is_walked_and_typed_into_by_keys(calm_tab: Tab) -> None:
    page = opened(calm_tab)
    page.get_by_role("application", name=re.compile("^Input")).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "4"):
        page.keyboard.press(key)
    found = numbers(page)
    assert array(found["input"])[1, 1] == 4
    assert found["feeds"] == [0, 1, 5, 6]
    check_arithmetic(found)
    page.wait_for_function("() => location.search.includes('x=')")
    again = numbers(opened(calm_tab, page.url.partition("?")[2]))
    assert (again["input"], again["cell"]) == (found["input"], found["cell"])


def run_code(page: Page, which: int, folder: Path) -> list[str]:
    """The lines that the page's program prints when it runs beside the app's pictures."""
    page.get_by_text("PyTorch code for this view").nth(which).click()
    code = page.get_by_label("PyTorch code for this view").nth(which).inner_text()
    program = folder / "program.py"
    program.write_text(code, "utf-8")
    said = io.StringIO()
    with chdir(ROOT), redirect_stdout(said):
        runpy.run_path(str(program))
    return said.getvalue().splitlines()


def test_code_of_the_window_prints_what_is_shown(tab: Tab, tmp_path: Path) -> None:
    page = opened(tab, "h=6&w=9&k=3&s=2&d=2&p=3&pm=reflect&kw=mean&t=5")
    found = numbers(page)
    lines = run_code(page, 0, tmp_path)
    rows, columns = found["size"]
    step = found["step"]
    assert lines[0] == f"output size {rows} {columns}"
    place, value = lines[1].split(": ")
    assert place == f"row {step['row']}, column {step['column']}"
    assert float(value) == pytest.approx(step["sum"], abs=1e-6)
    printed = [[float(v) for v in line.strip("[]").split(",")] for line in lines[2 : 2 + rows]]
    np.testing.assert_allclose(printed, array(found["output"]), atol=1e-6)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save PNG").first.click()
    with Image.open(saved.value.path()) as figure:
        assert min(figure.size) > 300
    used = [[int(v) for v in line.strip("[]").split(",")] for line in lines[3 + rows :]]
    np.testing.assert_array_equal(used, array(found["used"]))


def test_layers_shrink_as_the_lecture_says(tab: Tab) -> None:
    page = opened(tab, "layers=4&t=0")
    found = numbers(page)["shrinkage"]
    assert found["sizes"] == [32, 28, 24, 20, 16]
    assert found["padded"] == [32] * 5
    assert found["untouched"] == touched_by_nothing(layers=4)
    page.get_by_label("Layers", exact=True).fill("12")
    assert numbers(page)["shrinkage"]["sizes"][-1] == 4
    expect(page.get_by_text("after 7 layers 4×4 are left: another 5×5 filter does not fit")).to_be_visible()


def touched_by_nothing(layers: int) -> list[int]:
    """Cells a side that no padding reaches, found by sending a mark in from the padding."""
    clean, found = torch.zeros(1, 1, 32, 32), [32]
    for _ in range(layers):
        clean = (F.conv2d(F.pad(clean, [2] * 4, value=1.0), torch.ones(1, 1, 5, 5)) > 0).float()
        found.append(round(float((clean == 0).sum()) ** 0.5))
    return found


@pytest.mark.parametrize("operation", ["blur", "edges"])
def test_borders_equal_the_program(tab: Tab, tmp_path: Path, operation: str) -> None:
    page = opened(tab, f"op={operation}&pic=chelsea&t=0")
    page.wait_for_function(f"() => ({ROOT_OF})().__numbers.borders")
    found = numbers(page)["borders"]
    printed = {
        line.split()[0]: [float(v) for v in line.split()[1:]] for line in run_code(page, 1, tmp_path)[1:]
    }
    for kind, expected in printed.items():
        shown = [*found[kind]["size"], found[kind]["ring"], found[kind]["inside"]]
        np.testing.assert_allclose(shown, expected, atol=0.02, err_msg=kind)
    assert set(printed) == {"none", *PADDING_MODES}
    zero, reflect = found["zeros"], found["reflect"]
    if operation == "blur":
        assert zero["ring"] < 0.7 * reflect["ring"]  # the dark frame
    else:
        assert zero["ring"] > 3 * reflect["ring"]  # the false edge


def test_operations_are_the_kernels_they_name() -> None:
    for operation in operations():
        grids = [np.array(p["weights"]).reshape(p["rows"], p["columns"]) for p in operation["passes"]]
        whole = grids[0] @ grids[1] if len(grids) == 2 else grids[0]
        assert whole.shape == (operation["side_px"],) * 2
        assert whole.sum() == pytest.approx({"blur": 1, "edges": 0}[operation["name"]])


def test_photo_is_shrunk_to_its_means(tab: Tab) -> None:
    page = opened(tab, "x=photo&h=8&w=8&pic=camera&kw=mean&t=0")
    page.wait_for_function(f"() => ({ROOT_OF})().__numbers.borders")
    shown = array(numbers(page)["input"])
    with Image.open(BUILT_IN["camera"].file) as whole:
        grey = np.asarray(whole.convert("L"), float)
    side = min(grey.shape)
    top, left = (grey.shape[0] - side) // 2, (grey.shape[1] - side) // 2
    blocks = grey[top : top + side // 8 * 8, left : left + side // 8 * 8].reshape(8, side // 8, 8, side // 8)
    assert np.abs(shown - blocks.mean((1, 3))).mean() < 4


def test_phone_and_darkness_show_the_same(phone_tab: Tab, dark_tab: Tab) -> None:
    for tab in (phone_tab, dark_tab):
        page = opened(tab, "p=1&t=4&look=stacked")
        check_arithmetic(numbers(page))
        expect(page.locator(".scene canvas")).to_be_visible()
