"""What one trivial event costs the server, with everything imported."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.served import Server, serve

LIMIT_CPU_MS = 15.0
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads processor time from /proc"
)


@pytest.fixture
def event_server() -> Iterator[Server]:
    with serve(Path(__file__).parent / "event" / "launcher.py") as running:
        yield running


def event_cpu_ms(new_tab: NewTab, served: Server, query: str, *, events: int) -> float:
    """Processor time of the server for one press of a button in a fragment, in ms."""
    tab = new_tab(served=served)
    tab.page.goto(f"{served.url}/{query}")
    button = tab.page.get_by_role("button", name="Count")
    button.wait_for(timeout=60_000)
    warm_up = 5
    for count in range(1, events + warm_up + 1):
        if count == warm_up + 1:
            begin_s = served.cpu_s
        button.click()
        expect(tab.page.get_by_text(f"count {count}", exact=True)).to_be_visible()
    spent_s = served.cpu_s - begin_s
    tab.close()
    return spent_s / events * 1e3


def test_trivial_event_is_cheap(
    new_tab: NewTab, event_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    frozen = event_cpu_ms(new_tab, event_server, "", events=20)
    thawed = event_cpu_ms(new_tab, event_server, "?thaw=1", events=4)
    with capsys.disabled():
        print(
            f"\nserver CPU for a trivial fragment event: {frozen:.1f} ms ({thawed:.0f} ms without gc.freeze)"
        )
    assert frozen < LIMIT_CPU_MS
    assert thawed > 2 * frozen, "the measurement does not see the garbage collector: it proves nothing"
