// The lanes as cards: what each does, how well it stands, and before the race the bet on one of them.
import { button, h, put } from "../shared/controls.js";
import { isCase } from "./cases.js";
import { colourOf, percent, theme } from "./palette.js";
import { evaluationAt, lastEvaluation, pace as paceOf, ranking } from "./record.js";

/** `page`: {data, state, lanes(): [{title, style, facts}], record(), step(), bet(), onBet(index), expected(index)}. */
export function createScoreboard(page) {
  const cards = h("div", { class: "cards" });
  const verdict = h("p", { class: "verdict", role: "status" });
  const question = h("p", { class: "thought" });
  const thought = h("p", { class: "thought after" });
  const element = h("section", { class: "scoreboard", "aria-label": "Lanes" }, question, cards, verdict, thought);
  let built = "", views = [];
  const build = (lanes) => {
    views = lanes.map((lane, i) => createCard(lane, i, page));
    cards.replaceChildren(...views.map((view) => view.element));
    cards.style.setProperty("--lanes", lanes.length);
  };
  const draw = () => {
    const lanes = page.lanes();
    const key = lanes.map((lane) => lane.title).join("|");
    if (key !== built) { built = key; build(lanes); }
    const look = theme(page.root);
    views.forEach((view, i) => view.draw(page.record()?.lanes[i], look));
    put(verdict, verdictOf(page));
    put(question, questionOf(page));
    put(thought, thoughtOf(page));
  };
  return { element, draw };
}

const caseOf = ({ data, state }) => data.cases.find((each) => isCase(each, state.values));

/** What to ask oneself before the race, */
function questionOf(page) {
  return page.record() ? "" : caseOf(page)?.question || "Which lane will do best on pictures it has never seen? Bet, then race.";
}

/** and once it is over. */
function thoughtOf(page) {
  return (page.record()?.finished && caseOf(page)?.afterwards) || "";
}

function createCard(lane, index, page) {
  const number = h("span", { class: "number" }, "");
  const bar = h("i", {});
  const pace = h("span", { class: "pace" }, "");
  const bet = button("I bet on this", () => page.onBet(index), { kind: "choice bet" });
  const line = h("canvas", { class: "line-sample", width: 56, height: 14, "aria-hidden": "true" });
  const element = h("article", { class: "lane-card" },
    h("div", { class: "card-head" }, line, h("h3", {}, lane.title), number),
    h("p", { class: "card-about" }, lane.facts.sentence),
    h("div", { class: "progress", "aria-hidden": "true" }, bar),
    h("div", { class: "card-foot" }, bet, pace));
  const draw = (going, look) => {
    const colour = colourOf(lane.style, look.dark);
    element.style.setProperty("--lane", colour);
    sample(line, lane.style, colour);
    const accuracy = going ? evaluationAt(going, page.step() ?? Infinity)?.accuracy : undefined;
    put(number, accuracy === undefined ? "" : percent(accuracy));
    bar.style.width = going ? `${(100 * going.loss.length) / going.recipe.steps}%` : "0";
    put(pace, going ? paceText(going) : page.expected(index));
    bet.hidden = Boolean(going) && page.bet() !== index;
    bet.setAttribute("aria-pressed", String(page.bet() === index));
    bet.disabled = Boolean(going);
    put(bet, going ? "Your bet" : "I bet on this");
    bet.setAttribute("aria-label", `${bet.textContent}: ${lane.title}`);
    element.classList.toggle("leads", Boolean(going) && lastEvaluation(going) !== null && ranking(page.record(), page.step() ?? Infinity)[0].lane === going);
  };
  return { element, draw };
}

function sample(canvas, style, colour) {
  const ctx = canvas.getContext("2d");
  ctx.clearRect(0, 0, 56, 14);
  ctx.strokeStyle = colour;
  ctx.lineWidth = style.width * 1.4;
  ctx.setLineDash(style.dash);
  ctx.beginPath();
  ctx.moveTo(2, 7);
  ctx.lineTo(54, 7);
  ctx.stroke();
}

function paceText(lane) {
  const seconds = paceOf(lane);
  const where = `${lane.loss.length} of ${lane.recipe.steps}`;
  if (lane.status === "failed") return lane.problem;
  if (!seconds) return lane.status === "waiting" ? "at the start" : where;
  const ms = seconds * 1000;
  return `${where} · ${ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${ms.toFixed(0)} ms` : `${seconds.toFixed(1)} s`} a step`;
}

/** What came out, beside what was bet. */
function verdictOf(page) {
  const record = page.record();
  const series = page.seedText();
  if (series) return series;
  if (!record || !record.finished) return "";
  const order = ranking(record);
  const [first, second] = order;
  const gap = second ? 100 * (first.accuracy - second.accuracy) : 0;
  const close = second && gap < 1.5 ? " That is too close to call: another seed may turn it round." : "";
  const won = `${first.lane.title} wins with ${percent(first.accuracy)}${second ? `, ${gap.toFixed(1)} points before ${second.lane.title.toLowerCase()}` : ""}.${close}`;
  const bet = page.bet();
  if (bet < 0 || !record.lanes[bet]) return won;
  return record.lanes[bet] === first.lane ? `Your bet was right. ${won}` : `You bet on ${record.lanes[bet].title.toLowerCase()}, but: ${won}`;
}
