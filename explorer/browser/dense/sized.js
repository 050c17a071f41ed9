// A whole number by slider (evenly spaced by ratio, so that 3 and 300,000 are both within reach) or by typing.
import { fresh, h } from "../shared/controls.js";

const STEPS = 1000;

/** onChange(value) for each new whole number in low..high; onError(sentence) for what is none. */
export function sized({ label, low, high, value, onChange, onError, unit = "" }) {
  const id = fresh("sized");
  const ratio = Math.log(high / low);
  const at = (v) => Math.round((STEPS * Math.log(v / low)) / ratio);
  const range = h("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": `${label}, slider` });
  const box = h("input", { id, type: "number", min: low, max: high, step: 1, inputmode: "numeric" });
  let current = value;
  const give = (v) => { onError(""); if (v !== current) onChange(v); };
  range.addEventListener("input", () => {
    const wanted = Math.round(low * Math.exp((ratio * +range.value) / STEPS));
    box.value = wanted;
    range.setAttribute("aria-valuetext", `${wanted}${unit}`);
    give(wanted);
  });
  range.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    give(Math.max(low, Math.min(high, current + way)));
  });
  box.addEventListener("change", () => {
    const typed = Number(box.value);
    if (box.value !== "" && Number.isInteger(typed) && typed >= low && typed <= high) return give(typed);
    onError(`${label} must be a whole number from ${low} to ${high.toLocaleString("en")}, got ${box.value || "nothing"}`);
    box.value = current;
    return null;
  });
  const set = (v) => {
    current = v;
    range.value = at(v);
    range.setAttribute("aria-valuetext", `${v}${unit}`);
    if (box.getRootNode().activeElement !== box || Number(box.value) !== v) box.value = v;
  };
  set(value);
  return { element: h("div", { class: "control sized number" }, h("label", { for: id }, label), box, range), set };
}
