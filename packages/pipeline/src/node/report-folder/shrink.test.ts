import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

describe('shrink', () => {
  it('averages boxes exactly', () => {
    const rgb = Uint8Array.from({ length: 4 * 2 * 3 }, (_, i) => i * 10);
    // Two by two boxes of each channel: columns 0,1 and 2,3 of rows 0 and 1.
    expect(shrink({ width: 4, height: 2, rgb }, 2)).toEqual({
      width: 2,
      height: 1,
      rgb: Uint8Array.from([75, 85, 95, 135, 145, 155]),
    });
  });

  it('keeps the shape, the mean and a flat colour', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 33 }),
        fc.integer({ min: 0, max: 255 }),
        (width, height, maxWidth, grey) => {
          const small = shrink({ width, height, rgb: new Uint8Array(width * height * 3).fill(grey) }, maxWidth);
          expect(small.width).toBe(Math.min(width, maxWidth));
          expect(small.rgb.length).toBe(small.width * small.height * 3);
          expect(small.rgb.every((value) => value === grey)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
