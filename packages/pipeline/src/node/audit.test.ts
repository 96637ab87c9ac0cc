import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audited, baselineInterval, drawFrames, verifiedBaseline } from './audit.ts';

describe('an audit', () => {
  it('draws different frames, all of them when there are no more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 300 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.9999999, noNaN: true })),
        (frames, count, random) => {
          const drawn = drawFrames(frames, count, () => random.next().value);
          expect(drawn.length).toBe(Math.min(frames, count));
          expect(new Set(drawn).size).toBe(drawn.length);
          for (const frame of drawn) expect(frame).toBeLessThan(frames);
        },
      ),
    );
  });

  it('scores the frames it drew and no others', () => {
    const answer = Uint8Array.of(1, 1, 0, 0);
    const accuracy = audited(Int32Array.of(1, 3), Uint8Array.of(0, 0), answer, { fp: 0.01, fn: 0.01 });
    expect(accuracy.frames).toMatchObject({ negatives: 2, positives: 0, fp: { wrong: 1, of: 2 } });
    expect(accuracy.promised).toBe(false);
  });
});

describe('the baseline', () => {
  it('asks nearest to the share that the cascade asked', () => {
    expect(baselineInterval(0.1, 1000)).toBe(10);
    expect(baselineInterval(0.3, 1000)).toBe(3);
    expect(baselineInterval(0.4, 1000)).toBe(3);
    expect(baselineInterval(1, 1000)).toBe(1);
    expect(baselineInterval(0, 1000)).toBe(1000);
  });

  it('holds each answer until the next', () => {
    const timestampS = Float64Array.from({ length: 6 }, (_, i) => i / 10);
    const baseline = verifiedBaseline(timestampS, Uint8Array.of(0, 1, 1, 1, 0, 0), 3);
    expect(baseline.reference).toBeCloseTo(1 / 3);
    expect(baseline.frames).toMatchObject({ fn: { wrong: 2, of: 3 }, fp: { wrong: 2, of: 3 } });
  });
});
