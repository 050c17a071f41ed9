"""Every page in its frame: linked to, light and dark, narrow and wide, without the network."""

import re
import time
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from explorer.contents import HOME, SECTIONS, Entry
from tests.browser.conftest import PHONE, PROJECTOR, NewTab
from tests.browser.served import ROOT, serve
from tests.browser.tab import Tab

ENTRIES = (HOME, *(entry for section in SECTIONS.values() for entry in section))
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGE_CHANGE_LIMIT_S = 1.0
WHOLE = {"width": PROJECTOR["width"], "height": 5000}
LAST_OF_SECTIONS = (HOME, *(section[-1] for section in SECTIONS.values()))


def each(entries: tuple[Entry, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("entry", entries, ids=[entry.url_path or "home" for entry in entries])


def frame_of(page: Page, entry: Entry) -> None:
    """The page is the one asked for, in the frame, with no dialog over it."""
    expect(page).to_have_title(
        re.compile("^Kernelscope" if entry is HOME else f"^{re.escape(entry.title)} · ")
    )
    expect(page.get_by_test_id("stHeaderLogo")).to_be_visible()
    expect(page.get_by_test_id("stTopNav")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


@each(LAST_OF_SECTIONS[1::4])
def test_deep_link_is_the_first_request_of_a_server(new_tab: NewTab, entry: Entry) -> None:
    """Some pages, since each takes a server of its own; home is asked below."""
    with serve() as fresh:
        tab = new_tab(served=fresh, gpu=False)
        frame_of(tab.open(f"/{entry.url_path}"), entry)
        tab.close()


@each(ENTRIES)
def test_page_reads_well_light_and_dark_wide_and_narrow(new_tab: NewTab, entry: Entry) -> None:
    """And it does without a GPU: this browser has none."""
    tab = new_tab(reduced_motion="reduce", gpu=False)
    page = tab.open(f"/{entry.url_path}")
    page.add_script_tag(path=AXE)
    page.set_viewport_size(WHOLE)  # axe measures the contrast of what is in sight alone
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert background_is(page, scheme)
        assert not in_the_way_of_a_screen_reader(page, only="" if scheme == "light" else "color-contrast"), (
            scheme
        )
    for size in (PROJECTOR, PHONE):
        page.set_viewport_size(size)
        tab.rendered()
        expect_all_in_sight(page)


def background_is(page: Page, scheme: str) -> bool:
    """Wait until the page's background is as light or as dark as the scheme."""
    page.wait_for_function(
        """(dark) => {
            const ground = getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor;
            return (Number(ground.match(/[0-9]+/)[0]) < 128) === dark;
        }""",
        arg=scheme == "dark",
    )
    return True


def in_the_way_of_a_screen_reader(page: Page, only: str = "") -> str:
    """What axe finds to be serious, by one of its rules or all, once every picture in sight has been drawn."""
    expect(page.get_by_role("img", name="Not drawn yet")).to_have_count(0)
    asked = {"resultTypes": ["violations"], **({"runOnly": [only]} if only else {})}
    found = page.evaluate("(asked) => axe.run(asked)", asked)["violations"]
    return "\n".join(
        f"{rule['impact']}: {rule['help']} ({rule['id']}): {node['html'][:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    )


def expect_all_in_sight(page: Page) -> None:
    """Nothing is wider than the screen; charts are given a moment to follow."""
    page.wait_for_function(
        """() => [document.documentElement, ...document.querySelectorAll('[data-testid="stMain"]')]
            .every((box) => box.scrollWidth - box.clientWidth <= 1)""",
        timeout=5_000,
    )


def test_page_change_is_quick(tab: Tab, capsys: pytest.CaptureFixture[str]) -> None:
    tab.open("/")
    follow(tab, LAST_OF_SECTIONS[1:])  # warm: each has been shown once
    took_s = follow(tab, LAST_OF_SECTIONS[1:])
    with capsys.disabled():
        told = f"median {median(took_s) * 1e3:.0f} ms, slowest {max(took_s) * 1e3:.0f} ms"
        print(f"\npage change, warm, from click to drawn: {told}")
    assert median(took_s) < PAGE_CHANGE_LIMIT_S


def follow(tab: Tab, entries: tuple[Entry, ...]) -> list[float]:
    """Click through the menu; the seconds from each click until the page is drawn."""
    took_s = []
    for entry in entries:
        section = next(name for name, pages in SECTIONS.items() if entry in pages)
        tab.page.get_by_test_id("stTopNavSection").filter(has_text=section).click()
        link = tab.page.locator(f'a[href$="/{entry.url_path}"]:visible').last
        link.wait_for()
        begin = time.perf_counter()
        link.click()
        expect(tab.page).to_have_title(re.compile(f"^{re.escape(entry.title)} · "))
        tab.rendered()
        took_s.append(time.perf_counter() - begin)
    return took_s


def test_home_does_not_wait_for_torch(new_tab: NewTab, tmp_path: Path) -> None:
    slow = tmp_path / "torch"
    slow.mkdir()
    (slow / "__init__.py").write_text("import time\ntime.sleep(120)\n")
    with serve(python_path=(tmp_path,)) as fresh:
        tab = new_tab(served=fresh)
        frame_of(tab.open("/"), HOME)
        expect(tab.page.get_by_text("PyTorch is still being loaded")).to_be_visible()
        tab.close()
