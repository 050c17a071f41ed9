"""How soon the layer editor answers: from a key to the repainted screen, in headless Chromium.

    python -m benchmarks.build [rounds]

A real key is pressed in a number of the first row, so that every row below changes with it; its time runs from the
event (its own time stamp) through the next animation frame to the first task after that frame, when it has been
painted. Beside it: what the page itself spends on measuring, rows and drawing, and in the same browser the plain
way, which measures all rows anew and builds the whole table again, and a key that changes nothing: what the
machine takes for a frame while other things run on it.
"""

import sys
from statistics import median, quantiles

from playwright.sync_api import Page

from benchmarks.chromium import launched
from explorer.browser import served
from tests.browser.served import serve
from tests.browser.tab import Tab

ROUNDS, WARM_UP, LIMIT_MS = 60, 8, 100.0
BLOCK = (
    "c64P1B0_n_r_c64P1B0_n_s5_r_d1_c64K1_r"  # ten rows: a residual block, a dense connection, a 1 x 1 layer
)
NETWORKS = {
    "LeNet-5, 12 rows": "",
    "200 rows": "?in=64_56_56&net=" + "_".join([BLOCK] * 20),
    "1000 rows": "?in=64_56_56&net=" + "_".join([BLOCK] * 100),
}
ROOT = """[...document.querySelectorAll('*')].map((e) => e.shadowRoot?.querySelector('.root[data-component="build"]'))
  .find(Boolean)"""
WATCH = """() => {
  window.__took = []; window.__own = [];
  window.__stop?.();
  const painted = new MessageChannel(), starts = [];
  painted.port1.onmessage = () => {
    window.__took.push(performance.now() - starts.shift());
    window.__own.push(window.__root.__numbers.ms);
  };
  const heard = (event) => { starts.push(event.timeStamp); requestAnimationFrame(() => painted.port2.postMessage(0)); };
  window.addEventListener("keydown", heard, { capture: true });
  window.__stop = () => window.removeEventListener("keydown", heard, { capture: true });
}"""
PLAIN = """async ([base, repeats]) => {
  const load = (name) => import(new URL(`${base}build/${name}.js`, document.baseURI).href);
  const [{ measurer }, { read }] = await Promise.all([load("measure"), load("codec")]);
  const { net, in: input } = window.__root.__state, table = document.createElement("table"), took = [];
  document.body.append(table);
  for (let n = 0; n < repeats; n++) {
    const start = performance.now();
    const measured = measurer()(read(net), input);
    table.replaceChildren(...measured.rows.map((row) => {
      const line = document.createElement("tr");
      for (const value of [row.number, row.row.kind, JSON.stringify(row.row.text), row.out.shape, row.params, row.macs, row.bytes]) {
        const cell = document.createElement("td"), field = document.createElement("input");
        field.value = value;
        cell.append(field);
        line.append(cell);
      }
      return line;
    }));
    table.getBoundingClientRect();
    took.push(performance.now() - start);
  }
  table.remove();
  return took;
}"""  # noqa: E501


def line(what: str, took_ms: list[float], limit_ms: float | None = None) -> str:
    """One line of the table."""
    p50, p95 = median(took_ms), quantiles(took_ms, n=20)[-1]
    verdict = "" if limit_ms is None else f"p95 below {limit_ms:.0f}: {'met' if p95 < limit_ms else 'MISSED'}"
    return f"{what:<46}{p50:>9.1f}{p95:>9.1f}   {verdict}"


def typed(page: Page, rounds: int, keys: tuple[str, str]) -> tuple[list[float], list[float]]:
    """Times of all keys after a few to warm up, and the page's own part of them."""
    page.evaluate(WATCH)
    page.get_by_label("Row 1: kernel", exact=True).click()
    for i in range(rounds + WARM_UP):
        page.keyboard.press(keys[i % 2])
        page.wait_for_function(f"window.__took.length > {i}")
        page.wait_for_timeout(17 + 7 * (i % 5))  # not in step with the frames
    took, own = page.evaluate("[window.__took, window.__own]")
    return took[WARM_UP:], own[WARM_UP:]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with serve() as server, launched() as browser:
        print(f"{'a key in the first row, ' + browser.version:<46}{'median':>9}{'p95':>9}   milliseconds")
        for name, query in NETWORKS.items():
            tab = Tab(browser.new_context(viewport={"width": 1280, "height": 720}).new_page(), server)
            page = tab.open("/build" + query)
            page.wait_for_function(f"window.__root = {ROOT}, window.__root?.__numbers.rows.length > 0")
            took, own = typed(page, rounds, ("ArrowUp", "ArrowDown"))
            empty, _ = typed(page, rounds, ("Shift", "Shift"))
            plain = page.evaluate(PLAIN, [served.module_base(), 10])
            print(line(f"{name}: key to repaint", took, None if name.startswith("1000") else LIMIT_MS))
            print(line("    of this, measuring, rows, drawing", own))
            print(line("    a key that changes nothing, to repaint", empty))
            print(line("    plain: measured and built anew, no paint", plain))
            tab.close()


if __name__ == "__main__":
    main()
