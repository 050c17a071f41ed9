"""One network: the drawing against the counting engine, opening, keys, links, receptive fields, take-home code."""

import re
import runpy
from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from explorer import cost, receptive, torchvision_operators
from explorer.drawing import drawing
from explorer.networks import NETWORKS
from tests.browser.tab import Tab
from tests.browser.test_frame import AXE

pytestmark = pytest.mark.browser


def root(page: Page, name: str = "network") -> Locator:
    return page.locator(f'[data-component="{name}"]')


def numbers(page: Page, ready: str = "true") -> dict[str, Any]:
    """What the page shows, once `ready` (JavaScript over `shown`) holds."""
    handle = root(page).element_handle()
    page.wait_for_function(
        f"root => {{ const shown = root.__numbers; return shown?.units && ({ready}); }}", arg=handle
    )
    shown: dict[str, Any] = root(page).evaluate("root => root.__numbers")
    return shown


def test_sizes_are_to_scale_and_skips_are_the_engines(tab: Tab) -> None:
    page = tab.open("/network?network_net=resnet18&stages=0.1.2.3.4.5")
    shown = numbers(page, "shown.open.length === 6")
    picture = drawing(cost.table("resnet18", (3, 224, 224)))
    assert len(shown["units"]) == 1 + len(picture.nodes)
    boxes = [unit for unit in shown["units"] if unit["w"] != 20]  # the joins are circles of 20 px
    per_root = [unit["h"] / sqrt(unit["side"]) for unit in boxes if unit["h"] > 7]
    assert max(per_root) == pytest.approx(min(per_root))
    wide = [unit["w"] / sqrt(unit["channels"]) for unit in boxes if unit["w"] > 5]
    assert max(wide) == pytest.approx(min(wide)) == pytest.approx(shown["scale"])
    arcs = {(edge["from"], edge["to"]) for edge in shown["edges"] if edge["drawn"] == "arc"}
    assert arcs == {(f"node-{join.fork}", f"node-{join.node}") for join in picture.joins if join.is_skip}
    overlaps = root(page).evaluate("""root => {
      const boxes = [...root.querySelectorAll(".unit .front")].map((e) => e.getBoundingClientRect());
      return boxes.filter((a, i) => boxes.some((b, k) => k > i && a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length; }""")
    assert overlaps == 0


def test_click_a_stage_and_a_layer(tab: Tab) -> None:
    page = tab.open("/network?network_net=vgg16")
    root(page).locator('[data-key="stage-2"]').click()
    shown = numbers(page, "shown.open.length === 1")
    node = next(
        unit["key"] for unit in shown["units"] if unit["key"].startswith("node-") and unit["channels"] == 256
    )
    root(page).locator(f'[data-key="{node}"]').click()
    shown = numbers(page, "shown.row")
    row = next(r for r in cost.table("vgg16", (3, 224, 224)).rows if r.name == shown["row"]["name"])
    assert (shown["row"]["params"], shown["row"]["macs"], shown["row"]["bytes"]) == (
        row.params,
        row.macs,
        row.output_bytes,
    )
    expect(root(page).get_by_text(re.compile(r"= 3 · 3 · \d+ · 256 \+ 256"))).to_be_visible()
    page.wait_for_url(re.compile("stages=2.*layer="))
    again = numbers(tab.open(page.url.removeprefix(tab.server.url)), "shown.row")
    assert again["row"] == shown["row"] and again["open"] == [2]


def test_a_layer_leads_to_its_maps_and_filters(tab: Tab) -> None:
    page = tab.open("/network?network_net=resnet18&layer=layer4.1.conv1")
    numbers(page, "shown.row")
    maps = root(page).get_by_role("link", name="its feature maps")
    assert maps.get_attribute("href") == "maps?maps_net=resnet18&maps_layer_resnet18=layer4.1.conv1"
    filters = root(page).get_by_role("link", name="its filters").get_attribute("href")
    assert filters == "filters?filters_net=resnet18&filters_layer_resnet18=layer4.1.conv1"
    maps.click()
    page.get_by_text("layer4.1.conv1: Conv2d").wait_for()


def test_receptive_field_of_the_chosen_unit(tab: Tab) -> None:
    page = tab.open("/network?network_net=resnet50&layer=layer2.0.conv2")
    trace = {row.name: row for row in receptive.trace("resnet50", (3, 224, 224))}["layer2.0.conv2"]
    shown = numbers(page, "shown.field")["field"]

    def expected(unit: list[int]) -> tuple[int, int, int, int]:
        box = trace.box(*unit)
        return (box.top_px, box.left_px, box.bottom_px, box.right_px)

    assert shown["unit"] == [14, 14] and shown["map"] == [28, 28]
    assert tuple(shown[side] for side in ("top", "left", "bottom", "right")) == expected([14, 14])
    canvas = root(page).locator(".field canvas")
    canvas.focus()
    for key in ("ArrowUp", "ArrowLeft", "ArrowLeft"):
        canvas.press(key)
    moved = numbers(page, "shown.field.unit[1] === 12")["field"]
    assert moved["unit"] == [13, 12]
    assert tuple(moved[side] for side in ("top", "left", "bottom", "right")) == expected([13, 12])


