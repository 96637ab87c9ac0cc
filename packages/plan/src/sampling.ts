/** Which frames a plan looks at: one per t_skip by timestamp, because cameras drop frames and change their rate. */
import { requireAtLeastZero } from './check.ts';
import { Clock } from './clock.ts';
import type { Plan } from './plan.ts';

/**
 * Streaming form: `next` says of each frame, in order, whether it is looked at. The first frame always is; a later one
 * when it lies `tSkipS` (less the tolerance) or more after the last one looked at. `tSkipS` = 0 looks at every frame.
 * A timestamp that runs back by more than the tolerance is a restarted stream: it is looked at and starts anew.
 */
export class Sampler {
  readonly #leastStepS: number;
  readonly #clock: Clock;
  #lastS = 0;

  constructor(plan: Pick<Plan, 'tSkipS' | 'toleranceS'>) {
    requireAtLeastZero('tSkipS', plan.tSkipS);
    requireAtLeastZero('toleranceS', plan.toleranceS);
    this.#leastStepS = plan.tSkipS - plan.toleranceS;
    this.#clock = new Clock(plan.toleranceS);
  }

  /** @param timestampS seconds, from the decoder; throws `bad-input` when it is not finite. */
  next(timestampS: number): boolean {
    const isSampled = this.#clock.advance(timestampS) || this.#clock.nowS - this.#lastS >= this.#leastStepS;
    if (isSampled) this.#lastS = this.#clock.nowS;
    return isSampled;
  }
}

/** Batch form: indices of the frames looked at, ascending. */
export function sampledIndices(timestampS: Float64Array, tSkipS: number, toleranceS: number): Int32Array {
  const sampler = new Sampler({ tSkipS, toleranceS });
  const sampled = new Int32Array(timestampS.length);
  let count = 0;
  for (let i = 0; i < timestampS.length; i++) {
    if (sampler.next(timestampS[i])) sampled[count++] = i;
  }
  return sampled.slice(0, count);
}
