"""The page "Non-linearity and pooling" computes what the concepts, and PyTorch, compute."""

import io
import json
import runpy
import subprocess
import sys
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.activations import ACTIVATIONS, Activation, elu, leaky_relu, maxout
from explorer.browser import served
from explorer.kernels import KERNELS, slide
from explorer.pictures import BUILT_IN
from explorer.pooling import KINDS, pool, winners
from explorer.sliding import Floats
from tests.browser.conftest import NewTab
from tests.browser.served import ROOT
from tests.browser.tab import Tab

COMPONENT = '.root[data-component="activation"]'
FIND_ROOT = """const root = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
  .map((s) => s.querySelector('.root[data-component="activation"]')).find(Boolean);"""
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SATURATED_SLOPE = 0.05
OTHERS = {"slope": 0.3, "alpha": 1.7, "w1": 2.0, "b1": -0.25, "w2": -1.0, "b2": 1.5}
MADE: tuple[Activation, ...] = (
    *ACTIVATIONS.values(),
    leaky_relu(OTHERS["slope"]),
    elu(OTHERS["alpha"]),
    maxout((OTHERS["w1"], OTHERS["b1"]), (OTHERS["w2"], OTHERS["b2"])),
)
DEFAULTS = {"slope": 0.1, "alpha": 1.0, "w1": 1.0, "b1": 0.0, "w2": -0.5, "b2": 0.5}


def opened(tab: Tab, query: str, ready: str = "true") -> Page:
    """Open the page and wait until it has numbers for which `ready` (of n) holds."""
    page = tab.open(f"/activation?{query}")
    settled(page, ready)
    return page


def settled(page: Page, ready: str) -> None:
    page.wait_for_function(
        f"() => {{ {FIND_ROOT} const n = root && root.__numbers; return n && ({ready}); }}"
    )


