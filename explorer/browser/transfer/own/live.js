// The camera as a stream of pictures: each waits until the one before has been answered.
import { openCamera } from "./camera.js";

const EVERY_MS = 200;

/** `give(square)` may promise; `ended(sentence)` hears why there is no camera (any more). Gives {on, start(), stop()}. */
export function createLive(give, ended) {
  let camera = null, timer = 0, wanted = false;
  const stop = () => {
    wanted = false;
    clearTimeout(timer);
    camera?.close();
    camera = null;
  };
  const next = async () => {
    const square = camera?.square();
    if (square && !document.hidden) await give(square);
    if (wanted) timer = setTimeout(next, EVERY_MS);
  };
  const start = async () => {
    wanted = true;
    try {
      const opened = await openCamera(() => { stop(); ended("The camera stopped."); });
      if (!wanted) return opened.close();
      camera = opened;
      next();
    } catch (error) {
      stop();
      ended(error.message);
    }
    return undefined;
  };
  return { start, stop, get on() { return wanted; } };
}
