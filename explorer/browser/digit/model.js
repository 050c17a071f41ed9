// LeNet-5 in plain arrays: the pass forward, and every term of one number. No DOM here.
// Layers lie as PyTorch keeps them: maps, rows, columns. Sums run in float64 and are kept as float32.
import { BY_KEY, indexOf, KERNEL_PX, readBy } from "./layers.js";

const TAPS = { c1: 25, c3: 25, c5: 25, f6: 1, out: 1 };

/** Bytes of a base64 text. */
export function bytesOf(base64) {
  const text = atob(base64);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

/** The weighted layers from the bytes of a safetensors file of float32, with the scaling of its input. */
export function network(file, { mean, std }) {
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const tensor = (name) => {
    const [from, until] = header[name].data_offsets;
    return new Float32Array(file.slice(8 + length + from, 8 + length + until).buffer);
  };
  const layer = (key, name) => {
    const [outputs, inputs] = header[`${name}.weight`].shape;
    return { outputs, inputs, taps: TAPS[key], weight: tensor(`${name}.weight`), bias: tensor(`${name}.bias`) };
  };
  return { c1: layer("c1", "c1"), c3: layer("c3", "c3"), c5: layer("c5", "c5"), f6: layer("f6", "f6"), out: layer("out", "output"), mean, std };
}

/** 28 × 28 grey levels with a black border of 2 px: 32 × 32. */
export function framed(pixels) {
  const levels = new Float32Array(1024);
  for (let y = 0; y < 28; y++) for (let x = 0; x < 28; x++) levels[(y + 2) * 32 + x + 2] = pixels[y * 28 + x];
  return levels;
}

/** All layers for 32 × 32 grey levels 0..255: {in, c1, t1, …, out, prob}. */
export function forward(net, levels) {
  const found = { in: new Float32Array(1024) };
  for (let i = 0; i < 1024; i++) found.in[i] = (levels[i] / 255 - net.mean) / net.std;
  found.c1 = convolution(found.in, 32, net.c1);
  found.t1 = found.c1.map(Math.tanh);
  found.s2 = pooling(found.t1, 6, 28);
  found.c3 = convolution(found.s2, 14, net.c3);
  found.t3 = found.c3.map(Math.tanh);
  found.s4 = pooling(found.t3, 16, 10);
  found.c5 = convolution(found.s4, 5, net.c5);
  found.t5 = found.c5.map(Math.tanh);
  found.f6 = dense(found.t5, net.f6);
  found.t6 = found.f6.map(Math.tanh);
  found.out = dense(found.t6, net.out);
  found.prob = softmax(found.out);
  return found;
}

/** Cross-correlation with 5 × 5 kernels over all maps below, no padding. */
function convolution(input, side, { outputs, inputs, weight, bias }) {
  const n = side - KERNEL_PX + 1;
  const output = new Float32Array(outputs * n * n);
  const sums = new Float64Array(n * n);
  for (let o = 0; o < outputs; o++) {
    sums.fill(bias[o]);
    for (let m = 0; m < inputs; m++)
      for (let tap = 0; tap < 25; tap++) {
        const w = weight[(o * inputs + m) * 25 + tap];
        const from = (m * side + Math.floor(tap / 5)) * side + (tap % 5);
        for (let y = 0; y < n; y++) for (let x = 0, at = from + y * side; x < n; x++) sums[y * n + x] += w * input[at + x];
      }
    output.set(sums, o * n * n);
  }
  return output;
}

/** The mean of 2 × 2 numbers, each read once. */
function pooling(input, maps, side) {
  const n = side / 2;
  const output = new Float32Array(maps * n * n);
  for (let i = 0; i < output.length; i++) {
    const [y, x] = [Math.floor(i / n), i % n]; // maps lie below one another: rows go on
    const at = 2 * y * side + 2 * x;
    output[i] = (input[at] + input[at + 1] + input[at + side] + input[at + side + 1]) / 4;
  }
  return output;
}

function dense(input, { outputs, inputs, weight, bias }) {
  const output = new Float32Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = bias[o];
    for (let i = 0; i < inputs; i++) sum += weight[o * inputs + i] * input[i];
    output[o] = sum;
  }
  return output;
}

export function softmax(logits) {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (z) => Math.exp(z - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/**
 * How one number came about: its value and the terms that make it. For a convolution and a dense unit
 * groups: one per map below, [{inputs, weights, products, sum}], and bias; for the rest inputs alone.
 */
export function explain(net, found, unit) {
  const { kind, from } = BY_KEY[unit.layer];
  const value = found[unit.layer][indexOf(unit)];
  if (kind === "pixel") return { kind, value, inputs: [] };
  const read = readBy(unit);
  if (kind === "softmax") return { kind, value, inputs: [...found.out] };
  const windows = [];
  if (kind === "dense") windows.push([...found[from]]);
  else for (let map = read.maps[0]; map <= read.maps[1]; map++) windows.push(patch(found[from], { ...read, layer: from, map }));
  if (kind === "tanh" || kind === "pool") return { kind, value, inputs: windows[0] };
  const { weight, bias } = net[unit.layer];
  const terms = windows.reduce((sum, window) => sum + window.length, 0);
  const groups = windows.map((inputs, m) => group(inputs, weight.subarray(unit.map * terms + m * inputs.length)));
  return { kind, value, groups, bias: bias[unit.map] };
}

function patch(data, { layer, map, row, col, size }) {
  const window = [];
  for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) window.push(data[indexOf({ layer, map, row: row + y, col: col + x })]);
  return window;
}

function group(inputs, weights) {
  const products = inputs.map((v, i) => v * weights[i]);
  return { inputs, weights: [...weights.subarray(0, inputs.length)], products, sum: products.reduce((a, b) => a + b, 0) };
}
