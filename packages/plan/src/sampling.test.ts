import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sampler, sampledIndices } from './sampling.ts';
import { running } from './testing.ts';

const times = (...seconds: number[]): Float64Array => Float64Array.from(seconds);

describe('sampling', () => {
  it('looks at every frame when t_skip is 0', () => {
    expect([...sampledIndices(times(0, 0.1, 0.1, 0.5), 0, 0.05)]).toEqual([0, 1, 2, 3]);
  });

  it('goes by time, so dropped frames do not stretch the step', () => {
    // frames 2 and 3 were dropped by the camera
    expect([...sampledIndices(times(0, 0.1, 0.4, 0.5, 0.6, 0.7, 0.8), 0.3, 0.05)]).toEqual([0, 2, 5]);
  });

  it('does not drift on 29.97 frames a second: the tolerance absorbs half a frame', () => {
    const timestampS = Float64Array.from({ length: 3000 }, (_, i) => (i * 1001) / 30000);
    const sampled = sampledIndices(timestampS, 1, 1001 / 60000);
    expect(new Set([...sampled].slice(1).map((frame, k) => frame - sampled[k]))).toEqual(new Set([30]));
  });

  it('starts anew when the stream does, and lets jitter within the tolerance pass', () => {
    expect([...sampledIndices(times(10, 10.5, 10.45, 11, 0, 0.5, 1), 1, 0.1)]).toEqual([0, 3, 4, 6]);
  });

  it('refuses timestamps and steps that are no numbers', () => {
    expect(() => sampledIndices(times(0, Number.NaN), 0, 0)).toThrow(/timestamp/);
    expect(() => new Sampler({ tSkipS: -1, toleranceS: 0 })).toThrow(/tSkipS/);
  });

  it('leaves no frame longer than t_skip without an answer, and never looks twice within it', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3 }), (grid, skip, tolerance) => {
        const timestampS = Float64Array.from(running(grid), (at) => at / 16);
        const sampled = sampledIndices(timestampS, skip / 16, tolerance / 16);
        const least = (skip - tolerance) / 16;
        let last = 0;
        for (let i = 0; i < timestampS.length; i++) {
          const isDue = i === 0 || timestampS[i] - timestampS[last] >= least;
          expect(sampled.includes(i)).toBe(isDue);
          if (isDue) last = i;
        }
      }),
    );
  });
});
