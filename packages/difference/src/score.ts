/**
 * The difference of two frames. Everything is float32 with one rounding a step and no transcendental function, so that
 * every engine finds the same bits: δ_diff lies between neighbouring float32 values.
 */
import type { Kernels } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { TrainedDetector } from './detector.ts';

/** Compares two frames that are already at the detector's resolution: Uint8Array [resolution, resolution, 3] each. */
export type Compare = (frame: Uint8Array, other: Uint8Array) => number;

/** The detector's difference; `global` is the mean square error, `blocked` the logit of "changed". */
export function compareBy(detector: TrainedDetector, kernels: Pick<Kernels, 'mse' | 'blockMse'>): Compare {
  const { spec, weights, bias } = detector;
  if (spec.metric === 'global') return (frame, other) => kernels.mse(frame, other);
  if (weights === undefined || bias === undefined)
    throw new NoScopeError('bad-input', `difference detector ${detector.id} is blocked and has no weights`);
  const errors = new Float32Array(spec.blocks * spec.blocks);
  return (frame, other) => {
    kernels.blockMse(frame, other, spec.resolution, spec.blocks, errors);
    let logit = bias;
    for (let i = 0; i < errors.length; i++) {
      logit = Math.fround(logit + Math.fround(weights[i] * errors[i]));
    }
    return logit;
  };
}
