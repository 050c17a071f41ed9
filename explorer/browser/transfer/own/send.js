// Own pictures to the server, for its lane: called only once that was asked for and confirmed. Piece by piece, each when the
// one before has arrived, so that no message is large and it can be stopped in between.
import { packedCollection } from "./bundle.js";

export const PIECE_BYTES = 2 << 20;

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/**
 * `ask(question)` promises the server's answer; `wants`: what its lane should begin with; `tell(done, of)` hears how far it
 * is, in bytes; `job`: {cancelled, stopped: a promise}. An Error with a sentence where the server takes none.
 */
export async function send({ seed, classes }, { ask, wants, tell, job }) {
  const bytes = packedCollection({ seed, classes: classes.filter((one) => one.pictures.length) });
  const sending = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    tell(at, bytes.length);
    const piece = { sending, size: bytes.length, at, base64: base64(bytes.subarray(at, at + PIECE_BYTES)), wants };
    const answer = await Promise.race([job.cancelled ? null : ask({ own: piece }), job.stopped]);
    if (job.cancelled) return void ask({ own: { sending, drop: true } });
    if (answer.problem) throw new Error(answer.problem);
  }
}
