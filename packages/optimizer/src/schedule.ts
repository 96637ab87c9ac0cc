/**
 * What hangs from what as δ grows, for one detector and one t_skip; no model is in it yet.
 *
 * Every frame looked at has one edge, to the frame it is compared with, which becomes active once δ reaches its
 * difference. Roots are the frames without an active edge. So sweeping δ upward only ever merges a root into the root
 * of its partner, and union-find gives every state between in almost linear time.
 */
import { ABSENT, type DifferenceTrace, type Recording, sameEpoch, sampledIndices } from '@noscope/plan';
import { argsort, type Scratch } from './float32.ts';
import type { DetectorCandidate } from './input.ts';
import { refused } from './input.ts';

/** The frames looked at, each with the positive and negative frames that take its answer. */
export interface Looked {
  /** Of the recording. */
  frames: number;
  tSkipS: number;
  /** Index of each frame looked at. */
  sampled: Int32Array;
  /** Reference's answer on it, 0 or 1. */
  isPositive: Uint8Array;
  /** Frames from it up to the next one looked at: how many are positive, how many negative. */
  positives: Int32Array;
  negatives: Int32Array;
  /** Errors that skipping alone costs when every frame looked at is asked. */
  fp: number;
  fn: number;
}

export function look(recording: Recording, tSkipS: number, toleranceS: number): Looked {
  const { timestampS, label } = recording;
  const frames = timestampS.length;
  const sampled = sampledIndices(timestampS, tSkipS, toleranceS);
  const isPositive = new Uint8Array(sampled.length);
  const positives = new Int32Array(sampled.length);
  const negatives = new Int32Array(sampled.length);
  let fp = 0;
  let fn = 0;
  for (let k = 0; k < sampled.length; k++) {
    const end = k + 1 < sampled.length ? sampled[k + 1] : frames;
    let count = 0;
    for (let i = sampled[k]; i < end; i++) count += label[i];
    isPositive[k] = label[sampled[k]];
    positives[k] = count;
    negatives[k] = end - sampled[k] - count;
    if (isPositive[k] === 1) fp += negatives[k];
    else fn += count;
  }
  return { frames, tSkipS, sampled, isPositive, positives, negatives, fp, fn };
}

/** Merges in the order in which a growing δ makes them, in groups of equal difference. */
export interface Schedule {
  /** Ordinal (among the frames looked at) of the root that stops being one, a merge each. */
  child: Int32Array;
  /** Ordinal of the root it hangs from then, or ABSENT. */
  into: Int32Array;
  /** Positive and negative frames that move with it. */
  positives: Int32Array;
  negatives: Int32Array;
  groups: number;
  /** Merges made once δ has reached the group's difference. */
  groupEnd: Int32Array;
  /** Float32 difference of each group, ascending. */
  difference: Float32Array;
  /** Errors of asking every root that is left. */
  fp: Int32Array;
  fn: Int32Array;
}

/** Orders a detector's differences once; every `maxReuseS` takes its schedule from that. */
export function ordered(
  detector: DetectorCandidate,
  looked: Looked,
  trace: DifferenceTrace,
  scratch: Scratch,
): Int32Array {
  const { pair, difference } = trace;
  const n = looked.sampled.length;
  if (trace.sampled.length !== n || pair.length !== n || difference.length !== n) {
    throw refused(`detector ${detector.id} was recorded on other frames than t_skip ${looked.tSkipS} s looks at`);
  }
  const isEarlier = detector.against === 'earlier';
  for (let k = 0; k < n; k++) {
    if (trace.sampled[k] !== looked.sampled[k] || (isEarlier && pair[k] >= k)) {
      throw refused(`detector ${detector.id} was recorded on other frames than t_skip ${looked.tSkipS} s looks at`);
    }
    if ((!isEarlier || pair[k] >= 0) && !Number.isFinite(difference[k])) {
      throw refused(
        `detector ${detector.id} gave ${difference[k]} for frame ${looked.sampled[k]}; leave it out or repair it`,
      );
    }
  }
  const order = scratch.int32('order', n);
  // differences without a partner may be anything and are passed over later; NaN only must not reach the sort
  argsort(isEarlier ? difference.map((d, k) => (pair[k] < 0 ? 0 : d)) : difference, order, scratch);
  return order;
}

/**
 * @param order positions of the differences, ascending, from `ordered`
 * @param maxReuseS ignored against the reference image; pairs over the border of an epoch never merge
 */
export function schedule(
  detector: DetectorCandidate,
  maxReuseS: number,
  looked: Looked,
  trace: DifferenceTrace,
  order: Int32Array,
  timestampS: Float64Array,
  scratch: Scratch,
): Schedule {
  const { sampled, isPositive } = looked;
  const n = sampled.length;
  const isEarlier = detector.against === 'earlier';
  const root = scratch.int32('root', n);
  const positives = scratch.int32('hanging.positives', n);
  const negatives = scratch.int32('hanging.negatives', n);
  for (let k = 0; k < n; k++) root[k] = k;
  positives.set(looked.positives);
  negatives.set(looked.negatives);

  const child = scratch.int32('child', n);
  const into = scratch.int32('into', n);
  const movedPositives = scratch.int32('moved.positives', n);
  const movedNegatives = scratch.int32('moved.negatives', n);
  const groupEnd = scratch.int32('groupEnd', n);
  const groupFp = scratch.int32('group.fp', n);
  const groupFn = scratch.int32('group.fn', n);
  const differences = new Float32Array(scratch.int32('group.difference', n).buffer, 0, n);
  let { fp, fn } = looked;
  let merges = 0;
  let groups = 0;

  for (let o = 0; o < n; o++) {
    const k = order[o];
    let target = ABSENT;
    if (isEarlier) {
      const pair = trace.pair[k];
      if (pair < 0 || !sameEpoch(timestampS[sampled[pair]], timestampS[sampled[k]], maxReuseS)) continue;
      target = pair;
      while (root[target] !== target) {
        root[target] = root[root[target]];
        target = root[target];
      }
      root[k] = target;
    }
    const p = positives[k];
    const q = negatives[k];
    if (isPositive[k] === 1) fp -= q;
    else fn -= p;
    if (target === ABSENT) {
      fn += p;
    } else {
      positives[target] += p;
      negatives[target] += q;
      if (isPositive[target] === 1) fp += q;
      else fn += p;
    }
    const difference = trace.difference[k];
    if (groups === 0 || difference !== differences[groups - 1]) differences[groups++] = difference;
    child[merges] = k;
    into[merges] = target;
    movedPositives[merges] = p;
    movedNegatives[merges] = q;
    merges++;
    groupEnd[groups - 1] = merges;
    groupFp[groups - 1] = fp;
    groupFn[groups - 1] = fn;
  }
  return {
    child: child.subarray(0, merges),
    into: into.subarray(0, merges),
    positives: movedPositives.subarray(0, merges),
    negatives: movedNegatives.subarray(0, merges),
    groups,
    groupEnd: groupEnd.subarray(0, groups),
    difference: differences.subarray(0, groups),
    fp: groupFp.subarray(0, groups),
    fn: groupFn.subarray(0, groups),
  };
}
