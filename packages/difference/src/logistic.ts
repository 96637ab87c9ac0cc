/**
 * Logistic regression for the blocks of a blocked detector: both classes count the same, weights are not negative, and
 * a ridge draws them towards *each other* rather than towards zero.
 *
 * A training part holds a handful of passages, however many frames they last. With a plain ridge the weights learn
 * where those few happened, and the detector is blind elsewhere; equal weights are the global mean square error, so
 * here evidence moves the detector away from the global one and lack of evidence leaves it there. Weights must not be
 * negative, or change in one block could hide change in another, and two equal frames would not be the least different
 * of all. That rules Newton's method out; accelerated projected gradient (Beck & Teboulle, 2009) is as short, has no
 * step to tune and no random, so training is repeatable.
 */

export interface LogisticModel {
  /** One a feature, ≥ 0, in the features' own units. */
  weights: Float64Array;
  bias: number;
}

export interface LogisticOptions {
  /** Weight of Σ(w − mean w)² / 2 against the mean loss, for features scaled to a root mean square of 1. */
  ridge?: number;
  iterations?: number;
}

/**
 * @param features [count, width], row by row, finite and of one unit
 * @param target [count], 0 or 1, at least one of each
 */
export function trainLogistic(
  features: Float64Array,
  target: Uint8Array,
  width: number,
  options: LogisticOptions = {},
): LogisticModel {
  const { ridge = 0.01, iterations = 400 } = options;
  const positives = target.reduce((sum, value) => sum + value, 0);
  const importance = Float64Array.from(target, (value) => 0.5 / (value === 1 ? positives : target.length - positives));
  const { rows, unit } = withConstant(features, importance, width);

  // The last weight is the bias: its feature is 1, and neither sign nor size of it is held back.
  const size = width + 1;
  const step = 1 / (0.25 * largestEigenvalue(rows, importance, size) + ridge);
  const at = new Float64Array(size);
  const ahead = new Float64Array(size);
  let momentum = 1;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const gradient = lossGradient(rows, importance, target, ahead);
    let centre = 0;
    for (let j = 0; j < width; j++) centre += ahead[j] / width;
    for (let j = 0; j < width; j++) gradient[j] += ridge * (ahead[j] - centre);
    const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    let uphill = 0;
    let moved = 0;
    for (let j = 0; j < size; j++) {
      const free = ahead[j] - step * gradient[j];
      const to = j < width && free < 0 ? 0 : free;
      const change = to - at[j];
      uphill += (ahead[j] - to) * change;
      moved = Math.max(moved, Math.abs(change));
      at[j] = to;
      ahead[j] = to + ((momentum - 1) / next) * change;
    }
    momentum = next;
    // The momentum points uphill: start it anew (O'Donoghue & Candès, 2015).
    if (uphill > 0) {
      ahead.set(at);
      momentum = 1;
    }
    if (moved < 1e-7) break;
  }
  return { weights: at.subarray(0, width).map((weight) => weight / unit), bias: at[width] };
}

/** Features over their root mean square, which is one for all of them so that equal weights stay equal, and a 1 after each row. */
function withConstant(features: Float64Array, importance: Float64Array, width: number) {
  let sum = 0;
  for (let at = 0; at < features.length; at++) sum += importance[Math.floor(at / width)] * features[at] ** 2;
  const unit = Math.sqrt(sum / width) || 1;
  const rows = new Float64Array(importance.length * (width + 1)).fill(1);
  importance.forEach((_, i) => {
    for (let j = 0; j < width; j++) rows[i * (width + 1) + j] = features[i * width + j] / unit;
  });
  return { rows, unit };
}

function lossGradient(rows: Float64Array, importance: Float64Array, target: Uint8Array, at: Float64Array) {
  const size = at.length;
  const gradient = new Float64Array(size);
  for (let i = 0; i < target.length; i++) {
    const row = i * size;
    let z = 0;
    for (let j = 0; j < size; j++) z += at[j] * rows[row + j];
    const error = importance[i] * (1 / (1 + Math.exp(-z)) - target[i]);
    for (let j = 0; j < size; j++) gradient[j] += error * rows[row + j];
  }
  return gradient;
}

/** Of the rows' weighted second moments, by power iteration, with a margin for what it has not yet found. */
function largestEigenvalue(rows: Float64Array, importance: Float64Array, size: number): number {
  let vector = new Float64Array(size).fill(1 / Math.sqrt(size));
  let value = 1;
  for (let round = 0; round < 20; round++) {
    const next = new Float64Array(size);
    importance.forEach((share, i) => {
      let dot = 0;
      for (let j = 0; j < size; j++) dot += vector[j] * rows[i * size + j];
      for (let j = 0; j < size; j++) next[j] += share * dot * rows[i * size + j];
    });
    // Never 0: the constant alone has a second moment of 1.
    value = Math.hypot(...next);
    vector = next.map((element) => element / value);
  }
  return value * 1.1;
}
