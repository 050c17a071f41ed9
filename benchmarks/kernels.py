"""How soon the Kernels page answers: from a key or the mouse to the repainted screen, in headless Chromium.

    python -m benchmarks.kernels [rounds]

The picture has 512 x 512 pixels. An edit is a real key, pressed in a cell of the kernel or on the slider of
sigma, which changes all cells; its time runs from the event (its own time stamp) through the next animation
frame to the first task after that frame, when it has been painted. Hover is a real mouse movement over the
output, timed alike. In the same run a plain double loop in JavaScript slides such a kernel over the same picture.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.chromium import launched
from tests.browser.served import serve
from tests.browser.tab import Tab

ROUNDS, WARM_UP = 60, 8
FRAME_MS = 1000 / 60
ROOT = """[...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector('.root[data-component="kernels"]'))
  .find(Boolean)"""
# Collects, for each event of a kind: event -> task after the next frame; and the page's own share of it.
WATCH = """(kind) => {
  window.__took = []; window.__computed = []; window.__right = [];
  const painted = new MessageChannel();
  const starts = [], places = [];
  const under = ({ clientX, clientY }) => {
    const box = window.__root.querySelector('.stage[tabindex] canvas').getBoundingClientRect();
    const pixel = (at, from, side) => Math.floor((at - from) / side * 512);
    return `row ${pixel(clientY, box.top, box.height)}, column ${pixel(clientX, box.left, box.width)}`;
  };
  painted.port1.onmessage = () => {
    window.__took.push(performance.now() - starts.shift());
    window.__computed.push(window.__root.__numbers.ms.compute);
    const place = places.shift();
    window.__right.push(!place || window.__root.querySelector('.pixel-panel h3').textContent.endsWith(place));
  };
  window.__stop?.();
  const heard = (event) => {
    starts.push(event.timeStamp);
    places.push(kind === 'pointermove' ? under(event) : '');
    requestAnimationFrame(() => painted.port2.postMessage(0));
  };
  window.addEventListener(kind, heard, { capture: true });
  window.__stop = () => window.removeEventListener(kind, heard, { capture: true });
}"""
# Every output pixel a sum of its own: rows, columns, channels, kernel rows, kernel columns, zero padding by tests.
PLAIN = """([channels, size, repeats]) => {
  const { input } = window.__root.__numbers, [height, width] = input.size;
  const planes = channels === 1 ? [input.grey] : input.colour;
  const weights = Array.from({ length: size * size }, (_, i) => Math.sin(i + 1)), half = (size - 1) / 2, took = [];
  for (let n = 0; n < repeats; n++) {
    const start = performance.now();
    const output = new Array(height * width);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let c = 0; c < channels; c++)
          for (let i = 0; i < size; i++)
            for (let j = 0; j < size; j++) {
              const v = y + i - half, u = x + j - half;
              if (v >= 0 && u >= 0 && v < height && u < width) sum += weights[i * size + j] * planes[c][v * width + u];
            }
        output[y * width + x] = sum;
      }
    took.push(performance.now() - start);
  }
  return took;
}"""


@dataclass(frozen=True)
class Row:
    """One line of the table; times in milliseconds, targets None where none is set."""

    what: str
    took_ms: list[float]
    median_ms: float | None = None
    p95_ms: float | None = None

    def __str__(self) -> str:
        p50, p95 = median(self.took_ms), quantiles(self.took_ms, n=20)[-1]
        aims = [(p50, self.median_ms), (p95, self.p95_ms)]
        met = all(value <= aim for value, aim in aims if aim is not None)
        told = " / ".join("-" if aim is None else f"{aim:.1f}" for _, aim in aims)
        verdict = "" if told == "- / -" else ("met" if met else "MISSED")
        return f"{self.what:<44}{p50:>9.1f}{p95:>9.1f}   {told:<12}{verdict}"


@dataclass
class Session:
    """One tab, and how many websocket messages it has sent while it was watched."""

    tab: Tab
    rounds: int
    sent: int = 0
    counting: bool = False
    hovered: str = ""  # how many moves had the new pixel's numbers in the first frame after the event

    def __post_init__(self) -> None:
        self.tab.page.on("websocket", lambda socket: socket.on("framesent", lambda _: self._count()))

    def _count(self) -> None:
        self.sent += self.counting

    def watched(self, kind: str, act: Callable[[int], None]) -> tuple[list[float], list[float]]:
        """Times of all rounds, after a few to warm up, and what the page itself spent sliding."""
        page = self.tab.page
        page.evaluate(WATCH, kind)
        self.counting = True
        for i in range(self.rounds + WARM_UP):
            act(i)
            page.wait_for_function(f"window.__took.length > {i}")
            page.wait_for_timeout(17 + 7 * (i % 5))  # not in step with the frames
        page.wait_for_timeout(500)
        self.counting = False
        took, computed = page.evaluate("[window.__took, window.__computed]")
        return took[WARM_UP:], computed[WARM_UP:]

    def edits(self, query: str, channels: int, size: int, aims: tuple[float | None, float]) -> list[Row]:
        """One cell of the kernel, up and down."""
        page = self.tab.open(f"/kernels?pic=camera&{query}")
        page.wait_for_function(f"window.__root = {ROOT}, window.__root?.__numbers.size?.[0] === 512")
        page.get_by_label("Kernel: row 1, column 2").click()
        took, computed = self.watched(
            "keydown", lambda i: page.keyboard.press("ArrowUp" if i % 3 else "ArrowDown")
        )
        plain = page.evaluate(PLAIN, [channels, size, 8])
        page.get_by_label("Gaussian, sigma").focus()
        whole, slid = self.watched(
            "keydown", lambda i: page.keyboard.press("ArrowRight" if i % 3 else "ArrowLeft")
        )
        name = f"{size}x{size}, {'grey' if channels == 1 else 'full depth'}"
        return [
            Row(f"{name}: a cell to repaint", took, *aims),
            Row(f"{name}: of this, arithmetic", computed),
            Row(f"{name}: a whole kernel to repaint", whole, *aims),
            Row(f"{name}: of this, arithmetic", slid),
            Row(f"{name}: plain double loop, arithmetic", plain),
        ]

    def hover(self) -> Row:
        """The mouse over the output, from pixel to pixel."""
        page = self.tab.page
        page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, 0)")
        box = page.get_by_role("application").bounding_box()
        assert box
        left, top = box["x"] + 5, box["y"] + 5
        took, _ = self.watched(
            "pointermove", lambda i: page.mouse.move(left + (i * 3) % 200, top + (i * 5) % 200)
        )
        self.hovered = page.evaluate("`${__right.filter(Boolean).length} of ${__right.length}`")
        return Row("hover to numbers", took, FRAME_MS)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with serve() as server, launched() as browser:
        tab = Tab(browser.new_context(viewport={"width": 1280, "height": 720}).new_page(), server)
        session = Session(tab, rounds)
        rows = session.edits("k=box_blur", 1, 3, (FRAME_MS, 2 * FRAME_MS))
        rows.append(session.hover())
        rows += session.edits("k=gaussian_7x7&mode=full", 3, 7, (None, 50.0))
        print(f"{'512 x 512, ' + browser.version:<44}{'median':>9}{'p95':>9}   target, ms")
        print(*rows, sep="\n")
        print(
            f"numbers of the new pixel in the first frame after the event: {session.hovered} moves\n"
            f"websocket messages sent by {4 * rounds} edits and {rounds} moves of the mouse: {session.sent}"
        )


if __name__ == "__main__":
    main()
