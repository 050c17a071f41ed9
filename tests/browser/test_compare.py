"""Compare: clicking a point pins it, links restore the view, and the way to the stages of two networks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.tab import Tab

pytestmark = pytest.mark.browser

# The place on the screen of a network's bubble, and its name.
PLACE = """label => {
  const plot = document.querySelector(".js-plotly-plot");
  for (const [n, trace] of plot.data.entries()) {
    const i = (trace.customdata || []).findIndex((entry) => entry[2] === label);
    if (i < 0) continue;
    const box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
    return [box.left + xaxis._offset + xaxis.d2p(trace.x[i]), box.top + yaxis._offset + yaxis.d2p(trace.y[i])];
  }
}"""


def plotted(page: Page) -> Page:
    page.wait_for_function("document.querySelector('.js-plotly-plot')?._fullLayout?.xaxis")
    return page


def pinned(page: Page) -> list[str]:
    return [
        page.get_by_role("combobox", name=f"{letter} (or click a point)").input_value() for letter in "AB"
    ]


def test_a_click_pins_and_the_link_keeps_it(tab: Tab) -> None:
    page = plotted(tab.open("/compare"))
    x, y = page.evaluate(PLACE, "alexnet")
    page.mouse.click(x, y)
    page.wait_for_url(re.compile("compare_second=alexnet"))
    expect(page.get_by_text("B: alexnet")).to_be_visible()
    expect(page.get_by_text("A: mobilenet_v2 (V2)")).to_be_visible()
    again = plotted(tab.open(page.url.removeprefix(tab.server.url)))
    expect(again.get_by_text("B: alexnet")).to_be_visible()


def test_hover_says_the_facts_and_the_way_leads_to_the_stages(tab: Tab) -> None:
    page = plotted(tab.open("/compare?compare_first=vgg16&compare_second=resnet18"))
    x, y = page.evaluate(PLACE, "alexnet")
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    expect(page.locator(".hoverlayer").get_by_text("61.1 M parameters")).to_be_visible()
    page.get_by_text("Stage by stage, layer by layer").click()
    page.wait_for_url(re.compile("/network"))
    tab.rendered()
    shown = page.locator('[data-component="network_pair"]').evaluate("root => root.__numbers.names")
    assert shown == ["vgg16", "resnet18"]


def test_counting_memory_shows_its_progress_and_can_be_left(tab: Tab) -> None:
    page = plotted(tab.open("/compare"))
    page.get_by_role("radio", name="memory").click()
    expect(
        page.get_by_text(re.compile(r"Counting the outputs of \w+ \(\d+ of \d+, about \d+ s left\)"))
    ).to_be_visible()
    page.get_by_role("radio", name="parameters").click()
    expect(page.locator(".xtitle", has_text="Parameters, million")).to_be_visible(timeout=15_000)
