"""Channels: filters over three planes, volumes, sizes and parameters, 1x1 convolution."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from explorer.browser.channels.presets import FILTERS, LAYERS, MIXINGS
from explorer.kernels import output_size, slide
from tests.browser.conftest import NewTab
from tests.browser.served import ROOT
from tests.browser.tab import Tab
from tests.programs import printed_by

Floats = npt.NDArray[np.float64]
RANDOM = np.random.default_rng(7)
# Random whole numbers, three slices of nine, and a bias: as the link holds them.
OWN = RANDOM.integers(-9, 10, (2, 27))
OWN_LINK = "*".join(
    ",".join(map(str, cells)) + f":{bias}" for cells, bias in zip(OWN, (3.5, -20), strict=True)
)


def root(page: Page) -> Locator:
    return page.locator('[data-component="channels"]')


def numbers(page: Page, *, whole: bool = False) -> dict[str, Any]:
    """What the page computed, as soon as its part is drawn; with `whole`, pictures and maps too."""
    page.wait_for_function(
        """() => { const all = [document];
          while (all.length) { const node = all.pop();
            for (const e of node.querySelectorAll('*')) { if (e.shadowRoot) all.push(e.shadowRoot);
              if (e.dataset?.component === 'channels') return e.__numbers?.[e.__numbers.part]; } } }"""
    )
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found: dict[str, Any] = root(page).evaluate(
        """(root, whole) => { const found = root.__numbers, shown = found[found.part];
          if (!whole) for (const part of [found, shown]) for (const name of ['input', 'output', 'outputs', 'maps'])
            delete part[name];
          return found; }""",
        whole,
    )
    return found


def picture(found: dict[str, Any]) -> Floats:
    """The input: (3, H, W)."""
    return np.array(found["input"], dtype=np.float64).reshape(3, *found["inputSize"])


def convolved(x: Floats, weights: npt.ArrayLike, bias: npt.ArrayLike) -> Floats:
    """By torch: x (3, H, W), weights (K, 3, kh, kw), bias (K,); gives (K, H', W')."""
    w = torch.as_tensor(np.asarray(weights, dtype=np.float64))
    b = torch.as_tensor(np.asarray(bias, dtype=np.float64))
    return np.asarray(F.conv2d(torch.from_numpy(x)[None], w, b)[0].numpy())


def test_one_filter_is_three_maps_and_a_sum(tab: Tab) -> None:
    page = tab.open(f"/channels?pic=coffee&px=64&f={OWN_LINK}&i=1&y=20&x=31")
    found = numbers(page, whole=True)
    x, one = picture(found), found["one"]
    weights = OWN[1].reshape(3, 3, 3)
    assert one["size"] == [output_size(side, 3) for side in x.shape[1:]]
    for plane, taps, values in zip(x, weights, one["maps"], strict=True):
        np.testing.assert_allclose(np.array(values).reshape(one["size"]), slide(plane, taps), atol=1e-9)
    expected = convolved(x, weights[None], [-20.0])[0]
    np.testing.assert_allclose(np.array(one["output"]).reshape(one["size"]), expected, atol=1e-9)
    looked_at = one["pixel"]
    assert (looked_at["row"], looked_at["column"]) == (20, 31)
    window_sums = [float((x[c, 20:23, 31:34] * weights[c]).sum()) for c in range(3)]
    assert looked_at["sums"] == pytest.approx(window_sums)
    assert looked_at["total"] == pytest.approx(sum(window_sums) - 20) == pytest.approx(looked_at["map"])
    swapped = convolved(x[[1, 0, 2]], weights[None], [-20.0])[0]
    assert one["claims"]["own"] == pytest.approx(np.abs(swapped - expected).max())
    assert one["claims"]["own"] > 0 == one["claims"]["shared"]


def test_pointing_and_keys_move_the_same_window(tab: Tab) -> None:
    page = tab.open("/channels?px=64&y=5&x=7")
    before = numbers(page, whole=True)
    output = page.get_by_role("application", name="Output map")
    box = output.locator("canvas").bounding_box()
    assert box is not None
    rows, columns = before["one"]["size"]
    page.mouse.move(box["x"] + box["width"] * 30.5 / columns, box["y"] + box["height"] * 12.5 / rows)
    hovered = numbers(page)["one"]["pixel"]
    assert (hovered["row"], hovered["column"]) == (12, 30)
    assert hovered["total"] == pytest.approx(before["one"]["output"][12 * columns + 30])
    page.mouse.move(0, 0)
    output.focus()
    for key in ("ArrowDown", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        numbers(page)
    stepped = numbers(page)["one"]["pixel"]
    assert (stepped["row"], stepped["column"]) == (13, 28)
    assert stepped["total"] == pytest.approx(before["one"]["output"][13 * columns + 28])
    expect(root(page).locator(".equation strong")).to_have_text(re.compile(r"\d"))


def test_editing_a_cell_presets_and_undo(tab: Tab) -> None:
    page = tab.open("/channels?px=64&f=empty")
    cell = page.get_by_role("textbox", name="Slice for green: row 1, column 3")
    cell.fill("-2.5")
    cell.press("Enter")
    found = numbers(page, whole=True)
    weights = np.zeros((1, 3, 3, 3))
    weights[0, 1, 0, 2] = -2.5
    np.testing.assert_allclose(
        np.array(found["one"]["output"]).reshape(found["one"]["size"]),
        convolved(picture(found), weights, [0.0])[0],
        atol=1e-9,
    )
    cell.fill("much")
    cell.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="no number")).to_be_visible()
    assert numbers(page)["one"]["filter"]["slices"][1][2] == -2.5
    for item in FILTERS.values():
        page.get_by_label("Filter", exact=True).select_option(item.name)
        shown = numbers(page)["one"]["filter"]["slices"]
        np.testing.assert_allclose(np.array(shown).reshape(3, 3, 3), item.weights(), atol=1e-12)
    for _ in FILTERS:
        page.get_by_role("button", name="Undo").click()
    assert numbers(page)["one"]["filter"]["slices"][1][2] == -2.5
    page.wait_for_url(re.compile("f=0%2C|f=0,"))


def test_filters_stack_into_a_volume(tab: Tab) -> None:
    page = tab.open(f"/channels?part=many&px=64&f={OWN_LINK}&y=3&x=4")
    found = numbers(page, whole=True)
    many = found["many"]
    expected = convolved(picture(found), OWN.reshape(2, 3, 3, 3), [3.5, -20])
    assert many["size"] == [*expected.shape[1:], 2]
    np.testing.assert_allclose(np.array(many["outputs"]).reshape(expected.shape), expected, atol=1e-9)
    assert many["spot"] == pytest.approx(expected[:, 3, 4].tolist())
    for count in (8, 1):
        page.get_by_role("slider", name="Filters").fill(str(count))
        many = numbers(page)["many"]
        assert many["size"][2] == len(many["spot"]) == count
        assert many["params"] == sum(p.numel() for p in torch.nn.Conv2d(3, count, 3).parameters())
        expect(root(page).locator(".tile")).to_have_count(count)
    page.get_by_role("button", name="Look inside this filter").click()
    assert numbers(page)["part"] == "one"


def test_sizes_and_parameters_are_those_of_a_layer(tab: Tab) -> None:
    page = tab.open("/channels?part=size&px=16")
    for item in LAYERS.values():
        page.get_by_role("button", name=item.title).click()
        size = numbers(page)["size"]
        layer = torch.nn.Conv2d(
            item.channels, item.filters, item.kernel_px, item.stride, item.padding, device="meta"
        )
        output = layer(torch.zeros(1, item.channels, item.size_px, item.size_px, device="meta"))
        assert [size["out"], size["out"]] == list(output.shape[2:])
        assert size["params"] == sum(p.numel() for p in layer.parameters())
        assert size["macs"] == output.numel() * layer.weight[0].numel()
    page.get_by_role("button", name="Lecture: 10 filters, pad 2").click()
    assert numbers(page)["size"]["params"] == 760
    expect(root(page).locator(".formulas")).to_contain_text("32 × 32 × 10")
    page.get_by_role("button", name="Lecture: 6 filters").click()
    expect(root(page).locator(".formulas")).to_contain_text("28 × 28 × 6")
    page.get_by_role("slider", name="Input size").fill("2")
    expect(page.get_by_role("alert").filter(has_text="does not fit")).to_be_visible()
    page.get_by_role("slider", name="Input size").fill("4")
    expect(root(page).locator(".formulas")).to_contain_text("1 × 1 × 6")
    page.get_by_role("button", name="760").click()
    expect(root(page).locator(".verdict")).to_have_text(re.compile("Yes"))


def test_one_by_one_convolution_mixes_channels_alone(tab: Tab) -> None:
    page = tab.open("/channels?part=mix&px=64&pic=astronaut&y=9&x=22")
    for item in MIXINGS.values():
        page.get_by_label("Mixing", exact=True).select_option(item.name)
        found = numbers(page, whole=True)
        mixed = found["mix"]
        rows = np.array(item.rows, dtype=np.float64)
        expected = convolved(picture(found), rows[:, :, None, None], item.bias)
        assert mixed["size"] == [*found["inputSize"], len(rows)]
        np.testing.assert_allclose(np.array(mixed["outputs"]).reshape(expected.shape), expected, atol=1e-9)
        assert mixed["pixel"]["vector"] == pytest.approx(expected[:, 9, 22].tolist())
    in_order = np.array(mixed["outputs"])
    page.get_by_label("Shuffle all pixels first").check()
    mixed = numbers(page, whole=True)["mix"]
    in_disorder = np.array(mixed["outputs"])
    assert mixed["difference"] == 0
    assert (in_disorder != in_order).any()
    np.testing.assert_array_equal(np.sort(in_disorder), np.sort(in_order))
    assert mixed["reduction"] == {
        "weights": torch.nn.Conv2d(256, 64, 1).weight.numel(),
        "weights3": torch.nn.Conv2d(256, 64, 3).weight.numel(),
        "macs": 28 * 28 * 64 * 256,
        "macs3": 28 * 28 * 64 * 256 * 9,
    }


def printed(code: str, folder: Path) -> str:
    """What the take-home program prints, run where only its own picture path can be found."""
    (folder / "assets").symlink_to(ROOT / "assets")
    return printed_by(code, folder)


def last_numbers(line: str) -> list[float]:
    return [float(text) for text in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", line)]


@pytest.mark.parametrize("part", ["one", "many", "size", "mix"])
def test_code_prints_what_is_shown(tab: Tab, tmp_path: Path, part: str) -> None:
    page = tab.open(f"/channels?part={part}&pic=flower&f={OWN_LINK}&m=opponent&k=10&p=2&y=100&x=200")
    found = numbers(page)
    lines = printed(found["code"], tmp_path).splitlines()
    told = {line.partition(" ")[0]: line for line in lines}
    shown = found[part]
    if part == "size":
        assert told["output"] == "output size 10 32 32"
        assert told["parameters"] == "parameters 760"
        assert told["multiply-adds"] == f"multiply-adds {shown['macs']}"
        return
    expected = {
        "one": lambda: [*shown["pixel"]["sums"], shown["pixel"]["bias"], shown["pixel"]["total"]],
        "many": lambda: shown["spot"],
        "mix": lambda: shown["pixel"]["vector"],
    }[part]()
    size = shown["size"]
    assert last_numbers(told["output"]) == [1 if part == "one" else len(expected), size[0], size[1]]
    assert last_numbers(told["row"].partition(":")[2]) == pytest.approx(expected, abs=1e-5)


def test_the_link_restores_the_page(new_tab: NewTab) -> None:
    page = new_tab().open("/channels?part=mix&pic=coins&px=32")
    page.get_by_label("Mixing", exact=True).select_option("ycbcr")
    cell = page.get_by_role("textbox", name="Bias of each output channel: row 1, column 1")
    cell.fill("7")
    cell.press("Enter")
    first = numbers(page, whole=True)
    page.wait_for_url(re.compile(r"m="))
    again = numbers(new_tab().open(page.url[page.url.index("/channels") :]), whole=True)
    assert again["mix"]["matrix"]["bias"] == [7, 128, 128]
    np.testing.assert_allclose(again["mix"]["outputs"], first["mix"]["outputs"])


def test_nonsense_in_the_link_is_passed_over(tab: Tab) -> None:
    page = tab.open("/channels?part=x&f=1,2&i=99&m=a*b&n=-3&y=1e9&px=7&pic=none")
    found = numbers(page)
    assert found["part"] == "one"
    assert found["one"]["size"] == [found["inputSize"][0] - 2, found["inputSize"][1] - 2]


@pytest.mark.parametrize("part", ["one", "many", "size", "mix"])
def test_parts_fit_a_phone_and_a_screen_reader(phone_tab: Tab, part: str) -> None:
    page = phone_tab.open(f"/channels?part={part}&px=64")
    numbers(page)
    page.add_script_tag(path=ROOT / "node_modules" / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    grave = [
        (rule["id"], node["html"][:160])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
        if isinstance(node["target"][0], list)  # inside the component; the frame has tests of its own
    ]
    assert not grave
    main = page.get_by_test_id("stMain")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 1


def test_presets_say_what_they_are() -> None:
    luminance = FILTERS["luminance"].weights()
    assert luminance.sum() == pytest.approx(1)
    assert (FILTERS["same_sobel"].weights() == FILTERS["same_sobel"].weights()[:1]).all()
    red_green = FILTERS["red_green_edge"].weights()
    assert (red_green[0] == -red_green[1]).all() and red_green[0].any() and not red_green[2].any()
    assert np.flatnonzero(FILTERS["red_sobel"].weights().any(axis=(1, 2))).tolist() == [0]
    opponent = np.array(MIXINGS["opponent"].rows)
    np.testing.assert_allclose(opponent @ opponent.T, np.eye(3), atol=1e-12)
    for mixing in MIXINGS.values():
        assert len(mixing.rows) == len(mixing.bias) <= 4
