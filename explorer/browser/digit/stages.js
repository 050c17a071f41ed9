// From drawing to input, step by step: a small picture and a switch for each.
import { h, toggle } from "../shared/controls.js";

const STEPS = [
  { key: "crop", label: "Crop", title: "Cut out the box around the ink", of: "drawn" },
  { key: "scale", label: "20 px", title: "Scale the longer side of the box to 20 px", of: "scaled" },
  { key: "centre", label: "Centre", title: "Move the centre of mass to the middle of 28 × 28 px", of: "centred" },
  { key: "border", label: "Border", title: "2 px of black around it: 32 × 32 px, LeNet-5's input. Without it the 28 px are stretched." },
];

/** onChange(key, on). */
export function stages({ values, onChange }) {
  const steps = STEPS.map((step) => {
    const canvas = step.of ? h("canvas", { width: 28, height: 28, role: "img" }) : null;
    const box = toggle({ label: step.label, value: values[step.key], title: step.title, onChange: (on) => onChange(step.key, on) });
    return { ...step, canvas, box, image: step.of ? new ImageData(28, 28) : null, element: h("div", { class: "stage-step" }, canvas, box.element) };
  });
  const element = h("div", { class: "stages", role: "group", "aria-label": "Preparation, as for MNIST" }, h("p", { class: "stages-head" }, "Prepare"), steps.map((step) => step.element));
  const show = (view, now) => steps.forEach((step) => {
    step.box.set(now[step.key]);
    if (step.canvas) paint(step, view);
  });
  return { element, show };
}

function paint({ key, canvas, image, of }, view) {
  const levels = view[of];
  for (let i = 0; i < 784; i++) image.data.set([levels[i], levels[i], levels[i], 255], 4 * i);
  const ctx = canvas.getContext("2d");
  ctx.putImageData(image, 0, 0);
  canvas.setAttribute("aria-label", NAMES[key]);
  ctx.strokeStyle = ctx.fillStyle = "#ffd400";
  ctx.lineWidth = 1;
  if (key === "crop" && view.box) {
    const [x, y, u, v] = [view.cut.left, view.cut.top, view.cut.right, view.cut.bottom].map((n) => Math.round((n * 28) / 256));
    ctx.strokeRect(x + 0.5, y + 0.5, u - x - 1, v - y - 1);
  }
  if (key === "centre" && view.mass) {
    const [x, y] = view.mass.map(Math.floor);
    ctx.fillRect(x - 2, y, 5, 1);
    ctx.fillRect(x, y - 2, 1, 5);
  }
}

const NAMES = {
  crop: "The drawing in 28 by 28 pixels with the box that is cut out",
  scale: "The box scaled, where it was drawn",
  centre: "The same, moved, with its centre of mass marked",
};

/** What was done to this drawing, in a sentence. */
export function done({ box, cut, scale }) {
  if (!box) return "Nothing is drawn: the input is black.";
  const size = [cut.right - cut.left, cut.bottom - cut.top];
  const text = (sides) => sides.map(Math.round).join(" × ");
  return `Prepared as MNIST was: the box around the ink, ${text(size)} of 256 × 256, becomes ${text(size.map((side) => side * scale))} px; its centre of mass goes to the middle of 28 × 28 px; 2 px of black around it make 32 × 32.`;
}

/** What the switches that are off do, in a sentence; "" while all are on. */
export function missing(now) {
  const off = STEPS.filter(({ key }) => !now[key]);
  if (!off.length) return "";
  const what = { crop: "the whole pad is used, not the box around the ink", scale: "the drawing keeps its size", centre: "it stays where it was drawn", border: "28 px are stretched to 32" };
  return `Switched off: ${off.map(({ key }) => what[key]).join("; ")}. The network was trained with all four.`;
}
