"""The page "Kernels" in use: typing, dragging, hovering, stepping; what cannot be; what fails outside."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, expect

from tests.browser.conftest import QUIET, NewTab
from tests.browser.served import Server
from tests.browser.tab import Tab
from tests.browser.test_frame import AXE
from tests.browser.test_kernels import (
    TOLERANCE,
    cell,
    component,
    expected,
    grey_of,
    messages,
    opened,
    output,
    photograph,
    preset,
    read,
)

FRAMES_A_SECOND = 24


def weight(page: Page, index: int) -> float:
    return float(read(page, f"s.k.slices[0][{index}] / s.k.divisor"))


def test_cells_by_typing_keys_wheel_and_dragging(tab: Tab) -> None:
    page = opened(tab, "?pic=coins&k=identity")
    first = cell(page, 1, 1)
    first.fill("1/9")
    first.press("Enter")
    expect(cell(page, 2, 1)).to_be_focused()
    assert weight(page, 0) == pytest.approx(1 / 9, abs=1e-9)
    first.fill("−0,5")
    first.press("Tab")
    assert weight(page, 0) == -0.5
    for keys, becomes in (("ArrowUp", 0.5), ("Shift+ArrowUp", 0.6), ("ArrowDown", -0.4)):
        first.press(keys)
        assert weight(page, 0) == pytest.approx(becomes)
    first.press("Control+ArrowRight")
    expect(cell(page, 1, 2)).to_be_focused()
    cell(page, 1, 2).fill("7")
    page.get_by_role("application").hover()  # a repaint while typing takes nothing away
    read(page, "1")
    expect(cell(page, 1, 2)).to_have_value("7")
    cell(page, 1, 2).press("Escape")
    expect(cell(page, 1, 2)).to_have_value("0")
    box = cell(page, 3, 3).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.wait_for_timeout(400)
    page.mouse.wheel(0, -100)
    expect(cell(page, 3, 3)).to_have_value("1")
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 4, steps=4)
    page.mouse.up()
    assert weight(page, 8) == pytest.approx(5)
    kernel = preset("identity") | {"k": read(page, "s.k")}
    np.testing.assert_allclose(output(page), expected(photograph("coins"), kernel), atol=TOLERANCE)


def test_refuses_what_is_no_number_and_takes_back(tab: Tab) -> None:
    page = opened(tab, "?k=box_blur")
    first = cell(page, 1, 1)
    for nonsense in ("abc", "1/0", "", "1e99", "0x10", "--1"):
        first.fill(nonsense)
        first.press("Enter")
        expect(page.get_by_text("is no number that a kernel can hold")).to_be_visible()
        assert weight(page, 0) == pytest.approx(1 / 9)
    first.fill("4")
    first.press("Enter")
    expect(page.get_by_text("is no number that a kernel can hold")).to_be_hidden()
    page.get_by_role("button", name="Normalise").click()
    assert read(page, "s.k.divisor") == 12
    page.get_by_role("button", name="Photographer").click()
    expect(page.get_by_text("Input · 512 × 512")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    assert read(page, "s.k.divisor") == 9
    cell(page, 2, 2).press("Control+z")
    assert weight(page, 0) == pytest.approx(1 / 9)
    assert read(page, "s.pic") == "camera", "undo is for the kernel: the picture stays, in the link too"
    cell(page, 2, 2).press("Control+Shift+z")
    page.get_by_role("button", name="Redo").click()
    assert read(page, "s.k.divisor") == 12
    page.get_by_role("combobox", name="Kernel").select_option("sobel_y")
    page.get_by_role("button", name="Normalise").click()
    expect(page.get_by_text("The cells add up to 0")).to_be_visible()
    page.get_by_label("Divide by").fill("0")
    page.get_by_label("Divide by").press("Enter")
    expect(page.get_by_text("a number other than 0 is needed")).to_be_visible()
    assert read(page, "s.k.divisor") == 1


def arithmetic(page: Page) -> tuple[list[list[float]], str]:
    """The cells of the three small tables (window, kernel, products), and the sum as it stands there."""
    tables = page.locator(".matrix tbody").all()
    cells = [[float(text.replace("−", "-")) for text in table.inner_text().split()] for table in tables]
    return cells, page.locator(".sums").inner_text().replace("−", "-")


def shows_pixel(page: Page, name: str, row: int, column: int) -> None:
    """The window of a 3x3 emboss at this output pixel, bias 5, in numbers and words."""
    colour = photograph(name)
    grey = np.pad(grey_of(colour), 1)
    window = grey[row : row + 3, column : column + 3]
    kernel = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]])
    found = read(page, "n.pixel")
    assert (found["row"], found["column"]) == (row, column)
    total = (window * kernel).sum() + 5
    assert found["outputs"] == [pytest.approx(total)]
    (shown, weights, products), told = arithmetic(page)
    np.testing.assert_array_equal(shown, window.ravel())
    assert weights == kernel.ravel().tolist()
    np.testing.assert_array_equal(products, (window * kernel).ravel())
    assert "+ 5 (bias)" in told
    assert float(told.rpartition("=")[2]) == pytest.approx(total, rel=1e-4)
    assert read(page, f"n.output[0][{row} * n.size[1] + {column}]") == pytest.approx(total)


def test_one_pixel_by_mouse_and_by_keys_without_a_message(tab: Tab) -> None:
    sent = messages(tab.page)
    page = opened(tab, "?pic=camera&k=emboss&b=5")
    assert sent, "the websocket is not being watched"
    sent.clear()
    stage = page.get_by_role("application")
    box = stage.bounding_box()
    assert box
    scale = box["width"] / 512
    page.mouse.move(box["x"] + 100.5 * scale, box["y"] + 40.5 * scale)
    shows_pixel(page, "camera", 40, 100)
    stage.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    shows_pixel(page, "camera", 50, 101)
    for _ in range(6):
        page.keyboard.press("Shift+ArrowUp")
    shows_pixel(page, "camera", 0, 101)
    for keys in ("ArrowUp", "ArrowDown", "ArrowUp"):
        cell(page, 2, 2).press(keys)
    page.get_by_label("Flip: true convolution").check()
    read(page, "1")
    expect(page.get_by_text("kernel, turned")).to_be_visible()
    page.wait_for_timeout(600)
    assert not sent


def test_tap_on_a_phone(phone_tab: Tab) -> None:
    page = opened(phone_tab, "?pic=camera&k=emboss&b=5")
    stage = page.get_by_role("application")
    box = stage.bounding_box()
    assert box
    scale = box["width"] / 512
    stage.tap(position={"x": 300.5 * scale, "y": 200.5 * scale})
    shows_pixel(page, "camera", 200, 300)


def test_stepping_by_keys(tab: Tab) -> None:
    page = opened(tab, "?pic=coins&px=16")
    stage = page.get_by_role("application")
    stage.focus()
    place = "[n.pixel.row, n.pixel.column]"
    page.keyboard.press("Home")
    assert read(page, place) == [0, 0]
    for _ in range(17):
        page.keyboard.press("PageDown")
    assert read(page, place) == [1, 1]
    page.keyboard.press("PageUp")
    assert read(page, place) == [1, 0]
    stage.hover()
    assert read(page, place) == [1, 0], "hover does not disturb a walk"
    page.keyboard.press("ArrowDown")
    assert read(page, place) == [2, 0]
    page.get_by_label("Windows a second").select_option("100")
    page.get_by_role("button", name="Walk", exact=False).first.click()
    page.wait_for_function(
        """() => [...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector(
            '[data-component="kernels"]')).find(Boolean).__numbers.pixel.row > 3"""
    )
    page.get_by_role("button", name="Pause").click()
    rest = read(page, place)
    page.wait_for_timeout(100)
    assert read(page, place) == rest
    veil = page.locator(".veil > div").last
    expect(veil).to_be_visible()
    page.keyboard.press("Escape")
    expect(veil).to_be_hidden()


def test_what_cannot_be_is_said_and_the_page_lives(tab: Tab) -> None:
    page = opened(tab, "?pic=camera&px=16&k=gabor&d=8&pm=none")
    refused = component(page).get_by_role("alert").filter(has_text="These settings cannot be")
    expect(refused).to_contain_text("a 49×49 window does not fit in a padded picture of 16×16")
    assert read(page, "n.size") is None
    page.get_by_label("Reflect").check(force=True)
    page.get_by_label("Padding amount").select_option("20")
    expect(refused).to_contain_text("reflect padding can be at most 15 px on a side of 16 px, got 20")
    page.get_by_label("Dilation").fill("2")
    page.get_by_label("Padding amount").select_option("15")
    expect(refused).to_be_hidden()
    assert read(page, "n.size") == [34, 34]
    page.get_by_label("Difference").check(force=True)
    expect(page.get_by_text("Input and output differ in size")).to_be_visible()


def test_no_serious_finding_in_any_state(tab: Tab) -> None:
    page = opened(
        tab, "?mode=full&k=3x3~1,2,3,4,5,6,7,8,9~1,2,3,4,5,6,7,8,9~1,2,3,4,5,6,7,8,9~3&view=split&flip=1"
    )
    page.add_script_tag(path=AXE)
    assert grave(page) == []
    page.get_by_text("PyTorch code for this view").click()
    page.get_by_role("application").focus()
    page.keyboard.press("PageDown")
    page.get_by_label("Longest side").select_option("16")
    page.get_by_label("None", exact=True).check(force=True)
    page.get_by_label("Dilation").fill("8")
    expect(page.get_by_text("These settings cannot be")).to_be_visible()
    cell(page, 1, 1).fill("abc")
    cell(page, 1, 1).press("Enter")
    assert grave(page) == []


def grave(page: Page) -> list[str]:
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_without_webgl_and_webgpu_it_works_and_says_so(plain_tab: Tab) -> None:
    page = opened(plain_tab, "?pic=coins")
    np.testing.assert_allclose(output(page), expected(photograph("coins"), preset("sobel_x")), atol=TOLERANCE)
    expect(page.get_by_text("offers neither WebGL nor WebGPU: the page works without them")).to_be_visible()


def test_theme_of_the_system_recolours_the_output(tab: Tab) -> None:
    page = opened(tab, "?pic=coins")
    shade = "root.querySelector('.stage[tabindex] canvas').getContext('2d').getImageData(100, 100, 1, 1).data.join()"
    light = component(page).evaluate(f"(root) => {shade}")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        f"""(before) => {{ const root = [...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector(
            '[data-component="kernels"]')).find(Boolean); return {shade} !== before }}""",
        arg=light,
    )


FAILURES = {
    "dropped": lambda route: route.abort(),
    "another page instead": lambda route: route.fulfill(
        status=200, content_type="text/html", body="<p>not here</p>"
    ),
}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
def test_without_the_routes_the_component_comes_inline(bare_page: Page, server: Server, fail: Any) -> None:
    bare_page.route(re.compile("explorer-(modules|pictures)"), fail)
    page = opened(Tab(bare_page, server), "?pic=coins&k=sharpen")
    np.testing.assert_allclose(output(page), expected(photograph("coins"), preset("sharpen")), atol=TOLERANCE)
    page.get_by_role("button", name="Coffee").click()
    expect(page.get_by_text("Input · 341 × 512")).to_be_visible()


def test_without_pictures_their_previews_stand_in(bare_page: Page, server: Server) -> None:
    bare_page.route(re.compile("explorer-pictures"), lambda route: route.abort())
    page = opened(Tab(bare_page, server), "?pic=coins")
    expect(page.get_by_text("could not be fetched from the app: this is its small preview")).to_be_visible()
    assert read(page, "n.size") == [80, 96]


def test_when_everything_fails_a_sentence_stands_there(bare_page: Page, server: Server) -> None:
    bare_page.route(re.compile("explorer-modules"), lambda route: route.abort())
    bare_page.add_init_script(
        """let left = 1, make = URL.createObjectURL; // one for Streamlit itself
        URL.createObjectURL = (blob) => { if (left-- > 0) return make(blob); throw new TypeError('not here'); }"""
    )
    bare_page.goto(f"{server.url}/kernels")
    expect(bare_page.get_by_text("This part of the page could not be loaded")).to_be_visible(timeout=20_000)


@pytest.fixture
def bare_page(browser: Browser) -> Iterator[Page]:
    """A page whose failing requests are wanted: nothing watches its console."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


