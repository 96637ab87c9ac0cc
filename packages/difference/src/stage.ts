/** A trained detector as the executor's stage. */
import type { DifferenceStage, Kernels } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { TrainedDetector } from './detector.ts';
import { poolFrame } from './pool.ts';
import { compareBy } from './score.ts';

/**
 * The stage that scores whole batches with this detector.
 *
 * `score` rejects with `bad-input` where a frame is not of the detector's view, or the earlier frames are missing,
 * not wanted or not as many.
 */
export function differenceStage(
  detector: TrainedDetector,
  kernels: Pick<Kernels, 'mse' | 'blockMse'>,
): DifferenceStage {
  const { id, spec, view, image } = detector;
  const compare = compareBy(detector, kernels);
  const frameBytes = view.size * view.size * 3;
  // A frame comes twice, as the current one and t_diff later as the earlier one, mostly as the same array.
  const pooled = new WeakMap<Uint8Array, Uint8Array>();
  const pool = (frame: Uint8Array): Uint8Array => {
    if (frame.length !== frameBytes)
      throw new NoScopeError(
        'bad-input',
        `difference detector ${id} compares frames of ${frameBytes} bytes (${view.size}×${view.size}×3), got ${frame.length}`,
      );
    if (view.size === spec.resolution) return frame;
    let found = pooled.get(frame);
    if (found === undefined) {
      found = poolFrame(frame, view.size, spec.resolution);
      if (spec.against === 'earlier') pooled.set(frame, found);
    }
    return found;
  };
  return {
    id,
    view,
    against: spec.against,
    async score(current, earlier) {
      if (image !== undefined && earlier !== undefined)
        throw new NoScopeError('bad-input', `difference detector ${id} compares with its reference image alone`);
      if (image === undefined && earlier?.length !== current.length)
        throw new NoScopeError('bad-input', `difference detector ${id} needs the earlier frame of each frame`);
      return Float32Array.from(current, (frame, i) =>
        compare(pool(frame), image ?? (earlier === undefined ? frame : pool(earlier[i]))),
      );
    },
    async close() {},
  };
}
