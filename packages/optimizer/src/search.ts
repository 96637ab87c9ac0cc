/**
 * c_low and c_high of every budget, kept up while roots merge.
 *
 * Each budget holds two ranks with the sums below them. A merge changes those sums by a comparison each, and before a δ
 * is judged the ranks walk to where they belong now, leaping over blocks. From one δ to the next they hardly move, so
 * this takes a tenth of the time of a search from the root of a tree for every budget at every δ.
 */
import type { Scratch } from './float32.ts';
import { BLOCK, BLOCK_BITS, RankSums } from './rank-sums.ts';

/** Most wrong frames allowed. */
export interface Budget {
  fp: number;
  fn: number;
}

/** The cheapest thresholds of one combination under one budget. */
export interface Best {
  /** Seconds a frame; Infinity where nothing keeps to the budget. */
  costS: number;
  /** Group of the schedule up to which differences count as "no change"; -1 without a detector. */
  group: number;
  /** Ranks below this are "no". */
  low: number;
  /** Ranks from this on are "yes"; below `low` where the two may meet anywhere between. */
  high: number;
  asked: number;
  roots: number;
}

/** Seconds of one combination whatever its thresholds: per frame, per root, per question. */
export interface CombinationCosts {
  perFrameS: number;
  perRootS: number;
  perQuestionS: number;
}

export const noBest = (): Best => ({ costS: Number.POSITIVE_INFINITY, group: -1, low: 0, high: 0, asked: 0, roots: 0 });

export class Search {
  readonly best: Best[];
  readonly #sums: RankSums;
  readonly #budgetFp: Int32Array;
  readonly #budgetFn: Int32Array;
  readonly #bestS: Float64Array;
  readonly #perFrameS: number;
  readonly #perRootS: number;
  readonly #perQuestionS: number;
  /** Most ranks that may be "no", with the positive frames lost and the roots below. */
  readonly #low: Int32Array;
  readonly #lost: Int32Array;
  readonly #lowCount: Int32Array;
  /** Least rank from which all may be "yes", with the negative frames spared and the roots below. */
  readonly #high: Int32Array;
  readonly #spared: Int32Array;
  readonly #highCount: Int32Array;

  /**
   * @param initial sums before any merge; not changed
   * @param scratch lends the memory in which they change
   */
  constructor(
    initial: RankSums,
    scratch: Scratch,
    frames: number,
    budgets: readonly Budget[],
    costs: CombinationCosts,
  ) {
    this.#sums = new RankSums(initial.ranks, scratch);
    this.#sums.copyFrom(initial);
    this.best = budgets.map(noBest);
    this.#bestS = new Float64Array(budgets.length).fill(Number.POSITIVE_INFINITY);
    this.#budgetFp = Int32Array.from(budgets, ({ fp }) => fp);
    this.#budgetFn = Int32Array.from(budgets, ({ fn }) => fn);
    this.#perFrameS = costs.perFrameS;
    this.#perRootS = costs.perRootS / Math.max(1, frames);
    this.#perQuestionS = costs.perQuestionS / Math.max(1, frames);
    this.#low = new Int32Array(budgets.length);
    this.#lost = new Int32Array(budgets.length);
    this.#lowCount = new Int32Array(budgets.length);
    this.#high = new Int32Array(budgets.length);
    this.#spared = new Int32Array(budgets.length);
    this.#highCount = new Int32Array(budgets.length);
  }

  /** Changes the sums of a rank: positive frames that a "no" loses, negative frames that a "yes" adds, roots. */
  add(rank: number, lost: number, added: number, count: number): void {
    this.#sums.add(rank, lost, added, count);
    const low = this.#low;
    const high = this.#high;
    for (let b = 0; b < low.length; b++) {
      if (rank < low[b]) {
        this.#lost[b] += lost;
        this.#lowCount[b] += count;
      }
      if (rank < high[b]) {
        this.#spared[b] += added;
        this.#highCount[b] += count;
      }
    }
  }

