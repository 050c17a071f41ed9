// Pictures in the size and channels that a network takes: to the bit what explorer/transfer/starting.py gets from Pillow.
// Source: Pillow, src/libImaging/Resample.c (bilinear, rows then columns in fixed point, as it takes square pictures) and
// Convert.c (grey by BT.601).

const BITS = 22; // behind the point, as in Pillow
const HALF = 2 ** (BITS - 1), ONE = 2 ** BITS;

/** For each of `to` pixels along an axis of `from`: [first, shares of the pixels from there on]. */
function windows(from, to) {
  const scale = from / to, reach = Math.max(scale, 1), narrow = 1 / reach;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - reach + 0.5));
    const last = Math.min(from, Math.trunc(centre + reach + 0.5));
    const shares = Array.from({ length: last - first }, (__, k) => Math.max(0, 1 - Math.abs((k + first - centre + 0.5) * narrow)));
    const sum = shares.reduce((a, b) => a + b, 0);
    return [first, shares.map((share) => Math.trunc(0.5 + (share / sum) * ONE))];
  });
}

/** One axis of one picture: `lines` rows or columns, `inner` bytes that stay together. */
function resampled(source, plan, from, lines, inner, found) {
  for (let line = 0; line < lines; line++)
    plan.forEach(([first, shares], i) => {
      for (let c = 0; c < inner; c++) {
        let sum = HALF;
        for (let k = 0; k < shares.length; k++) sum += source[(line * from + first + k) * inner + c] * shares[k];
        found[(line * plan.length + i) * inner + c] = Math.min(255, Math.floor(sum / ONE));
      }
    });
  return found;
}

/** Colour to grey. */
function grey(bytes) {
  return Uint8Array.from({ length: bytes.length / 3 }, (_, i) => (19595 * bytes[3 * i] + 38470 * bytes[3 * i + 1] + 7471 * bytes[3 * i + 2] + 32768) >> 16);
}

/**
 * bytes (n x H x W x C) -> bytes (n x height x width x channels), for pictures {height, width, channels}. Grey pictures
 * stay grey for a network that wants colour: to repeat them is cheaper later. `channels` of the result says so.
 */
export function fitter(pictures, { height, width, channels: wanted }) {
  const { channels } = pictures;
  if (channels !== wanted && channels !== 1 && !(channels === 3 && wanted === 1)) {
    throw new Error(`The pictures have ${channels} channels, and the network takes ${wanted}.`);
  }
  const kept = Math.min(channels, wanted);
  const across = pictures.width === width ? null : windows(pictures.width, width);
  const down = pictures.height === height ? null : windows(pictures.height, height);
  const one = (source) => {
    const wide = across ? resampled(source, across, pictures.width, pictures.height, kept, new Uint8Array(pictures.height * width * kept)) : source;
    return down ? resampled(wide, down, pictures.height, 1, width * kept, new Uint8Array(height * width * kept)) : wide;
  };
  const fit = (bytes) => {
    const plain = kept === channels ? bytes : grey(bytes);
    if (!across && !down) return plain;
    const size = pictures.height * pictures.width * kept;
    const found = new Uint8Array((plain.length / size) * height * width * kept);
    for (let i = 0; i * size < plain.length; i++) found.set(one(plain.subarray(i * size, (i + 1) * size)), i * height * width * kept);
    return found;
  };
  return { fit, isFitting: Boolean(across || down || kept !== channels), height, width, channels: kept };
}

const LUMA = [0.299, 0.587, 0.114];
const rounded = (x) => Math.round(x * 1e4) / 1e4;

/** Mean and spread by channel of the network: those that its weights expect, else those of the pictures. */
export function spreadFor({ mean, std }, input) {
  const [wanted] = input.shape;
  if (input.mean) return { mean: input.mean, std: input.std };
  if (mean.length === wanted) return { mean, std };
  if (wanted === 1) return { mean: [rounded(LUMA.reduce((sum, share, c) => sum + share * mean[c], 0))], std: [rounded((std[0] + std[1] + std[2]) / 3)] };
  return { mean: Array(wanted).fill(mean[0]), std: Array(wanted).fill(std[0]) };
}
