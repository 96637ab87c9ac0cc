/** Labels of single frames as the stretches of time that a person asked for. */
import type { Interval } from '@noscope/query';
import { requireAtLeastZero, requireTimestamp } from './check.ts';

/** The longest step between two frames that is no gap in the stream, in seconds. */
export const longestStepS = (frameIntervalS: number): number => Math.max(1, 5 * frameIntervalS);

/**
 * Streaming form. A positive frame's time runs to the next frame; where the next one is missing (end of the stream, a
 * gap of more than max(1 s, 5 frame intervals), a stream that starts anew) it is on screen for one frame interval.
 */
export class IntervalBuilder {
  readonly #frameIntervalS: number;
  readonly #gapS: number;
  #startS: number | null = null;
  #lastS: number | null = null;
  #closed: Interval[] = [];

  /** @param frameIntervalS the stream's usual (median) frame interval in seconds; 0 where one frame is all there is. */
  constructor(frameIntervalS: number) {
    requireAtLeastZero('frameIntervalS', frameIntervalS);
    this.#frameIntervalS = frameIntervalS;
    this.#gapS = longestStepS(frameIntervalS);
  }

  /** Takes the next frame, in the stream's order. */
  push(timestampS: number, label: boolean): void {
    requireTimestamp(timestampS);
    if (this.#lastS !== null) {
      const stepS = timestampS - this.#lastS;
      if (stepS > this.#gapS || stepS < -this.#frameIntervalS) this.#close(this.#lastS + this.#frameIntervalS);
      else if (!label) this.#close(Math.max(timestampS, this.#lastS));
      // a step back within one interval is jitter: time stands still
      this.#lastS = stepS < 0 && stepS >= -this.#frameIntervalS ? this.#lastS : timestampS;
    } else {
      this.#lastS = timestampS;
    }
    if (label && this.#startS === null) this.#startS = this.#lastS;
  }

  /** The intervals that ended since the last call; each is given out once. */
  closed(): Interval[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** The interval that is still growing, as it would end now. */
  open(): Interval | null {
    if (this.#startS === null || this.#lastS === null) return null;
    return { startS: this.#startS, endS: this.#lastS + this.#frameIntervalS };
  }

  /** Ends the stream: closes what is open and gives out the rest. */
  end(): Interval[] {
    if (this.#lastS !== null) this.#close(this.#lastS + this.#frameIntervalS);
    this.#lastS = null;
    return this.closed();
  }

  #close(endS: number): void {
    if (this.#startS !== null) this.#closed.push({ startS: this.#startS, endS });
    this.#startS = null;
  }
}

/** Batch form: the intervals of a whole stretch, in the stream's order. `label` is 0 or 1 a frame. */
export function intervalsOf(timestampS: Float64Array, label: Uint8Array, frameIntervalS: number): Interval[] {
  const builder = new IntervalBuilder(frameIntervalS);
  for (let i = 0; i < timestampS.length; i++) builder.push(timestampS[i], label[i] === 1);
  return builder.end();
}
