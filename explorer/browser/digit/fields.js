// What a link holds: the drawing (a sample's name, or the strokes), the switches, the chosen number.
import { field } from "../shared/state.js";
import { decode } from "./ink.js";
import { parseUnit } from "./layers.js";
import { STAGES } from "./prepare.js";
import { BY_NAME } from "./samples.js";

const LINK_LETTERS = 2400;
export const isLong = (ink) => ink.length > LINK_LETTERS;

export const fields = () => ({
  pic: field.choice([...Object.keys(BY_NAME), "own"], "d5"),
  ink: { initial: "", parse: (text) => (decode(text) === undefined || isLong(text) ? undefined : text), format: (text) => (isLong(text) ? "" : text) },
  at: { initial: "c3.4.5.4", parse: parseUnit, format: String },
  term: field.whole(-1, -1, 119),
  ...Object.fromEntries(STAGES.map((name) => [name, field.flag(true)])),
});

/** The strokes that the state names. */
export const drawing = (values) => (values.pic === "own" ? decode(values.ink) : BY_NAME[values.pic].strokes);

export const switches = (values) => Object.fromEntries(STAGES.map((name) => [name, values[name]]));
