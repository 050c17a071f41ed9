// Walks the window over the picture, row by row, as one would with a pointer at the blackboard.
import { button, h, select } from "../shared/controls.js";

const SPEEDS = [1, 2, 5, 10, 25, 100, 1000, 10000];

/** position() gives {row, column, height, width}; go(row, column) moves; onMode(on) when walking starts or ends. */
export function stepper({ position, go, onMode }) {
  let running = false, stepping = false, frame = 0, then = 0, owed = 0, speed = 10;
  const play = button("▶ Walk", () => (running ? pause() : start()), { title: "Space" });
  const move = (steps) => {
    const { row, column, height, width } = position();
    const at = Math.max(0, Math.min(height * width - 1, row * width + column + steps));
    go(Math.floor(at / width), at % width);
    return at < height * width - 1;
  };
  const tick = (now) => {
    frame = requestAnimationFrame(tick);
    owed += Math.min(0.25, (now - then) / 1000) * speed;
    then = now;
    const steps = Math.floor(owed);
    if (steps < 1) return;
    owed -= steps;
    if (!move(steps)) pause();
  };
  const start = () => {
    const { row, column, height, width } = position();
    if (!stepping || row * width + column >= height * width - 1) go(0, 0);
    running = true;
    walking(true);
    then = performance.now();
    owed = 0;
    play.textContent = "❚❚ Pause";
    frame = requestAnimationFrame(tick);
  };
  const pause = () => {
    running = false;
    cancelAnimationFrame(frame);
    play.textContent = "▶ Walk";
  };
  const walking = (on) => { stepping = on; whole.disabled = !on; onMode(on); };
  const stop = () => { pause(); walking(false); };
  const step = (by) => { pause(); walking(true); move(by); };
  const home = () => { pause(); walking(true); go(0, 0); };
  const rate = select({ label: "Windows a second", groups: SPEEDS.map((n) => ({ value: String(n), label: `${n} a second` })), value: String(speed), onChange: (n) => { speed = Number(n); } });
  rate.element.firstChild.className = "unseen";
  const whole = button("✕", stop, { ariaLabel: "Show the whole picture", title: "Show the whole picture (Escape)" });
  whole.disabled = true;
  const element = h("div", { class: "row stepper", role: "group", "aria-label": "Walk step by step" },
    button("|◀", home, { ariaLabel: "To the first window", title: "Home" }),
    button("◀", () => step(-1), { ariaLabel: "One window back", title: "Page up" }), play,
    button("▶", () => step(1), { ariaLabel: "One window on", title: "Page down" }), rate.element, whole);
  const keys = { " ": () => (running ? pause() : start()), PageDown: () => step(1), PageUp: () => step(-1), Home: home, Escape: stop };
  return {
    element,
    stop,
    pause,
    /** Keys while a picture or these buttons have the focus: space, page up and down (what a clicker sends), home, escape. */
    onKey(event) {
      const tag = event.composedPath()[0].tagName;
      if (!keys[event.key] || tag === "SELECT" || (tag === "BUTTON" && event.key === " ")) return;
      event.preventDefault();
      keys[event.key]();
    },
    dispose: pause,
  };
}