@pytest.fixture
def camera_page(playwright_: Playwright, browser_program: str) -> Iterator[Page]:
    """A browser with a camera that films a test pattern."""
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    launched = playwright_.chromium.launch(
        executable_path=browser_program, args=[*QUIET, "--disable-gpu", *fake]
    )
    yield launched.new_context(viewport={"width": 1280, "height": 720}).new_page()
    launched.close()


def test_webcam_is_live_and_stays_in_the_tab(
    camera_page: Page, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = messages(camera_page)
    page = opened(Tab(camera_page, server), "?k=edge_3")
    requests: list[Request] = []
    page.get_by_role("button", name="Webcam").click()
    expect(page.get_by_text("Input · 240 × 320")).to_be_visible()
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108
    sent.clear()
    rate = max(frames_a_second(page) for _ in range(3))
    with capsys.disabled():
        print(f"\nwebcam, 320 x 240, 3x3: {rate:.1f} frames a second")
    assert rate >= FRAMES_A_SECOND
    assert not sent
    assert not [request.url for request in requests if not request.url.startswith(("blob:", "data:"))]
    page.get_by_role("button", name="Stop the webcam").click()
    still = read(page, "n.frames")
    page.wait_for_timeout(150)
    assert read(page, "n.frames") == still
    page.get_by_role("button", name="Snapshot").click()
    page.get_by_role("button", name="Take the picture").click()
    expect(page.get_by_text("Input · 240 × 320")).to_be_visible()
    assert read(page, "s.pic") == "snapshot"


def frames_a_second(page: Page) -> float:
    counted = """(root) => new Promise((done) => {
      const begin = root.__numbers.frames, start = performance.now();
      setTimeout(() => done((root.__numbers.frames - begin) / (performance.now() - start) * 1000), 1000);
    })"""
    return float(component(page).evaluate(counted))


def test_a_refused_camera_is_a_sentence(new_tab: NewTab) -> None:
    page = opened(new_tab(permissions=[]), "?pic=coins")
    for name in ("Webcam", "Snapshot"):
        page.get_by_role("button", name=name).click()
        expect(
            page.get_by_text(re.compile(r"(not allowed|No camera was found)\. The last picture stays"))
        ).to_be_visible()
    expect(page.get_by_text("Input · 303 × 384")).to_be_visible()
