/** What a plan would cost and get wrong on a recording. */
import { type Fractions, type Plan, type Recording, replay } from '@noscope/plan';
import {
  isPromised,
  meetsTargets,
  type Score,
  type Stage,
  scoreFrames,
  scoreWindows,
  type Targets,
  type Windows,
} from '@noscope/query';
import { type Costs, costPerFrame, stageCosts } from './costs.ts';
import type { DetectorCandidate, ModelCandidate } from './input.ts';

export interface PlanEstimate extends Fractions {
  /** Expected seconds a frame. */
  costS: number;
  /** Share of all frames that each stage decided. */
  fractions: Record<Stage, number>;
  /** Frames on which the reference was asked. */
  asked: number;
  frames: Score;
  windows: Score;
}

export interface EstimateUse {
  recording: Recording;
  detectors: readonly DetectorCandidate[];
  models: readonly ModelCandidate[];
  costs: Costs;
}

/** @param windows of the recording's timestamps, from `windowsOf` */
export function estimate(plan: Plan, use: EstimateUse, windows: Windows): PlanEstimate {
  const { label, fractions, asked, fs, fm, fc } = replay(plan, use.recording);
  const stages = stageCosts(plan, use.detectors, use.models);
  return {
    costS: costPerFrame({ fs, fm, fc }, use.costs, stages),
    fractions,
    asked,
    fs,
    fm,
    fc,
    frames: scoreFrames(use.recording.label, label),
    windows: scoreWindows(windows, use.recording.label, label),
  };
}

/** Whether an estimate meets the targets: frames and windows by count, and by their bound over windows where that is asked. */
export function meets(found: PlanEstimate, targets: Targets, budget: 'rate' | 'bound'): boolean {
  if (!meetsTargets(found.frames, targets)) return false;
  return budget === 'bound' ? isPromised(found.windows, targets) : meetsTargets(found.windows, targets);
}
