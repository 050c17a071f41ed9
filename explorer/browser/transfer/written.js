// A lane as a file that the server writes from its weights: torch's state dict, ONNX. Only weights go there, when asked to.

/** The base64 text of a buffer, made outside of the page's own tasks. */
function textOf(buffer) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error("The weights could not be read."));
    reader.readAsDataURL(new Blob([buffer]));
  });
}

function bytesOf(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** `ask(question)` promises the server's answer; `weights`: safetensors of the lane; `format`: "pt" or "onnx". */
export async function writtenFile(ask, format, record, lane, weights) {
  const { graph } = lane;
  const { base64, problem } = await ask({ format, network: record.settings.net, classes: record.set.classes.length, input: graph.input.shape, weights: await textOf(weights) });
  if (problem) throw new Error(`${problem[0].toUpperCase()}${problem.slice(1)}.`);
  return new Blob([bytesOf(base64)]);
}
