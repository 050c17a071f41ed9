// Runs one of the engine's tests under plain Node, in WebAssembly: node node.mjs <folder> <test> [arguments]; answers in JSON.
// With PLAIN in the environment all kernels are jax-js's.

import { readFile } from "node:fs/promises";
import path from "node:path";
import * as jax from "../../node_modules/@jax-js/jax/dist/index.js";
import * as backends from "../../node_modules/@jax-js/jax/dist/backend-CnjgxpXq.js";
import { quicken } from "../../explorer/browser/transfer/engine/wasm-kernels.js";
import { ownKernels, shareOfOwn, stepTime } from "./kernels.mjs";
import { operations } from "./operations.mjs";
import { parity } from "./parity.mjs";
import { quirkList, storedSpeed } from "./quirks.mjs";
import * as training from "./training.mjs";

const [folder, test, ...given] = process.argv.slice(2);
const read = async (name) => {
  const bytes = await readFile(path.join(folder, name));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
};
const clock = () => process.cpuUsage().user / 1000;
const TESTS = {
  operations: () => operations(jax, "wasm", read),
  parity: (name) => parity(jax, "wasm", read, name),
  kernels: () => ownKernels(jax, backends),
  share: (name) => shareOfOwn(jax, backends, read, name),
  time: (name) => stepTime(jax, read, name, clock),
  quirks: () => quirkList(jax, "wasm"),
  stored: () => storedSpeed(jax, "wasm", clock),
  ...Object.fromEntries(Object.entries(training).map(([name, f]) => [name, (...rest) => f(jax, "wasm", read, ...rest)])),
};

await jax.init("wasm");
if (!process.env.PLAIN) quicken(jax, backends);
process.stdout.write(`${JSON.stringify(await TESTS[test](...given))}\n`);
