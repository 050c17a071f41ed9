"""The server's lane in the browser: a race starts, its curves appear, it stops, and a reload finds it."""

import re
import time

from playwright.sync_api import expect

from tests.browser.conftest import Tab
from tests.browser.test_finetune import patience

LINK = (
    "/finetune?finetune_where=On+the+server&finetune_amount=1&finetune_steps_1=3000&finetune_net=small_depthwise"
    "&finetune_weights_small_depthwise=Untrained&finetune_lane2=No+lane&finetune_lane3=No+lane"
)


def test_a_race_on_the_server_is_watched_stopped_and_found_again(tab: Tab) -> None:
    page = tab.open(LINK)
    page.get_by_role("button", name="Start").click()
    curve = page.locator(".js-plotly-plot .scatterlayer .trace path.js-line").first
    expect(curve).to_be_attached(timeout=20_000)
    before = curve.get_attribute("d")
    expect(curve).not_to_have_attribute("d", before or "", timeout=10_000)  # it grows by itself
    expect(page).to_have_url(re.compile(r"finetune_jobs=[\w-]{16}"))
    began = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("stopped at step")).to_be_visible(timeout=5_000 * patience())
    assert time.monotonic() - began < 3 * patience()  # shown; the training itself ends within a second
    page.reload()
    tab.rendered()
    expect(page.get_by_text("stopped at step")).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.get_by_role("button", name="New race").click()
    expect(page).not_to_have_url(re.compile("finetune_jobs"))
