// The program that repeats a lane in torch: its text, and the zip with its pictures and first weights. The server writes both.
import { save } from "../shared/takehome.js";
import { filled } from "./files.js";
import { repeatZip } from "./own/bundle.js";
import { ranking } from "./record.js";

/** A recipe as it stands in an address. */
const coded = (recipe) => btoa(JSON.stringify(recipe)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function parts(record, lane, data) {
  const { settings, set } = record;
  const { pretrained } = data.lanes.find((one) => one.name === lane.recipe.lane);
  return { network: settings.net, source: pretrained ? settings.from : "none", classes: set.classes.length, set: set.name, recipe: coded(lane.recipe) };
}

/** `page`: {data, files, touch()}. */
export function createProgram(page) {
  const texts = new Map();
  return {
    /** The text for the lane that leads; fetched when it is first asked for. */
    code(record) {
      if (!record) return "# Race first: the program repeats the race that is shown.";
      const { lane } = ranking(record)[0];
      const address = filled(page.data.addresses.script, parts(record, lane, page.data));
      if (!texts.has(address)) {
        texts.set(address, "# One moment …");
        page.files.bytes(address).then((buffer) => new TextDecoder().decode(buffer), (error) => `# ${error.message}`).then((text) => { texts.set(address, text); page.touch(); });
      }
      return texts.get(address);
    },
    /** Save the zip of a lane. */
    async zip(record, lane) {
      const own = record.set.name === "own"; // the server has no own pictures, so their zip is packed here
      if (own && !lane.start) throw new Error("Its first weights were given back to make room.");
      const buffer = await page.files.once(filled(page.data.addresses[own ? "script" : "repeat"], parts(record, lane, page.data)));
      save(`race-${record.number}-${lane.recipe.lane}.zip`, own ? repeatZip(record.set, lane, buffer) : new Blob([buffer], { type: "application/zip" }));
    },
  };
}