def test_keys_walk_open_and_close(tab: Tab) -> None:
    page = tab.open("/network?network_net=alexnet")
    root(page).locator('[data-key="stage-0"]').focus()
    page.keyboard.press("Enter")
    numbers(page, "shown.open[0] === 0")
    page.keyboard.press("ArrowRight")
    first = numbers(page, "shown.row || shown.units.length")
    page.keyboard.press("ArrowLeft")
    shown = numbers(page, "shown.row")
    assert shown["row"]["name"] == "features.0" and first["open"] == [0]
    page.keyboard.press("Escape")
    assert numbers(page, "shown.open.length === 0")["open"] == []


def test_another_network_starts_closed_and_keeps_no_layer(tab: Tab) -> None:
    page = tab.open("/network?network_net=resnet18&stages=1&layer=layer1.0.conv1")
    numbers(page, "shown.row")
    page.get_by_role("combobox", name="Network").click()
    page.keyboard.type("unet")
    page.keyboard.press("Enter")
    shown = numbers(page, "shown.network === 'unet'")
    assert shown["row"] is None and shown["open"] == []
    assert sum(edge["drawn"] == "arc" and edge["how"] == "concat" for edge in shown["edges"]) == 4


def test_a_link_to_a_layer_that_is_not_there_is_answered(tab: Tab) -> None:
    page = tab.open("/network?network_net=alexnet&stages=99.x&layer=nowhere")
    expect(root(page).get_by_text('alexnet has no layer "nowhere"')).to_be_visible()


@pytest.fixture(scope="module", autouse=True)
def _torchvision() -> Iterator[None]:
    torchvision_operators.ensure()
    yield


@pytest.mark.parametrize(
    ("name", "layer"), [("resnet18", "layer3.0.conv2"), ("zfnet", ""), ("mobilenet_v2", "features.3.add")]
)
def test_take_home_code_prints_what_is_shown(
    tab: Tab, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, layer: str
) -> None:
    page = tab.open(f"/network?network_net={name}&layer={layer}")
    numbers(page, "shown.row" if layer else "true")
    root(page).get_by_text("PyTorch code for this view").click()
    code = root(page).locator("pre.code")
    expect(code).to_contain_text(f'get_submodule("{layer.removesuffix(".add")}")' if layer else "parameters")
    (tmp_path / "code.py").write_text(code.inner_text(), "utf-8")
    runpy.run_path(str(tmp_path / "code.py"))
    printed = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines() if " " in line)
    table = cost.table(name, NETWORKS[name].input_shape)
    row = next((row for row in table.rows if row.name == layer), None)
    if row is None:
        assert printed["parameters"] == str(table.params)
    elif row.module_class:
        assert printed["parameters"] == str(row.params)
        assert printed["output"] == str((1, *row.output_shape))
    else:
        assert int(printed["parameters"]) == sum(
            r.params for r in table.rows if r.name.startswith("features.3.")
        )


def test_pair_shows_signed_differences(tab: Tab) -> None:
    page = tab.open("/network?network_view=Two+networks&network_net=alexnet&network_other=vgg16")
    shown = root(page, "network_pair").evaluate("root => root.__numbers")
    first, second = (cost.table(name, (3, 224, 224)) for name in ("alexnet", "vgg16"))
    assert shown["totals"]["params"]["by"] == second.params - first.params
    assert shown["totals"]["macs"]["times"] == pytest.approx(second.macs / first.macs)
    assert [pair["first"] for pair in shown["pairs"]][:3] == [None, None, "55 × 55"]
    expect(root(page, "network_pair").get_by_text(re.compile(r"^\+14\.8\sG, × 22$"))).to_be_visible()
    expect(root(page, "network_pair").get_by_text("only vgg16").first).to_be_visible()


def test_phone_and_dark_stay_inside_the_page(phone_tab: Tab) -> None:
    page = phone_tab.open("/network?network_net=googlenet&stages=2")
    numbers(page, "shown.open.length === 1")
    wider = root(page).evaluate("root => root.scrollWidth - root.clientWidth")
    assert wider <= 1


def test_an_open_drawing_can_be_read_by_a_screen_reader(tab: Tab) -> None:
    page = tab.open("/network?network_net=mobilenet_v3_small&stages=1&layer=features.1.block.0.0")
    numbers(page, "shown.row")
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    grave = [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert not grave, "\n".join(grave)
