/**
 * The two comparisons on which every label rests. Sweep, replay and executor all come through here: stages score in
 * float32 and thresholds are stored as numbers, so the score is rounded to float32 first, wherever it came from.
 */
import type { DetectorUse, ModelUse } from './plan.ts';

/** What the specialized model makes of a frame: its own answer, or a question to the reference model. */
export type Verdict = 'no' | 'yes' | 'ask';

/** c < c_low is no, c > c_high is yes, in between (NaN too) asks; without a model, or without a score, it asks. */
export function decideByModel(model: ModelUse | null, confidence: number | null): Verdict {
  if (model === null || confidence === null) return 'ask';
  const c = Math.fround(confidence);
  if (c < model.cLow) return 'no';
  return c > model.cHigh ? 'yes' : 'ask';
}

/** The guess for a question that was given up: c ≥ the thresholds' midpoint; absent where there is no model. */
export function midpointLabel(model: ModelUse | null, confidence: number | null): boolean {
  if (model === null || confidence === null) return false;
  return Math.fround(confidence) >= (model.cLow + model.cHigh) / 2;
}

/** The difference detector's test: d ≤ δ is "no change" (NaN is change). */
export function isUnchanged(detector: Pick<DetectorUse, 'delta'>, difference: number): boolean {
  return Math.fround(difference) <= detector.delta;
}
