/** What the optimizer is given, and what it refuses. */
import type { Recording } from '@noscope/plan';
import { NoScopeError, type OnProgress, type Targets } from '@noscope/query';
import type { Costs } from './costs.ts';

export interface DetectorCandidate {
  id: string;
  against: 'reference-image' | 'earlier';
  /** 0 against the reference image. */
  tDiffS: number;
  /** Seconds a frame. */
  costS: number;
}

export interface ModelCandidate {
  id: string;
  /** Seconds a frame. */
  costS: number;
}

export interface OptimizeInput {
  /** Labels, confidences and differences that thresholds are swept over. */
  recording: Recording;
  /**
   * Part of it that no stage was trained on (the *optimize* split), where `recording` holds the training part as well: a
   * plan must then meet the targets on both, and is estimated on this one. A stage that errs on what it was trained on
   * will err later too, and a short optimize split alone sees too few appearances to place thresholds by.
   */
  judge?: Recording;
  detectors: readonly DetectorCandidate[];
  models: readonly ModelCandidate[];
  /** Candidates for t_skip in seconds; 0 looks at every frame. */
  skipsS: readonly number[];
  /** Candidates for maxReuseS, for detectors against an earlier frame. */
  maxReuseS: readonly number[];
  toleranceS: number;
  costs: Costs;
  /** FP* over negatives and FN* over positives, 0..1. */
  targets: Targets;
  /** How many of the cheapest plans are replayed and scored over windows at each budget; 64 unless told. */
  replays?: number;
  /** `rate`: the counted rates over windows must meet the targets (the paper). `bound`: their 95% bounds must. */
  budget?: 'rate' | 'bound';
  /** Widens the thresholds outward until this share more of what was asked is asked; 0 unless told. */
  widen?: number;
  /** The same as a share of all frames, for plans that ask next to nothing; added to `widen`; 0 unless told. */
  widenFrames?: number;
  /** Lowers δ until this share of all frames more goes on to the model instead of being reused; 0 unless told. */
  tightenFrames?: number;
  /**
   * A plan without a difference detector is taken where it costs at most this share more: on little evidence a stage
   * that saves little is one more way to be wrong. 0 unless told.
   */
  simplerWithin?: number;
  onProgress?: OnProgress;
  signal?: AbortSignal;
}

export const refused = (message: string): NoScopeError => new NoScopeError('bad-input', message);

/** Throws `bad-input` when the input means nothing; scores are checked where they are read. */
export function checkInput(input: Omit<OptimizeInput, 'models'> & { models?: readonly ModelCandidate[] }): void {
  const { recording, costs, targets } = input;
  const { timestampS, label } = recording;
  if (label.length !== timestampS.length) {
    throw refused(`${label.length} labels and ${timestampS.length} timestamps do not belong together`);
  }
  if (label.some((value) => value > 1)) throw refused('labels must be 0 or 1');
  for (const [name, value] of Object.entries({ ...costs, toleranceS: input.toleranceS })) atLeastZero(name, value);
  for (const { id, costS } of [...input.detectors, ...(input.models ?? [])]) atLeastZero(`the cost of ${id}`, costS);
  for (const skipS of input.skipsS) atLeastZero('a t_skip', skipS);
  for (const detector of input.detectors) atLeastZero(`the t_diff of ${detector.id}`, detector.tDiffS);
  for (const [name, rate] of Object.entries(targets)) {
    if (!(rate >= 0 && rate <= 1)) throw refused(`the ${name} target is ${rate}; give a rate between 0 and 1`);
  }
  if (input.detectors.some(({ against }) => against === 'earlier')) {
    if (input.maxReuseS.length === 0) throw refused('detectors against an earlier frame need at least one maxReuseS');
    if (!input.maxReuseS.every((reuseS) => reuseS > 0)) throw refused('every maxReuseS must be more than 0 seconds');
  }
}

function atLeastZero(name: string, value: number): void {
  if (!(value >= 0) || value === Number.POSITIVE_INFINITY) throw refused(`${name} is ${value}; it must be 0 or more`);
}
