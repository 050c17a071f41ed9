// Where a lane starts: all its weights from one file; of a large network that has learnt, its trained part and a head.
import { filled } from "./files.js";
import { joined } from "./engine/safetensors.js";

/**
 * Gives a function (source, seed) -> Promise of safetensors for the lanes of one race: lanes that start alike share one
 * buffer. `network`: one of the page's; the trained part of a large one is the same for every task and seed.
 */
export function firstWeights({ data, files }, network, classes) {
  const kept = new Map();
  const { addresses } = data;
  const one = async (source, seed) => {
    const named = { network: network.name, source, classes, seed };
    if (!network.fetch) return files.bytes(filled(addresses.weights, named));
    if (source === "none") return files.large(filled(addresses.weights, named));
    const parts = [files.large(filled(addresses.backbone, named)), files.bytes(filled(addresses.head, named))];
    return joined(await Promise.all(parts));
  };
  return (source, seed) => {
    const key = `${source} ${seed}`;
    if (!kept.has(key)) kept.set(key, one(source, seed));
    return kept.get(key);
  };
}
