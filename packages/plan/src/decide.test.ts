import { describe, expect, it } from 'vitest';
import { decideByModel, isUnchanged, midpointLabel } from './decide.ts';
import { ABSENT, rootOf } from './root.ts';

const model = { id: 'm', cLow: 0.25, cHigh: 0.75 };

describe('decisions', () => {
  it('answers outside the thresholds and asks on them and between', () => {
    expect([0.2, 0.25, 0.5, 0.75, 0.8].map((c) => decideByModel(model, c))).toEqual(['no', 'ask', 'ask', 'ask', 'yes']);
    expect(decideByModel(null, 0.9)).toBe('ask');
    expect(decideByModel(model, null)).toBe('ask');
    expect(decideByModel(model, Number.NaN)).toBe('ask');
  });

  it('compares float32 scores: 0.1 from a text file decides as the 0.1 that a network gave', () => {
    const c = Math.fround(0.1);
    const justBelow = { id: 'm', cLow: (c + 0.1) / 2, cHigh: 1 };
    expect(decideByModel(justBelow, 0.1)).toBe(decideByModel(justBelow, c));
    expect(isUnchanged({ delta: (c + 0.1) / 2 }, 0.1)).toBe(isUnchanged({ delta: (c + 0.1) / 2 }, c));
  });

  it('guesses by the midpoint when an answer is given up', () => {
    expect([0.49, 0.5, 0.9].map((c) => midpointLabel(model, c))).toEqual([false, true, true]);
    expect(midpointLabel(null, 0.9)).toBe(false);
  });

  it('takes a difference that is no number for change', () => {
    expect(isUnchanged({ delta: 1e9 }, Number.NaN)).toBe(false);
  });
});

describe('roots', () => {
  const earlier = { id: 'd', against: 'earlier', tDiffS: 1, maxReuseS: 30, delta: 2 } as const;
  const image = { ...earlier, against: 'reference-image' } as const;

  it('hangs an unchanged frame from the root of its partner', () => {
    expect(rootOf(earlier, { frame: 9, difference: 2, pairRoot: 3 })).toBe(3);
    expect(rootOf(earlier, { frame: 9, difference: 2.1, pairRoot: 3 })).toBe(9);
  });

  it('counts a frame without a partner as changed', () => {
    expect(rootOf(earlier, { frame: 9, difference: null, pairRoot: null })).toBe(9);
    expect(rootOf(earlier, { frame: 9, difference: 0, pairRoot: null })).toBe(9);
  });

  it('hangs what equals the reference image from "absent"', () => {
    expect(rootOf(image, { frame: 9, difference: 1, pairRoot: null })).toBe(ABSENT);
    expect(rootOf(null, { frame: 9, difference: 1, pairRoot: 3 })).toBe(9);
  });
});
