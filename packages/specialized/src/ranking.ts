/** How well confidences part two classes; the measures by which candidates are ranked. */

/** Area under the ROC curve: the chance that a positive scores above a negative, ties half. 0.5 where a class is missing. */
export function areaUnderCurve(confidence: ArrayLike<number>, label: ArrayLike<number>): number {
  const order = Array.from({ length: confidence.length }, (_, i) => i).sort((a, b) => confidence[a] - confidence[b]);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && confidence[order[end]] === confidence[order[start]]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if (label[order[i]] !== 0) {
        positives++;
        rankSum += rank;
      }
    }
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * The share of frames left between the thresholds when no more than `rate` of the positives may fall below the lower
 * and no more than `rate` of the negatives above the upper one: what the reference model would be asked. 0..1.
 */
export function askedShare(confidence: ArrayLike<number>, label: ArrayLike<number>, rate: number): number {
  const { low, high } = thresholds(confidence, label, rate);
  let asked = 0;
  for (let i = 0; i < confidence.length; i++) if (confidence[i] >= low && confidence[i] <= high) asked++;
  return confidence.length === 0 ? 0 : asked / confidence.length;
}

/** The largest `low` and least `high` that keep within the rates; `low > high` where nothing need be asked. */
export function thresholds(
  confidence: ArrayLike<number>,
  label: ArrayLike<number>,
  rate: number,
): { low: number; high: number } {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let i = 0; i < confidence.length; i++) (label[i] !== 0 ? positives : negatives).push(confidence[i]);
  positives.sort((a, b) => a - b);
  negatives.sort((a, b) => b - a);
  const low = positives[Math.floor(rate * positives.length)] ?? Number.POSITIVE_INFINITY;
  const high = negatives[Math.floor(rate * negatives.length)] ?? Number.NEGATIVE_INFINITY;
  return { low, high };
}

/** What a candidate showed on frames it was not trained on. */
export interface Quality {
  /** Mean binary cross-entropy, both classes weighing the same. */
  loss: number;
  /** Area under the ROC curve. */
  auc: number;
  /** The asked share, averaged over error rates of 0.5, 1, 2 and 5%: one rate alone hangs on a handful of frames. */
  asked: number;
}

export function qualityOf(confidence: Float32Array, label: ArrayLike<number>): Quality {
  const sum = [0, 0];
  const count = [0, 0];
  for (let i = 0; i < confidence.length; i++) {
    const side = label[i] !== 0 ? 1 : 0;
    sum[side] -= Math.log(Math.max(1e-7, side === 1 ? confidence[i] : 1 - confidence[i]));
    count[side]++;
  }
  const rates = [0.005, 0.01, 0.02, 0.05];
  return {
    loss: (sum[0] / Math.max(1, count[0]) + sum[1] / Math.max(1, count[1])) / 2,
    auc: areaUnderCurve(confidence, label),
    asked: rates.reduce((total, rate) => total + askedShare(confidence, label, rate), 0) / rates.length,
  };
}

/** Negative when `a` is better: by the asked share in steps of half a percent, since less than that is chance, then by the loss. */
export function compareQuality(a: Quality, b: Quality): number {
  return Math.round(a.asked / 0.005) - Math.round(b.asked / 0.005) || a.loss - b.loss;
}
