// Predict: what the parameters do when the input's height and width double; answered by measuring it.
import { h } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { measurer } from "./measure.js";
import { brief } from "./numbers.js";

const CHOICES = [["same", "stay the same"], ["few", "grow, at most 2 times"], ["many", "more than double"], ["breaks", "a row breaks"]];

/** What really happens: {verdict, why}. */
export function doubled(rows, texts, now) {
  const twice = measurer()(rows, [texts[0], ...texts.slice(1).map((text) => String(2 * Number(text)))]);
  const size = `${texts[0]} × ${2 * texts[1]} × ${2 * texts[2]}`;
  if (twice.input.problem) return { verdict: "breaks", why: `${twice.input.problem}.` };
  if (twice.broken) return { verdict: "breaks", why: `On ${size}, row ${twice.broken} (${rows[twice.broken - 1].kind}) ${twice.rows[twice.broken - 1].problem}.` };
  const factor = twice.total.params / now.total.params, work = twice.total.macs / now.total.macs;
  const counts = `${brief(now.total.params)} → ${brief(twice.total.params)} parameters (${factor.toFixed(2)} ×), while multiply-adds grow ${work.toFixed(2)} ×`;
  if (factor === 1) return { verdict: "same", why: `${counts}. Filters do not know how large the picture is: they slide further.` };
  const grown = twice.rows.filter((row, i) => row.params !== now.rows[i].params).map((row) => `row ${row.number} (${row.row.kind})`);
  return { verdict: factor > 2 ? "many" : "few", why: `${counts}. Only ${grown.slice(0, 3).join(", ")} grew: a linear layer has a weight for every value of the flattened map.` };
}

/** The question, asked anew when the network has another answer. */
export function doublingQuestion() {
  const element = h("div", {});
  let key = "";
  const update = (rows, texts, measured) => {
    const open = Boolean(measured.input.shape) && !measured.broken && measured.total.params > 0;
    element.hidden = !open;
    if (!open) return;
    const { verdict, why } = doubled(rows, texts, measured);
    if (key === verdict + why) return;
    key = verdict + why;
    element.replaceChildren(question({
      look: "where the parameters sit, and where the operations: the bars behind the numbers show each row's part.",
      ask: `the input becomes twice as high and twice as wide (${texts[0]} × ${2 * texts[1]} × ${2 * texts[2]}). The parameters of this network …`,
      choices: CHOICES.map(([name, label]) => ({ label, right: name === verdict, why })),
    }).element);
  };
  return { element, update };
}
