// One setting of a block: a slider over sensible steps, and a box for any whole number between.
import { fresh, h, toggle } from "../shared/controls.js";

/** {element, set(value)}; `onChange(number)` for each whole number in range, `onError(sentence)` for what is none. */
export function setting(parameter, { onChange, onError }) {
  const { name, symbol, title, low, high, steps, unit = "", step = 1 } = parameter;
  if (name === "bn") {
    const box = toggle({ label: "Batch norm after each convolution", value: false, onChange: (on) => onChange(on ? 1 : 0) });
    return { element: box.element, set: (value) => box.set(value === 1) };
  }
  const id = fresh("setting");
  const range = h("input", { type: "range", min: 0, max: steps.length - 1, step: 1, "aria-label": `${title}, slider` });
  const box = h("input", { id, type: "number", min: low, max: high, step, inputmode: "numeric" });
  let current = parameter.default;
  const nearest = (value) => steps.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(steps[best] - value) ? i : best), 0);
  const give = (value) => { onError(""); if (value !== current) onChange(value); };
  range.addEventListener("input", () => give(steps[+range.value]));
  box.addEventListener("change", () => {
    const typed = Number(box.value);
    if (box.value !== "" && Number.isInteger(typed) && typed >= low && typed <= high && (typed - low) % step === 0) return give(typed);
    onError(`${title} must be a whole number from ${low} to ${high}${step > 1 ? ` in steps of ${step}` : ""}, got ${box.value || "nothing"}.`);
    box.value = current;
    return undefined;
  });
  const set = (value) => {
    current = value;
    range.value = nearest(value);
    range.setAttribute("aria-valuetext", `${value}${unit && ` ${unit}`}`);
    if (box.getRootNode().activeElement !== box || Number(box.value) !== value) box.value = value;
  };
  set(current);
  const caption = h("label", { for: id }, title, " ", h("b", { class: "symbol" }, symbol), unit ? ` (${unit})` : "");
  return { element: h("div", { class: "control sized number" }, caption, box, range), set };
}
