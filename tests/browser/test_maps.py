"""The page "Feature maps" in the browser: what is painted is what the network gives."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page

from explorer import features, networks
from explorer.networks import preprocessing
from explorer.subject import Subject
from tests.browser.conftest import Tab

SUBJECT = Subject("small_resnet", "embedded", "shirt")
NUMBERS = """() => {
  for (const e of document.querySelectorAll('*')) {
    const root = e.shadowRoot?.querySelector('.root[data-component="maps"]');
    if (root) return root.__numbers || null;
  }
  return null;
}"""


def numbers(page: Page, layer: str, channel: int | None = None) -> dict[str, Any]:
    """The numbers of the layer, once it is painted."""
    wanted = "true" if channel is None else f"n.channel === {channel}"
    page.wait_for_function(
        f"() => {{ const n = ({NUMBERS})(); return n && n.layer === '{layer}' && {wanted}; }}"
    )
    found: dict[str, Any] = page.evaluate(NUMBERS)
    return found


def own(layer: str) -> Any:
    network = networks.build(SUBJECT.network, weights=SUBJECT.weights)
    batch = preprocessing.batch(SUBJECT.shown, SUBJECT.how)
    return features.maps(network, batch, [layer])[layer][0]


def test_the_first_layer_and_the_walk_by_keys(tab: Tab) -> None:
    page = tab.open("/maps")
    found = numbers(page, "conv")
    maps = own("conv")
    assert found["count"] == 16
    assert found["channel"] == int(maps.abs().mean((1, 2)).argmax())
    assert found["first"] == pytest.approx(float(maps[found["channel"], 0, 0]), rel=1e-4)
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    numbers(page, "bn")
    page.keyboard.press("ArrowRight")
    found = numbers(page, "relu")
    assert found["sparsity"] == pytest.approx(float((own("relu") == 0).float().mean()), abs=1e-4)
    assert "maps_layer_small_resnet=relu" in page.url


def test_a_link_opens_its_layer_and_a_click_its_channel(tab: Tab) -> None:
    page = tab.open("/maps?maps_layer_small_resnet=stage2.conv1&maps_order=As+stored")
    numbers(page, "stage2.conv1")
    sheet = page.locator(".sheet")
    box = sheet.bounding_box()
    assert box is not None
    sheet.click(position={"x": 10, "y": 10})
    found = numbers(page, "stage2.conv1", 0)
    assert found["first"] == pytest.approx(float(own("stage2.conv1")[0, 0, 0]), rel=1e-4)
    sheet.focus()
    page.keyboard.press("ArrowRight")
    numbers(page, "stage2.conv1", 1)


def test_the_phone_shows_it_without_a_sideways_scroll(phone_tab: Tab) -> None:
    page = phone_tab.open("/maps")
    numbers(page, "conv")
    time.sleep(0.2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
