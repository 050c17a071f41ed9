// Choosing a number by its address: layer, map, row, column. The way for those who do not point.
import { h, numberField, select } from "../shared/controls.js";
import { BY_KEY, LAYERS } from "./layers.js";

/** onPick(unit). */
export function chooser({ unit, onPick, onError }) {
  let now = unit;
  const pick = (patch) => {
    const next = { ...now, ...patch };
    const { maps, side } = BY_KEY[next.layer];
    const low = (v, most) => Math.min(v, most - 1);
    onPick({ layer: next.layer, map: low(next.map, maps), row: low(next.row, side), col: low(next.col, side) });
  };
  const layer = select({ label: "Layer", value: unit.layer, groups: LAYERS.map(({ key, long }) => ({ value: key, label: long })), onChange: (key) => pick({ layer: key }) });
  const fields = [["map", "Map"], ["row", "Row"], ["col", "Column"]].map(([key, label]) => ({ key, label, ...numberField({ label, value: unit[key], min: 0, max: 119, step: 1, onChange: (v) => pick({ [key]: Math.round(v) }), onError }) }));
  const element = h("div", { class: "row choose", role: "group", "aria-label": "The number that is explained" }, layer.element, fields.map((field) => field.element));
  const show = (chosen) => {
    now = chosen;
    layer.set(chosen.layer);
    const { maps, side } = BY_KEY[chosen.layer];
    fields.forEach(({ key, set, input, element: box }) => {
      const most = (key === "map" ? maps : side) - 1;
      set(chosen[key]);
      if (input.max !== String(most)) input.max = most;
      const hidden = most === 0;
      if (box.hidden !== hidden) box.hidden = hidden;
    });
  };
  return { element, show };
}
