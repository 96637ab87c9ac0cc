/** The grid: every t_skip × (detector × maxReuseS, or none) × (model, or none), swept under all budgets at once. */
import type { Plan } from '@noscope/plan';
import { throwIfAborted } from '@noscope/query';
import { lookS } from './costs.ts';
import { midpoint, nextUp, Scratch } from './float32.ts';
import type { DetectorCandidate, ModelCandidate, OptimizeInput } from './input.ts';
import type { RankSums } from './rank-sums.ts';
import { type Ranking, rankConfidences } from './ranking.ts';
import { type Looked, look, ordered, type Schedule, schedule } from './schedule.ts';
import type { Best, Budget, CombinationCosts } from './search.ts';
import { initialSums, sweepDetector, sweepModel } from './sweep.ts';
import { highAt, lowAt } from './thresholds.ts';

/** The cheapest plan of one combination under one budget, in frames. */
export interface Candidate {
  /** Index of the budget it keeps to. */
  budget: number;
  /** Seconds a frame; exact, a replay gives the same. */
  costS: number;
  /**
   * Thresholds as the sweep left them, between any two ranks: `cLow` > `cHigh` where "no" and "yes" may meet anywhere
   * between. `centred` makes it a plan that can be replayed.
   */
  plan: Plan;
  roots: number;
  asked: number;
}

export type SweepInput = Pick<
  OptimizeInput,
  'recording' | 'detectors' | 'models' | 'skipsS' | 'maxReuseS' | 'toleranceS' | 'costs' | 'onProgress' | 'signal'
>;

/** One detector with one `maxReuseS`, as all models see it; null: no detector. */
interface Stem {
  detector: DetectorCandidate | null;
  maxReuseS: number;
  schedule: Schedule | null;
}

interface RankedModel {
  model: ModelCandidate;
  ranking: Ranking;
  initial: RankSums;
}

/** Sweeps over this many steps take some tenths of a second; then the event loop gets a turn. */
const STEPS_PER_TURN = 4_000_000;

/** The frames looked at under each t_skip; neighbouring values that look at the same frames are one. */
export function* looks(input: Pick<SweepInput, 'recording' | 'skipsS' | 'toleranceS'>): Generator<Looked> {
  let before: Int32Array | null = null;
  for (const tSkipS of [...new Set(input.skipsS)].sort((a, b) => a - b)) {
    const looked = look(input.recording, tSkipS, input.toleranceS);
    const { sampled } = looked;
    if (before?.length === sampled.length && before.every((frame, k) => frame === sampled[k])) continue;
    before = sampled;
    yield looked;
  }
}

/**
 * Every detector with every `maxReuseS`; each schedule is overwritten by the next. Of the values that cut no pair of
 * this recording, and so do the same, the smallest stays: it promises least beyond what was seen.
 */
export function* stems(input: SweepInput, looked: Looked, scratch: Scratch): Generator<Stem> {
  yield { detector: null, maxReuseS: 0, schedule: null };
  const reuses = [...new Set(input.maxReuseS)].sort((a, b) => a - b);
  for (const detector of input.detectors) {
    const trace = input.recording.difference(detector.id, looked.tSkipS);
    const order = ordered(detector, looked, trace, scratch);
    let wasUncut = false;
    const pairs = trace.pair.reduce((count, pair) => count + (pair >= 0 ? 1 : 0), 0);
    for (const maxReuseS of detector.against === 'earlier' ? reuses : [0]) {
      const made = schedule(detector, maxReuseS, looked, trace, order, input.recording.timestampS, scratch);
      const cutsNothing = made.child.length === pairs;
      if (cutsNothing && wasUncut) continue;
      wasUncut ||= cutsNothing;
      yield { detector, maxReuseS, schedule: made };
    }
  }
}

export function combinationCosts(
  input: Pick<SweepInput, 'costs'>,
  looked: Looked,
  detector: DetectorCandidate | null,
  model: ModelCandidate | null,
): CombinationCosts {
  const fs = looked.frames === 0 ? 0 : looked.sampled.length / looked.frames;
  const stages = { detectorS: detector?.costS ?? null, modelS: model?.costS ?? null };
  return {
    perFrameS: input.costs.decodeS + fs * lookS(input.costs, stages),
    perRootS: model?.costS ?? 0,
    perQuestionS: input.costs.referenceS,
  };
}

/** The cheapest plan of every combination under every budget, where there is one; in no particular order. */
export async function sweepGrid(input: SweepInput, budgets: readonly Budget[]): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const scratch = new Scratch();
  const perSkip =
    1 +
    input.detectors.reduce(
      (count, { against }) => count + (against === 'earlier' ? new Set(input.maxReuseS).size : 1),
      0,
    );
  const perStem = 1 + input.models.length;
  const skips = new Set(input.skipsS).size;
  let skip = 0;
  let steps = 0;
  for (const looked of looks(input)) {
    const models: RankedModel[] = [];
    for (const model of input.models) {
      const ranking = rankConfidences(model.id, input.recording.confidence(model.id), looked.sampled, scratch);
      models.push({ model, ranking, initial: initialSums(looked, ranking) });
    }
    let done = skip * perSkip * perStem;
    for (const stem of stems(input, looked, scratch)) {
      const { detector } = stem;
      const keep = (bests: readonly Best[], model: RankedModel | null): void => {
        for (const [budget, best] of bests.entries()) {
          if (best.costS === Number.POSITIVE_INFINITY) continue;
          candidates.push(candidateOf(best, budget, input.toleranceS, looked, stem, model));
        }
      };
      keep(sweepDetector(looked, stem.schedule, budgets, combinationCosts(input, looked, detector, null)), null);
      for (const model of models) {
        const costs = combinationCosts(input, looked, detector, model.model);
        const { ranking, initial } = model;
        keep(sweepModel(looked, stem.schedule, ranking, initial, scratch, budgets, costs), model);
        steps += (stem.schedule?.child.length ?? 0) + looked.sampled.length;
        if (steps > STEPS_PER_TURN) {
          steps = 0;
          await turn();
        }
        throwIfAborted(input.signal);
      }
      done += perStem;
      input.onProgress?.({
        kind: 'progress',
        stage: 'optimize',
        done,
        total: skips * perSkip * perStem,
        unit: 'combinations',
        perSecond: null,
      });
    }
    skip++;
  }
  return candidates;
}

function candidateOf(
  best: Best,
  budget: number,
  toleranceS: number,
  looked: Looked,
  { detector, maxReuseS, schedule: made }: Stem,
  model: RankedModel | null,
): Candidate {
  const plan: Plan = { tSkipS: looked.tSkipS, toleranceS, detector: null, model: null };
  if (detector !== null && made !== null) {
    const { id, against, tDiffS } = detector;
    const largest = made.difference[best.group];
    const next = best.group + 1 < made.groups ? made.difference[best.group + 1] : nextUp(largest);
    plan.detector = { id, against, tDiffS, maxReuseS, delta: midpoint(largest, next) };
  }
  if (model !== null) {
    const { value } = model.ranking;
    plan.model = { id: model.model.id, cLow: lowAt(value, best.low), cHigh: highAt(value, best.high) };
  }
  return { budget, costS: best.costS, plan, roots: best.roots, asked: best.asked };
}

/** Gives timers, sockets and an abort their turn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
