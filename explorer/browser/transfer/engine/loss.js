// Cross-entropy with label smoothing, as torch's F.cross_entropy: the mean over the batch.

/** Targets (N, classes) as shares: 1 - smoothing for the class, and smoothing spread over all classes. */
export function targets(labels, classes, smoothing) {
  const found = new Float32Array(labels.length * classes).fill(smoothing / classes);
  labels.forEach((label, i) => { found[i * classes + label] += 1 - smoothing; });
  return found;
}

/** The mean of -sum(target log softmax(logits)). */
export function crossEntropy({ nn }, logits, wanted) {
  return nn.logSoftmax(logits, -1).mul(wanted).sum(-1).mean().mul(-1);
}

/** How many rows have their largest score at their label. */
export function countRight(logits, labels, classes) {
  let right = 0;
  labels.forEach((label, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (logits[i * classes + k] > logits[i * classes + best]) best = k;
    if (best === label) right++;
  });
  return right;
}

/** Softmax of rows of scores, in place. */
export function softmaxRows(scores, classes) {
  for (let start = 0; start < scores.length; start += classes) {
    const row = scores.subarray(start, start + classes);
    const largest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += row[k] = Math.exp(row[k] - largest);
    for (let k = 0; k < classes; k++) row[k] /= sum;
  }
  return scores;
}
