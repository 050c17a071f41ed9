// The facts of the chosen layer in words and numbers; of the whole network while no layer is chosen.
import { button, h } from "../shared/controls.js";
import { brief, memory, percent, shapeText, whole, windowText } from "./model.js";

const term = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];
const small = (text) => h("small", {}, text);

/** The row that is shown, and the rows drawn with it as buttons. */
export function layerFacts(model, row, choose) {
  const node = model.nodes[model.nodeOf.get(row.name)];
  const rows = node ? node.rows.map((index) => model.rows[index]) : [row];
  const chips = rows.length < 2 ? null : h("div", { class: "chips", role: "group", "aria-label": "Drawn together" }, rows.map((each) => {
    const item = button(`${each.kind}`, () => choose(each.name), { kind: "choice", title: each.name });
    item.setAttribute("aria-pressed", String(each.name === row.name));
    return item;
  }));
  return h("div", {}, h("h3", {}, row.name), chips,
    h("dl", {}, ...term("Kind", kindText(row)), ...term("Shape", `${shapeText(row.input)} → ${shapeText(row.output)}`),
      ...(row.kernel ? term("Window", windowFacts(row)) : []),
      ...term("Parameters", `${whole(row.params)} `, small(productOf(row) + share(row.params, model.totals.params))),
      ...term("Operations", row.macs === null ? "not counted: no rule is known for this operation" : `${whole(row.macs)} MACs `, row.macs === null ? "" : small(share(row.macs, model.totals.macs))),
      ...term("Output", `${memory(row.bytes)} `, small(`float32, one picture${share(row.bytes, model.totals.bytes)}`)),
      ...term("Reads", reads(model, node)), ...inside(model, row)));
}

/** Links to what this layer makes of a picture, and to its filters; those pages know a layer's runs by an @. */
function inside(model, row) {
  if (!model.hasInside || !row.moduleClass || row.output.length !== 3) return [];
  const runs = model.rows.filter((other) => other.path === row.path);
  const layer = runs.length > 1 ? `${row.path}@${runs.indexOf(row) + 1}` : row.path;
  const link = (page, text) => h("a", { href: `${page}?${new URLSearchParams({ [`${page}_net`]: model.name, [`${page}_layer_${model.name}`]: layer })}`, target: "_self" }, text);
  const parts = [link("maps", "its feature maps"), ...(row.moduleClass === "Conv2d" ? [" · ", link("filters", "its filters")] : [])];
  return term("Look inside", ...parts);
}

const kindText = (row) => row.kind + (row.moduleClass ? `, a ${row.moduleClass}` : ", an operation between layers");

function windowFacts(row) {
  const plain = (values, usual) => values && !values.every((n) => n === usual);
  const parts = [windowText(row.kernel)];
  if (plain(row.stride, 1)) parts.push(`stride ${row.stride[0]}`);
  if (plain(row.padding, 0)) parts.push(`padding ${new Set(row.padding).size > 1 ? row.padding.join(", ") : row.padding[0]}`);
  if (plain(row.dilation, 1)) parts.push(`dilation ${row.dilation[0]}`);
  if (row.groups > 1) parts.push(`${row.groups} groups`);
  return parts.join(", ");
}

/** "3 · 3 · 64 · 128 + 128, " where the weights are that product. */
function productOf(row) {
  if (!row.weights) return "";
  const factors = row.kind.includes("conv") ? [...row.kernel, row.input[0] / row.groups, row.output[0]] : row.kind === "linear" ? [row.input.at(-1), row.output.at(-1)] : [];
  const fits = factors.length && factors.reduce((a, b) => a * b, 1) === row.weights;
  return fits ? `= ${factors.join(" · ")}${row.biases ? ` + ${row.biases}` : ""}` : "";
}

const share = (part, total) => (part ? `${total ? `  (${percent(part, total)} of the network)` : ""}` : "");

function reads(model, node) {
  if (!node) return "nothing: it takes no part in evaluation";
  const names = node.sources.map((source) => (source < 0 ? "the picture" : model.nodes[source].name));
  return names.length > 4 ? `${names.slice(0, 2).join(", ")}, … ${names.at(-1)} (${names.length} maps)` : names.join(", ");
}

export function networkFacts(model) {
  const { facts, totals } = model;
  const published = facts.published.filter((result) => result[2] !== null).map(([weights, dataset, top1, top5]) =>
    `${top1} %${top5 === null ? "" : ` (top-5 ${top5} %)`} on ${dataset}, ${weights === "paper" ? "as its paper has it" : weights}`);
  const other = facts.published.filter((result) => result[2] === null && result[4]).map((result) => `${result[4]} on ${result[1]}`);
  const straight = model.joins.filter((join) => join[3]).length, projected = model.joins.filter((join) => join[4]).length;
  const joined = model.joins.length - straight - projected;
  const paper = h("a", { href: facts.url, target: "_blank", rel: "noreferrer" }, facts.paper);
  return h("div", {}, h("h3", {}, facts.name), facts.note ? h("p", { class: "note" }, facts.note) : null,
    h("dl", {}, ...term("Paper", paper), ...term("Input", shapeText(facts.input)),
      ...term("Parameters", whole(totals.params)), ...term("Operations", `${whole(totals.macs)} MACs`), ...term("Outputs", `${memory(totals.bytes)} `, small("all layers, float32, one picture")),
      ...term("Layers", `${model.rows.filter((row) => row.weights && !/norm/.test(row.kind)).length} with weights, norms left out; ${straight + projected} skips${projected ? `, ${projected} of them through a 1 × 1 convolution` : ""}${joined ? `; ${joined} other joins` : ""}`),
      ...([...published, ...other].length ? term("Top-1 accuracy", ...[...published, ...other].flatMap((text, i) => (i ? [h("br"), text] : [text]))) : [])),
    leftOut(model));
}

function leftOut(model) {
  const parts = [];
  if (model.notRun.length) parts.push(`Not drawn, because it does not run in evaluation: ${model.notRun.map((i) => model.rows[i].name).join(", ")}.`);
  if (model.notCounted.length) parts.push(`Operations not counted: ${model.notCounted.join(", ")}.`);
  return parts.length ? h("p", { class: "note" }, parts.join(" ")) : null;
}

/** All rows as a table; a press on one chooses it. */
export function layerTable(model, chosenName, choose) {
  const head = ["Layer", "Kind", "Stage", "Output", "Parameters", "MACs", "Outputs"];
  const stageOf = (row) => { const node = model.nodes[model.nodeOf.get(row.name)]; return node ? model.stages[node.stage].name : "does not run"; };
  const body = model.rows.map((row) => h("tr", { "aria-selected": String(row.name === chosenName) },
    h("th", { scope: "row" }, button(row.name, () => choose(row.name))),
    [row.kind, stageOf(row), shapeText(row.output), whole(row.params), row.macs === null ? "not counted" : brief(row.macs), memory(row.bytes)].map((cell) => h("td", {}, cell))));
  return h("div", { class: "layers", tabindex: "0", role: "region", "aria-label": "All layers" }, h("table", { class: "numbers" }, h("caption", { class: "unseen" }, `Layers of ${model.name}`),
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))), h("tbody", {}, body)));
}
