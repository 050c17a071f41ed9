// What is set on the page, bound to the address, and the recipes that follow from it. No DOM here.
import { field } from "../shared/state.js";

export const AMOUNTS = ["1", "2", "5", "10", "20", "50", "all"];
export const VIEWS = ["held", "confusion", "changed", "inside", "try", "runs"];
export const MOST_LANES = 4;
export const DEFAULT_LANES = ["scratch", "head", "whole"];

/** The settings of a lane that can be changed, with the letter that stands for each in the address. */
export const SETTINGS = [
  { name: "rate", letter: "r", title: "Rate", kind: "real", low: 0, high: 10 },
  { name: "backbone_rate", letter: "k", title: "Backbone rate", kind: "real", low: 0, high: 10 },
  { name: "optimiser", letter: "o", title: "Optimiser", kind: "choice", values: ["sgd", "momentum", "adam"], labels: ["SGD", "Momentum", "Adam"] },
  { name: "schedule", letter: "c", title: "Schedule", kind: "choice", values: ["cosine", "constant"], labels: ["cosine", "constant"] },
  { name: "steps", letter: "n", title: "Steps", kind: "whole", low: 1, high: 5000 },
  { name: "batch", letter: "b", title: "Batch", kind: "whole", low: 2, high: 256 },
  { name: "weight_decay", letter: "w", title: "Weight decay", kind: "real", low: 0, high: 1 },
  { name: "label_smoothing", letter: "l", title: "Label smoothing", kind: "real", low: 0, high: 0.9 },
  { name: "augmentation", letter: "a", title: "Augmentation", kind: "choice", values: ["none", "shift", "shift and flip"], labels: ["none", "shift", "shift, flip"] },
  { name: "freeze_batch_norm", letter: "f", title: "Batch norm frozen", kind: "flag" },
  { name: "seed", letter: "s", title: "Seed", kind: "whole", low: 0, high: 999_999 },
];
const BY_LETTER = new Map(SETTINGS.map((one) => [one.letter, one]));

function parsed(setting, text) {
  if (setting.kind === "flag") return text === "1" ? true : text === "0" ? false : undefined;
  if (setting.kind === "choice") return setting.values[+text];
  if (!/^\d+(\.\d+)?(e-?\d+)?$/.test(text)) return undefined;
  const value = +text;
  if (setting.kind === "whole" && !Number.isInteger(value)) return undefined;
  return value >= setting.low && value <= setting.high ? value : undefined;
}

function formatted(setting, value) {
  if (setting.kind === "flag") return value ? "1" : "0";
  return setting.kind === "choice" ? String(setting.values.indexOf(value)) : String(value);
}

/** "scratch~head~whole:r0.003,o1": lanes by name with what was changed of each; undefined for anything else. */
export function parseLanes(text, names) {
  const lanes = text.split("~").map((part) => {
    const [lane, changes = ""] = part.split(":");
    const entry = { lane, changed: {} };
    for (const change of changes ? changes.split(",") : []) {
      const setting = BY_LETTER.get(change[0]);
      const value = setting && parsed(setting, change.slice(1));
      if (value === undefined) return null;
      entry.changed[setting.name] = value;
    }
    return names.includes(lane) ? entry : null;
  });
  return lanes.length <= MOST_LANES && !lanes.includes(null) ? lanes : undefined;
}

export function formatLanes(lanes) {
  return lanes.map(({ lane, changed }) => {
    const parts = SETTINGS.filter(({ name }) => name in changed).map((one) => one.letter + formatted(one, changed[one.name]));
    return lane + (parts.length ? ":" + parts.join(",") : "");
  }).join("~");
}

