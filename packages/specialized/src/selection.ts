/** Which frames of the training part are trained on, when there are more than are needed. */

/**
 * At most `limit` frame indices, ascending. Each class gets at most half of them unless the other has fewer; a rare
 * class is taken whole. Within a class the frames are evenly spaced among its own, so they cover its whole time.
 * Deterministic: no randomness at all.
 */
export function chooseFrames(label: ArrayLike<number>, limit: number): Int32Array {
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let i = 0; i < label.length; i++) (label[i] !== 0 ? positives : negatives).push(i);
  const half = Math.floor(limit / 2);
  const fromPositives = Math.min(positives.length, Math.max(half, limit - negatives.length));
  const fromNegatives = Math.min(negatives.length, limit - fromPositives);
  return Int32Array.from([...spaced(positives, fromPositives), ...spaced(negatives, fromNegatives)]).sort();
}

function spaced(items: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]);
}

/** A division of the training part in time: models are fitted on `fit` and judged on `held`. */
export interface Holdout {
  fit: Int32Array;
  held: Int32Array;
}

/**
 * Holds out the training part's tail: `share` of its frames, more when that has fewer than `least` frames of either
 * class, up to half. Null where no such tail leaves both classes on both sides.
 */
export function holdOutTail(label: ArrayLike<number>, share = 0.2, least = 10): Holdout | null {
  const total = label.length;
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < total; i++) label[i] !== 0 ? positives++ : negatives++;
  let heldPositives = 0;
  let heldNegatives = 0;
  for (let cut = total - 1; cut >= total / 2; cut--) {
    label[cut] !== 0 ? heldPositives++ : heldNegatives++;
    if (total - cut < share * total || heldPositives < least || heldNegatives < least) continue;
    if (positives - heldPositives < least || negatives - heldNegatives < least) return null;
    const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);
    return { fit: range(0, cut), held: range(cut, total) };
  }
  return null;
}
