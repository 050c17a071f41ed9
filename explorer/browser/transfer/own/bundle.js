// Own pictures packed as bytes: a lane to repeat in torch (the server does not have the pictures), and the whole collection
// as explorer.transfer.collection reads it, for those who send it to the server.
import { spreadFor } from "../engine/fit.js";
import { zipOf } from "./zip-write.js";

/** Tensors of bytes as safetensors: entries [name, shape, Uint8Array]; metadata: texts. */
function byteTensors(entries, metadata) {
  const head = { __metadata__: metadata };
  let place = 0;
  for (const [name, shape, data] of entries) {
    head[name] = { dtype: "U8", shape, data_offsets: [place, place + data.length] };
    place += data.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(head));
  const file = new Uint8Array(8 + json.length + place);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const [, , data] of entries) {
    file.set(data, at);
    at += data.length;
  }
  return file;
}

/** A picture set as explorer.transfer packs it. */
export function packedSet({ name, title, classes, images, labels, split, height, width, channels, mean, std }) {
  const said = Object.fromEntries(Object.entries({ classes, mean, std }).map(([key, value]) => [key, JSON.stringify(value)]));
  return byteTensors([["images", [labels.length, height, width, channels], images], ["labels", [labels.length], Uint8Array.from(labels)], ["split", [split.length], Uint8Array.from(split)]], { name, title, ...said });
}

/** The classes that have pictures, as kept: {seed, classes: [{name, pictures: [{side, bytes}]}]}. */
export function packedCollection({ seed, classes }) {
  const list = classes.flatMap((one) => one.pictures);
  const pixels = new Uint8Array(list.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of list) {
    pixels.set(bytes, at);
    at += bytes.length;
  }
  const labels = Uint8Array.from(classes.flatMap((one, label) => one.pictures.map(() => label)));
  const names = JSON.stringify(classes.map((one) => one.name));
  return byteTensors([["pixels", [pixels.length], pixels], ["sides", [list.length], Uint8Array.from(list, ({ side }) => side)], ["labels", [list.length], labels]], { classes: names, seed: String(seed) });
}

/** The zip: the program, the pictures as the network saw them, the first weights. `script`: an ArrayBuffer. */
export const repeatZip = (set, lane, script) => zipOf([
  { name: "repeat.py", bytes: new Uint8Array(script) },
  { name: "start.safetensors", bytes: new Uint8Array(lane.start) },
  { name: "pictures.safetensors", bytes: packedSet({ ...set, ...spreadFor(set, lane.graph.input) }) },
]);