export function fieldsOf(data) {
  const names = data.lanes.map((lane) => lane.name);
  return {
    set: field.choice([...data.sets.map((one) => one.name), "own"], data.start.set),
    from: field.choice(data.sources.map((one) => one.name), data.start.source),
    net: field.choice(data.networks.map((one) => one.name), data.start.network),
    n: field.choice(AMOUNTS, "10"),
    seed: field.whole(0, 0, 999_999),
    lanes: { initial: DEFAULT_LANES.map((lane) => ({ lane, changed: {} })), parse: (text) => parseLanes(text, names), format: formatLanes },
    device: field.choice(["auto", "webgpu", "wasm"]),
    view: field.choice(VIEWS),
    focus: field.whole(0, 0, MOST_LANES - 1),
    layer: { initial: "", parse: (text) => (text.length <= 80 ? text : undefined), format: String },
    bet: field.choice(["", "0", "1", "2", "3"]),
  };
}

export const networkOf = (values, data) => data.networks.find((one) => one.name === values.net);

/** A network and a source that go together, where one of the two is new: small networks know drawings, large ones ImageNet. */
export function matched({ net, from }, data, leading = "net") {
  const fits = (network) => network.sources.includes(from);
  const chosen = data.networks.find((one) => one.name === net);
  if (fits(chosen)) return { net, from };
  return leading === "net" ? { net, from: chosen.sources[0] } : { net: data.networks.find(fits).name, from };
}

const absent = (one) => Boolean(one?.fetch && !one.fetch.here);

/** What the server would have to fetch before these settings can race: {network?, set?}, names; null where nothing. */
export function missingOf(values, data) {
  const learnt = values.lanes.some(({ lane }) => data.lanes.find((one) => one.name === lane).pretrained);
  const found = {};
  if (learnt && absent(networkOf(values, data))) found.network = values.net;
  if (absent(data.sets.find((one) => one.name === values.set))) found.set = values.set;
  return Object.keys(found).length ? found : null;
}

/** The same in a sentence, with the way to get it. */
export function missingText(values, data) {
  const missing = missingOf(values, data);
  if (!missing) return "";
  const titles = [missing.network && `the trained weights of ${networkOf(values, data).title}`, missing.set && data.sets.find((one) => one.name === missing.set).title].filter(Boolean);
  const instead = missing.network ? " From scratch needs no weights." : "";
  return `Not on this server yet: ${titles.join(" and ")}. Fetch ${titles.length > 1 || missing.network ? "them" : "it"} above.${instead}`;
}

/** The whole recipe of a lane: what it starts with, what follows from the page, what was changed by hand. */
export function recipeOf({ lane, changed }, values, data) {
  const facts = data.lanes.find((one) => one.name === lane);
  const amount = values.n === "all" ? null : +values.n;
  const network = networkOf(values, data);
  const usual = { ...facts.recipe, batch: network.batch ?? facts.recipe.batch, steps: network.steps ?? data.steps[values.n] };
  // The lane "head" learns on standardised features; where the backbone learns too, large networks want smaller rates.
  if (!facts.caches_features) Object.assign(usual, { rate: network.rate ?? usual.rate, backbone_rate: network.backbone_rate ?? usual.backbone_rate });
  const recipe = { ...usual, seed: values.seed, pictures_per_class: amount, ...changed };
  if (facts.caches_features) recipe.augmentation = "none";
  if (!facts.pretrained) recipe.backbone_rate = recipe.rate;
  return recipe;
}

/** Which settings mean anything in a lane: a frozen backbone has no rate and nothing to augment. */
export function applies(setting, facts) {
  if (setting.name === "backbone_rate") return facts.pretrained && !facts.caches_features;
  if (setting.name === "augmentation" || setting.name === "freeze_batch_norm") return !facts.caches_features;
  return true;
}

/** Titles of the lanes, told apart where one kind races twice. */
export function titlesOf(lanes, data) {
  const titles = lanes.map(({ lane }) => data.lanes.find((one) => one.name === lane).title);
  return titles.map((title, i) => {
    const same = titles.filter((other) => other === title).length;
    if (same === 1) return title;
    const changes = SETTINGS.filter(({ name }) => name in lanes[i].changed).map((one) => `${one.title.toLowerCase()} ${lanes[i].changed[one.name]}`);
    return `${title} ${changes.length ? `(${changes.join(", ")})` : titles.slice(0, i + 1).filter((other) => other === title).length}`;
  });
}
