// The present task over three seeds, one race after the other, and the mean with its spread.
import { meanRanking } from "./cases.js";
import { percent } from "./palette.js";

const COUNT = 3;

/** `page`: {state, record(), go()}. */
export function createSeeds(page) {
  let active = false, left = [], mine = [];
  const step = () => {
    page.state.set({ seed: left.shift() });
    // The race reads the settings when it starts: after this change has been told.
    requestAnimationFrame(() => page.go());
  };
  return {
    start() {
      const first = page.state.values.seed;
      left = Array.from({ length: COUNT }, (_, i) => first + i);
      mine = [];
      active = true;
      step();
    },
    /** A race has ended: the next seed, if this is a series. */
    next() {
      if (!active) return;
      mine.push(page.record());
      if (left.length) step();
      else active = false;
    },
    cancel() { active = false; left = []; },
    /** A race of its own begins: what the series gave is no longer its result. */
    forget() { if (!active) mine = []; },
    text() {
      if (!mine.length) return active ? `race 1 of ${COUNT}` : "";
      const rows = meanRanking(mine).map((row) => `${row.title.toLowerCase()} ${percent(row.accuracy)} ± ${(100 * row.spread).toFixed(1)}`);
      return `${mine.length} of ${COUNT} seeds: ${rows.join(", ")}`;
    },
  };
}
