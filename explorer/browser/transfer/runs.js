// Races so far, side by side; what can be taken along of each.
import { button, h, line, toggle } from "../shared/controls.js";
import { save } from "../shared/takehome.js";
import { percent } from "./palette.js";
import { csv, lastCheckpoint, lastEvaluation, until } from "./record.js";
import { writtenFile } from "./written.js";

export function createRuns(page) {
  const list = h("div", { class: "run-list" });
  const said = line("status");
  const where = h("p", { class: "hint wide" }, `CSV and safetensors are written here in the browser. For a file of torch${page.data.onnx_problem ? "" : " or ONNX"} the weights of that lane, and no picture, go to the server, which writes it. Weights are those of the step that is shown. ${page.data.onnx_problem}`);
  const element = h("div", {}, h("p", { class: "hint wide" }, "Every race of this visit. Tick one to lay its curves, thin and grey, behind the present ones."), list, said.element, where);
  let built = "";
  /** Race after race. */
  const draw = function* () {
    const records = page.records();
    const key = records.map((record) => [record.number, record.finished, record === page.record(), page.ghostNumbers().has(record.number), ...record.lanes.map((lane) => lane.status)]).join("|");
    where.hidden = !records.length;
    if (key === built) return;
    const rows = [];
    for (const record of [...records].reverse()) {
      rows.push(runRow(record, page, said));
      yield;
    }
    built = key;
    list.replaceChildren(rows.length ? runTable(rows) : h("p", {}, "No race yet."));
  };
  return { element, draw };
}

function runTable(rows) {
  const head = h("tr", {}, ["Race", "Task", "Behind", "Result on held-out pictures, and what to take along"].map((title) => h("th", { scope: "col" }, title)));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Races" }, h("table", { class: "run-table" }, h("thead", {}, head), h("tbody", {}, rows)));
}

const runRow = (record, page, said) => h("tr", {}, h("th", { scope: "row" }, `${record.number}`), h("td", {}, describe(record, page.data)), h("td", {}, ghost(record, page)), h("td", {}, takeAlong(record, page, said)));

function describe({ settings, set }, data) {
  const source = data.sources.find((one) => one.name === settings.from)?.title || settings.from;
  return `${set.title}, ${settings.n} each, after ${source}; ${data.networks.find((one) => one.name === settings.net).title}, seed ${settings.seed}`;
}

/** How a lane ended; the table is not written anew with every step. */
function result(lane, page) {
  const going = ["waiting", "running"].includes(lane.status);
  const early = lane.status === "done" ? "" : ` (${lane.loss.length} of ${lane.recipe.steps} steps)`;
  return h("span", { class: "result" }, page.chip(lane), h("span", { class: "tabular" }, going ? "racing" : `${percent(lastEvaluation(lane)?.accuracy)}${early}`));
}

function ghost(record, page) {
  if (record === page.record()) return h("span", { class: "hint" }, "shown");
  return toggle({ label: "curves", value: page.ghostNumbers().has(record.number), onChange: (on) => page.onGhost(record.number, on) }).element;
}

function takeAlong(record, page, said) {
  const table = button("CSV", () => save(`race-${record.number}.csv`, new Blob([csv(record)], { type: "text/csv" })), { title: "The run as a table: a line a lane and step" });
  return h("div", { class: "takes" }, record.lanes.map((lane) => h("div", { class: "take-lane" }, result(lane, page), laneFiles(record, lane, page, said))), h("div", { class: "row" }, table));
}

/** The weights of the step that is shown, for the race that is shown; else the last. */
function weightsOf(record, lane, page) {
  const step = record === page.record() ? page.step() ?? Infinity : Infinity;
  return until(lane.checkpoints, step) || lastCheckpoint(lane);
}

/** One lane's files. What is being written is not asked for twice. */
function laneFiles(record, lane, page, said) {
  const name = (ending) => `race-${record.number}-${lane.recipe.lane}.${ending}`;
  const weights = async (ending, made) => {
    const kept = weightsOf(record, lane, page);
    if (!kept) throw new Error("The weights of this race are no longer kept: newer races needed the room. Its table and its program are.");
    const { buffer, step } = kept;
    save(name(ending), await made(buffer));
    return `${name(ending)} holds the weights of step ${step}.`;
  };
  const onServer = (format) => () => weights(format, (buffer) => writtenFile(page.ask, format, record, lane, buffer));
  const zip = async () => { await page.program.zip(record, lane); return ""; };
  const files = [
    ["safetensors", "Written here, in torch’s names and layout", () => weights("safetensors", async (buffer) => new Blob([buffer]))],
    ["torch .pt", "Sends this lane’s weights, and no picture, to the server, which writes torch’s state dict", onServer("pt")],
    ["ONNX", page.data.onnx_problem || "Sends this lane’s weights, and no picture, to the server, which writes the network as ONNX", onServer("onnx")],
    ["in PyTorch", "A zip with a PyTorch program that repeats this lane, its pictures and its first weights", zip],
  ];
  return h("span", { class: "row" }, files.map(([label, title, make]) => {
    const made = button(label, () => written(made, make, said), { title, ariaLabel: `${lane.title} ${label}` });
    made.disabled = label === "ONNX" && Boolean(page.data.onnx_problem);
    return made;
  }));
}

async function written(pressed, make, said) {
  pressed.disabled = true;
  said.say("Writing …");
  try {
    said.say(await make());
  } catch (error) {
    said.say(error.message);
  }
  pressed.disabled = false;
}
