/** The reference image: what the camera sees when the object is not there. */
import type { TrainingFrames } from './detector.ts';

/** Fewer frames without the object make no reference image: its noise would be of the order of the change looked for. */
export const LEAST_ABSENT_FRAMES = 8;
/** More than this many do not change a byte's rounding by much, and are spread evenly over the training part instead. */
export const MOST_ABSENT_FRAMES = 2000;

/**
 * Mean of the frames without the object (the paper, section 5), rounded half up.
 *
 * @returns Uint8Array [size, size, 3] of the training frames' view, or null with fewer than 8 such frames
 */
export function referenceImage(samples: TrainingFrames): Uint8Array | null {
  const absent: number[] = [];
  for (let i = 0; i < samples.count; i++) if (samples.label[i] === 0) absent.push(i);
  if (absent.length < LEAST_ABSENT_FRAMES) return null;
  const used = spread(absent, MOST_ABSENT_FRAMES);
  const sums = new Float64Array(samples.view.size ** 2 * 3);
  for (const index of used) {
    const frame = samples.small(index);
    for (let i = 0; i < sums.length; i++) sums[i] += frame[i];
  }
  return Uint8Array.from(sums, (sum) => Math.floor(sum / used.length + 0.5));
}

/** At most `most` of the items, evenly spaced, first and last included. */
export function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  if (most < 2) return items.slice(0, most);
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]);
}
