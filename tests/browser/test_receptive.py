"""The page "Receptive field": boxes against the trace, measuring, the stack's recurrence, links and programs."""

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
from PIL import Image
from playwright.sync_api import Page, expect
from torch import nn

from explorer import effective, receptive
from explorer.networks import NETWORKS
from tests.browser.served import ROOT
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser
ROOT_OF = """() => [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
    .map((s) => s.querySelector('.root[data-component="receptive"]')).find(Boolean)"""


def opened(tab: Tab, query: str = "") -> Page:
    page = tab.open(f"/receptive?{query}")
    page.wait_for_function(f"() => ({ROOT_OF})()?.__numbers?.places")
    return page


def numbers(page: Page) -> dict[str, Any]:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: dict[str, Any] = page.evaluate(f"() => ({ROOT_OF})().__numbers")
    return found


def check_unit(found: dict[str, Any]) -> None:
    """Everything said about one unit, against the engine."""
    name, side = found["network"]["name"], found["network"]["side_px"]
    rows = {row.name: row for row in receptive.trace(name, (NETWORKS[name].channels, side, side))}
    row, unit = rows[found["layer"]], found["unit"]
    box = row.box(*unit["cell"])
    expected = {"top": box.top_px, "left": box.left_px, "bottom": box.bottom_px, "right": box.right_px}
    assert unit["box"] == expected
    assert unit["size"] == [row.size_px, row.width_px]
    assert (unit["jump"], unit["isGlobal"]) == ([row.rows.jump_px, row.columns.jump_px], row.is_global)
    mask = np.zeros((side + 2 * 4000,) * 2, np.int8)  # every pixel counted, padding too

    def seen(cell: list[int]) -> Any:
        b = row.box(*cell)
        return np.s_[4000 + b.top_px : 4001 + b.bottom_px, 4000 + b.left_px : 4001 + b.right_px]

    mask[seen(unit["cell"])] = 1
    inside = int(mask[4000 : 4000 + side, 4000 : 4000 + side].sum())
    assert unit["inside"] == pytest.approx(inside / mask.sum())
    assert unit["covers"] == pytest.approx(inside / side**2)
    if unit["neighbour"]:
        assert unit["overlap"] == pytest.approx(int(mask[seen(unit["neighbour"])].sum()) / mask.sum())


BOXES = (
    "layer=features.28&r=0&c=13",
    "receptive_net=inception_v3&layer=Mixed_7b.branch3x3_2a.conv&r=2&c=7",
    "receptive_net=unet&layer=classify&r=7&c=380",
    "receptive_net=efficientnet_b0",
    "receptive_net=lenet5&layer=c5",
)


def test_boxes_are_those_of_the_trace(tab: Tab) -> None:
    for query in BOXES:
        found = numbers(opened(tab, query))
        check_unit(found)
        wanted = re.search(r"layer=([^&]+)", query)
        assert wanted is None or found["layer"] == wanted[1]


def test_units_and_layers_by_pointer_keys_and_slider(tab: Tab) -> None:
    page = opened(tab, "layer=features.28")
    assert numbers(page)["unit"]["cell"] == [7, 7]
    places = numbers(page)["places"]
    area = page.locator(".stage.map canvas").bounding_box()
    assert area is not None
    cell_px = places["map"] / 14
    page.mouse.move(area["x"] + 2.5 * cell_px, area["y"] + 4.5 * cell_px)
    assert numbers(page)["unit"]["cell"] == [4, 2]
    page.mouse.move(area["x"] + area["width"] + 15, area["y"] - 30)
    assert numbers(page)["unit"]["cell"] == [7, 7]  # pointing keeps nothing
    photo = page.locator(".stage.photo canvas").bounding_box()
    assert photo is not None
    at = (
        places["photo"]["zero"] + 200.5 * places["photo"]["scale"]
    )  # pixel 200: nearest the unit centred on 199.5
    page.mouse.click(photo["x"] + at, photo["y"] + at)
    found = numbers(page)
    assert (found["unit"]["cell"], found["unit"]["centre"]) == ([12, 12], [199.5, 199.5])
    check_unit(found)
    page.get_by_role("application", name=re.compile("^Unit at row")).first.focus()
    for key, cell in (("ArrowUp", [11, 12]), ("ArrowRight", [11, 13]), ("ArrowRight", [11, 13])):
        page.keyboard.press(key)
        assert numbers(page)["unit"]["cell"] == cell
    page.keyboard.press("PageUp")
    assert numbers(page)["layer"] == "features.26"
    page.keyboard.press("Home")
    page.get_by_role("slider", name="Layer", exact=True).fill("0")
    found = numbers(page)
    assert (found["layer"], found["unit"]["size"]) == ("features.0", [3, 3])
    x, y = found["places"]["chart"][8]
    page.locator(".stage.chart canvas").click(position={"x": x, "y": y})
    assert numbers(page)["layer"] == found["layers"][8]
    page.wait_for_function("(name) => location.search.includes(name)", arg=found["layers"][8])
    assert numbers(opened(tab, page.url.partition("?")[2]))["layer"] == found["layers"][8]


