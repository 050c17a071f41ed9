// The lectures' table: like or unlike what the network knows, few pictures or many. A cell races its case and remembers who won.
import { h, put } from "../shared/controls.js";
import { colourOf, percent, theme } from "./palette.js";
import { ranking } from "./record.js";

/** `page`: {data, state, records(), onCase(case)}; cases: [{name, alike, many, set, source, n}]. */
export function createCases(page) {
  const cells = new Map(page.data.cases.map((one) => [one.name, createCell(one, page)]));
  const at = (alike, many) => cells.get(page.data.cases.find((one) => one.alike === alike && one.many === many).name).element;
  const row = (alike, title) => h("tr", {}, h("th", { scope: "row" }, title), h("td", {}, at(alike, false)), h("td", {}, at(alike, true)));
  const element = h("section", { class: "cases", "aria-label": "Four cases" },
    h("table", {}, h("caption", { class: "unseen" }, "Four cases, one click each"), h("thead", {}, h("tr", {}, h("td", { class: "corner" }, "Four cases"), ...few(page))), h("tbody", {}, row(true, "like what it knows"), row(false, "unlike"))));
  const draw = () => {
    const look = theme(page.root);
    cells.forEach((cell) => cell.draw(look));
  };
  return { element, draw };
}

const few = ({ data }) => [false, true].map((many) => h("th", { scope: "col" }, many ? "many (all)" : `few (${data.cases.find((one) => !one.many).n} each)`));

export const isCase = (one, settings) => settings.set === one.set && settings.from === one.source && settings.n === one.n;

function createCell(one, page) {
  const winner = h("span", { class: "case-winner" }, "race");
  const score = h("span", { class: "case-score" }, "");
  const element = h("button", { type: "button", class: "case", title: one.title, onclick: () => page.onCase(one) }, winner, score);
  const draw = (look) => {
    const runs = page.records().filter((record) => record.finished && isCase(one, record.settings));
    const { values } = page.state;
    element.setAttribute("aria-pressed", String(isCase(one, values)));
    const best = runs.length ? meanRanking(runs)[0] : null;
    put(winner, best ? best.title.toLowerCase() : "▶ race");
    put(score, best ? `${percent(best.accuracy, 0)}${runs.length > 1 ? ` ±${(100 * best.spread).toFixed(1)}, ${runs.length} runs` : ""}` : "");
    if (best) element.style.setProperty("--lane", colourOf(best.style, look.dark));
  };
  return { element, draw };
}

/** Mean accuracy and its spread for each lane that all runs have, best first. */
export function meanRanking(runs) {
  const byTitle = new Map();
  for (const run of runs) for (const { lane, accuracy } of ranking(run)) {
    if (!byTitle.has(lane.title)) byTitle.set(lane.title, { title: lane.title, style: lane.style, all: [] });
    byTitle.get(lane.title).all.push(accuracy);
  }
  const rows = [...byTitle.values()].filter((row) => row.all.length === runs.length).map((row) => {
    const mean = row.all.reduce((a, b) => a + b, 0) / row.all.length;
    const spread = Math.sqrt(row.all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, row.all.length - 1));
    return { ...row, accuracy: mean, spread };
  });
  return rows.sort((a, b) => b.accuracy - a.accuracy);
}
