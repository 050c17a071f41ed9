// Plays the steps like a film: play, pause, one step, speed, scrub. Stops when the page is hidden.
import { button, h, segmented, slider } from "../shared/controls.js";

const SPEEDS = [0.5, 1, 2, 4, 8];

/** position() gives {t, count}; go(t) moves; onChange() when playing starts or stops. */
export function transport({ position, go, onChange }) {
  let frame = 0, then = 0, owed = 0, speed = 2;
  const playing = () => frame !== 0;
  const last = () => position().count - 1;
  const pause = () => { cancelAnimationFrame(frame); frame = 0; show(); onChange(); };
  const tick = (now) => {
    frame = requestAnimationFrame(tick);
    owed += Math.min(0.25, (now - then) / 1000) * speed;
    then = now;
    if (owed < 1) return;
    owed -= 1;
    const { t } = position();
    if (t < last()) go(t + 1);
    if (t + 1 >= last()) pause();
  };
  const start = () => {
    if (last() < 1) return;
    if (position().t >= last()) go(0);
    [then, owed] = [performance.now(), 0];
    frame = requestAnimationFrame(tick);
    show();
    onChange();
  };
  const to = (t) => { if (playing()) pause(); go(Math.max(0, Math.min(last(), t))); };
  const step = (by) => to(position().t + by);
  const toggle = () => (playing() ? pause() : start());
  const play = button("▶ Play", toggle, { kind: "primary play", title: "Space" });
  const scrub = slider({ label: "Step", min: 0, max: 1, value: 0, format: (t) => (position().count ? `${t + 1} of ${position().count}` : "none"), onInput: to });
  const rate = segmented({ label: "Steps a second", value: speed, options: SPEEDS.map((value) => ({ value, label: value === 0.5 ? "½" : String(value) })), onChange: (value) => { speed = value; } });
  const show = () => { play.textContent = playing() ? "❚❚ Pause" : "▶ Play"; };
  const hidden = () => { if (document.hidden && playing()) pause(); };
  document.addEventListener("visibilitychange", hidden);
  const keys = { " ": toggle, PageDown: () => step(1), PageUp: () => step(-1), Home: () => to(0), End: () => to(last()) };
  const element = h("div", { class: "transport", role: "group", "aria-label": "Play the steps" },
    button("|◀", () => to(0), { ariaLabel: "To the first step", title: "Home" }),
    button("◀", () => step(-1), { ariaLabel: "One step back", title: "Arrow left, page up" }), play,
    button("▶", () => step(1), { ariaLabel: "One step on", title: "Arrow right, page down" }),
    button("▶|", () => to(last()), { ariaLabel: "To the last step", title: "End" }), scrub.element, rate.element);
  return {
    element, start, to, step, playing,
    get speed() { return speed; },
    stop() { if (playing()) pause(); },
    set(t, count) { scrub.limits(0, Math.max(0, count - 1)); scrub.set(t); },
    /** Space, page up and down (what a clicker sends), home, end; true when the key was one of them. */
    onKey(event) {
      if (!keys[event.key]) return false;
      keys[event.key]();
      return true;
    },
    dispose() { cancelAnimationFrame(frame); frame = 0; document.removeEventListener("visibilitychange", hidden); },
  };
}
