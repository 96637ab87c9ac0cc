/**
 * Labels are split by time, never shuffled: neighbouring frames are nearly copies, and a shuffled split would test on
 * what was learned.
 *
 * A cut is moved to the nearest place around which the label is constant, so that no event is torn over the border, and
 * what a plan could carry over it is left out between: `maxReuseS`, or 2% of the stretch where that is less (so a clip
 * of 90 s loses 1.8 s a cut and three parts keep 96% of any clip).
 */
import { refused } from './input.ts';

/** Frame indices [start, end). */
export interface Part {
  start: number;
  end: number;
}

export interface SplitUse {
  /** The largest reuse that plans may have, in seconds. */
  maxReuseS: number;
}

/** Largest share of the stretch that one cut leaves out. */
const MOST_LEFT_OUT = 0.02;
/** A cut moves at most this share of the stretch, lest one long flicker eats a part. */
const FARTHEST_MOVE = 0.05;

/**
 * Train, optimize and test: 40/20/40 unless told.
 * @param timestampS ascending seconds, every frame
 * @param label 0 or 1, every frame
 * @throws `bad-input` where a part would hold no frame
 */
export function splitByTime(
  timestampS: Float64Array,
  label: Uint8Array,
  use: SplitUse & { fractions?: readonly [number, number, number] },
): { train: Part; optimize: Part; test: Part } {
  const [train, optimize, test] = cutByTime(timestampS, label, use.fractions ?? [0.4, 0.2, 0.4], use.maxReuseS);
  return { train, optimize, test };
}

/** A learning part alone, 2:1 unless told: what comes after it was never seen and tests. */
export function splitLearning(
  timestampS: Float64Array,
  label: Uint8Array,
  use: SplitUse & { fractions?: readonly [number, number] },
): { train: Part; optimize: Part } {
  const [train, optimize] = cutByTime(timestampS, label, use.fractions ?? [2 / 3, 1 / 3], use.maxReuseS);
  return { train, optimize };
}

/** Seconds left out at each cut of a stretch. */
export const gapS = (durationS: number, maxReuseS: number): number => Math.min(maxReuseS, MOST_LEFT_OUT * durationS);

function cutByTime(
  timestampS: Float64Array,
  label: Uint8Array,
  fractions: readonly number[],
  maxReuseS: number,
): Part[] {
  const frames = timestampS.length;
  if (label.length !== frames) throw refused(`${label.length} labels and ${frames} timestamps do not belong together`);
  if (!(maxReuseS >= 0)) throw refused(`maxReuseS is ${maxReuseS}; it must be 0 or more`);
  for (let i = 1; i < frames; i++) {
    if (!(timestampS[i] >= timestampS[i - 1]))
      throw refused(`timestamps run backwards at frame ${i}; split each stretch by itself`);
  }
  const whole = fractions.reduce((sum, fraction) => sum + fraction, 0);
  if (!fractions.every((fraction) => fraction > 0)) throw refused('every part needs a share above 0');
  const startS = frames === 0 ? 0 : timestampS[0];
  const durationS = frames === 0 ? 0 : timestampS[frames - 1] - startS;
  const halfS = gapS(durationS, maxReuseS) / 2;

  const parts: Part[] = [];
  let start = 0;
  let share = 0;
  for (const fraction of fractions.slice(0, -1)) {
    share += fraction / whole;
    const wishS = startS + share * durationS;
    const cutS = calmest(timestampS, label, wishS, halfS, FARTHEST_MOVE * durationS);
    // a frame on the cut itself belongs to what follows
    parts.push({ start, end: lowerBound(timestampS, cutS - halfS) });
    start = lowerBound(timestampS, cutS + halfS);
  }
  parts.push({ start, end: frames });
  if (parts.some((part) => part.end <= part.start)) {
    throw refused(
      `${frames} frames in ${durationS} s are too few to split into ${fractions.length} parts; give a longer video`,
    );
  }
  return parts;
}

/**
 * The time nearest to `wishS` with a constant label for `halfS` to both sides; the wish itself where there is none
 * within `farthestS` (a label that flickers all the time).
 */
function calmest(timestampS: Float64Array, label: Uint8Array, wishS: number, halfS: number, farthestS: number): number {
  const first = lowerBound(timestampS, wishS - farthestS - halfS);
  let best = wishS;
  let nearestS = Number.POSITIVE_INFINITY;
  const offer = (fromS: number, toS: number): void => {
    if (toS - fromS < 2 * halfS) return;
    const atS = Math.min(Math.max(wishS, fromS + halfS), toS - halfS);
    const distanceS = Math.abs(atS - wishS);
    if (distanceS <= farthestS && distanceS < nearestS) {
      best = atS;
      nearestS = distanceS;
    }
  };
  for (let from = first; from < timestampS.length; ) {
    if (timestampS[from] > wishS + farthestS + halfS) break;
    let to = from;
    while (to + 1 < timestampS.length && label[to + 1] === label[from]) to++;
    offer(timestampS[from], timestampS[to]);
    from = to + 1;
  }
  return best;
}

/** Index of the first timestamp that is not before `atS`. */
function lowerBound(timestampS: Float64Array, atS: number): number {
  let low = 0;
  let high = timestampS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timestampS[middle] < atS) low = middle + 1;
    else high = middle;
  }
  return low;
}
