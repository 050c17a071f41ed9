// Where the training engine comes from: the worker's module, jax-js, and what the start-up check runs on.
//
// A host that drops the launcher's addresses sends the files by message; they are linked here as blobs.

import { filled } from "./files.js";

/** `data`: the page's constants; `files`: see files.js. */
export function engineOf(data, files) {
  let blobs = null;
  const linked = async () => (blobs ||= linkAll(data, files));
  return {
    async worker() {
      if (!data.engine.jax) throw new Error(data.engine.problem);
      if (data.modules) return (await linked()).worker;
      return new URL(`${data.base}transfer/engine/worker.js`, document.baseURI).href;
    },
    async constants() {
      const check = { network: data.start.network, source: "none", classes: 20, seed: 0 }; // race.js measures its speed by it
      const [graph, weights] = await Promise.all([files.json(filled(data.addresses.graph, check)), files.bytes(filled(data.addresses.weights, check))]);
      const { jax: jaxUrl, backend: backendUrl } = data.modules ? await linked() : served(data.engine);
      return { jaxUrl, backendUrl, check: { graph, weights, classes: check.classes } };
    },
  };
}

const backendFile = ({ files }) => files.find((name) => name.startsWith("backend-"));

function served(engine) {
  const jax = new URL(engine.jax, document.baseURI).href;
  return { jax, backend: new URL(backendFile(engine), jax).href };
}

/** Modules as blob addresses, dependencies first; `texts`: path -> source, `urls`: path -> address of those linked. */
function link(texts, entry, urls = {}) {
  const one = (path) => {
    if (urls[path]) return urls[path];
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    // A module that is imported on demand (WebGPU, WebGL) imports its importer: blobs cannot be linked in a circle.
    const still = texts[path].replace(/\bimport\("\.[^"]+"\)/g, 'Promise.reject(new Error("not served here"))');
    const text = still.replace(/((?:from|import)\s*)"(\.[^"]+)"/g, (_, word, target) => word + JSON.stringify(one(new URL(target, "http://m/" + folder).pathname.slice(1))));
    return (urls[path] = URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  };
  return one(entry);
}

async function linkAll(data, files) {
  const folder = data.engine.jax.slice(0, data.engine.jax.lastIndexOf("/") + 1);
  const names = data.engine.files;
  const texts = Object.fromEntries(await Promise.all(names.map(async (name) => [name, new TextDecoder().decode(await files.bytes(folder + name))])));
  const urls = {};
  const jax = link(texts, data.engine.jax.slice(folder.length), urls);
  return { worker: link(data.modules, "transfer/engine/worker.js"), jax, backend: urls[backendFile(data.engine)] };
}
