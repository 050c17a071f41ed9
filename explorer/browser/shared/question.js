// Predict, then reveal: a question before the answer.
import { button, h, fresh } from "./controls.js";

/** `choices`: [{label, right?, why}]. The answer opens after a choice; nothing is counted or sent. */
export function question({ ask, choices, look }) {
  const verdict = h("p", { class: "verdict", role: "status" });
  const name = fresh("question");
  const buttons = choices.map((choice) => {
    const item = button(choice.label, () => {
      buttons.forEach((other) => other.removeAttribute("aria-pressed"));
      item.setAttribute("aria-pressed", "true");
      element.classList.toggle("is-right", Boolean(choice.right));
      verdict.textContent = (choice.right ? "Yes. " : "Not quite. ") + choice.why;
    }, { kind: "choice" });
    return item;
  });
  const element = h("section", { class: "question", "aria-labelledby": name },
    look ? h("p", { class: "look" }, h("strong", {}, "Look for: "), look) : null,
    h("p", { id: name, class: "ask" }, h("strong", {}, "Predict: "), ask),
    h("div", { class: "row" }, buttons), verdict);
  return { element };
}