def numbers(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.locator(COMPONENT).evaluate("root => root.__numbers")
    return found


def feature_map(name: str, kernel: str, *, gain: float = 4.0, bias: float = 0.0, scale: int = 2) -> Floats:
    """The map as the page says it is made: grey, 0..1, block means, kernel, gain, bias."""
    grey = np.asarray(Image.open(BUILT_IN[name].file).convert("RGB").convert("L"))
    rows, columns = (size // scale for size in grey.shape)
    blocks = grey[: rows * scale, : columns * scale].reshape(rows, scale, columns, scale)
    return slide(blocks.mean(axis=(1, 3)), KERNELS[kernel].weights) * gain / 255 + bias


def code_prints(page: Page, folder: Path, *, apart: bool = False) -> list[list[str]]:
    """Run the code that the page offers, `apart` in a process of its own; the words of every line printed."""
    fold = page.locator(f"{COMPONENT} .takehome summary")
    fold.click()
    page.wait_for_timeout(200)
    code = page.locator(f"{COMPONENT} .takehome code").inner_text()
    file = folder / "view.py"
    file.write_text(code)
    if apart:
        printed = subprocess.run(
            [sys.executable, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    else:
        with redirect_stdout(io.StringIO()) as held, chdir(ROOT):
            runpy.run_path(str(file))
        printed = held.getvalue()
    return [line.split() for line in printed.splitlines()]


def ties(plane: Floats) -> float:
    """The share of three values: so many may fall to the other side of a tie by the order of a sum."""
    return 3 / plane.size


def after(words: list[str], word: str) -> float:
    return float(words[words.index(word) + 1])


def test_functions_and_slopes_agree_with_the_concepts(tab: Tab) -> None:
    page = opened(tab, "v=curves")
    x = np.unique(np.concatenate([np.linspace(-12, 12, 401), [-700, -60, -1e-9, 0, 1e-9, 60, 700, 1 / 3]]))
    asked = [
        {
            "entry": {"name": f.name, "formula": "as the table"},
            "parameters": DEFAULTS if i < len(ACTIVATIONS) else OTHERS,
        }
        for i, f in enumerate(MADE)
    ]
    answers = page.evaluate(
        """async ({ base, asked, x }) => {
          const { activation } = await import(new URL(base + 'activation/functions.js', document.baseURI).href);
          const constants = { selu_alpha: 1.6732632423543772, selu_scale: 1.0507009873554805 };
          return asked.map(({ entry, parameters }) => {
            const f = activation(entry, { ...constants, ...parameters });
            return { values: x.map(f.value), slopes: x.map(f.slope), formula: f.formula };
          });
        }""",
        {"base": served.module_base(), "asked": asked, "x": x.tolist()},
    )
    for f, answer in zip(MADE, answers, strict=True):
        np.testing.assert_allclose(answer["values"], f.value(x), rtol=1e-9, atol=1e-9, err_msg=f.formula)
        np.testing.assert_allclose(answer["slopes"], f.derivative(x), rtol=1e-9, atol=1e-9, err_msg=f.formula)
        assert answer["formula"] in ("as the table", f.formula)


def test_curves_name_what_is_read_off(tab: Tab) -> None:
    page = opened(tab, "v=curves&f=gelu&g=gelu_tanh&x=-1.5")
    found = numbers(page)
    fine = np.linspace(-4, 4, 16001)
    gap = np.abs(ACTIVATIONS["gelu"].value(fine) - ACTIVATIONS["gelu_tanh"].value(fine)).max()
    assert found["difference"]["value"] == pytest.approx(gap, rel=1e-9)
    assert [f["name"] for f in found["functions"]] == ["gelu", "gelu_tanh"]
    for shown in found["functions"]:
        assert shown["value"] == pytest.approx(float(ACTIVATIONS[shown["name"]].value([-1.5])[0]), abs=1e-12)
        assert shown["range"] == ACTIVATIONS[shown["name"]].range
    page.locator(f"{COMPONENT} button.spark-thumb", has_text="Sigmoid").click()
    settled(page, "n.functions[0].name === 'sigmoid'")
    sigmoid = numbers(page)["functions"][0]
    assert sigmoid["steepest"] == {"value": 0.25, "at": 0}
    edge = sigmoid["flat"][1]["from"]
    assert float(ACTIVATIONS["sigmoid"].derivative([edge])[0]) == pytest.approx(SATURATED_SLOPE, abs=1e-8)
    page.locator(f'{COMPONENT} [role="slider"]').first.press("ArrowRight")
    settled(page, "Math.abs(n.x + 1.45) < 1e-9")


def test_curves_code_prints_what_is_shown(tab: Tab, tmp_path: Path) -> None:
    page = opened(tab, "v=curves&f=maxout&g=selu&x=-0.35&w2=-1.2")
    shown = numbers(page)
    *functions, gap = code_prints(page, tmp_path)
    for words, f in zip(functions, shown["functions"], strict=True):
        assert after(words, "f(x)") == pytest.approx(f["value"], abs=1e-7)
        assert after(words, "slope") == pytest.approx(f["slope"], abs=1e-7)
    assert float(gap[-1]) == pytest.approx(shown["difference"]["value"], abs=1e-7)


def test_feature_map_before_and_after(tab: Tab, tmp_path: Path) -> None:
    page = opened(tab, "v=map&pic=coins&k=edge_2&gain=3&bias=-0.5&r=4&f=relu&g=tanh&row=20&col=30")
    found, expected = numbers(page), feature_map("coins", "edge_2", gain=3, bias=-0.5, scale=4)
    assert found["size"] == list(expected.shape)
    assert found["before"]["mean"] == pytest.approx(expected.mean(), abs=1e-12)
    assert found["pixel"]["before"] == pytest.approx(expected[20, 30], abs=1e-12)
    for shown in found["functions"]:
        f = ACTIVATIONS[shown["name"]]
        assert shown["zeros"] == pytest.approx((f.value(expected) == 0).mean(), abs=ties(expected))
        assert shown["saturated"] == pytest.approx(
            (np.abs(f.derivative(expected)) < SATURATED_SLOPE).mean(), abs=ties(expected)
        )
        assert shown["mean"] == pytest.approx(f.value(expected).mean(), abs=1e-12)
    assert found["functions"][0]["zeros"] > 0.4
    head, *lines = code_prints(page, tmp_path, apart=True)
    assert after(head, "mean") == pytest.approx(expected.mean(), abs=1e-7)
    for words, shown in zip(lines, found["functions"], strict=True):
        assert after(words, "zeros") == pytest.approx(shown["zeros"], abs=ties(expected))
        assert after(words, "saturated") == pytest.approx(shown["saturated"], abs=ties(expected))


@pytest.mark.parametrize("feed", ["same", "on"])
def test_gradient_left_after_many_layers(tab: Tab, tmp_path: Path, feed: str) -> None:
    page = opened(tab, f"v=layers&f=sigmoid&g=relu&n=7&r=4&feed={feed}")
    found, start = numbers(page), feature_map("chelsea", "sobel_x", scale=4)
    for shown in found["functions"]:
        f, x, left = ACTIVATIONS[shown["name"]], start, np.ones_like(start)
        for _ in range(7):
            left = left * np.abs(f.derivative(x))
            x = f.value(x) if feed == "on" else x
        assert shown["mean"] == pytest.approx(left.mean(), rel=1e-9)
        assert shown["median"] == pytest.approx(np.median(left), rel=1e-9)
        assert shown["dead"] == pytest.approx((left == 0).mean(), abs=1e-12)
    sigmoid, relu = found["functions"]
    assert sigmoid["best"] == 0.25**7
    assert sigmoid["mean"] < sigmoid["best"] < relu["mean"] == relu["whole"]
    for words, shown in zip(code_prints(page, tmp_path), found["functions"], strict=True):
        assert after(words, "mean") == pytest.approx(shown["mean"], rel=1e-5)


@pytest.mark.parametrize(("window", "stride"), [(3, 2), (3, 5)])
def test_pooling_and_what_it_loses(tab: Tab, tmp_path: Path, window: int, stride: int) -> None:
    page = opened(tab, f"v=pool&pic=brick&r=4&w={window}&s={stride}&cy=7&cx=11")
    found, rectified = numbers(page), np.maximum(feature_map("brick", "sobel_x", scale=4), 0)
    pooled = {kind: pool(rectified, kind, window, stride) for kind in KINDS}
    assert found["size"] == list(pooled["max"].shape)
    assert found["discarded"] == pytest.approx(1 - pooled["max"].size / rectified.size, abs=1e-12)
    assert found["winners"] == pytest.approx(winners(rectified, window, stride).mean(), abs=ties(rectified))
    for kind in KINDS:
        assert found["means"][kind] == pytest.approx(pooled[kind].mean(), rel=1e-10)
        assert found["cell"][kind] == pytest.approx(pooled[kind][7, 11], rel=1e-10, abs=1e-12)
    *lines, discarded = code_prints(page, tmp_path)
    for words, kind in zip(lines, KINDS, strict=True):
        assert after(words, "mean") == pytest.approx(pooled[kind].mean(), abs=1e-7)
        assert after(words, "cell") == pytest.approx(pooled[kind][7, 11], abs=1e-7)
    assert float(discarded[-1]) == pytest.approx(found["discarded"], abs=1e-7)


def test_a_window_is_walked_by_mouse_and_keys(tab: Tab) -> None:
    page = opened(tab, "v=pool&pic=brick&r=2")
    assert numbers(page)["discarded"] == 0.75  # both sides are even
    expect(page.locator(f"{COMPONENT} .discarded")).to_contain_text("75.0 % discarded")
    page.locator(f"{COMPONENT} .controls").get_by_label("Window", exact=True).fill("4")
    settled(page, "n.size[0] === 63")
    pooled = page.locator(f'{COMPONENT} .stage[aria-label^="Max"]')
    box = pooled.bounding_box()
    assert box
    size = numbers(page)["size"]
    pooled.hover(position={"x": box["width"] * 9.5 / size[1], "y": box["height"] * 5.5 / size[0]})
    settled(page, "n.cell.row === 5 && n.cell.column === 9")
    pooled.press("ArrowDown")
    settled(page, "n.cell.row === 6 && n.cell.column === 9")
    cell, rectified = numbers(page)["cell"], np.maximum(feature_map("brick", "sobel_x"), 0)
    np.testing.assert_allclose(cell["values"], rectified[24:28, 36:40].ravel(), atol=1e-12)
    assert cell["values"][cell["best"]] == cell["max"] == max(cell["values"])
    page.wait_for_function("() => new URLSearchParams(location.search).get('cy') === '6'")


def expected_changes(
    rectified: Floats, kind: str, window: int, stride: int, shift: int
) -> tuple[float, float]:
    """In place, and moved back: computed by torch from the crops themselves."""

    def seen(d: int) -> torch.Tensor:
        crop = torch.from_numpy(rectified[:, 16 - d : rectified.shape[1] - d].copy())[None]
        if kind == "none":
            return crop
        if kind == "max":
            return torch.nn.functional.max_pool2d(crop, window, stride)
        return torch.nn.functional.avg_pool2d(crop, window, stride)

    def change(a: torch.Tensor, b: torch.Tensor) -> float:
        return float((a - b).norm() / a.norm())

    still, moved = seen(0), seen(shift)
    step, columns = 1 if kind == "none" else stride, still.shape[-1]
    cells = {shift // step, -(-shift // step)}
    return change(still, moved), min(change(still[..., : columns - n], moved[..., n:]) for n in cells)


def test_how_far_a_shift_survives(tab: Tab, tmp_path: Path) -> None:
    page = opened(tab, "v=shift&pic=coins&w=3&s=2&d=5")
    found, rectified = numbers(page), np.maximum(feature_map("coins", "sobel_x"), 0)
    for kind in ("none", "max", "average"):
        for shift in (0, 1, 4, 5, 16):
            in_place, back = expected_changes(rectified, kind, 3, 2, shift)
            assert found["curves"]["inPlace"][kind][shift] == pytest.approx(in_place, abs=1e-6)
            assert found["curves"]["movedBack"][kind][shift] == pytest.approx(back, abs=1e-6)
    in_place, back = found["curves"]["inPlace"]["max"], found["curves"]["movedBack"]["max"]
    assert (
        0 == in_place[0] < in_place[1] < in_place[16]
    )  # small shifts survive better than large, none wholly
    assert (
        max(back[0::2]) == 0 < min(back[1::2])
    )  # on the stride's grid nothing changes, off it something does
    assert max(found["curves"]["movedBack"]["none"]) == 0
    for words, kind in zip(code_prints(page, tmp_path), ("none", "max", "average"), strict=True):
        assert after(words, "change") == pytest.approx(found["inPlace"][kind], abs=1e-6)
        assert float(words[-1]) == pytest.approx(found["movedBack"][kind], abs=1e-6)


def test_what_cannot_be_is_told_in_a_sentence(tab: Tab) -> None:
    page = opened(tab, "v=shift&bias=-8&gain=0.5")
    expect(page.locator(f"{COMPONENT} .measured .alert")).to_contain_text("zero everywhere")
    tiny = page.locator(f'{COMPONENT} input[type="file"]')
    tiny.set_input_files(files={"name": "tiny.bmp", "mimeType": "image/bmp", "buffer": bitmap(12)})
    expect(page.locator(f'{COMPONENT} .activation-page > [role="alert"]')).to_contain_text(
        "A larger scale is needed"
    )
    page.locator(f"{COMPONENT} .tabs .segment", has_text="Curves").click()
    settled(page, "n.functions")


def bitmap(side_px: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (side_px, side_px), (90, 120, 30)).save(held, "BMP")
    return held.getvalue()


def test_the_link_holds_the_view(tab: Tab) -> None:
    page = opened(tab, "v=map&f=leaky_relu&slope=0.3&k=emboss")
    page.locator(f"{COMPONENT} .controls").get_by_label("Leaky slope").fill("0.5")
    page.locator(f"{COMPONENT} .tabs .segment", has_text="Through many layers").click()
    page.wait_for_function(
        "() => location.search.includes('v=layers') && location.search.includes('slope=0.5')"
    )
    again = tab.page.reload()
    assert again
    tab.rendered()
    settled(page, "n.functions[0].name === 'leaky_relu' && n.functions[0].best === 1")
    state = page.locator(COMPONENT).evaluate("root => JSON.stringify(root.__state)")
    assert json.loads(state) | {"v": "layers", "slope": 0.5, "k": "emboss", "f": "leaky_relu"} == json.loads(
        state
    )


def test_no_section_stands_in_the_way_of_a_screen_reader(new_tab: NewTab) -> None:
    page = opened(new_tab(color_scheme="dark", reduced_motion="reduce"), "v=map")
    page.add_script_tag(path=AXE)
    for section in ("On a feature map", "Through many layers", "Pooling", "Shifted"):
        page.locator(f"{COMPONENT} .tabs .segment", has_text=section).click()
        settled(page, "true")
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        grave = [
            rule["help"] + rule["nodes"][0]["html"][:200]
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        assert not grave, f"{section}: {grave}"
