/** Which frames of a video are given out; pure, so that every decoder answers alike. */
import { NoScopeError } from '@noscope/query';
import type { FrameRange } from './video.ts';

/** Timestamps are fractions of a time base held as doubles: this much is noise. */
const NOISE_S = 1e-6;

export function checkRange(range: FrameRange): void {
  for (const name of ['startFrame', 'endFrame'] as const) {
    const value = range[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0)) {
      throw new NoScopeError('bad-input', `${name} is a whole number from 0; got ${value}`);
    }
  }
  for (const name of ['startS', 'endS'] as const) {
    const value = range[name];
    if (value !== undefined && Number.isNaN(value)) throw new NoScopeError('bad-input', `${name} is not a number`);
  }
  if (range.everyN !== undefined && !(Number.isInteger(range.everyN) && range.everyN >= 1)) {
    throw new NoScopeError('bad-input', `everyN is a whole number from 1; got ${range.everyN}`);
  }
  if (range.everyS !== undefined && !(Number.isFinite(range.everyS) && range.everyS >= 0)) {
    throw new NoScopeError('bad-input', `everyS is a number of seconds from 0; got ${range.everyS}`);
  }
}

/** Asked about every frame in order: `give` it out, `pass` over it, or `end` the iteration before it. */
export class RangeFilter {
  readonly #range: FrameRange;
  #first: { id: number; timestampS: number } | null = null;
  #dueS = Number.NEGATIVE_INFINITY;
  #lastS = Number.NEGATIVE_INFINITY;

  constructor(range: FrameRange) {
    checkRange(range);
    this.#range = range;
  }

  next(id: number, timestampS: number): 'give' | 'pass' | 'end' {
    const { startS, endS, startFrame, endFrame, everyN, everyS } = this.#range;
    if (endFrame !== undefined && id >= endFrame) return 'end';
    if (endS !== undefined && timestampS >= endS - NOISE_S) return 'end';
    if (startFrame !== undefined && id < startFrame) return 'pass';
    if (startS !== undefined && timestampS < startS - NOISE_S) return 'pass';
    this.#first ??= { id, timestampS };
    if (everyN !== undefined && (id - this.#first.id) % everyN !== 0) return 'pass';
    if (everyS !== undefined && everyS > 0) {
      // A live stream that restarts its clock starts a new grid: its old due time may be hours away.
      if (timestampS < this.#lastS) {
        this.#first = { id: this.#first.id, timestampS };
        this.#dueS = timestampS;
      }
      this.#lastS = timestampS;
      if (timestampS < this.#dueS - NOISE_S) return 'pass';
      const steps = Math.floor((timestampS - this.#first.timestampS + NOISE_S) / everyS) + 1;
      this.#dueS = this.#first.timestampS + steps * everyS;
    }
    return 'give';
  }
}
