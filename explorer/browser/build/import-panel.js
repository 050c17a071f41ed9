// Import: the text of a plain nn.Sequential(...) goes to the server, which reads it without running it.
import { button, h, line } from "../shared/controls.js";
import { fromServer } from "./codec.js";
import { measurer } from "./measure.js";

const PATIENCE_MS = 20_000;
const EXAMPLE = `nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(32 * 16 * 16, 10),
)`;
const SIDES = [224, 227, 32, 28, 64, 96, 128, 160, 256, 299, 384, 512, 16, 48, 80, 112, 192, 231, 240];

/** The input on which every row fits: as it is, or with the first layer's channels, or with a usual size; null where none is found. */
export function fitting(rows, texts) {
  const measure = measurer();
  const first = rows.find((row) => row.text.channels && !["norm", "linear"].includes(row.kind));
  const channels = first && rows.indexOf(first) <= 2 ? first.text.channels : texts[0];
  const tries = [texts, [channels, texts[1], texts[2]], ...SIDES.flatMap((side) => [channels, "1", "3"].map((c) => [c, String(side), String(side)]))];
  return tries.find((input) => !measure(rows, input).broken && !measure(rows, input).input.problem) ?? null;
}

/** `send(question)` asks the server; `onRows(rows)` takes what was read and returns a sentence. */
export function importPanel({ send, onRows }) {
  let asked = 0, timer = 0;
  const said = line("status"), wrong = line("alert");
  const area = h("textarea", { class: "import-text", rows: 9, spellcheck: "false", autocomplete: "off", placeholder: EXAMPLE, "aria-label": "The text of an nn.Sequential(...)" });
  const tell = (text, problem = "") => { said.say(text); wrong.say(problem); };
  const ask = () => {
    if (!area.value.trim()) return tell("", "There is no text yet: paste nn.Sequential(...) above.");
    asked = Math.floor(Math.random() * 2 ** 40) + 1;
    tell("Reading …");
    clearTimeout(timer);
    timer = setTimeout(() => tell("", "The server does not answer. Your text is still here: try again."), PATIENCE_MS);
    return send({ n: asked, text: area.value });
  };
  const answered = (answer) => {
    if (!answer || answer.n !== asked) return;
    asked = 0;
    clearTimeout(timer);
    if (answer.problem) { tell("", capital(answer.problem)); mark(area, answer.problem); return; }
    tell(onRows(fromServer(answer.rows)));
  };
  const file = h("input", { type: "file", accept: ".py,.txt,text/plain", class: "unseen", tabindex: "-1", "aria-label": "A file with the text", onchange: async () => { const [chosen] = file.files; if (chosen) area.value = (await chosen.slice(0, 60_000).text()); file.value = ""; } });
  const element = h("details", { class: "fold import" }, h("summary", {}, "Import an nn.Sequential(…)"),
    h("div", { class: "fold-body" }, h("p", { class: "note" }, "Paste the text. It is taken apart, never run."), area,
      h("div", { class: "row middle" }, button("Read it", ask, { kind: "primary" }), button("Open a file …", () => file.click()), file), said.element, wrong.element));
  return { element, answered, dispose: () => clearTimeout(timer) };
}

const capital = (text) => text[0].toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");

/** Select the line that a sentence names. */
function mark(area, problem) {
  const number = +(/^line (\d+)/.exec(problem)?.[1] ?? 0);
  const lines = area.value.split("\n");
  if (!number || number > lines.length) return;
  const start = lines.slice(0, number - 1).reduce((sum, text) => sum + text.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + lines[number - 1].length);
}
