/**
 * The exact sweep of one (detector, model, t_skip): for every δ the fewest questions to the reference model that keep
 * to the error budgets, in frames.
 *
 * Asking a root costs nothing beyond what hangs from it wrongly (counted in the schedule). A "no" on a positive root
 * loses its positive frames, a "yes" on a negative root adds its negative frames. The wrong answer's credit (a "no" on
 * a positive root removes the false positives that hang from it) is ignored: that is conservative, and makes FN depend
 * on c_low alone and FP on c_high alone, so each is found by one prefix search. FP and FN are not monotone in δ, so no
 * δ may be left out.
 */
import type { Scratch } from './float32.ts';
import { RankSums } from './rank-sums.ts';
import type { Ranking } from './ranking.ts';
import type { Looked, Schedule } from './schedule.ts';
import { type Best, type Budget, type CombinationCosts, noBest, Search } from './search.ts';

/** Sums over the ranks before any merge; made once per (model, t_skip) and copied for each detector. */
export function initialSums(looked: Looked, ranking: Ranking): RankSums {
  const sums = new RankSums(ranking.value.length);
  const { isPositive, positives, negatives } = looked;
  for (let k = 0; k < isPositive.length; k++) {
    sums.add(ranking.rank[k], isPositive[k] === 1 ? positives[k] : 0, isPositive[k] === 1 ? 0 : negatives[k], 1);
  }
  return sums;
}

/** Without a model every root is asked, so the largest δ that keeps to the budget is the cheapest. */
export function sweepDetector(
  looked: Looked,
  schedule: Schedule | null,
  budgets: readonly Budget[],
  costs: CombinationCosts,
): Best[] {
  const all = looked.sampled.length;
  const at = (group: number): Best => {
    const roots = schedule === null || group < 0 ? all : all - schedule.groupEnd[group];
    const costS = costs.perFrameS + (roots * (costs.perRootS + costs.perQuestionS)) / Math.max(1, looked.frames);
    return { costS, group, low: 0, high: 0, asked: roots, roots };
  };
  return budgets.map((budget) => {
    if (schedule === null) return looked.fp <= budget.fp && looked.fn <= budget.fn ? at(-1) : noBest();
    for (let group = schedule.groups - 1; group >= 0; group--) {
      if (schedule.fp[group] <= budget.fp && schedule.fn[group] <= budget.fn) return at(group);
    }
    return noBest();
  });
}

/**
 * @param initial from `initialSums`; not changed
 * @returns the best of each budget
 */
export function sweepModel(
  looked: Looked,
  schedule: Schedule | null,
  ranking: Ranking,
  initial: RankSums,
  scratch: Scratch,
  budgets: readonly Budget[],
  costs: CombinationCosts,
): Best[] {
  const search = new Search(initial, scratch, looked.frames, budgets, costs);
  if (schedule === null) {
    search.evaluate(-1, looked.sampled.length, looked.fp, looked.fn);
    return search.best;
  }
  const { isPositive } = looked;
  const { rank } = ranking;
  const { child, into, positives, negatives, groupEnd } = schedule;
  let merge = 0;
  for (let group = 0; group < schedule.groups; group++) {
    for (; merge < groupEnd[group]; merge++) {
      const from = child[merge];
      const to = into[merge];
      const p = positives[merge];
      const n = negatives[merge];
      if (isPositive[from] === 1) search.add(rank[from], -p, 0, -1);
      else search.add(rank[from], 0, -n, -1);
      if (to < 0) continue;
      if (isPositive[to] === 1) {
        if (p > 0) search.add(rank[to], p, 0, 0);
      } else if (n > 0) {
        search.add(rank[to], 0, n, 0);
      }
    }
    search.evaluate(group, looked.sampled.length - merge, schedule.fp[group], schedule.fn[group]);
  }
  return search.best;
}
