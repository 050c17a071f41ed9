"""Building blocks in the browser: the same costs as the concepts, drawn, changed, measured, and taken home."""

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from explorer.browser import blocks as component
from explorer.browser import served
from explorer.buildingblocks import BLOCKS, Block
from tests.browser.conftest import NewTab
from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

IMPORT = f"(path) => import(new URL({json.dumps(served.module_base())} + path, document.baseURI).href)"
COUNT = f"""async ([blocks, cases]) => {{
  const load = {IMPORT};
  const names = ["cost", "equations", "slides"];
  const [cost, equations, slides] = await Promise.all(names.map((name) => load(`blocks/${{name}}.js`)));
  const named = Object.fromEntries(blocks.map((block) => [block.name, block]));
  const equation = (e) => [e.name, `${{e.letters}} = ${{e.filled}} = ${{e.total.toLocaleString("en")}}`];
  const counted = cases.map(([name, given]) => {{
    const block = named[name], numbers = cost.numbersOf(block, given);
    const of = (parts) => cost.costOf(cost.layersOf(parts, numbers));
    const written = Object.fromEntries(equations.equations(block, numbers).map(equation));
    return {{ numbers, block: of(block.parts), plain: of(block.plain.parts), equations: written }};
  }});
  const claims = blocks.map((block) => slides.verdicts(block).map((each) => [each.verdict, each.right ?? null]));
  return {{ counted, claims }};
}}"""
COMPLAIN = f"""async ([blocks, cases]) => {{
  const {{ numbersOf }} = await ({IMPORT})("blocks/cost.js");
  return cases.map(([name, given]) => {{
    try {{ numbersOf(blocks.find((block) => block.name === name), given); return ""; }}
    catch (error) {{ return error.message; }}
  }});
}}"""
PROGRAMS = f"""async (blocks) => {{
  const load = {IMPORT};
  const [cost, code] = await Promise.all([load("blocks/cost.js"), load("blocks/code.js")]);
  return blocks.map((block) => {{
    const layers = (parts) => cost.layersOf(parts, cost.numbersOf(block));
    return code.program(block, layers(block.parts), layers(block.plain.parts));
  }});
}}"""


def root(page: Page) -> Locator:
    return page.locator('[data-component="blocks"]')


def shown(page: Page, ready: str = "true") -> dict[str, Any]:
    """What the page computed, once `ready` (JavaScript over `found`) holds."""
    page.wait_for_function(
        f"root => {{ const found = root.__numbers; return found && ({ready}); }}",
        arg=root(page).element_handle(),
    )
    numbers: dict[str, Any] = root(page).evaluate("root => root.__numbers")
    return numbers


def sent() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = component.data(False)["blocks"]
    return found


def cost_of(block: Block, given: dict[str, int], *, plain: bool = False) -> dict[str, int]:
    cost = block.cost(plain, **given)
    names = ("weights", "biases", "norm_params", "params", "macs", "output_bytes")
    return {name: getattr(cost, name) for name in names}


def cases() -> list[tuple[str, dict[str, int]]]:
    chance = random.Random(3)
    found: list[tuple[str, dict[str, int]]] = [(name, {}) for name in BLOCKS]
    while len(found) < 400:
        block = chance.choice(list(BLOCKS.values()))
        given = {each.name: chance.choice(each.steps) for each in block.parameters}
        try:
            block.layers(**given)
        except ValueError:
            continue
        found.append((block.name, given))
    return found


def test_the_browser_counts_as_python_does(tab: Tab) -> None:
    page = tab.open("/blocks")
    chosen = cases()
    found = page.evaluate(COUNT, [sent(), chosen])
    for (name, given), here in zip(chosen, found["counted"], strict=True):
        block = BLOCKS[name]
        assert here["numbers"] == block.numbers(**given)
        assert here["block"] == cost_of(block, given), (name, given)
        assert here["plain"] == cost_of(block, given, plain=True), (name, given)
        for figure, text in here["equations"].items():
            assert text == block.equation(figure, **given)
    for block, told in zip(BLOCKS.values(), found["claims"], strict=True):
        rights = [block.claimed(claim) for claim in block.claims]
        marks = ["right" if c.agrees(r) else "wrong" for c, r in zip(block.claims, rights, strict=True)]
        notes = [[note.verdict, None] for note in block.notes]
        assert told == [[*pair] for pair in zip(marks, rights, strict=True)] + notes

    the_browser_refuses(page)


