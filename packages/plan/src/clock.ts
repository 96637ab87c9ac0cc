/**
 * Decoder timestamps made usable: a step back within the tolerance is jitter and the clock stands still, a longer one
 * means that the stream started anew. Sampling and pairing both run on this clock, so they agree on where that was.
 */
import { requireTimestamp } from './check.ts';

export class Clock {
  readonly #toleranceS: number;
  #nowS = Number.NEGATIVE_INFINITY;

  constructor(toleranceS: number) {
    this.#toleranceS = toleranceS;
  }

  /** Seconds; never runs backwards except by a restart. */
  get nowS(): number {
    return this.#nowS;
  }

  /** Moves on to a frame's timestamp; true when the stream started here (also true for the first frame). */
  advance(timestampS: number): boolean {
    requireTimestamp(timestampS);
    const restarted = timestampS < this.#nowS - this.#toleranceS || this.#nowS === Number.NEGATIVE_INFINITY;
    if (restarted || timestampS > this.#nowS) this.#nowS = timestampS;
    return restarted;
  }
}