def test_what_is_said_about_edges_whole_pictures_and_distill(tab: Tab) -> None:
    page = opened(tab, "receptive_net=resnet50")
    found = numbers(page)
    assert (found["layer"], found["unit"]["size"]) == ("layer4.2.add", [427, 427])
    expect(page.get_by_text("Araujo et al. print 483 px")).to_contain_text(
        "the recurrence here gives 483 too"
    )
    expect(page.get_by_text("The box covers the whole picture.")).to_be_visible()
    page.get_by_role("slider", name="Layer", exact=True).fill(str(len(found["layers"]) - 1))
    expect(page.get_by_text("This unit sees the whole picture")).to_be_visible()
    page = opened(tab, "receptive_net=resnet50&layer=layer2.0.conv2&r=0&c=0")
    outside = 1 - numbers(page)["unit"]["inside"]
    expect(page.get_by_text(f"{outside * 100:.0f} % of it is padding")).to_be_visible()


def test_a_picture_too_small_for_the_network_is_told(tab: Tab) -> None:
    page = tab.open("/receptive?receptive_px_vgg16=20")
    expect(page.get_by_text("With an input of 3 x 20 x 20, layer 'features.30'")).to_be_visible()
    assert numbers(opened(tab, "receptive_net=nothing&layer=nowhere&r=x&stack=9"))["layer"] == "features.30"


@pytest.mark.parametrize("kind", effective.KINDS)
def test_measured_field_is_the_concepts(tab: Tab, tmp_path: Path, kind: str) -> None:
    page = opened(tab, f"receptive_net=lenet5&layer=s4&kind={kind}")
    page.get_by_role("button", name="Measure").click()
    runs = 1 if kind == "equal" else 8
    page.wait_for_function(f"(n) => ({ROOT_OF})().__numbers.measured?.runs === n", arg=runs)
    found = numbers(page)["measured"]
    expected = effective.measure("lenet5", (1, 32, 32), "s4", kind, runs)
    assert found["holds_90_px"] == expected.side_px(0.9)
    assert found["inside"] == pytest.approx(1, abs=1e-6) == expected.inside
    assert (found["luo_px"], found["spread_px"]) == pytest.approx(
        (expected.luo_px, expected.spread_px), rel=1e-4
    )
    part, _ = effective.pooled(expected, 320)
    levels = np.array(found["bytes"]).reshape(part.shape)
    np.testing.assert_allclose(levels, 255 * np.sqrt(part / part.max()), atol=0.51)
    np.testing.assert_allclose(found["across"], expected.map.sum(0), atol=2e-6)
    expect(page.get_by_text(f"{runs} of {runs} runs")).to_be_visible()
    printed = dict(line.rsplit(" ", 1) for line in run_code(page, 1, tmp_path))
    assert float(printed["90 % in"]) == found["holds_90_px"]
    assert float(printed["spread"]) == pytest.approx(found["spread_px"], abs=0.051)


def test_measuring_a_torchvision_layer_and_its_program(tab: Tab, tmp_path: Path) -> None:
    page = opened(
        tab, "receptive_net=squeezenet1_1&layer=features.4.squeeze&m=1"
    )  # the link asks for the measurement
    page.wait_for_function(f"() => ({ROOT_OF})().__numbers.measured?.runs === 8", timeout=20_000)
    found = numbers(page)["measured"]
    lines = run_code(page, 1, tmp_path)
    printed = dict(line.rsplit(" ", 1) for line in lines)
    assert float(printed["90 % in"]) == found["holds_90_px"]
    assert float(printed["inside the box"]) == pytest.approx(found["inside"], abs=1e-5)
    assert float(printed["as many as above 4.55 %"]) == pytest.approx(found["luo_px"], abs=0.06)
    assert float(printed["spread"]) == pytest.approx(found["spread_px"], abs=0.06)


def test_measuring_is_stopped_and_a_refusal_is_told(tab: Tab) -> None:
    page = opened(tab, "layer=features.30")
    page.get_by_role("button", name="Measure").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Measure")).to_be_visible()
    page.wait_for_timeout(1000)
    early = numbers(page)["measured"]
    page.wait_for_timeout(1000)
    assert numbers(page)["measured"] == early and (early is None or early["runs"] < 8)
    page = opened(tab, "receptive_net=swin_t&layer=features.1.0.add&m=1")
    expect(page.get_by_text("keeps a table of its own")).to_be_visible()


