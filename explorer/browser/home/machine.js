// What this browser can compute on, in sentences.
import { h } from "../shared/controls.js";

async function webgpu() {
  if (!navigator.gpu) return [false, "No WebGPU: this browser does not offer it here. Training in the browser runs in WebAssembly instead."];
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter) return [false, "No WebGPU adapter: the browser knows WebGPU, but gives no graphics card to it."];
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const name = [description || vendor, description ? "" : architecture].filter(Boolean).join(" ") || "a graphics card";
  if (isFallbackAdapter || architecture === "swiftshader") return [true, `In software only (${name}): correct, but slower than the processor itself.`];
  return [true, `${name}, at most ${Math.round(adapter.limits.maxBufferSize / 2 ** 20)} MiB a buffer.`];
}

function webgl() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return [false, "No WebGL2. Nothing on the pages on convolution needs it: they compute on the processor, and say how long that takes."];
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return [true, `${name}.`];
}

// A module of one function that uses a v128 constant: valid only where the SIMD instructions are known.
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

function wasm() {
  if (typeof WebAssembly !== "object") return [false, "No WebAssembly: training in the browser is not possible here."];
  const simd = WebAssembly.validate(SIMD) ? "with" : "without";
  const threads = self.crossOriginIsolated ? "several threads" : "one thread";
  return [true, `WebAssembly ${simd} SIMD, ${threads}; ${navigator.hardwareConcurrency || 1} processor cores.`];
}

/** The browser's half of "What runs where"; fills itself in. */
export function browserPanel() {
  const list = h("dl", { class: "facts" });
  const add = (name, [here, text]) => list.append(h("dt", {}, h("span", { class: here ? "yes" : "no", "aria-hidden": "true" }, here ? "●" : "○"), ` ${name}`), h("dd", {}, text));
  webgpu().then((found) => { add("WebGPU", found); add("WebGL2", webgl()); add("WebAssembly", wasm()); });
  return h("section", { class: "machine" }, h("h2", {}, "What runs where"), h("h3", {}, "This browser"), list);
}