def the_browser_refuses(page: Page) -> None:
    wrong: list[tuple[str, dict[str, int]]] = [
        ("conv", {"k": 4}), ("conv", {"c": 0}), ("shuffle", {"g": 7}), ("shuffle", {"c": 30}), ("se", {"c": 100}),
        ("octave", {"h": 57}), ("unet", {"h": 226}),
    ]  # fmt: skip
    for (name, given), told in zip(wrong, page.evaluate(COMPLAIN, [sent(), wrong]), strict=True):
        with pytest.raises(ValueError, match=re.escape(told)):
            BLOCKS[name].numbers(**given)
        assert told


def test_programs_run_and_print_the_same_numbers(tab: Tab, tmp_path: Path) -> None:
    page = tab.open("/blocks")
    programs = page.evaluate(PROGRAMS, sent())
    file = tmp_path / "take_home.py"
    file.write_text("\n".join(programs), "utf-8")  # one process for all: PyTorch takes seconds to load
    done = subprocess.run(
        [sys.executable, str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    printed = [
        tuple(map(int, match.groups())) for match in re.finditer(r"parameters (\d+) MACs (\d+)", done.stdout)
    ]
    costs = [block.cost(plain) for block in BLOCKS.values() for plain in (False, True)]
    assert printed == [(cost.params, cost.macs) for cost in costs]


def test_link_controls_and_undo(tab: Tab) -> None:
    page = tab.open("/blocks?block=depthwise&c=4&f=2")
    found = shown(page)
    assert (found["cost"]["params"], found["plain"]["params"]) == (44, 72)
    root(page).get_by_role("button", name="Lecture's numbers").click()
    assert shown(page, "found.cost.params === 266752")["plain"]["params"] == 2_359_296
    kernel = root(page).get_by_role("slider", name="Kernel side, slider")
    kernel.press("ArrowRight")
    assert shown(page, "found.settings.k === 5")["cost"] == cost_of(BLOCKS["depthwise"], {"k": 5})
    page.wait_for_function("location.search.includes('k=5') && !location.search.includes('c=4')")
    kernel.press("Control+z")
    shown(page, "found.settings.k === 3")
    box = root(page).get_by_role("spinbutton", name="Channels in")
    box.fill("100")
    box.press("Enter")
    expected = cost_of(BLOCKS["depthwise"], {"c": 100})
    assert shown(page, "found.settings.c === 100")["cost"] == expected
    bars = root(page).locator('[data-figure="params"] .bar-text')
    assert [bars.nth(0).get_attribute("title"), bars.nth(1).get_attribute("title")] == ["52,100", "460,800"]


def test_absurd_numbers_are_answered_and_change_nothing(tab: Tab) -> None:
    page = tab.open("/blocks?block=conv")
    box = root(page).get_by_role("spinbutton", name="Channels in")
    alert = root(page).get_by_role("alert")
    for typed, told in (
        ("0", "got 0"),
        ("-3", "got -3"),
        ("1000000000", "got 1000000000"),
        ("", "got nothing"),
    ):
        box.fill(typed)
        box.press("Tab")
        expect(alert).to_contain_text(f"Channels in must be a whole number from 1 to 4096, {told}")
        assert shown(page)["settings"]["c"] == 3
        expect(box).to_have_value("3")


def test_settings_that_do_not_fit_leave_the_last_drawing(tab: Tab) -> None:
    page = tab.open("/blocks?block=shuffle")
    groups = root(page).get_by_role("spinbutton", name="Groups")
    groups.fill("7")
    groups.press("Enter")
    expect(root(page).get_by_role("alert")).to_contain_text("7 groups must divide the 60 maps in the middle")
    assert shown(page)["settings"]["g"] == 3
    groups.fill("4")
    groups.press("Enter")
    shown(page, "found.settings.g === 4")
    expect(root(page).get_by_role("alert")).to_be_hidden()
    tab.open("/blocks?block=nonsense&c=banana&k=999999")
    assert shown(page)["block"] == "inception_reduced"


def test_gallery_and_drawing_by_keyboard(tab: Tab) -> None:
    page = tab.open("/blocks?block=conv")
    assert root(page).get_by_role("radio").count() >= len(BLOCKS)
    root(page).get_by_role("radio", name="Convolution", exact=True).press("ArrowDown")
    assert shown(page, "found.block === 'vgg'")["cost"] == cost_of(BLOCKS["vgg"], {})
    drawing = root(page).locator("svg.drawing")
    drawing.locator(".box.chosen").focus()
    page.keyboard.press("Home")
    before = drawing.locator(".box.chosen").get_attribute("data-name")
    page.keyboard.press("ArrowRight")
    chosen = drawing.locator(".box.chosen")
    assert chosen.get_attribute("data-name") != before
    label = chosen.get_attribute("aria-label") or ""
    assert label
    expect(root(page).locator(".told").first).to_have_text(label)
    root(page).get_by_role("radio", name="Its alternative").check(force=True)
    expect(drawing.locator(".box")).to_have_count(len(BLOCKS["vgg"].layers(True)))


def test_slides_stand_beside_the_right_numbers(tab: Tab) -> None:
    page = tab.open("/blocks?block=inception_reduced&c=64")
    claim = root(page).locator(".claim", has_text="358M")
    expect(claim).to_contain_text("271,351,808")
    expect(claim).to_contain_text("twice")
    claim.get_by_role("button", name="Show these numbers").click()
    assert shown(page, "found.settings.c === 256")["cost"]["macs"] == 271_351_808
    root(page).get_by_role("button", name="271 M").click()
    expect(root(page).locator(".question .verdict")).to_contain_text("Yes.")


def test_measured_on_the_server(tab: Tab) -> None:
    page = tab.open("/blocks?block=octave&c=16&f=16&h=14")
    root(page).get_by_role("button", name="Measure on this server").click()
    time = shown(page, "found.time")["time"]
    assert time["block_ms"] > 0
    assert time["plain_ms"] > 0
    assert time["threads"] == 1
    expect(root(page).get_by_text(f"medians of {time['runs']} passes")).to_be_visible()
    size = root(page).get_by_role("spinbutton", name="Size of the maps")
    size.fill("28")
    size.press("Enter")
    assert shown(page, "found.settings.h === 28")["time"] is None  # other sizes, other milliseconds
    page = tab.open("/blocks?block=gap")
    root(page).get_by_role("button", name="Measure on this server").click()
    expect(root(page).get_by_text("The dense head of VGG-16 has 124 M parameters")).to_be_visible(
        timeout=20_000
    )


def test_plays(tab: Tab) -> None:
    page = tab.open("/blocks?block=shuffle&g=4")
    played = shown(page)["played"]
    maps = torch.arange(played["groups"] * played["each"]).reshape(1, -1, 1, 1)
    shuffled = torch.nn.ChannelShuffle(played["groups"])(maps).flatten().tolist()
    assert [shuffled[seat] for seat in played["seats"]] == maps.flatten().tolist()
    page = tab.open("/blocks?block=dropout&p=50&seed=3")
    played = shown(page)["played"]
    assert played["scale"] == 2
    assert played["kept"] == sum(played["mask"])
    assert played["mean"] == pytest.approx(played["full"], rel=0.05)
    root(page).get_by_role("button", name="Draw again").click()
    assert shown(page, "found.played.mask.join() !== '" + ",".join(map(str, played["mask"])) + "'")
    page = tab.open("/blocks?block=basic&slope=-0.5&depth=30")
    played = shown(page)["played"]
    slopes = np.array(played["slopes"])
    assert played["plain"] == pytest.approx(slopes.prod())
    assert played["skip"] == pytest.approx((1 + slopes).prod())
    page = tab.open("/blocks?block=se&red=8")
    played = shown(page, "found.played.gates")["played"]
    assert played["hidden"] == 1
    assert all(0 < gate < 1 for gate in played["gates"])
    page = tab.open("/blocks?block=octave")
    assert 0.5 < shown(page, "found.played.kept")["played"]["kept"] < 1


def test_drawing_as_files(tab: Tab, tmp_path: Path) -> None:
    page = tab.open("/blocks?block=resnext")
    for kind, head in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            root(page).get_by_role("button", name=f"Save {kind}").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.name == f"resnext.{kind.lower()}"
        assert file.read_bytes().startswith(head)


def test_every_block_fits_a_phone(phone_tab: Tab) -> None:
    page = phone_tab.open("/blocks")
    for name in BLOCKS:
        root(page).locator(f'input[value="{name}"]').check(force=True)
        found = shown(page, f"found.block === '{name}'")
        assert found["cost"] == cost_of(BLOCKS[name], {})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, name
        frame = root(page).locator(".drawing-frame")
        assert frame.evaluate("e => e.scrollWidth <= e.clientWidth + 1"), f"the drawing of {name} is cut off"


def test_dark_drawing_has_light_words(new_tab: NewTab) -> None:
    page = new_tab(color_scheme="dark").open("/blocks?block=unet")
    ink = root(page).locator(".drawing text").first.evaluate("e => getComputedStyle(e).fill")
    assert all(int(level) > 150 for level in re.findall(r"\d+", ink)[:3])
