/** How much may be on its way at a time. */
import type { Frame } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { ExecuteOptions } from './run.ts';

/** Batches that were handed to the stages: one for each of the two, while the reader fills a third. */
export const BATCHES_IN_FLIGHT = 2;
/** A batch ends here even when hardly a frame of it is looked at: decisions should not come in lumps of minutes. */
export const FRAMES_IN_BATCH = 4096;
/** Decisions that wait for one missing answer: over an hour at 30 frames a second, some 20 MB. */
export const MOST_HELD = 1 << 17;
const OPEN_BYTES = 192 * 1024 * 1024;

export class Bounds {
  readonly concurrency: number;
  readonly maxPending: number;
  readonly #canAsk: boolean;
  readonly #given: number | undefined;
  batchSize: number;
  /** Known with the first frame. */
  openFrames = Number.POSITIVE_INFINITY;

  /** Throws `bad-input` for a bound under which nothing could move. */
  constructor(options: ExecuteOptions) {
    const { reference, batchSize = 64, maxPendingReference, referenceConcurrency = 2, maxOpenFrames } = options;
    this.batchSize = atLeastOne('batchSize', batchSize);
    this.concurrency = atLeastOne('referenceConcurrency', referenceConcurrency);
    const pending = maxPendingReference ?? Math.max(32, 4 * (reference?.batchSize ?? 1));
    this.maxPending = atLeastOne('maxPendingReference', pending);
    this.#given = maxOpenFrames === undefined ? undefined : atLeastOne('maxOpenFrames', maxOpenFrames);
    this.#canAsk = reference !== null;
  }

  /** Sets what depends on the size of a picture. */
  fit({ width, height }: Frame): void {
    if (this.openFrames !== Number.POSITIVE_INFINITY) return;
    const byMemory = Math.max(3, Math.floor(OPEN_BYTES / Math.max(1, 1.5 * width * height)));
    const byUse = (BATCHES_IN_FLIGHT + 1) * this.batchSize + (this.#canAsk ? this.maxPending : 0);
    this.openFrames = this.#given ?? Math.min(byMemory, byUse);
    // A picture about which may be asked stays open until its batch is decided: all three batches have to fit.
    if (this.#canAsk) {
      const each = Math.floor(this.openFrames / (BATCHES_IN_FLIGHT + 1));
      this.batchSize = Math.max(1, Math.min(this.batchSize, each));
    }
  }
}

function atLeastOne(name: string, value: number): number {
  if (!(value >= 1)) throw new NoScopeError('bad-input', `${name} must be at least 1; got ${value}`);
  return value;
}
