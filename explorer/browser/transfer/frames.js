// Draws a page in pieces: what does not fit into one frame goes on in the next, so that no task of the page is long.

const BUDGET_MS = 6;

/** `drawing()`: an iterator over one drawing of the whole page, which may be left at every `yield`. */
export function createFrames(drawing) {
  let frame = 0, going = null, again = false, gone = false;
  const ask = () => { if (!gone) frame ||= requestAnimationFrame(run); };
  const run = () => {
    frame = 0;
    if (!going) [going, again] = [drawing(), false];
    const end = performance.now() + BUDGET_MS;
    let done = true; // also where a piece fails: the next drawing begins from the start
    try {
      do { ({ done } = going.next()); } while (!done && performance.now() < end);
    } finally {
      if (done) going = null;
      if (going || again) ask();
    }
  };
  return {
    /** Draw soon; what is being drawn comes to its end first. */
    touch() { again = true; ask(); },
    dispose() { gone = true; cancelAnimationFrame(frame); },
  };
}
