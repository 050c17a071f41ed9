"""How soon the page "Draw a digit" answers the pen: from its event to the repainted screen, in headless Chromium.

    python -m benchmarks.digit [moves]

A real mouse draws on the pad. A time runs from the movement (its own time stamp) through the next animation frame
to the first task after that frame, when the network's maps have been painted. So it is with the mouse over the
figure, from number to number. Beside them the pass itself, as the page measures it.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin
from statistics import median, quantiles

from playwright.sync_api import Page

from benchmarks.chromium import launched
from tests.browser.served import serve
from tests.browser.tab import Tab

MOVES, WARM_UP = 120, 10
PEN_LIMIT_MS = 50.0
ROOT = """[...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector('.root[data-component="digit"]'))
  .find(Boolean)"""
# For each movement: event -> task after the next frame; the pass; whether the answer is of these strokes.
WATCH = """() => {
  window.__took = []; window.__forward = []; window.__prepare = []; window.__changed = 0;
  const painted = new MessageChannel();
  const starts = [];
  let before = '';
  painted.port1.onmessage = () => {
    window.__took.push(performance.now() - starts.shift());
    const { ms, logits, unit } = window.__root.__numbers;
    window.__forward.push(ms.forward);
    window.__prepare.push(ms.prepare);
    const now = logits.join() + [unit.layer, unit.map, unit.row, unit.col];
    window.__changed += now !== before;
    before = now;
  };
  window.__stop?.();
  const heard = (event) => {
    starts.push(event.timeStamp);
    requestAnimationFrame(() => painted.port2.postMessage(0));
  };
  window.addEventListener('pointermove', heard, { capture: true });
  window.__stop = () => window.removeEventListener('pointermove', heard, { capture: true });
}"""


@dataclass(frozen=True)
class Row:
    """One line of the table; times in milliseconds."""

    what: str
    took_ms: list[float]
    limit_ms: float | None = None

    def __str__(self) -> str:
        p50, p95 = median(self.took_ms), quantiles(self.took_ms, n=20)[-1]
        verdict = (
            ""
            if self.limit_ms is None
            else f"{self.limit_ms:6.1f}  {'met' if p95 <= self.limit_ms else 'MISSED'}"
        )
        return f"{self.what:<52}{p50:>9.1f}{p95:>9.1f}   {verdict}"


def watched(
    page: Page, moves: int, act: Callable[[int], None]
) -> tuple[list[float], list[float], list[float], int]:
    """Times of all movements after some to warm up; the pass, the preparation; how many changed something."""
    page.evaluate(WATCH)
    for i in range(moves + WARM_UP):
        act(i)
        page.wait_for_function(f"window.__took.length > {i}")
        page.wait_for_timeout(11 + 7 * (i % 5))  # not in step with the frames
    took, forward, prepare, changed = page.evaluate("[__took, __forward, __prepare, __changed]")
    return took[WARM_UP:], forward[WARM_UP:], prepare[WARM_UP:], changed


def drawing(page: Page, moves: int, dpr: float) -> list[Row]:
    box = page.locator('[data-component="digit"] .drawpad').bounding_box()
    assert box
    left, top, side = box["x"], box["y"], box["width"]

    def to(i: int) -> None:
        t = i * 0.11
        page.mouse.move(
            left + side * (0.5 + 0.3 * cos(t) * cos(t / 9)), top + side * (0.5 + 0.36 * sin(t * 1.3))
        )

    page.mouse.move(left + side * 0.8, top + side / 2)
    page.mouse.down()
    took, forward, prepare, changed = watched(page, moves, to)
    page.mouse.up()
    print(f"drawing at {dpr:g} px a CSS px: the answer changed with {changed} of {moves + WARM_UP} movements")
    return [
        Row(f"pen to repaint, {dpr:g} px a CSS px", took, PEN_LIMIT_MS),
        Row("  of this, preparing the drawing", prepare),
        Row("  of this, LeNet-5 forward", forward),
    ]


def pointing(page: Page, moves: int) -> Row:
    box = page.locator('[data-component="digit"] canvas.network').bounding_box()
    assert box
    left, top, wide, high = box["x"], box["y"] + 40, box["width"], box["height"] - 60
    took, _, _, _ = watched(
        page, moves, lambda i: page.mouse.move(left + (i * 37) % wide, top + (i * 13.7) % high)
    )
    return Row("pointing at a number to its explanation", took, PEN_LIMIT_MS)


def main() -> None:
    moves = int(sys.argv[1]) if len(sys.argv) > 1 else MOVES
    with serve() as server, launched() as browser:
        rows: list[Row] = []
        for dpr in (1, 2):
            context = browser.new_context(viewport={"width": 1280, "height": 720}, device_scale_factor=dpr)
            page = Tab(context.new_page(), server).open("/digit?pic=blank")
            page.wait_for_function(f"window.__root = {ROOT}, window.__root?.__numbers")
            rows += drawing(page, moves, dpr)
            if dpr == 1:
                rows.append(pointing(page, moves))
        print(f"{'1280 x 720, Chromium ' + browser.version:<52}{'median':>9}{'p95':>9}    limit, ms")
        print(*rows, sep="\n")


if __name__ == "__main__":
    main()
