// Where files come from: chosen folders, what was dropped, zips. Each becomes {group, folder, name, open()}: the class it
// belongs to (the folder it lies in), and a way to get its bytes when its turn comes.
import { LIMITS, keyOf, number, quoted, tidied } from "./limits.js";
import { listZip, unpack } from "./zip-read.js";

const NOISE = /(^|\/)(__MACOSX\/|\.|thumbs\.db$|desktop\.ini$)/i; // what systems leave in folders

export const isZip = (file) => /\.zip$/i.test(file.name) || file.type === "application/zip";

function item(path, fallback, open) {
  const parts = path.split("/").filter(Boolean);
  const name = parts.pop() || path;
  return { group: tidied(parts[parts.length - 1] || "") || fallback, folder: parts.join("/"), name, path, open };
}

async function fromZip(file) {
  const fallback = tidied(file.name.replace(/\.zip$/i, "")) || "Pictures";
  const entries = await listZip(file);
  return entries.filter(({ name }) => !NOISE.test(name.replaceAll("\\", "/"))).map((entry) => item(entry.name.replaceAll("\\", "/"), fallback, () => unpack(file, entry)));
}

/** Files (with the path they were found at) as items; a zip among them is opened. `left` gets what cannot be opened. */
async function itemsOf(files, left) {
  const items = [];
  for (const { file, path } of files) {
    if (NOISE.test(path)) continue;
    if (!isZip(file)) items.push(item(path, "Pictures", async () => file));
    else try {
      items.push(...await fromZip(file));
    } catch (error) {
      left.push({ name: file.name, why: error.message });
    }
  }
  return items;
}

/** Files chosen with an <input>. */
export const chosen = (list) => Array.from(list, (file) => ({ file, path: file.webkitRelativePath || file.name }));

const read = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));
const listed = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));

async function walk(entry, found) {
  if (found.length >= LIMITS.zip_entries) return;
  if (entry.isFile) return void found.push({ file: await read(entry), path: entry.fullPath.slice(1) });
  const reader = entry.createReader();
  for (let lot = await listed(reader); lot.length; lot = await listed(reader)) for (const one of lot) await walk(one, found);
}

/** Files and folders that were dropped. To be called in the event itself: later the browser takes them away. */
export function dropped(transfer) {
  const entries = Array.from(transfer.items, (one) => one.webkitGetAsEntry?.()).filter(Boolean);
  const plain = chosen(transfer.files);
  return (async () => {
    if (!entries.length) return plain;
    const found = [];
    for (const entry of entries) await walk(entry, found).catch(() => undefined);
    return found;
  })();
}

/** {items, left: [{name, why}], notes: sentences} from files; folders of one name become one class, and that is said. */
export async function gathered(files) {
  const left = [];
  const items = await itemsOf(files, left);
  const folders = new Map();
  for (const one of items) {
    const key = keyOf(one.group);
    folders.set(key, { name: folders.get(key)?.name || one.group, places: (folders.get(key)?.places || new Set()).add(one.folder) });
  }
  const notes = [...folders.values()].filter(({ places }) => places.size > 1).map(({ name, places }) => {
    const shown = [...places].slice(0, 3).join(", ") + (places.size > 3 ? ", …" : "");
    return `${number(places.size)} folders are called ${quoted(name)} (${shown}): their pictures were put together in one class.`;
  });
  return { items, left, notes };
}
