// Two networks stage beside stage: stages that reduce the picture equally stand in one column.
import { isDark, signedColour, signedInk } from "../shared/colour.js";
import { button, h } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { save, takehome } from "../shared/takehome.js";
import { brief, memory, shapeText, whole } from "../network/model.js";

const s = (tag, properties, ...children) => h(`svg:${tag}`, properties, ...children);
const MEASURES = [
  { key: "params", label: "Parameters", text: brief, exact: whole, unit: "parameters" },
  { key: "macs", label: "MACs", text: brief, exact: whole, unit: "MACs" },
  { key: "bytes", label: "Memory of outputs", text: memory, exact: whole, unit: "bytes" },
  { key: "field", label: "Receptive field", text: (n) => `${n} px`, exact: whole, unit: "px" },
  { key: "layers", label: "Layers with weights", text: String, exact: String, unit: "layers" },
];

export function mount(root, data) {
  let current = data;
  const stage = h("div", { class: "pair-scroll" });
  const asked = h("div", {});
  const taken = takehome({ code: () => codeOf(current), link: () => location.href, extras: [button("Save CSV", () => save("two-networks.csv", new Blob([csv(current)], { type: "text/csv" })))] });
  root.append(h("p", { class: "look" }, h("strong", {}, "Look for: "), "stages at the same reduction of the picture share a column. The third line of a cell is the second network minus the first, and how many times as much."), stage, asked, taken.element);
  const draw = () => {
    stage.replaceChildren(pairTable(current, isDark(root)));
    root.__numbers = numbersOf(current);
    taken.update();
  };
  const greet = () => asked.replaceChildren(predict(current));
  const theme = new MutationObserver(draw);
  theme.observe(document.body, { attributes: true });
  draw();
  greet();
  return { update(next) { const other = next.facts.some((facts, i) => facts.name !== current.facts[i].name); current = next; draw(); if (other) greet(); }, dispose() { theme.disconnect(); } };
}

const names = (data) => (data.facts[0].name === data.facts[1].name ? ["this", "the same"] : data.facts.map((facts) => facts.name));
const level = ({ level }) => (level === null ? "head" : level === 0 ? "full side" : `side ÷ ${2 ** level}`);

/** The difference of two numbers: {by, times, text, weight}; `weight` is log2 of the factor, for the colour. */
export function difference(one, two, text) {
  if (one === null || two === null || one === undefined || two === undefined) return null;
  const by = two - one;
  if (!by) return { by, times: 1, weight: 0, text: "the same" };
  const times = one ? two / one : null;
  const factor = times === null ? "" : times === 0 ? ", none" : times >= 1 ? `, × ${round(times)}` : `, ÷ ${round(1 / times)}`;
  return { by, times, weight: times ? Math.log2(times) : by > 0 ? 4 : -4, text: `${by > 0 ? "+" : "−"}${text(Math.abs(by))}${factor}` };
}

const round = (n) => (n >= 100 ? n.toFixed(0) : n < 1.1 ? n.toPrecision(4) : n.toPrecision(2)).replace(/\.0+$/, "");

function numbersOf(data) {
  const both = (pick) => MEASURES.map(({ key, text }) => [key, difference(pick(0)?.[key], pick(1)?.[key], text)]);
  return {
    names: names(data),
    pairs: data.pairs.map((pair) => ({ first: pair[0]?.name ?? null, second: pair[1]?.name ?? null, ...Object.fromEntries(both((i) => pair[i])) })),
    totals: Object.fromEntries(both((i) => data.totals[i])),
  };
}

function pairTable(data, dark) {
  const [one, two] = names(data);
  const scale = scaleOf(data);
  const head = h("tr", {}, h("td", {}), h("th", { scope: "col" }, "whole network"), data.pairs.map((pair) => h("th", { scope: "col" }, level(pair[0] || pair[1]))));
  const drawn = [0, 1].map((i) => h("tr", { class: "boxes" }, h("th", { scope: "row" }, [one, two][i]),
    h("td", {}, `${data.pairs.filter((pair) => pair[i]).length} stages`), data.pairs.map((pair) => h("td", {}, pair[i] ? stageBox(pair[i], scale) : h("span", { class: "none" }, "–")))));
  const rows = MEASURES.map((measure) => h("tr", {}, h("th", { scope: "row" }, measure.label),
    cell(data.totals[0], data.totals[1], measure, dark, [one, two]), data.pairs.map((pair) => cell(pair[0], pair[1], measure, dark, [one, two]))));
  return h("table", { class: "numbers pair" }, h("caption", { class: "unseen" }, `${one} and ${two}, stage by stage`), h("thead", {}, head), h("tbody", {}, drawn, rows));
}

