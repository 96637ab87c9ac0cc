/** Confidences of the frames looked at, as ranks: equal confidences have equal ranks, so no threshold parts them. */
import { argsort, type Scratch } from './float32.ts';
import { refused } from './input.ts';

export interface Ranking {
  /** Rank of each frame looked at. */
  rank: Int32Array;
  /** The float32 confidence of each rank, ascending. */
  value: Float32Array;
}

/** @param sampled indices of the frames looked at; throws `bad-input` on a confidence that is not a number. */
export function rankConfidences(
  modelId: string,
  confidence: Float32Array,
  sampled: Int32Array,
  scratch: Scratch,
): Ranking {
  const n = sampled.length;
  const values = new Float32Array(n);
  for (let k = 0; k < n; k++) {
    values[k] = confidence[sampled[k]];
    if (!Number.isFinite(values[k])) {
      throw refused(`model ${modelId} gave ${values[k]} for frame ${sampled[k]}; leave it out or train it again`);
    }
  }
  const order = scratch.int32('rank.order', n);
  argsort(values, order, scratch);
  const rank = new Int32Array(n);
  const value = new Float32Array(n);
  let ranks = 0;
  for (let o = 0; o < n; o++) {
    const c = values[order[o]];
    if (ranks === 0 || c !== value[ranks - 1]) value[ranks++] = c;
    rank[order[o]] = ranks - 1;
  }
  return { rank, value: value.slice(0, ranks) };
}
