// Makes jax-js faster in WebAssembly where it is slow, without a change to its files: where its backend is asked to prepare a
// kernel, matrix products and padded copies get a program of ours. What is not recognised stays jax-js's.

import { padCode, padPlan } from "./wasm-pad.js";
import { productCode, productPlan } from "./wasm-product.js";

const KINDS = [[productPlan, productCode], [padPlan, padCode]];

let device = null;

/** Whether kernels are ours now. */
export const quick = () => device?.() === "wasm";

/** Our module for a kernel of jax-js: {key, bytes()}, or null. */
export function ownKernel(kernel) {
  for (const [planOf, codeOf] of KINDS) {
    const plan = planOf(kernel);
    if (plan) return { key: JSON.stringify([codeOf.name, kernel.nargs, plan]), bytes: () => codeOf(plan, kernel.nargs) };
  }
  return null;
}

/** jax-js makes an instance of a program for each run; a program keeps nothing between runs, so one is enough. */
function keepInstances() {
  const { Instance } = WebAssembly, kept = new WeakMap();
  WebAssembly.Instance = function (module, imports) {
    const memory = imports?.env?.memory, found = kept.get(module);
    if (memory && found?.memory === memory) return found.instance;
    const instance = new Instance(module, imports);
    kept.set(module, { memory, instance });
    return instance;
  };
}

/** make(kernel), once for each kernel: jax-js would look it up by all that is in it, at every run. */
function once(make) {
  const made = new WeakMap();
  return (kernel) => {
    if (!made.has(kernel)) made.set(kernel, make(kernel));
    return made.get(kernel);
  };
}

const named = (library, name) => Object.values(library).find((one) => one.name === name);

/** jax-js's WebAssembly, which prepares and runs kernels. */
export const backendOf = (library) => named(library, "getBackend")("wasm");

/**
 * `library`: jax-js's module of backends. Nothing is done where jax-js divides its kernels among threads, as it does on pages
 * that are isolated from other origins.
 */
export function quicken(jax, library) {
  if (typeof WebAssembly === "undefined" || (typeof SharedArrayBuffer !== "undefined" && typeof Worker !== "undefined")) return;
  const backend = backendOf(library), Executable = named(library, "Executable");
  const modules = new Map();
  const prepared = (kernel, sync) => {
    const own = ownKernel(kernel);
    if (!own) return null;
    if (!modules.has(own.key)) modules.set(own.key, new WebAssembly.Module(own.bytes()));
    return new Executable(kernel, { program: { kernelHash: own.key, module: modules.get(own.key), workSize: kernel.size }, sync });
  };
  const { prepareKernel, prepareKernelSync } = backend;
  backend.prepareKernel = once(async (kernel) => prepared(kernel, false) ?? prepareKernel.call(backend, kernel));
  backend.prepareKernelSync = once((kernel) => prepared(kernel, true) ?? prepareKernelSync.call(backend, kernel));
  keepInstances();
  device = jax.defaultDevice;
}
