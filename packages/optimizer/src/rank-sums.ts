/**
 * Roots by the rank of their confidence: how many there are, how many positive frames a "no" loses, how many negative
 * frames a "yes" adds; by rank, and summed over blocks of ranks so that a search may leap.
 */
import type { Scratch } from './float32.ts';

export const BLOCK_BITS = 6;
/** Ranks to a block. */
export const BLOCK = 1 << BLOCK_BITS;

/**
 * The sums lie four to a rank (or block), so that one cache line holds all of them: at 0 the positive frames lost, at 1
 * the negative frames added, at 2 the roots; 3 is unused.
 */
export class RankSums {
  readonly ranks: number;
  readonly byRank: Int32Array;
  readonly byBlock: Int32Array;
  /** Negative frames that "yes" to every root adds. */
  totalAdded = 0;

  /** @param scratch lends the memory; then the sums hold nonsense until `copyFrom` */
  constructor(ranks: number, scratch?: Scratch) {
    this.ranks = ranks;
    const lend = (name: string, length: number): Int32Array => scratch?.int32(name, length) ?? new Int32Array(length);
    this.byRank = lend('sums.byRank', ranks * 4);
    this.byBlock = lend('sums.byBlock', Math.ceil(ranks / BLOCK) * 4);
  }

  /** Adds to a rank's three sums; the amounts may be negative. */
  add(rank: number, lost: number, added: number, count: number): void {
    const at = rank * 4;
    const { byRank, byBlock } = this;
    byRank[at] += lost;
    byRank[at + 1] += added;
    byRank[at + 2] += count;
    const block = (rank >> BLOCK_BITS) * 4;
    byBlock[block] += lost;
    byBlock[block + 1] += added;
    byBlock[block + 2] += count;
    this.totalAdded += added;
  }

  /** @param other of the same number of ranks */
  copyFrom(other: RankSums): void {
    this.byRank.set(other.byRank);
    this.byBlock.set(other.byBlock);
    this.totalAdded = other.totalAdded;
  }
}
