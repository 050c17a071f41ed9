"""The page "Attribution" in the browser: what is painted and read out is what `attribute` gives."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from explorer import attribution, networks
from explorer.networks import preprocessing
from explorer.subject import Subject
from tests.browser.conftest import Tab

SUBJECT = Subject("small_resnet", "embedded", "shirt")
ROOT = """(() => {
  for (const e of document.querySelectorAll('*')) {
    const root = e.shadowRoot?.querySelector('.root[data-component="attribution"]');
    if (root) return root;
  }
  return null;
})()"""
PIXELS = f"""() => [...{ROOT}.querySelectorAll('canvas.map')].map((canvas) => {{
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i] + 3 * data[i + 1] + 7 * data[i + 2]) % 1000003;
  return sum;
}})"""


def numbers(page: Page, condition: str) -> dict[str, Any]:
    page.wait_for_function(f"() => {{ const n = {ROOT}?.__numbers; return n && ({condition}); }}")
    found: dict[str, Any] = page.evaluate(f"{ROOT}.__numbers")
    return found


def own(method: str, **options: Any) -> np.ndarray:
    network = networks.build(SUBJECT.network, weights=SUBJECT.weights)
    batch = preprocessing.batch(SUBJECT.shown, SUBJECT.how)
    found = attribution.attribute(network, batch, method=method, target=0, **options)
    return found[0] if found.ndim == 3 else found[0, 0]


def choose(page: Page, label: str, value: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=value, exact=True).click()


def test_both_maps_are_read_out_where_one_is_pointed_at(tab: Tab) -> None:
    page = tab.open("/attribution")
    numbers(page, "n.panels[0].method === 'integrated_gradients'")
    canvas = page.locator("canvas.map").first
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] * 14.5 / 28, "y": box["height"] * 9.5 / 28})
    found = numbers(page, "n.pointed[0]")
    first, second = found["pointed"]
    assert (first["row"], first["column"]) == (9, 14) and (second["row"], second["column"]) == (2, 3)
    gradients, cam = own("integrated_gradients"), own("grad_cam", layer="stage3.relu2")
    assert first["value"] == pytest.approx(float(gradients[9, 14]), abs=1e-3 * float(np.abs(gradients).max()))
    assert second["value"] == pytest.approx(float(cam[2, 3]), abs=1e-3 * float(np.abs(cam).max()))
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert numbers(page, "n.pointed[0].column === 15")["pointed"][0]["row"] == 9


def test_another_method_repaints_its_panel_alone_and_stands_in_the_link(tab: Tab) -> None:
    page = tab.open("/attribution")
    numbers(page, "n.panels[0].method === 'integrated_gradients'")
    before = page.evaluate(PIXELS)
    choose(page, "Method A", "Saliency")
    found = numbers(page, "n.panels[0].method === 'saliency'")
    slopes = own("saliency")
    assert found["panels"][0]["high"] == pytest.approx(float(slopes.max()), rel=1e-4)
    assert found["panels"][0]["first"] == pytest.approx(float(slopes[0, 0]), abs=1e-3 * float(slopes.max()))
    after = page.evaluate(PIXELS)
    assert after[0] != before[0] and after[1] == before[1]
    assert "attribution_method_a=Saliency" in page.url


def test_the_blend_is_live_and_kept_in_the_link(tab: Tab) -> None:
    page = tab.open("/attribution?attribution_scale=shared")
    numbers(page, "n.panels[0].method === 'integrated_gradients'")
    assert page.get_by_text("their colours must not be compared").is_visible()
    before = page.evaluate(PIXELS)
    slider = page.get_by_role("slider", name="Picture … map")
    slider.focus()
    page.keyboard.press("Home")
    page.get_by_text("the picture alone").wait_for()
    alone = page.evaluate(PIXELS)
    assert alone[0] == alone[1] and before[0] != before[1]
    page.wait_for_function("location.search.includes('attribution_blend=0')")


def test_a_long_map_is_given_up_in_the_middle_of_a_part(tab: Tab) -> None:
    """150 passes of a large network: a minute or more on two cores, and several seconds for one part."""
    page = tab.open("/attribution?attribution_net=resnet152&attribution_weights=Untrained")
    numbers(page, "n.panels[1].method === 'grad_cam'")  # the quick map is there
    page.get_by_role("button", name="Make the map").click()
    page.get_by_text("part 1 of 8").wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("What was computed is kept").wait_for(timeout=20_000)
    assert page.get_by_role("button", name="Go on").is_visible()


def test_the_sanity_check_can_be_stopped_and_run(tab: Tab) -> None:
    slow = "attribution_net=squeezenet1_1&attribution_method_a=Saliency&attribution_method_b=Integrated+gradients"
    page = tab.open(f"/attribution?{slow}")
    page.get_by_role("button", name="Run the check").click(timeout=60_000)  # once both maps are there
    stop = page.get_by_role("button", name="Stop")
    stop.click()
    stop.wait_for(state="detached")
    assert page.get_by_text("layers random").count() == 0
    page = tab.open("/attribution?attribution_method_a=Saliency")
    numbers(page, "n.panels[0].method === 'saliency'")
    page.get_by_role("button", name="Run the check").click()
    page.get_by_text("layers random").first.wait_for(timeout=30_000)
