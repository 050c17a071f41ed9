// Draw in white on black; every lifted pen sends the drawing to the server, 140 px wide.
import { button, h } from "../shared/controls.js";
import { drawingPad } from "../shared/drawing-pad.js";

const SIDE = 280;

export function mount(root, data, component) {
  const small = h("canvas", { width: SIDE / 2, height: SIDE / 2 });
  const send = () => {
    small.getContext("2d").drawImage(pad.canvas, 0, 0, SIDE / 2, SIDE / 2);
    component.setStateValue("png", small.toDataURL("image/png"));
  };
  const pad = drawingPad({ side: SIDE, pen: 24, end: send });
  pad.clear();
  root.append(h("div", { class: "row middle" }, pad.canvas, button("Clear", () => { pad.clear(); send(); })));
  return { update() {} };
}
