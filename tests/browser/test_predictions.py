"""The page "Predictions" in the browser: a link restores network, picture and switches; a drawing is answered."""

from playwright.sync_api import expect

from tests.browser.conftest import Tab


def test_a_link_restores_the_view(tab: Tab) -> None:
    page = tab.open(
        "/predictions?predictions_net=lenet5&predictions_picture_mnist=Digit+7&predictions_scale=false"
    )
    expect(page.get_by_text("lenet5 (trained, embedded) says")).to_be_visible()
    expect(page.get_by_text("Left out: the numbers stay 0 … 255.")).to_be_visible()
    page.get_by_text("Scale", exact=True).first.click()
    expect(page.get_by_text("lenet5 (trained, embedded) says 7")).to_be_visible()


def test_what_is_drawn_is_answered(tab: Tab) -> None:
    page = tab.open("/predictions?predictions_net=lenet5&predictions_picture_mnist=Draw+%E2%80%A6")
    pad = page.locator("canvas.pad")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 84, box["y"] + 35)
    page.mouse.down()
    page.mouse.move(box["x"] + 84, box["y"] + 135, steps=4)
    page.mouse.up()
    expect(page.get_by_text("lenet5 (trained, embedded) says 1")).to_be_visible(timeout=15_000)
