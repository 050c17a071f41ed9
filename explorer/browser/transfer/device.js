// Where the training runs: the device, why it was chosen, how fast it is; and the choice of another.
import { h, put, segmented } from "../shared/controls.js";
import { pace } from "./record.js";

const INSTEAD = "Above, “On the server” trains without this browser’s help.";
const NAMES = { webgpu: "WebGPU", wasm: "WebAssembly" };

/** `page`: {session, state, record(), onDevice(value), note()}. */
export function createDevice(page) {
  const dot = h("span", { class: "dot", "aria-hidden": "true" });
  const text = h("span", {}, "");
  const choice = segmented({ label: "Train on", options: [{ value: "auto", label: "best here" }, { value: "webgpu", label: "WebGPU" }, { value: "wasm", label: "WebAssembly" }], value: page.state.values.device, onChange: page.onDevice });
  const why = h("p", { class: "hint" }, "");
  const element = h("details", { class: "device" }, h("summary", {}, dot, text), h("div", { class: "device-body" }, why, choice.element));
  const note = h("p", { class: "alert", role: "alert", hidden: true });
  const draw = () => {
    const { session } = page;
    choice.set(page.state.values.device);
    element.dataset.state = session.state;
    put(text, summary(page));
    put(why, reason(session));
    const told = session.state === "failed" ? `${session.sentence} ${INSTEAD}` : page.note();
    note.hidden = !told;
    put(note, told);
  };
  return { element, note, draw };
}

function summary({ session, record }) {
  const { info, state } = session;
  if (state === "failed") return "no training in this browser";
  if (!info) return state === "off" ? "engine not started" : "starting the engine …";
  const lanes = record()?.lanes || [];
  const speeds = lanes.map((lane) => ({ lane, s: pace(lane) })).filter(({ s }) => s);
  const device = `${NAMES[info.device] || info.device}${info.software ? " (software)" : info.adapter ? ` on ${info.adapter}` : ""}`;
  if (!speeds.length) return info.stepMs ? `${device}, ${info.stepMs.toFixed(0)} ms a step` : device;
  const slowest = speeds.reduce((a, b) => (a.s > b.s ? a : b));
  return `${device}, ${Math.round(slowest.lane.recipe.batch / slowest.s)} pictures a second`;
}

function reason({ info, state, sentence }) {
  if (state === "failed") return sentence;
  if (!info) return "The engine checks itself first: one batch, compared between devices.";
  const named = info.adapter ? ` Adapter: ${info.adapter}${info.software ? ", which computes in software on the processor" : ""}.` : "";
  return `${info.reason || ""}${named} One step of the check took ${(info.stepMs || 0).toFixed(1)} ms. Nothing you train on leaves this tab.`;
}
