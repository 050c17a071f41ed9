// What is no digit: each drawing with the answer that the network gives all the same.
import { h } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { percent } from "./bars.js";
import { ink } from "./drawpad.js";
import { GRID } from "./ink.js";
import { fixed } from "./sentences.js";

const logit = (z) => fixed(z, 2);
const best = (found) => found.out.indexOf(Math.max(...found.out));

/** A small picture of strokes, white on black. */
export function thumbnail(strokes, side = 72) {
  const canvas = h("canvas", { width: side, height: side, "aria-hidden": "true" });
  const ctx = canvas.getContext("2d");
  ctx.scale(side / GRID, side / GRID);
  ctx.fillRect(0, 0, GRID, GRID);
  ink(ctx, strokes);
  return canvas;
}

/** `answers`: [{sample, found}] of all drawings; onPick(name) puts one on the pad. */
export function nonsense(answers, { smoothing, onPick }) {
  const digits = answers.filter(({ sample }) => sample.digit !== null && sample.name !== "corner");
  const others = answers.filter(({ sample }) => sample.digit === null);
  const cards = others.map(({ sample, found }) => {
    const says = best(found);
    return h("button", { type: "button", class: "nonsense-card", onclick: () => onPick(sample.name) }, thumbnail(sample.strokes), h("span", {}, sample.title),
      h("strong", {}, `${says}: ${percent(found.prob[says])}`), h("span", { class: "soft" }, `logit ${logit(found.out[says])}`));
  });
  const tops = digits.map(({ found }) => [found.prob[best(found)], found.out[best(found)]]);
  const range = (k, format) => `${format(Math.min(...tops.map((t) => t[k])))} to ${format(Math.max(...tops.map((t) => t[k])))}`;
  const element = h("section", { class: "nonsense", "aria-labelledby": "digit-nonsense" },
    h("h2", { id: "digit-nonsense" }, "No digit, and an answer all the same"),
    h("p", {}, `Softmax shares 100 % among ten classes: something must get it. The ten sample digits get ${range(0, percent)} (logits ${range(1, logit)}); now compare:`),
    h("div", { class: "nonsense-cards" }, cards),
    h("p", { class: "note" }, `Why never 100 %? The training asked for ${percent(1 - smoothing + smoothing / 10)} for the right class and ${percent(smoothing / 10)} for each other one (label smoothing ${smoothing}). The logits do tell a little more: softmax only sees their differences, so adding the same number to all ten changes no probability.`));
  return { element, cards };
}

/** The question before the reveal: its answer is what the network says. */
export function asked(answers) {
  const of = (name) => answers.find(({ sample }) => sample.name === name).found;
  const [letter, blank] = [of("a"), of("blank")];
  const says = best(letter), own = of(`d${says}`);
  const why = `The letter A is taken for a ${says} with ${percent(letter.prob[says])} (logit ${logit(letter.out[says])}); our own ${says} gets ${percent(own.prob[says])} (logit ${logit(own.out[says])}).`;
  return question({
    look: "draw a stroke and follow it to the right: C1 finds edges, S2 and S4 blur where they are, the strips only say what is there. Point at any number to see how it came about.",
    ask: "someone draws the letter A. What does a network that knows ten digits answer?",
    choices: [
      { label: "About 10 % for each digit", why: `${why} Even an empty pad gets ${percent(blank.prob[best(blank)])} for ${best(blank)}.` },
      { label: "One digit, as sure as of a real one", right: true, why: `${why} It was never shown anything but digits, and the ten must add up to 100 %.` },
      { label: "That it does not know", why: `There is no such class. ${why}` },
    ],
  });
}