  /** Judges the δ of a group by every budget. `fp`, `fn`: errors of asking every one of the roots that are left. */
  evaluate(group: number, roots: number, fp: number, fn: number): void {
    const unaskedS = this.#perFrameS + roots * this.#perRootS;
    for (let b = 0; b < this.best.length; b++) {
      const leftFn = this.#budgetFn[b] - fn;
      const leftFp = this.#budgetFp[b] - fp;
      if (leftFn < 0 || leftFp < 0 || unaskedS >= this.#bestS[b]) continue;
      this.#moveLow(b, leftFn);
      this.#moveHigh(b, this.#sums.totalAdded - leftFp);
      const low = this.#low[b];
      const high = this.#high[b];
      const asked = high > low ? this.#highCount[b] - this.#lowCount[b] : 0;
      const costS = unaskedS + asked * this.#perQuestionS;
      if (costS >= this.#bestS[b]) continue;
      this.#bestS[b] = costS;
      const best = this.best[b];
      best.costS = costS;
      best.group = group;
      best.low = low;
      best.high = high;
      best.asked = asked;
      best.roots = roots;
    }
  }

  /** To the last rank below which no more than `leftFn` positive frames are lost. */
  #moveLow(b: number, leftFn: number): void {
    const { byRank, byBlock, ranks } = this.#sums;
    const block = BLOCK;
    const bits = BLOCK_BITS;
    let at = this.#low[b];
    let lost = this.#lost[b];
    let count = this.#lowCount[b];
    while (lost > leftFn) {
      const behind = ((at >> bits) - 1) * 4;
      if (at % block === 0 && lost - byBlock[behind] > leftFn) {
        at -= block;
        lost -= byBlock[behind];
        count -= byBlock[behind + 2];
      } else {
        at--;
        lost -= byRank[at * 4];
        count -= byRank[at * 4 + 2];
      }
    }
    while (at < ranks) {
      const ahead = (at >> bits) * 4;
      if (at % block === 0 && lost + byBlock[ahead] <= leftFn) {
        at = Math.min(at + block, ranks);
        lost += byBlock[ahead];
        count += byBlock[ahead + 2];
      } else if (lost + byRank[at * 4] <= leftFn) {
        lost += byRank[at * 4];
        count += byRank[at * 4 + 2];
        at++;
      } else {
        break;
      }
    }
    this.#low[b] = at;
    this.#lost[b] = lost;
    this.#lowCount[b] = count;
  }

  /** To the first rank below which at least `mustSpare` negative frames are spared. */
  #moveHigh(b: number, mustSpare: number): void {
    const { byRank, byBlock } = this.#sums;
    const block = BLOCK;
    const bits = BLOCK_BITS;
    let at = this.#high[b];
    let spared = this.#spared[b];
    let count = this.#highCount[b];
    while (spared < mustSpare) {
      const ahead = (at >> bits) * 4;
      if (at % block === 0 && spared + byBlock[ahead + 1] < mustSpare) {
        at += block;
        spared += byBlock[ahead + 1];
        count += byBlock[ahead + 2];
      } else {
        spared += byRank[at * 4 + 1];
        count += byRank[at * 4 + 2];
        at++;
      }
    }
    while (at > 0) {
      const behind = ((at >> bits) - 1) * 4;
      if (at % block === 0 && spared - byBlock[behind + 1] >= mustSpare) {
        at -= block;
        spared -= byBlock[behind + 1];
        count -= byBlock[behind + 2];
      } else if (spared - byRank[at * 4 - 3] >= mustSpare) {
        at--;
        spared -= byRank[at * 4 + 1];
        count -= byRank[at * 4 + 2];
      } else {
        break;
      }
    }
    this.#high[b] = at;
    this.#spared[b] = spared;
    this.#highCount[b] = count;
  }
}
