/**
 * How right the answers on video that nobody learnt from are: by asking the reference about every frame (`verify`), or
 * about a uniform random sample of them (`audit`). And what the same number of questions would have given without a
 * cascade: ask every k-th frame and hold the answer.
 */
import {
  isPromised,
  NoScopeError,
  type Score,
  scoreFrames,
  scoreWindows,
  type Targets,
  windowsOf,
} from '@noscope/query';

export interface Accuracy {
  method: 'audit' | 'verify';
  /** Frames that the reference was asked about to find this out. */
  asked: number;
  /** Null for an audit: a window's label needs all of its frames. */
  windows: Score | null;
  frames: Score;
  /** Whether the bounds lie within the targets; on frames where there are no windows. */
  promised: boolean;
}

export interface Baseline {
  /** Every k-th frame is asked. */
  k: number;
  /** Share of the frames asked. */
  reference: number;
  frames: Score;
  windows: Score | null;
}

export function verified(timestampS: Float64Array, truth: Uint8Array, answer: Uint8Array, targets: Targets): Accuracy {
  const windows = scoreWindows(windowsOf(timestampS), truth, answer);
  const frames = scoreFrames(truth, answer);
  return { method: 'verify', asked: truth.length, windows, frames, promised: isPromised(windows, targets) };
}

/** `truth[i]` is the reference's answer to frame `drawn[i]`. */
export function audited(drawn: Int32Array, truth: Uint8Array, answer: Uint8Array, targets: Targets): Accuracy {
  const frames = scoreFrames(
    truth,
    Uint8Array.from(drawn, (frame) => answer[frame]),
  );
  return { method: 'audit', asked: drawn.length, windows: null, frames, promised: isPromised(frames, targets) };
}

/** The k whose share of questions is nearest to `share`, at least 1 and at most the number of frames. */
export function baselineInterval(share: number, frames: number): number {
  if (share <= 0) return Math.max(1, frames);
  const below = Math.max(1, Math.floor(1 / share));
  const nearest = Math.abs(1 / below - share) <= Math.abs(1 / (below + 1) - share) ? below : below + 1;
  return Math.min(nearest, Math.max(1, frames));
}

/** The frame whose answer the baseline holds at `frame`. */
export const heldFrame = (frame: number, k: number): number => frame - (frame % k);

export function verifiedBaseline(timestampS: Float64Array, truth: Uint8Array, k: number): Baseline {
  const answer = truth.map((_, frame) => truth[heldFrame(frame, k)]);
  return {
    k,
    reference: truth.length === 0 ? 0 : Math.ceil(truth.length / k) / truth.length,
    frames: scoreFrames(truth, answer),
    windows: scoreWindows(windowsOf(timestampS), truth, answer),
  };
}

/** `count` different frame numbers below `frames`, ascending, each set equally likely (Floyd's algorithm). */
export function drawFrames(frames: number, count: number, random: () => number): Int32Array {
  if (count < 0 || !Number.isInteger(count))
    throw new NoScopeError('bad-input', 'an audit draws a whole number of frames');
  const drawn = new Set<number>();
  for (let last = Math.max(0, frames - count); last < frames; last++) {
    const candidate = Math.floor(random() * (last + 1));
    drawn.add(drawn.has(candidate) ? last : candidate);
  }
  return Int32Array.from(drawn).sort();
}
