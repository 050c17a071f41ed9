// The drawing drawn once more, slowly: the strokes up to a length that grows.

/** The strokes cut off after `length` of their way. */
export function upTo(strokes, length) {
  const shown = [];
  let left = length;
  for (const points of strokes) {
    if (left < 0) break;
    const part = [points[0]];
    for (let i = 1; i < points.length && left > 0; i++) {
      const [[x, y], [u, v]] = [points[i - 1], points[i]];
      const step = Math.hypot(u - x, v - y);
      const t = Math.min(1, left / (step || 1));
      part.push([Math.round(x + (u - x) * t), Math.round(y + (v - y) * t)]);
      left -= step;
    }
    shown.push(part);
  }
  return shown;
}

const lengthOf = (strokes) => strokes.reduce((sum, points) => sum + points.slice(1).reduce((way, [x, y], i) => way + Math.hypot(x - points[i][0], y - points[i][1]), 0), 0);

/** Plays strokes in about two seconds: show(part) each frame, done() at the end. Returns a function that stops it. */
export function replay(strokes, { show, done }) {
  const whole = lengthOf(strokes);
  const begin = performance.now();
  let frame = 0;
  const next = (time) => {
    const part = Math.max(0, (time - begin) / 2000);
    if (part >= 1 || document.hidden) return done();
    show(upTo(strokes, whole * part));
    frame = requestAnimationFrame(next);
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}
