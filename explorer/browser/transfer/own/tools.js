// What makes pictures inside a class: the webcam, held by a button, and the drawing pad.
import { button, h, put } from "../../shared/controls.js";
import { drawingPad } from "../../shared/drawing-pad.js";
import { pictures } from "./limits.js";
import { heldButton, openCamera } from "./camera.js";
import { squareOf } from "./prepare.js";

const EVERY_MS = 125; // eight pictures a second
const PAD = 224, PEN = 18;

/** `give(squares)` takes pictures. Gives {element, close()}. */
export function recordTool(give, close) {
  let camera = null, timer = 0, taken = 0, closed = false;
  const count = h("span", { class: "tabular own-taken", role: "status" }, "");
  const stage = h("div", { class: "own-stage" }, h("p", { class: "hint" }, "Opening the camera …"));
  const take = () => {
    const square = camera?.square();
    if (!square) return;
    taken += 1;
    put(count, `${pictures(taken)} taken`);
    give([square]);
  };
  const stop = () => { clearInterval(timer); timer = 0; };
  const hold = heldButton("Hold to record", () => { take(); timer = setInterval(take, EVERY_MS); }, stop);
  hold.element.disabled = true;
  const element = h("div", { class: "own-tool" }, stage, h("div", { class: "row middle" }, hold.element, button("Close", close), count));
  const say = (sentence) => { stop(); hold.element.disabled = true; stage.replaceChildren(h("p", { class: "alert", role: "alert" }, sentence)); };
  openCamera(() => say("The camera stopped. The pictures so far stay.")).then((opened) => {
    if (closed) return opened.close();
    camera = opened;
    stage.replaceChildren(camera.video);
    hold.element.disabled = false;
    hold.element.focus();
  }, (error) => say(error.message));
  return { element, close() { closed = true; stop(); camera?.close(); } };
}

export function drawTool(give, close) {
  let drawn = false;
  const pad = drawingPad({ side: PAD, pen: PEN, moved: () => { drawn = true; add.disabled = false; }, class: "own-pad" });
  const clear = () => { pad.clear(); drawn = false; add.disabled = true; };
  const add = button("Add the drawing", () => { if (drawn) { give([squareOf(pad.canvas, PAD, PAD)]); clear(); } }, { kind: "primary" });
  clear();
  const element = h("div", { class: "own-tool" }, h("div", { class: "own-stage" }, pad.canvas), h("div", { class: "row middle" }, add, button("Clear", clear), button("Close", close)));
  return { element, close() {} };
}