function scaleOf(data) {
  const stages = data.pairs.flat().filter(Boolean);
  const most = (key) => Math.max(...stages.map((stage) => stage[key]));
  return { tall: 84 / Math.sqrt(most("side")), wide: 70 / Math.sqrt(most("channels")) };
}

function stageBox(stage, { tall, wide }) {
  const high = Math.max(6, tall * Math.sqrt(stage.side)), w = Math.max(4, wide * Math.sqrt(stage.channels)), lean = 0.2 * high;
  const [x, y] = [1, lean + 1];
  const points = (...pairs) => pairs.map((pair) => pair.map((n) => n.toFixed(1)).join(",")).join(" ");
  const words = `${shapeText(stage.shape)}${stage.skips ? `, ${stage.skips} skip${stage.skips > 1 ? "s" : ""}` : ""}`;
  return h("figure", {}, s("svg", { class: "box", width: w + lean + 2, height: high + lean + 2, role: "img", "aria-label": words },
    s("polygon", { class: "top", points: points([x, y], [x + lean, y - lean], [x + w + lean, y - lean], [x + w, y]) }),
    s("polygon", { class: "side", points: points([x + w, y], [x + w + lean, y - lean], [x + w + lean, y + high - lean], [x + w, y + high]) }),
    s("rect", { class: "front", x, y, width: w, height: high })), h("figcaption", {}, words));
}

function cell(one, two, { key, text, exact, unit }, dark, names) {
  const values = [one?.[key], two?.[key]];
  const whole_ = (stage) => (key === "field" && stage?.global ? "whole picture" : "–");
  const say = (value, stage) => h("span", { class: "value", title: value === null || value === undefined ? "" : `${exact(value)} ${unit}` }, value === null || value === undefined ? whole_(stage) : text(value));
  if (key in (one || two) === false) return h("td", {}, "");
  const found = difference(...values, text);
  const style = found && found.weight ? { background: signedColour(found.weight, 5, dark), color: signedInk(found.weight, 5, dark) } : {};
  return h("td", {}, say(values[0], one), say(values[1], two), h("span", { class: "difference", style }, found ? found.text : one && two ? "" : `only ${names[one ? 0 : 1]}`));
}

/** A question answered by these two networks' own numbers. */
function predict(data) {
  const [one, two] = names(data);
  const [a, b] = data.totals;
  if (a.params === b.params || one === "this") return "";
  const moreParams = a.params > b.params ? one : two, moreMacs = a.macs > b.macs ? one : two;
  const why = `${one}: ${brief(a.params)} parameters, ${brief(a.macs)} MACs; ${two}: ${brief(b.params)} and ${brief(b.macs)}. ${moreParams === moreMacs ? "Here both go together." : "Parameters and operations do not go together: a weight of a convolution is used at every place, a weight of a dense layer once."}`;
  return question({ ask: `${moreParams} has more parameters. Which of the two computes more?`, choices: [one, two].map((name) => ({ label: name, right: name === moreMacs, why })) }).element;
}

function csv(data) {
  const [one, two] = names(data);
  const head = ["level", ...["shape", ...MEASURES.map((m) => m.key)].flatMap((key) => [`${one} ${key}`, `${two} ${key}`])];
  const rows = data.pairs.map((pair) => [level(pair[0] || pair[1]), ...["shape", ...MEASURES.map((m) => m.key)].flatMap((key) => pair.map((stage) => (stage ? (key === "shape" ? shapeText(stage.shape) : stage[key] ?? "") : "")))]);
  return [head, ...rows].map((row) => row.map((field) => `"${String(field).replaceAll('"', '""')}"`).join(",")).join("\n");
}

function codeOf(data) {
  return `${data.code[0]}
first = network

${data.code[1]}
second = network

count = lambda network: sum(p.numel() for p in network.parameters())
print("${data.facts[0].name}", count(first))
print("${data.facts[1].name}", count(second))
print("second minus first", count(second) - count(first), "factor", round(count(second) / count(first), 3))
`;
}
