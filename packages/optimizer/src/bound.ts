/**
 * What no model can beat. With perfect separation a model asks nothing, but it still has to look at every root that
 * skipping and the difference detector leave; so the cheapest conceivable plan with a model follows from the model's
 * cost alone, before it is trained.
 */

import { budgetOf } from './budgets.ts';
import { combinationCosts, looks, type SweepInput, stems, sweepGrid } from './candidates.ts';
import { Scratch } from './float32.ts';
import { checkInput, type OptimizeInput } from './input.ts';

/** The lower hull over all ways to skip and to reuse: seconds a frame, and roots a frame. */
export interface Floor {
  lines: { perFrameS: number; rootsPerFrame: number }[];
}

type FloorInput = Omit<SweepInput, 'models'> & Pick<OptimizeInput, 'targets'>;

/**
 * For each t_skip and detector the largest δ that keeps to the frame budget. Which confidences a model will give does
 * not enter, so this is computed once, before models are trained.
 */
export function floorOf(input: FloorInput): Floor {
  checkInput(input);
  const budget = budgetOf(input.recording.label, input.targets);
  const scratch = new Scratch();
  const lines: Floor['lines'] = [];
  const anyModel = { id: 'any model', costS: 0 };
  for (const looked of looks(input)) {
    for (const { detector, schedule } of stems({ ...input, models: [] }, looked, scratch)) {
      const { perFrameS } = combinationCosts(input, looked, detector, anyModel);
      let roots: number | null = looked.fp <= budget.fp && looked.fn <= budget.fn ? looked.sampled.length : null;
      for (let group = 0; schedule !== null && group < schedule.groups; group++) {
        if (schedule.fp[group] <= budget.fp && schedule.fn[group] <= budget.fn) {
          roots = looked.sampled.length - schedule.groupEnd[group];
        }
      }
      if (roots !== null) lines.push({ perFrameS, rootsPerFrame: looked.frames === 0 ? 0 : roots / looked.frames });
    }
  }
  return { lines };
}

/** The least seconds a frame that any plan with a model of this cost can have; Infinity where no plan has one. */
export function leastCostS(floor: Floor, modelCostS: number): number {
  return floor.lines.reduce(
    (least, { perFrameS, rootsPerFrame }) => Math.min(least, perFrameS + rootsPerFrame * modelCostS),
    Number.POSITIVE_INFINITY,
  );
}

/** False when a model is useless even if it were always right: training it further is a waste. */
export const canBeat = (floor: Floor, candidate: { costS: number }, bestCostS: number): boolean =>
  leastCostS(floor, candidate.costS) < bestCostS;

/**
 * Seconds a frame of the cheapest plan by frames, windows unseen: what a candidate (say, a model after one epoch) is
 * worth. Never more than the reference alone costs.
 */
export async function bestCostS(input: SweepInput & Pick<OptimizeInput, 'targets'>): Promise<number> {
  checkInput(input);
  const candidates = await sweepGrid(input, [budgetOf(input.recording.label, input.targets)]);
  return candidates.reduce((least, { costS }) => Math.min(least, costS), input.costs.decodeS + input.costs.referenceS);
}
