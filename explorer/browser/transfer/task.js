// The task in one line: what the network has seen, what it has to learn, and from how many pictures.
import { h, put, segmented, select } from "../shared/controls.js";
import { leastPerClass, specimen, trainingPictures, exampleOf } from "./pictures.js";
import { AMOUNTS, matched, missingOf, networkOf } from "./settings.js";

/** `page`: {data, state, sample(name): Promise of a set with a picture a class, chosenSet()}. */
export function createTask(page) {
  const { data, state } = page;
  const from = select({ label: "It was trained on", groups: knownBy(data), value: "", onChange: (value) => state.set(learntFrom(value, state.values, data), "from") });
  const to = select({ label: "Now it learns", groups: [{ label: "Drawn by this app", options: options(data.sets.filter((one) => !one.fetch)) }, OWN, { label: "Public sets", options: options(data.sets.filter((one) => one.fetch)) }], value: state.values.set, onChange: (set) => state.set({ set }, "set") });
  const amount = segmented({ label: "Pictures of each class", options: AMOUNTS.map((value) => ({ value, label: value })), value: state.values.n, onChange: (n) => state.set({ n }, "n") });
  const [seen, learnt] = [h("div", { class: "specimens" }), h("div", { class: "specimens" })];
  const split = h("p", { class: "hint split" }, "");
  const element = h("section", { class: "task", "aria-label": "Task" },
    h("div", { class: "task-part" }, from.element, seen),
    h("div", { class: "task-arrow", "aria-hidden": "true" }, "→"),
    h("div", { class: "task-part" }, to.element, learnt),
    h("div", { class: "task-part" }, amount.element, split));
  const shown = { from: "", to: "" };
  const draw = () => {
    const { values } = state, missing = missingOf(values, data);
    from.set(networkOf(values, data).fetch ? `${values.from} ${values.net}` : values.from);
    to.set(values.set);
    amount.set(values.n);
    if (networkOf(values, data).fetch) say(seen, aboutNetwork(values, data, missing), shown, "from");
    else fillSpecimens(seen, page, values.from, shown, "from");
    if (missing?.set) say(learnt, aboutSet(values, data), shown, "to");
    else fillSpecimens(learnt, page, values.set, shown, "to", values.set === "own" ? page.ownVersion() : "");
    const set = missing?.set ? null : page.chosenSet();
    put(split, set ? splitText(set, values, data) : "");
  };
  return { element, draw };
}

const OWN = { label: "Yours", options: [{ value: "own", label: "Own pictures" }] };
const options = (list) => list.map(({ name, title }) => ({ value: name, label: title }));

/** What a backbone has seen: a small one drawings, a large one ImageNet; of these each network is a choice of its own. */
function knownBy({ sources, networks }) {
  const small = sources.filter(({ name }) => networks.some((one) => !one.fetch && one.sources.includes(name)));
  const large = networks.filter((one) => one.fetch).flatMap((one) => one.sources.map((name) => ({ value: `${name} ${one.name}`, label: `${sources.find((source) => source.name === name).title}: ${one.title}` })));
  return [{ label: "Small networks", options: options(small) }, { label: "Networks for photographs", options: large }];
}

/** The settings behind a choice of `knownBy`: a source, for a large network followed by its name. */
function learntFrom(value, { net }, data) {
  const [from, named] = value.split(" ");
  return matched({ net: named || net, from }, data, "from");
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

function aboutNetwork(values, data, missing) {
  const { fetch, side_px: side } = networkOf(values, data);
  const { about } = data.sources.find((one) => one.name === values.from);
  const where = missing?.network ? `, not on this server yet: fetch them above` : "";
  return `${about} Weights: ${megabytes(fetch.bytes)}${where}. It is given ${side} × ${side} pixels in colour.`;
}

function aboutSet({ set }, data) {
  const { about, fetch } = data.sets.find((one) => one.name === set);
  return `${about} ${megabytes(fetch.bytes)}, not on this server yet: fetch it above.`;
}

function say(box, text, shown, side) {
  if (shown[side] === text) return;
  shown[side] = text;
  box.replaceChildren(h("p", { class: "hint facts" }, text));
}

async function fillSpecimens(box, page, name, shown, side, version = "") {
  const wanted = `${name} ${version}`;
  if (!name || shown[side] === wanted) return;
  shown[side] = wanted;
  try {
    const set = await page.sample(name);
    if (shown[side] !== wanted) return;
    if (!set) return box.replaceChildren(h("p", { class: "hint" }, "none yet: add them below"));
    const step = Math.max(1, Math.floor(set.classes.length / 14));
    const labels = set.classes.map((_, i) => i).filter((i) => i % step === 0).slice(0, 14);
    const canvas = specimen(set, labels.map((label) => exampleOf(set, label)), { columns: 7, side: 30 });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Pictures of ${set.title}: ${set.classes.slice(0, 10).join(", ")}`);
    box.replaceChildren(canvas);
  } catch (error) {
    box.replaceChildren(h("p", { class: "alert", role: "alert" }, error.message));
  }
}

function splitText(set, { n, net }, data) {
  const least = leastPerClass(set);
  const train = trainingPictures(set, n === "all" ? Infinity : +n);
  const held = set.split.reduce((sum, side) => sum + side, 0);
  const test = Math.min(held, data.networks.find((one) => one.name === net).test ?? held);
  const looked = test < held ? `${test} of ${held}` : test;
  const fewer = n !== "all" && least < +n ? ` Some classes have only ${least}.` : "";
  return `${train} to train on, ${looked} held out to test on, never trained on.${fewer}${partText(set, data)}`;
}

/** Of a public set a part alone travels to the browser. */
function partText({ name }, { sets }) {
  const part = sets.find((one) => one.name === name)?.part;
  const number = (n) => n.toLocaleString("en");
  return part && (part.per_class < part.of || part.test < part.of_test) ? ` A part of the set: up to ${number(part.per_class)} of about ${number(part.of)} a class, ${number(part.test)} of ${number(part.of_test)} held out.` : "";
}
