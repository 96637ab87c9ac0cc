/**
 * Which frame a frame is compared with: the one t_diff earlier, by timestamp, among the frames that are looked at.
 *
 * Reuse has to end: a chain of small differences would carry a label for minutes. Time is cut into epochs of `maxReuseS`
 * and no pair crosses a border. The cut depends on neither δ nor the scores, which keeps the optimizer's sweep exact.
 */
import { requireAtLeastZero, requirePositive } from './check.ts';
import { Clock } from './clock.ts';
import type { DetectorUse } from './plan.ts';

export interface PairingUse extends Pick<DetectorUse, 'tDiffS' | 'maxReuseS'> {
  toleranceS: number;
}

/** Whether a label may pass between two frames: both lie in the same epoch floor(t / maxReuseS). */
export function sameEpoch(aS: number, bS: number, maxReuseS: number): boolean {
  return Math.floor(aS / maxReuseS) === Math.floor(bS / maxReuseS);
}

interface Entry<T> {
  /** The clock's seconds, by which the nearest is found; they never run backwards. */
  clockS: number;
  /** The decoder's seconds, by which epochs are cut. */
  timestampS: number;
  frame: T;
}

/**
 * Streaming form. Of the last frame at or before `t - tDiffS` and the first one after it the nearer is the partner (the
 * earlier one on a tie), if it lies within the tolerance and in the same epoch.
 */
export class Pairing<T> {
  readonly #tDiffS: number;
  readonly #toleranceS: number;
  readonly #maxReuseS: number;
  readonly #onDrop: ((frame: T) => void) | undefined;
  readonly #clock: Clock;
  #entries: Entry<T>[] = [];
  /** Entries before this one were dropped; they are cut off in bulk, because shifting an array costs its length. */
  #head = 0;

  /** @param onDrop is told of every frame that no later frame can be compared with; its memory may go. */
  constructor(use: PairingUse, onDrop?: (frame: T) => void) {
    requireAtLeastZero('tDiffS', use.tDiffS);
    requireAtLeastZero('toleranceS', use.toleranceS);
    requirePositive('maxReuseS', use.maxReuseS);
    this.#tDiffS = use.tDiffS;
    this.#toleranceS = use.toleranceS;
    this.#maxReuseS = use.maxReuseS;
    this.#onDrop = onDrop;
    this.#clock = new Clock(use.toleranceS);
  }

  /** How many frames are held; bounded by the number looked at in `tDiffS`, plus two. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /**
   * Takes the next frame that is looked at and returns its partner, or null, which counts as changed. The partner is
   * held until the next call at least; whoever scores later than that keeps its own reference to the bytes.
   *
   * Frames that no later frame can need are reported to `onDrop` before this returns, the partner never among them.
   */
  push(timestampS: number, frame: T): T | null {
    if (this.#clock.advance(timestampS)) this.clear();
    const clockS = this.#clock.nowS;
    const targetS = clockS - this.#tDiffS;
    while (this.size > 1 && this.#entries[this.#head + 1].clockS <= targetS) this.#drop();
    let partner: Entry<T> | null = null;
    let nearestS = Number.POSITIVE_INFINITY;
    for (let i = this.#head; i < Math.min(this.#head + 2, this.#entries.length); i++) {
      const distanceS = Math.abs(this.#entries[i].clockS - targetS);
      if (distanceS < nearestS) {
        nearestS = distanceS;
        partner = this.#entries[i];
      }
    }
    this.#entries.push({ clockS, timestampS, frame });
    const isPair =
      partner !== null && nearestS <= this.#toleranceS && sameEpoch(partner.timestampS, timestampS, this.#maxReuseS);
    return partner !== null && isPair ? partner.frame : null;
  }

  /** Drops every frame held: the stream ended or starts anew. */
  clear(): void {
    while (this.size > 0) this.#drop();
  }

  #drop(): void {
    this.#onDrop?.(this.#entries[this.#head].frame);
    this.#head++;
    if (this.#head > 32 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}

/**
 * Batch form over the timestamps of the frames looked at: for each the ordinal of its partner among them, or -1.
 * `maxReuseS` = Infinity leaves epochs out (a recording keeps pairs so, because it serves every `maxReuseS`).
 */
export function pairIndices(sampledTimestampS: Float64Array, use: PairingUse): Int32Array {
  const pairing = new Pairing<number>(use);
  return Int32Array.from(sampledTimestampS, (timestampS, i) => pairing.push(timestampS, i) ?? -1);
}
