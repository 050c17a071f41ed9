"""The page "Filters" in the browser: choose a filter, break it, and the class bars follow."""

from typing import Any

import pytest
import torch
from playwright.sync_api import Page

from explorer import editing, features, networks
from explorer.networks import preprocessing
from explorer.subject import Subject
from tests.browser.conftest import Tab

SUBJECT = Subject("small_resnet", "embedded", "shirt")
NUMBERS = """() => {
  for (const e of document.querySelectorAll('*')) {
    const root = e.shadowRoot?.querySelector('.root[data-component="filters"]');
    if (root) return root.__numbers || null;
  }
  return null;
}"""


def numbers(page: Page, condition: str) -> dict[str, Any]:
    page.wait_for_function(f"() => {{ const n = ({NUMBERS})(); return n && ({condition}); }}")
    found: dict[str, Any] = page.evaluate(NUMBERS)
    return found


def shares(edits: str) -> torch.Tensor:
    network = networks.build(SUBJECT.network, weights=SUBJECT.weights)
    copy = editing.edited(network, "conv", editing.parse(edits))
    with torch.inference_mode():
        return copy(preprocessing.batch(SUBJECT.shown, SUBJECT.how))[0].softmax(0)


def test_a_filter_is_chosen_edited_and_brought_back(tab: Tab) -> None:
    page = tab.open("/filters")
    found = numbers(page, "n.chosen === 0")
    weights = features.filters(networks.build("small_resnet", weights="embedded"), "conv")
    assert found["first"] == pytest.approx(float(weights[0, 0, 0, 0]), rel=1e-5)
    assert found["share"] == pytest.approx(float(shares("").max()), abs=1e-5)
    page.locator(".bank").focus()
    page.keyboard.press("ArrowRight")
    found = numbers(page, "n.chosen === 1")
    assert found["first"] == pytest.approx(float(weights[1, 0, 0, 0]), rel=1e-5)
    page.get_by_role("button", name="Zero").click()
    found = numbers(page, "n.edits === '1:zero'")
    assert found["first"] == 0
    assert found["share"] == pytest.approx(float(shares("1:zero").max()), abs=1e-5)
    assert "filters_edits=" in page.url
    page.get_by_role("button", name="Undo").click()
    assert numbers(page, "n.edits === ''")["share"] == pytest.approx(float(shares("").max()), abs=1e-5)
    assert "filters_edits=" not in page.url


def test_a_link_holds_the_edits_and_nonsense_in_it_is_a_sentence(tab: Tab) -> None:
    page = tab.open("/filters?filters_edits=small_resnet%2Fconv%7C3%3Anegate%3B1%3Asobel_x")
    found = numbers(page, "n.edits === '3:negate;1:sobel_x'")
    assert found["share"] == pytest.approx(float(shares("3:negate;1:sobel_x").max()), abs=1e-5)
    page = tab.open("/filters?filters_edits=small_resnet%2Fconv%7C99%3Azero")
    page.get_by_text("There is no filter 99").wait_for()


def test_a_typed_weight_reaches_the_network(tab: Tab) -> None:
    page = tab.open("/filters")
    numbers(page, "n.chosen === 0")
    cell = page.get_by_label("Weights of the filter: row 1, column 1")
    cell.fill("0.75")
    cell.press("Enter")
    found = numbers(page, "n.edits === '0:set:0:0:0:0.75'")
    assert found["first"] == 0.75
    assert found["share"] == pytest.approx(float(shares("0:set:0:0:0:0.75").max()), abs=1e-5)
