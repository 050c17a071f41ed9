// The block against its alternative: parameters, multiply-adds, memory, and milliseconds where they were measured.
import { button, h, line, put } from "../shared/controls.js";
import { brief, bytes, digits } from "./words.js";

const FIGURES = [["params", "Parameters", brief, digits], ["macs", "Multiply-adds", brief, digits], ["output_bytes", "Outputs", bytes, (v) => `${digits(v)} bytes`], ["ms", "Time here", (v) => `${v.toPrecision(3)} ms`, (v) => `${v.toPrecision(3)} ms`]];

/** "8.8 times fewer", "the same". */
export function compared(mine, other, [less, more] = ["fewer", "more"]) {
  if (mine === other) return "the same";
  if (!mine || !other) return "";
  const ratio = Math.max(mine, other) / Math.min(mine, other);
  if (ratio < 1.0005) return "about the same";
  const said = ratio < 1.1 ? `${Number((100 * (ratio - 1)).toPrecision(2))} %` : `${digits(Number(ratio.toPrecision(ratio < 10 ? 2 : 3)))} times`;
  return `${said} ${mine < other ? less : more}`;
}

/** {element, show(costs, names), timed(timing | null), busy(flag), say(text)} */
export function bars({ onMeasure }) {
  const rows = new Map(FIGURES.map((figure) => [figure[0], row(figure)]));
  const measure = button("Measure on this server", onMeasure, { title: "Run both on the server, in turn, on one thread, and take the medians of their processor times" });
  const said = line();
  const names = [h("span", {}), h("span", {})];
  const key = h("p", { class: "bar-key" }, h("i", { class: "chip mine" }), names[0], h("i", { class: "chip other" }), names[1]);
  rows.get("ms").element.hidden = true;
  return {
    element: h("section", { class: "bars", "aria-label": "Cost of the block and of its alternative" }, key, [...rows.values()].map((each) => each.element), h("div", { class: "row middle" }, measure, said.element)),
    show(mine, other, title, plainTitle) {
      put(names[0], title);
      put(names[1], plainTitle);
      for (const name of ["params", "macs", "output_bytes"]) rows.get(name).show(mine[name], other[name]);
    },
    timed(timing) {
      rows.get("ms").element.hidden = !timing;
      if (timing) rows.get("ms").show(timing.block_ms, timing.plain_ms);
    },
    busy(on) { measure.disabled = on; if (on) said.say("Measuring …"); },
    say: (text) => said.say(text),
  };
}

function row([name, title, short, long]) {
  const ratio = h("span", { class: "ratio" });
  const pairs = ["mine", "other"].map((kind) => ({ bar: h("div", { class: `bar ${kind}` }), text: h("span", { class: "bar-text" }) }));
  const element = h("div", { class: "bar-row", "data-figure": name }, h("div", { class: "bar-head" }, h("b", {}, title), ratio), pairs.map(({ bar, text }) => h("div", { class: "bar-line" }, bar, text)));
  return {
    element,
    show(mine, other) {
      const most = Math.max(mine, other) || 1;
      [mine, other].forEach((value, i) => {
        pairs[i].bar.style.width = `${((100 * value) / most).toFixed(2)}%`;
        put(pairs[i].text, short(value));
        pairs[i].text.title = long(value);
      });
      put(ratio, name === "ms" ? compared(mine, other, ["less", "more"]) : compared(mine, other, name === "output_bytes" ? ["less", "more"] : undefined));
    },
  };
}
