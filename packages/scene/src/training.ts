/**
 * Which scenes train a reference model and which test it. All are of the `varied` preset: other viewpoints, hours and
 * weather than any demo preset has; the two splits draw their seeds from ranges that never meet.
 */
import { NoScopeError } from '@noscope/query';
import type { SceneOptions } from './options.ts';

export type Split = 'train' | 'test';

const FIRST: Record<Split, number> = { train: 1_000_000_000, test: 2_000_000_000 };

/** Options of the `number`-th scene of a split; `seed` shifts the whole split. */
export function splitScene(split: Split, number: number, seed = 0): SceneOptions & { seed: number } {
  if (!Number.isInteger(number) || number < 0 || number >= 1e6 || !Number.isInteger(seed) || seed < 0 || seed >= 900) {
    throw new NoScopeError(
      'bad-input',
      `scene: no training scene ${number} of seed ${seed}; numbers are in 0..999999, seeds in 0..899`,
    );
  }
  return { seed: FIRST[split] + seed * 1_000_000 + number, preset: 'varied' };
}
