// What the server keeps for the race: pictures, weights, graphs, by address; where a host drops the addresses, by message.
import { lengthOf } from "./engine/safetensors.js";

const KEPT = 24;

/** `ask(question)` sends a question to the server and promises its answer, for hosts without the launcher's routes. */
export function createFiles(ask, touch = () => {}) {
  const kept = new Map(), coming = new Map();
  const fetched = async (address, { signal, tell } = {}) => {
    const response = await fetch(new URL(address, document.baseURI), { signal }).catch(() => null);
    if (signal?.aborted) throw new Error("Stopped.");
    const type = response?.headers.get("content-type") || "";
    if (response?.ok && !type.startsWith("text/html")) return tell ? received(response, tell) : response.arrayBuffer();
    if (response?.status === 400) throw new Error(await response.text());
    return asked(address);
  };
  const asked = async (address) => {
    const { base64, problem } = await ask({ address });
    if (problem) throw new Error(problem);
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer;
  };
  const bytes = (address) => {
    if (!kept.has(address)) {
      const promise = fetched(address);
      promise.catch(() => kept.delete(address));
      kept.set(address, promise);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    }
    return kept.get(address);
  };
  /** Tensors of many megabytes, piece by piece: the browser's own cache keeps the pieces, so nothing is kept here. */
  const large = (address) => {
    if (!coming.has(address)) {
      const one = { done: 0, total: 0, stop: new AbortController() };
      one.promise = pieces(address, one).finally(() => { coming.delete(address); touch(); });
      coming.set(address, one);
    }
    return coming.get(address).promise;
  };
  const pieces = async (address, one) => {
    const [home, version, ...path] = address.split("/");
    let found = null, done = 0;
    for (let k = 0; !found || done < found.length; k++) {
      const tell = (count) => { one.done = done + count; touch(); };
      const part = new Uint8Array(await fetched([home, version, "pieces", k, ...path].join("/"), { signal: one.stop.signal, tell }));
      found ||= new Uint8Array((one.total = lengthOf(part)));
      if (!part.length || done + part.length > found.length) throw new Error("A file came in pieces that do not fit together.");
      found.set(part, done);
      done += part.length;
    }
    return found.buffer;
  };
  return {
    bytes,
    large,
    /** A file that is saved, and not needed again. */
    once: (address) => fetched(address),
    async json(address) { return JSON.parse(new TextDecoder().decode(await bytes(address))); },
    /** {done, total} bytes of the large files that are coming; total is 0 until their first pieces are there. */
    progress() {
      const all = [...coming.values()];
      const sum = (key) => all.reduce((so, one) => so + one[key], 0);
      return all.length ? { done: sum("done"), total: all.every((one) => one.total) ? sum("total") : 0 } : null;
    },
    stop() { coming.forEach((one) => one.stop.abort()); },
  };
}

/** The body of an answer; `tell(bytes)` hears how much has come. */
async function received(response, tell) {
  const chunks = [];
  let count = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read().catch(() => { throw new Error("The connection was cut: press Race again, it goes on."); });
    if (done) break;
    chunks.push(value);
    count += value.length;
    tell(count);
  }
  return new Blob(chunks).arrayBuffer();
}

/** Fill a template: "a/{network}/{classes}". */
export const filled = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
