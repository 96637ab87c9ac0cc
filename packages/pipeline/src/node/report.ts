/** The document of `noscope query --json`, and its parts that other commands print too. */
import type { PlanEstimate } from '@noscope/optimizer';
import type { Plan } from '@noscope/plan';
import type { Interval, Query, Score, Stage } from '@noscope/query';
import type { Accuracy, Baseline } from './audit.ts';
import type { Warning } from './coverage.ts';

/** Rates are null where there was nothing to score; bounds are one-sided at 95% and 1 then. */
export interface ScoreReport {
  fpRate: number | null;
  fnRate: number | null;
  accuracy: number | null;
  positives: number;
  negatives: number;
  fpBound: number;
  fnBound: number;
  falsePositives: number;
  falseNegatives: number;
}

export interface AccuracyReport {
  method: Accuracy['method'];
  asked: number;
  promised: boolean;
  windows: ScoreReport;
  frames: ScoreReport;
}

export interface BaselineReport {
  k: number;
  reference: number;
  frames: ScoreReport;
  windows: ScoreReport;
}

/** The cascade chosen again without one of its stages. */
export interface LesionReport {
  without: string;
  /** Expected on the optimizing part. */
  expected: PlanReport;
  /** What it did on the part never seen; null unless every frame of it was verified. */
  unseen: { reference: number; frames: ScoreReport } | null;
}

/** A plan with what it is expected to cost and to get wrong, from the optimizing part. */
export interface PlanReport {
  plan: Plan;
  /** In words. */
  description: string;
  /** Seconds a frame, decoding included. */
  costS: number;
  stages: Record<Stage, number>;
  windows: ScoreReport;
  frames: ScoreReport;
}

export interface QueryReport {
  query: Query;
  video: { name: string; width: number; height: number };
  /** What was learnt from, in seconds of the video. */
  learned: { frames: number; trainS: [number, number]; optimizeS: [number, number] };
  /** What was answered. */
  answered: { frames: number; startS: number; endS: number };
  intervals: Interval[];
  accuracy: AccuracyReport;
  baseline: BaselineReport;
  /** Fractions of the answered frames by the stage that decided; they sum to 1. */
  stages: Record<Stage, number>;
  unresolved: number;
  speed: {
    /** Answered frames over the wall time, decoding included, and the assumed time of answers that came from a file. */
    cascadeFps: number;
    referenceFps: number;
    decodeFps: number;
    speedup: number;
    /** False where the reference's answers came from a file and its speed is an assumption. */
    referenceMeasured: boolean;
  };
  plan: PlanReport;
  reason: string;
  /** The cheapest plan by target, from the strictest to the loosest. */
  frontier: (PlanReport & {
    targets: { fp: number; fn: number };
    /** The targets that were asked for. */
    isOwn: boolean;
    /** No stricter targets cost as little. */
    isNonDominated: boolean;
  })[];
  /** What a frame costs at each stage, in seconds, measured on `device` before anything was chosen; null: no such stage. */
  costs: {
    device: string;
    decodeS: number;
    smallFrameS: number;
    differenceS: number | null;
    specializedS: number | null;
    referenceS: number;
  };
  lesions: LesionReport[];
  timing: { labelS: number; trainS: number; optimizeS: number; runS: number; auditS: number };
  /** What computed which stage, and why it was chosen. */
  engine: Record<string, string>;
  bundle: { id: string; folder: string };
  warnings: Warning[];
}

export function scoreReport(score: Score | null): ScoreReport {
  if (score === null) {
    return {
      fpRate: null,
      fnRate: null,
      accuracy: null,
      positives: 0,
      negatives: 0,
      fpBound: 1,
      fnBound: 1,
      falsePositives: 0,
      falseNegatives: 0,
    };
  }
  const { positives, negatives, fp, fn, accuracy } = score;
  return {
    fpRate: negatives === 0 ? null : fp.rate,
    fnRate: positives === 0 ? null : fn.rate,
    accuracy: positives + negatives === 0 ? null : accuracy,
    positives,
    negatives,
    fpBound: fp.bound,
    fnBound: fn.bound,
    falsePositives: fp.wrong,
    falseNegatives: fn.wrong,
  };
}

export const accuracyReport = ({ method, asked, promised, windows, frames }: Accuracy): AccuracyReport => ({
  method,
  asked,
  promised,
  windows: scoreReport(windows),
  frames: scoreReport(frames),
});

export const baselineReport = ({ k, reference, frames, windows }: Baseline): BaselineReport => ({
  k,
  reference,
  frames: scoreReport(frames),
  windows: scoreReport(windows),
});

export const planReport = (plan: Plan, description: string, estimate: PlanEstimate): PlanReport => ({
  plan,
  description,
  costS: estimate.costS,
  stages: estimate.fractions,
  windows: scoreReport(estimate.windows),
  frames: scoreReport(estimate.frames),
});
