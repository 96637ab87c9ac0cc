import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pairing, type PairingUse, pairIndices, sameEpoch } from './pairing.ts';
import { running } from './testing.ts';

const use = (over: Partial<PairingUse> = {}): PairingUse => ({
  tDiffS: 1,
  toleranceS: 0.1,
  maxReuseS: Number.POSITIVE_INFINITY,
  ...over,
});
const times = (...seconds: number[]): Float64Array => Float64Array.from(seconds);

/** Looks at every earlier frame since the stream last started. */
function pairByHand(timestampS: Float64Array, { tDiffS, toleranceS, maxReuseS }: PairingUse): number[] {
  let start = 0;
  let clock = Number.NEGATIVE_INFINITY;
  const clocks: number[] = [];
  return [...timestampS].map((t, i) => {
    if (t < clock - toleranceS) {
      start = i;
      clock = t;
    }
    clock = Math.max(clock, t);
    clocks[i] = clock;
    const target = clock - tDiffS;
    let before = -1;
    let after = -1;
    for (let j = start; j < i; j++) {
      if (clocks[j] <= target) before = j;
      else if (after < 0) after = j;
    }
    const far = (j: number): number => (j < 0 ? Number.POSITIVE_INFINITY : Math.abs(clocks[j] - target));
    const nearest = far(after) < far(before) ? after : before;
    return far(nearest) <= toleranceS && sameEpoch(timestampS[nearest], t, maxReuseS) ? nearest : -1;
  });
}

describe('pairing', () => {
  it('finds the frame t_diff earlier by time', () => {
    expect([...pairIndices(times(0, 0.5, 1, 1.5, 2), use())]).toEqual([-1, -1, 0, 1, 2]);
  });

  it('has none where the camera dropped that frame', () => {
    expect([...pairIndices(times(0, 0.5, 1, 1.8, 2), use())]).toEqual([-1, -1, 0, -1, 2]);
  });

  it('takes the nearer of two, the earlier on a tie', () => {
    expect(pairIndices(times(0, 0.125, 1.09375), use({ toleranceS: 0.25 }))[2]).toBe(1);
    expect(pairIndices(times(0, 0.125, 1.0625), use({ toleranceS: 0.25 }))[2]).toBe(0);
  });

  it('never reaches over the border of an epoch', () => {
    expect([...pairIndices(times(0, 1, 2, 3, 4), use({ maxReuseS: 2 }))]).toEqual([-1, 0, -1, 2, -1]);
  });

  it('does not reach back before a restart of the stream', () => {
    expect([...pairIndices(times(10, 11, 10, 11), use())]).toEqual([-1, 0, -1, 2]);
  });

  it('gives up every frame it no longer needs and never the partner it returns', () => {
    const held = new Set<number>();
    const pairing = new Pairing<number>(use(), (frame) => held.delete(frame));
    let most = 0;
    for (let i = 0; i < 10_000; i++) {
      const partner = pairing.push(i / 10, i);
      held.add(i);
      if (i >= 10) expect(partner).toBe(i - 10);
      if (partner !== null) expect(held.has(partner)).toBe(true);
      expect(held.size).toBe(pairing.size);
      most = Math.max(most, held.size);
    }
    expect(most).toBeLessThanOrEqual(12);
    pairing.clear();
    expect(held.size).toBe(0);
  });

  it('refuses a reuse of 0 s, which would mean no pairs', () => {
    expect(() => new Pairing(use({ maxReuseS: 0 }))).toThrow(/maxReuseS/);
  });

  it('equals a search through all earlier frames, batch and streaming', () => {
    const sixteenths = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max }).map((n) => n / 16);
    const grids = fc.array(fc.integer({ min: -3, max: 10 }), { maxLength: 60 });
    const uses = fc.record({
      tDiffS: sixteenths(40),
      toleranceS: sixteenths(6),
      maxReuseS: fc.oneof(fc.integer({ min: 1, max: 99 }), fc.constant(Number.POSITIVE_INFINITY)),
    });
    fc.assert(
      fc.property(grids, uses, (grid, random) => {
        // one step in fourteen restarts the stream
        const steps = grid.map((step) => (step === -3 ? -40 : step));
        const timestampS = Float64Array.from(running(steps), (at) => at / 16);
        const byHand = pairByHand(timestampS, random);
        expect([...pairIndices(timestampS, random)]).toEqual(byHand);
        const pairing = new Pairing<{ i: number }>(random);
        expect([...timestampS].map((t, i) => pairing.push(t, { i })?.i ?? -1)).toEqual(byHand);
      }),
      { numRuns: 500 },
    );
  });
});
