// What the lecture's slides and the papers say of a block, beside the right number.
import { button, h } from "../shared/controls.js";
import { agrees, claimed } from "./cost.js";
import { brief, digits } from "./words.js";

const VERDICTS = { right: "Right", partly: "Partly", wrong: "Not so" };
const MARKS = { right: "✓", partly: "≈", wrong: "✗" };
const NOUNS = { params: "parameters", weights: "weights", macs: "MACs" };

/** Every claim of a block with its verdict: [{where, says, verdict, text, right?}]. */
export function verdicts(block) {
  const claims = (block.claims ?? []).map((claim) => {
    const right = claimed(block, claim);
    const ok = agrees(claim, right);
    const exact = `${digits(right)} ${NOUNS[claim.figure]}`;
    const text = ok ? `${exact}.` : `It is ${brief(right)}: ${exact}.`;
    return { ...claim, right, verdict: ok ? "right" : "wrong", text: `${text} ${claim.why ?? ""}`.trim() };
  });
  return [...claims, ...(block.notes ?? []).map(({ where, says, verdict, why }) => ({ where, says, verdict, text: why }))];
}

/** {element, show(block)}; `onSettings(settings)` puts a slide's numbers in. */
export function slidePanel({ onSettings }) {
  const list = h("div", { class: "claims" });
  const element = h("section", { class: "slides" }, h("h2", {}, "What the slides say"), list);
  return {
    element,
    show(block) {
      const found = verdicts(block);
      element.hidden = !found.length;
      list.replaceChildren(...found.map((each) => claim(each, onSettings)));
    },
  };
}

function claim({ where, says, verdict, text, settings }, onSettings) {
  return h("div", { class: `claim ${verdict}` },
    h("blockquote", {}, h("p", {}, `“${says}”`), h("footer", {}, where)),
    h("div", { class: "verdict-text" }, h("p", {}, h("strong", {}, h("span", { "aria-hidden": "true" }, `${MARKS[verdict]} `), `${VERDICTS[verdict]}. `), text.charAt(0).toUpperCase() + text.slice(1)),
      settings ? button("Show these numbers", () => onSettings(Object.fromEntries(settings))) : null));
}
