// A row of controls a lane: every setting of its recipe. What does not apply to a lane is not offered.
import { button, h, numberField, select, toggle, line } from "../shared/controls.js";
import { MOST_LANES, SETTINGS, applies, matched, recipeOf } from "./settings.js";

/** `page`: {data, state, busy(), chip(lane), lanes()}. */
export function createLaneRows(page) {
  const rows = h("div", { class: "lane-rows" });
  const said = line("alert");
  const add = select({ label: "Add a lane", groups: [{ value: "", label: "choose …" }, ...page.data.lanes.map(({ name, title }) => ({ value: name, label: title }))], value: "", onChange: (name) => { if (name) change(page, (lanes) => [...lanes, { lane: name, changed: {} }]); add.set(""); } });
  const reset = button("All as they were", () => page.state.set({ lanes: page.data.lanes.filter(({ name }) => ["scratch", "head", "whole"].includes(name)).map(({ name }) => ({ lane: name, changed: {} })) }, "reset"));
  const network = select({ label: "Network", groups: page.data.networks.map(({ name, title }) => ({ value: name, label: title })), value: page.state.values.net, onChange: (net) => page.state.set(matched({ net, from: page.state.values.from }, page.data), "net") });
  const seed = numberField({ label: "Seed of all lanes", value: page.state.values.seed, min: 0, max: 999_999, step: 1, onChange: (value) => page.state.set({ seed: Math.round(value) }, "seed"), onError: said.say });
  const element = h("div", {}, h("div", { class: "row lane-common" }, network.element, seed.element, add.element, reset), said.element, rows);
  let built = "";
  const draw = () => {
    const { values } = page.state;
    network.set(values.net);
    seed.set(values.seed);
    add.input.disabled = values.lanes.length >= MOST_LANES;
    const key = JSON.stringify([values.lanes, values.n, values.seed, values.from, values.net, values.set]);
    if (key === built) return;
    built = key;
    const focused = rows.getRootNode().activeElement?.id;
    rows.replaceChildren(...values.lanes.map((entry, i) => laneRow(entry, i, page, said)));
    if (focused) rows.querySelector(`#${CSS.escape(focused)}`)?.focus();
  };
  return { element, draw };
}

function change(page, edit) {
  page.state.set({ lanes: edit(page.state.values.lanes) }, "lanes");
}

function laneRow(entry, index, page, said) {
  const facts = page.data.lanes.find((one) => one.name === entry.lane);
  const recipe = recipeOf(entry, page.state.values, page.data);
  const set = (name, value) => change(page, (lanes) => lanes.map((one, i) => (i === index ? { ...one, changed: { ...one.changed, [name]: value } } : one)));
  const controls = SETTINGS.filter((setting) => applies(setting, facts)).map((setting) => settingControl(setting, recipe, index, set, said));
  const only = page.state.values.lanes.length === 1;
  const remove = button("Remove", () => change(page, (lanes) => lanes.filter((_, i) => i !== index)), { ariaLabel: `Remove lane ${index + 1}` });
  remove.disabled = only;
  return h("fieldset", { class: "lane-row" }, h("legend", {}, page.chip(page.lanes()[index])), h("p", { class: "hint" }, `Trains ${facts.trains}.`), h("div", { class: "row" }, controls, remove));
}

function settingControl(setting, recipe, index, set, said) {
  const { name, title } = setting;
  const label = title;
  let control;
  if (setting.kind === "flag") control = toggle({ label, value: recipe[name], onChange: (value) => set(name, value) });
  else if (setting.kind === "choice") control = select({ label, groups: setting.values.map((value, i) => ({ value, label: setting.labels[i] })), value: recipe[name], onChange: (value) => set(name, value) });
  else control = numberField({ label, value: recipe[name], min: setting.low, max: setting.high, step: setting.kind === "whole" ? 1 : "any", onChange: (value) => set(name, setting.kind === "whole" ? Math.round(value) : value), onError: said.say });
  control.input.id = `lane-${index}-${name}`;
  control.element.querySelector("label[for]")?.setAttribute("for", control.input.id);
  return control.element;
}
