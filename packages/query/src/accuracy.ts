/**
 * How right the answers are: the paper's metric over windows (Kang et al., VLDB 2017, section 8.1), and the same per
 * frame. Every rate is k of m with its one-sided 95% Clopper–Pearson bound, because "no error among 40 windows" does
 * not show a rate of 1%.
 */
import { NoScopeError } from './errors.ts';
import { clopperPearsonUpper } from './statistics.ts';

/** `wrong` of `of`, as a rate, and the rate's upper bound at 95% confidence. Nothing tried: rate 0, bound 1. */
export interface Rate {
  wrong: number;
  of: number;
  rate: number;
  bound: number;
}

export interface Score {
  positives: number;
  negatives: number;
  /** Over the negatives. */
  fp: Rate;
  /** Over the positives. */
  fn: Rate;
  /** 1 − (false positives + false negatives) / all; 1 when there is nothing to score. */
  accuracy: number;
}

/** Index ranges [starts[w], ends[w]) of the frames of each window. */
export interface Windows {
  lengthS: number;
  starts: Int32Array;
  ends: Int32Array;
}

export function rateOf(wrong: number, of: number): Rate {
  return { wrong, of, rate: of === 0 ? 0 : wrong / of, bound: clopperPearsonUpper(wrong, of) };
}

export function scoreOf(positives: number, negatives: number, falsePositives: number, falseNegatives: number): Score {
  const all = positives + negatives;
  return {
    positives,
    negatives,
    fp: rateOf(falsePositives, negatives),
    fn: rateOf(falseNegatives, positives),
    accuracy: all === 0 ? 1 : 1 - (falsePositives + falseNegatives) / all,
  };
}

/** Whether the targets are shown at 95% confidence, not merely met by what was counted. */
export const isPromised = (score: Score, targets: { fp: number; fn: number }): boolean =>
  score.fp.bound <= targets.fp && score.fn.bound <= targets.fn;

/** Whether the counted rates meet the targets. */
export const meetsTargets = (score: Score, targets: { fp: number; fn: number }): boolean =>
  score.fp.rate <= targets.fp && score.fn.rate <= targets.fn;

/** `truth` and `answer`: 0 or 1 a frame, of equal length. */
export function scoreFrames(truth: Uint8Array, answer: Uint8Array): Score {
  sameLength(truth, answer);
  return tally(
    truth.length,
    (i) => truth[i] === 1,
    (i) => answer[i] === 1,
  );
}

/** Median of the positive steps between timestamps, in seconds; 0 with fewer than two frames. */
export function medianInterval(timestampS: Float64Array): number {
  const steps = new Float64Array(Math.max(0, timestampS.length - 1));
  let count = 0;
  for (let i = 1; i < timestampS.length; i++) {
    const step = timestampS[i] - timestampS[i - 1];
    if (step > 0) steps[count++] = step;
  }
  if (count === 0) return 0;
  const sorted = steps.subarray(0, count).sort();
  return sorted[count >> 1];
}

/**
 * Windows of max(1 s, 15 frames) by timestamp, counted from the first frame. A window that holds less than half of the
 * frames it should (the stream's end, a gap) is none. `timestampS` ascends.
 */
export function windowsOf(timestampS: Float64Array): Windows {
  const interval = medianInterval(timestampS);
  const lengthS = Math.max(1, 15 * interval);
  const expected = interval === 0 ? 1 : lengthS / interval;
  const starts: number[] = [];
  const ends: number[] = [];
  let start = 0;
  while (start < timestampS.length) {
    // The epsilon keeps a timestamp such as 2.9999999999 in the window that begins at 3.
    const window = Math.floor((timestampS[start] - timestampS[0]) / lengthS + 1e-6);
    const borderS = timestampS[0] + (window + 1) * lengthS - lengthS * 1e-6;
    let end = start + 1;
    while (end < timestampS.length && timestampS[end] < borderS) end++;
    if (end - start >= expected / 2) {
      starts.push(start);
      ends.push(end);
    }
    start = end;
  }
  return { lengthS, starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

/** A window is positive when at least 28/30 of its frames are. */
export function scoreWindows(windows: Windows, truth: Uint8Array, answer: Uint8Array): Score {
  sameLength(truth, answer);
  const { starts, ends } = windows;
  const positive = (labels: Uint8Array) => (window: number) => {
    let count = 0;
    for (let i = starts[window]; i < ends[window]; i++) count += labels[i];
    return count >= Math.ceil((28 * (ends[window] - starts[window])) / 30);
  };
  return tally(starts.length, positive(truth), positive(answer));
}

function tally(count: number, isTrue: (i: number) => boolean, isAnswered: (i: number) => boolean): Score {
  let positives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  for (let i = 0; i < count; i++) {
    const truth = isTrue(i);
    const answer = isAnswered(i);
    if (truth) positives++;
    if (answer && !truth) falsePositives++;
    if (truth && !answer) falseNegatives++;
  }
  return scoreOf(positives, count - positives, falsePositives, falseNegatives);
}

function sameLength(truth: Uint8Array, answer: Uint8Array): void {
  if (truth.length !== answer.length) {
    throw new NoScopeError(
      'bad-input',
      `${truth.length} true labels and ${answer.length} answers do not belong together`,
    );
  }
}
