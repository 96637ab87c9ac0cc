/**
 * What a frame costs (paper, section 6.2): T_decode + f_s·(T_small + T_diff) + f_s·f_m·T_specialized +
 * f_s·f_m·f_c·T_reference. The small frame is made only where a detector or a model looks at it.
 */
import type { Fractions, Plan } from '@noscope/plan';

/** Seconds a frame on the device that will run the plan; measured, and frozen before anything is chosen. */
export interface Costs {
  /** Every frame is decoded, looked at or not. */
  decodeS: number;
  smallFrameS: number;
  referenceS: number;
}

/** Costs of the stages that a plan has; null where it has none. */
export interface StageCosts {
  detectorS: number | null;
  modelS: number | null;
}

/** Seconds a frame that is looked at costs before the model, on top of decoding. */
export function lookS(costs: Costs, stages: StageCosts): number {
  const needsSmallFrame = stages.detectorS !== null || stages.modelS !== null;
  return (needsSmallFrame ? costs.smallFrameS : 0) + (stages.detectorS ?? 0);
}

/** Expected seconds a frame, from the fractions of a replay (or of a client's own count). */
export function costPerFrame(fractions: Fractions, costs: Costs, stages: StageCosts): number {
  const { fs, fm, fc } = fractions;
  return costs.decodeS + fs * (lookS(costs, stages) + fm * ((stages.modelS ?? 0) + fc * costs.referenceS));
}

/** Looks up what a plan's stages cost; throws nothing: a stage that is not listed is the caller's to have refused. */
export function stageCosts(
  plan: Plan,
  detectors: readonly { id: string; costS: number }[],
  models: readonly { id: string; costS: number }[],
): StageCosts {
  return {
    detectorS: plan.detector === null ? null : (detectors.find(({ id }) => id === plan.detector?.id)?.costS ?? 0),
    modelS: plan.model === null ? null : (models.find(({ id }) => id === plan.model?.id)?.costS ?? 0),
  };
}
