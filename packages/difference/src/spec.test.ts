import { NoScopeError } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpec, type DetectorSpec, detectorGrid, tDiffGrid } from './spec.ts';

describe('detectorGrid', () => {
  it('has every combination once, and only detectors that can be built', () => {
    const grid = detectorGrid({ size: 50, tDiffS: [0.3, 1] });
    expect(grid).toHaveLength(3 * 2 * 3);
    expect(new Set(grid.map((spec) => JSON.stringify(spec))).size).toBe(grid.length);
    for (const spec of grid) expect(() => checkSpec(spec, 50)).not.toThrow();
    expect(grid.filter((spec) => spec.against === 'reference-image')).toHaveLength(6);
  });

  it('leaves out blocks finer than a resolution, and half of an odd size', () => {
    expect(detectorGrid({ size: 8, tDiffS: [] }).map((spec) => [spec.resolution, spec.blocks])).toEqual([
      [8, 1],
      [8, 5],
      [4, 1],
    ]);
    expect(detectorGrid({ size: 25, tDiffS: [] }).every((spec) => spec.resolution === 25)).toBe(true);
  });

  it('refuses a resolution that does not divide the small frame', () => {
    expect(() => detectorGrid({ size: 50, tDiffS: [], resolutions: [20] })).toThrow(/whole multiple/);
  });
});

describe('checkSpec', () => {
  const good: DetectorSpec = { against: 'earlier', metric: 'blocked', blocks: 5, resolution: 25, tDiffS: 1 };
  it.each<[Partial<DetectorSpec>, RegExp]>([
    [{ metric: 'global' }, /1 block/],
    [{ blocks: 1 }, /blocks/],
    [{ blocks: 26 }, /blocks/],
    [{ blocks: 2.5 }, /blocks/],
    [{ resolution: 0 }, /resolution/],
    [{ tDiffS: 0 }, /tDiffS/],
    [{ tDiffS: Number.NaN }, /tDiffS/],
    [{ against: 'reference-image' }, /tDiffS must be 0/],
  ])('refuses %o', (change, message) => {
    const check = () => checkSpec({ ...good, ...change }, 50);
    expect(check).toThrow(NoScopeError);
    expect(check).toThrow(message);
  });
});

describe('tDiffGrid', () => {
  it('takes multiples of as many skips as it can', () => {
    // 10 frames/s; every frame, every 2nd, 3rd, 5th, 10th.
    expect(tDiffGrid([0, 0.2, 0.3, 0.5, 1], 0.1)).toEqual([0.3, 1, 3].map((value) => expect.closeTo(value)));
    // 29.97 fps and skips in round seconds, which fall on no frame.
    const interval = 1001 / 30000;
    const frames = tDiffGrid([0, 1 / 15, 1 / 6, 1 / 3, 0.5, 1], interval).map((value) => Math.round(value / interval));
    expect(frames).toEqual([10, 30, 90]);
  });

  it('gives frames near what was asked for, without repeats, whatever the camera', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.005, max: 5, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (interval, skips) => {
          const found = tDiffGrid(skips, interval);
          expect(found.length).toBeGreaterThan(0);
          expect(new Set(found).size).toBe(found.length);
          for (const value of found) {
            expect(value / interval).toBeCloseTo(Math.round(value / interval), 6);
            expect(value).toBeLessThanOrEqual(Math.max(4.5, interval) + 1e-9);
          }
        },
      ),
    );
  });

  it('refuses a camera without time between its frames', () => {
    expect(() => tDiffGrid([0], 0)).toThrow(/must be positive/);
  });
});
