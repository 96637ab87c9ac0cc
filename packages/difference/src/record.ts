/** Differences of many frames at once, as the optimizer replays them. */
import type { Kernels } from '@noscope/engine';
import { throwIfAborted } from '@noscope/query';
import type { TrainedDetector } from './detector.ts';
import { poolFrame } from './pool.ts';
import { compareBy } from './score.ts';

/** Frames by index. What `small` returns is only read, and must not change when the next frame is asked for. */
export interface SmallFrames {
  count: number;
  /** Uint8Array [size, size, 3] of the detector's view. */
  small(index: number): Uint8Array;
}

/** Which frames are compared: `current[i]` with `earlier[i]`, both indices of frames. */
export interface Pairs {
  current: Int32Array;
  /** -1 where there is none. Not read for a detector against the reference image. */
  earlier: Int32Array | null;
}

/** How many comparisons lie between two looks at the signal: some tens of milliseconds at the slowest. */
const BURST = 512;
/** Pooled frames kept for when they come again as the earlier one: 4 MiB at 25×25, minutes of t_diff at 30 frames/s. */
const KEPT = 2048;

/**
 * One float32 difference a pair, equal to the stage's to the bit; +∞ where there is no earlier frame, which counts as
 * changed under every δ. Throws `aborted`.
 */
export async function differencesOf(
  detector: TrainedDetector,
  kernels: Pick<Kernels, 'mse' | 'blockMse'>,
  frames: SmallFrames,
  pairs: Pairs,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { spec, view, image } = detector;
  const compare = compareBy(detector, kernels);
  const kept = new Map<number, Uint8Array>();
  const pool = (index: number): Uint8Array => {
    if (view.size === spec.resolution) return frames.small(index);
    let pooled = kept.get(index);
    if (pooled === undefined) {
      pooled = poolFrame(frames.small(index), view.size, spec.resolution);
      if (image === undefined) kept.set(index, pooled);
      if (kept.size > KEPT) {
        for (const oldest of kept.keys()) {
          kept.delete(oldest);
          break;
        }
      }
    }
    return pooled;
  };
  const { current, earlier } = pairs;
  const differences = new Float32Array(current.length).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < current.length; i++) {
    if (i % BURST === 0) {
      throwIfAborted(signal);
      if (signal !== undefined) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const other = image ?? (earlier === null || earlier[i] < 0 ? null : pool(earlier[i]));
    if (other !== null) differences[i] = compare(pool(current[i]), other);
  }
  return differences;
}