def random_stack(chance: random.Random) -> tuple[list[dict[str, Any]], nn.Sequential]:
    layers: list[dict[str, Any]] = []
    for _ in range(chance.randint(1, 7)):
        pool, k = chance.random() < 0.3, chance.randint(1, 9)
        d, p = (1, chance.randint(0, k // 2)) if pool else (chance.randint(1, 4), chance.randint(0, 8))
        layers.append({"k": k, "s": chance.randint(1, 4), "d": d, "p": p, "pool": pool})
    made = [
        nn.MaxPool2d(one["k"], one["s"], one["p"])
        if one["pool"]
        else nn.Conv2d(1, 1, one["k"], one["s"], one["p"], one["d"])
        for one in layers
    ]
    return layers, nn.Sequential(*made)


def test_the_stacks_recurrence_is_the_engines(tab: Tab) -> None:
    page = opened(tab)
    chance = random.Random(7)
    stacks = [random_stack(chance) for _ in range(120)]
    levels = page.evaluate(
        """async ([stacks, pixels]) => {
          const from = performance.getEntriesByType("resource").map((e) => e.name);
          const { trace } = await import(from.find((name) => name.endsWith("receptive/cone.js")));
          return stacks.map((stack) => trace(stack, pixels));
        }""",
        [[layers for layers, _ in stacks], 200],
    )
    possible = 0
    for (_, network), found in zip(stacks, levels, strict=True):
        try:
            rows = receptive.trace(network, (1, 200, 200))
        except ValueError:
            assert any(level["why"] for level in found)
            continue
        possible += 1
        assert not any(level["why"] for level in found)
        got = [
            (level["size"], level["jump"], level["first"], level["last"], level["n"]) for level in found[1:]
        ]
        assert got == [(row.size_px, row.jump_px, row.first_px, row.last_px, row.map_px[0]) for row in rows]
    assert 40 < possible < 120


def test_the_stack_its_formula_and_the_slides(tab: Tab, tmp_path: Path) -> None:
    page = opened(tab)
    stack = numbers(page)["stack"]
    assert (stack["levels"][-1]["size"], stack["slides"]) == (11, 7)
    expect(page.get_by_text("r = 1 + (3 − 1)·1 + (3 − 1)·2 + (3 − 1)·2 = 11")).to_be_visible()
    expect(page.get_by_text("The slides' 1 + 3·(3 − 1) = 7, but it is 11")).to_be_visible()
    expect(
        page.get_by_text(
            "The field of layer 1 itself stays 3 px; the last layer's is 11 px, 7 with stride 1."
        )
    ).to_be_visible()
    page.get_by_label("Stride S of layer 1").fill("1")
    expect(page.get_by_text("1 + 3·(3 − 1) = 7: the same")).to_be_visible()
    page.get_by_role("button", name="Padding", exact=True).click()
    effect = numbers(page)["stack"]["effect"]
    assert (effect["now"]["last"], effect["now"]["first"] < effect["then"]["first"]) == (
        effect["then"]["last"],
        True,
    )
    page.get_by_role("button", name="Pooling", exact=True).click()
    assert [level["size"] for level in numbers(page)["stack"]["levels"]] == [1, 3, 4, 8]
    page.get_by_role("button", name="Dilation", exact=True).click()
    found = numbers(page)["stack"]
    assert [level["size"] for level in found["levels"]] == [1, 3, 7, 15]
    lines = run_code(page, 3, tmp_path)
    assert lines[:3] == [f"layer {i} sees {size} jump 1 cells 24" for i, size in enumerate((3, 7, 15), 1)]
    assert lines[3:] == [
        "pixels " + " ".join(str(at) for at, _ in found["ways"]),
        "ways " + " ".join(str(n) for _, n in found["ways"]),
    ]
    page.get_by_label("Window K of layer 2").fill("9")
    page.get_by_label("Dilation D of layer 2").fill("4")
    expect(
        page.get_by_text("This stack cannot be: layer 2: a window of 33 does not fit into 28 cells")
    ).to_be_visible()


def test_the_cone_follows_the_keys(tab: Tab) -> None:
    page = opened(tab, "stack=3,2,1,1:p2,2,1,0:3,1,2,2&px=20")
    page.get_by_role("application", name=re.compile("^Unit .* along and between the layers")).focus()
    unit = numbers(page)["stack"]["unit"]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    found = numbers(page)["stack"]
    assert found["unit"]["level"] == unit["level"] - 1
    level = found["levels"][found["unit"]["level"]]
    assert found["seen"] == [
        level["first"] + found["unit"]["at"] * level["jump"],
        level["last"] + found["unit"]["at"] * level["jump"],
    ]
    x = torch.zeros(1, 1, 20, requires_grad=True)
    below = nn.functional.conv1d(x, torch.ones(1, 1, 3), stride=2, padding=1)
    nn.functional.conv1d(below, torch.ones(1, 1, 2), stride=2)[0, 0, found["unit"]["at"]].backward()
    assert x.grad is not None
    assert found["ways"] == [[i, int(n)] for i, n in enumerate(x.grad[0, 0].tolist()) if n]


def test_small_windows_against_a_large_one(tab: Tab, tmp_path: Path) -> None:
    page = opened(tab, "n=2&ch=1")
    found = numbers(page)["stacked"]
    assert (found["small"]["weights"], found["large"]["weights"]) == (18, 25)
    page.get_by_label("Layers of 3×3").fill("3")
    page.get_by_label("Channels C").fill("96")
    found = numbers(page)["stacked"]
    assert (found["small"]["weights"], found["large"]["weights"]) == (27 * 96**2, 49 * 96**2)
    assert found["ways"] == np.convolve(np.convolve([1, 1, 1], [1, 1, 1]), [1, 1, 1]).tolist()
    line = "{} field 7 weights {} MACs {} non-linearities {}"
    expected = [
        line.format(which, found[which]["weights"], found[which]["macs"], found[which]["bends"])
        for which in ("small", "large")
    ]
    assert run_code(page, 2, tmp_path) == expected


def run_code(page: Page, which: int, folder: Path) -> list[str]:
    """The lines that one of the page's programs prints when it runs beside the app's pictures."""
    page.get_by_text("PyTorch code for this view").nth(which).click()
    shown = page.get_by_label("PyTorch code for this view").nth(which)
    expect(shown).not_to_be_empty()
    code = shown.inner_text()
    (folder / "program.py").write_text(code.replace('"field.png"', repr(str(folder / "field.png"))), "utf-8")
    said = io.StringIO()
    with chdir(ROOT), redirect_stdout(said):
        runpy.run_path(str(folder / "program.py"))
    return said.getvalue().splitlines()


@pytest.mark.parametrize(
    "query",
    [
        "receptive_net=inception_v3&layer=Mixed_7c.cat_2&pic=coffee",
        "receptive_net=unet&layer=up.0.0&r=3&c=5",
    ],
)
def test_the_program_prints_the_box(tab: Tab, tmp_path: Path, query: str) -> None:
    page = opened(tab, query)
    page.wait_for_function("() => !document.querySelector('.nothing')")
    unit = numbers(page)["unit"]
    printed = {}
    for text in run_code(page, 0, tmp_path):
        name, *values = re.split(r" (?=[-\d])", text)
        printed[name] = [float(v) for v in values]
    box = unit["box"]
    assert printed["size"] == unit["size"] and printed["jump"] == unit["jump"][:1]
    assert printed["rows"] == [box["top"], box["bottom"]] and printed["columns"] == [
        box["left"],
        box["right"],
    ]
    assert printed["centre"] == unit["centre"]
    assert printed.get("by gradient", unit["size"]) == unit["size"]
    assert ("by gradient" in printed) == ("unet" not in query)
    assert printed["inside"] == pytest.approx([unit["inside"]], abs=1e-6)
    assert printed["of the picture"] == pytest.approx([unit["covers"]], abs=1e-6)
    assert printed["shared with the neighbour"] == pytest.approx([unit["overlap"]], abs=1e-6)
    with Image.open(tmp_path / "field.png") as field:
        assert list(field.size) == unit["size"][::-1]
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save PNG").first.click()
    with Image.open(saved.value.path()) as figure:
        assert min(figure.size) > 300


def test_another_network_keeps_what_still_holds(tab: Tab) -> None:
    page = opened(tab, "layer=features.28&n=4&stack=5,1,1,2")
    page.get_by_role("combobox", name=re.compile("Network")).click()
    page.keyboard.type("alexnet")
    page.get_by_role("option", name="alexnet", exact=True).click()
    page.wait_for_function(f"() => ({ROOT_OF})().__numbers.network.name === 'alexnet'")
    found = numbers(page)
    assert (found["layer"], found["unit"]["size"], found["stacked"]["n"]) == ("features.12", [195, 195], 4)
    page.wait_for_function(
        "() => /receptive_net=alexnet/.test(location.search) && /n=4/.test(location.search)"
    )
    check_unit(found)


def test_phone_and_darkness_show_the_same(phone_tab: Tab, dark_tab: Tab) -> None:
    query = "receptive_net=googlenet&layer=inception4b.cat&r=2&c=3"
    phone, dark = opened(phone_tab, query), opened(dark_tab, query)
    assert numbers(phone)["unit"] == numbers(dark)["unit"]
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 390
    phone.locator(".stage.map canvas").tap(position={"x": 5, "y": 5})
    assert numbers(phone)["unit"]["cell"] == [0, 0]
