// All pictures as a zip that this page, and torchvision's ImageFolder, reads again: a folder a class, PNG by PNG.
import { h } from "../../shared/controls.js";
import { zipOf } from "./zip-write.js";

const REFUSED = /[\\/:*?"<>|]/g; // what some system does not allow in a file's name

/** A folder for each class, none twice (systems differ in what is one name). */
export function foldersOf(classes) {
  const taken = new Set();
  return classes.map(({ name }) => {
    const stem = name.replace(REFUSED, "_").replace(/^\.+|[. ]+$/g, "") || "class";
    let folder = stem;
    for (let n = 2; taken.has(folder.toLowerCase()); n++) folder = `${stem} ${n}`;
    taken.add(folder.toLowerCase());
    return folder;
  });
}

function pngOf({ side, bytes }, canvas) {
  Object.assign(canvas, { width: side, height: side });
  canvas.getContext("2d").putImageData(imageOf(side, bytes), 0, 0);
  return new Promise((resolve, reject) => canvas.toBlob(async (blob) => (blob ? resolve(new Uint8Array(await blob.arrayBuffer())) : reject(new Error("The browser could not write a picture."))), "image/png"));
}

/** Kept bytes (RGB) as ImageData. */
export function imageOf(side, bytes) {
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  return image;
}

/** The zip of a collection; `tell(done, of)` hears how far it is. */
export async function zipped(collection, tell) {
  const canvas = h("canvas");
  const files = [];
  const classes = collection.classes.filter((one) => one.pictures.length);
  const folders = foldersOf(classes);
  for (const [c, { pictures }] of classes.entries())
    for (const [i, picture] of pictures.entries()) {
      files.push({ name: `${folders[c]}/${String(i + 1).padStart(4, "0")}.png`, bytes: await pngOf(picture, canvas) });
      tell(files.length, collection.total);
    }
  return zipOf(files);
}
