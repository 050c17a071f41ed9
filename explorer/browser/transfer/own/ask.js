// A question before something that cannot be taken back, or that has two answers.
import { button, h } from "../../shared/controls.js";

/** Ask inside `host`; `answers`: [{label, value, kind}]. Promises the value; null where it was closed. */
export function ask(host, question, answers) {
  return new Promise((resolve) => {
    const close = (value) => { dialog.close(); dialog.remove(); resolve(value); };
    const buttons = answers.map(({ label, value, kind = "" }) => button(label, () => close(value), { kind }));
    const dialog = h("dialog", { class: "own-ask", "aria-label": question, oncancel: (event) => { event.preventDefault(); close(null); } }, h("p", {}, question), h("div", { class: "row middle" }, buttons));
    host.append(dialog);
    dialog.showModal();
    buttons[buttons.length - 1].focus();
  });
}
