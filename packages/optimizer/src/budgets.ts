/** Targets as numbers of wrong frames. */
import type { Targets } from '@noscope/query';
import type { Budget } from './search.ts';

/** Most wrong frames that the targets allow: rates are over the negatives and over the positives. `label`: 0 or 1. */
export function budgetOf(label: Uint8Array, targets: Targets): Budget {
  const positives = label.reduce((count, value) => count + value, 0);
  // the epsilon keeps 0.29 × 100 from losing a frame to rounding
  return {
    fp: Math.floor(targets.fp * (label.length - positives) + 1e-9),
    fn: Math.floor(targets.fn * positives + 1e-9),
  };
}

/** All budgets of one sweep; targets that allow the same frames share one. */
export class Levels {
  readonly budgets: Budget[] = [];
  readonly #label: Uint8Array;

  constructor(label: Uint8Array) {
    this.#label = label;
  }

  indexOf(targets: Targets): number {
    const budget = budgetOf(this.#label, targets);
    const known = this.budgets.findIndex(({ fp, fn }) => fp === budget.fp && fn === budget.fn);
    return known >= 0 ? known : this.budgets.push(budget) - 1;
  }
}
