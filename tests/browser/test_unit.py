"""The page "One unit" in the browser: start, see the steps come, stop, go on, and end where the concept ends."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from explorer import maximisation, networks
from explorer.maximisation import Goal
from explorer.networks import NETWORKS, preprocessing
from tests.browser.conftest import Tab

NUMBERS = """(name) => {
  for (const e of document.querySelectorAll('*')) {
    const root = e.shadowRoot?.querySelector(`.root[data-component="${name}"]`);
    if (root) return root.__numbers || null;
  }
  return null;
}"""
LINK = "/unit?unit_layer_small_resnet=stage2.conv1&unit_channel_small_resnet_stage2.conv1=3"


def numbers(page: Page, wanted: str = "true", name: str = "unit") -> dict[str, Any]:
    """The numbers shown, once they are as wanted."""
    page.wait_for_function(f"(name) => {{ const n = ({NUMBERS})(name); return n && ({wanted}); }}", arg=name)
    found: dict[str, Any] = page.evaluate(NUMBERS, name)
    return found


def test_start_stop_go_on_and_end(tab: Tab) -> None:
    page = tab.open(f"{LINK}&unit_steps=160")
    assert numbers(page)["step"] == 0
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Stop", exact=True).click()
    go_on = page.get_by_role("button", name="Go on", exact=True)
    expect(go_on).to_be_visible()
    page.wait_for_timeout(800)  # the slice under way may still come
    rest = numbers(page)["step"]
    page.wait_for_timeout(600)
    assert 0 < numbers(page)["step"] == rest < 160
    go_on.click()
    found = numbers(page, "n.done")
    assert found["frames"] > 2
    how = preprocessing.plan(NETWORKS["small_resnet"], "embedded")
    settings = replace(maximisation.usual(how, 28), steps=160)
    network = networks.build("small_resnet", weights="embedded")
    own = list(maximisation.climb(network, Goal("stage2.conv1", 3), how, settings))
    assert found["activation"] == pytest.approx(own[-1].activation, rel=1e-3)
    assert found["start"] == pytest.approx(own[0].activation, rel=1e-3)
    earlier = page.get_by_role("slider", name="Back to an earlier step")
    earlier.press("Home")
    expect(page.get_by_text("Step 0 of 160")).to_be_visible()


def test_without_priors_the_last_picture_stays_beside_it(tab: Tab) -> None:
    page = tab.open(f"{LINK}&unit_steps=32")
    page.get_by_role("button", name="Start", exact=True).click()
    held = numbers(page, "n.done")
    page.get_by_role("radio", name="Off", exact=True).click()
    numbers(page, f"n.run !== '{held['run']}'")
    expect(page.get_by_text("Before: stage2.conv1")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    free = numbers(page, f"n.run !== '{held['run']}' && n.done")
    assert free["activation"] > held["activation"]
    expect(page.get_by_text("no camera could take this")).to_be_visible()
    assert "unit_priors=Off" in page.url


def test_the_walk_makes_a_picture_for_each_layer_and_stops(phone_tab: Tab) -> None:
    page = phone_tab.open("/unit?unit_each=1")
    numbers(page, name="depth")
    page.get_by_role("button", name="Walk", exact=True).click()
    numbers(page, "n.finished >= 1", "depth")
    page.get_by_role("button", name="Stop", exact=True).click()
    found = numbers(page, "n.finished >= 1", "depth")
    layer, _, start, value = found["values"][0]
    assert layer == "conv"
    assert value > start
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
