import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapCrop } from './cells.ts';
import { FORMATS, noisePicture } from './testing.ts';
import { typescriptKernels } from './typescript.ts';

/** The definition in rational arithmetic: every pixel against every cell. */
function average(rgb: Uint8Array, width: number, height: number, size: number): number[] {
  const overlap = (cell: number, pixel: number, pixels: number) =>
    Math.max(0, Math.min((cell + 1) * pixels, (pixel + 1) * size) - Math.max(cell * pixels, pixel * size));
  const out: number[] = [];
  for (let row = 0; row < size; row++) {
    for (let cell = 0; cell < size; cell++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0n;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            sum += BigInt(overlap(row, y, height) * overlap(cell, x, width) * rgb[(y * width + x) * 3 + c]);
          }
        }
        const weight = BigInt(width * height);
        out.push(Number((2n * sum + weight) / (2n * weight)));
      }
    }
  }
  return out;
}

describe('small frame', () => {
  it('is the exact box average, rounded half up', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMATS),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 1, max: 9 }),
        (format, width, height, size) => {
          const picture = noisePicture(format, width, height, { seed: width * 97 + height });
          const small = typescriptKernels.smallFrame(picture, size);
          expect([...small]).toEqual(average(typescriptKernels.rgb(picture), width, height, size));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a crop is that of the cropped picture', () => {
    const picture = noisePicture('i420', 37, 29);
    const rgb = typescriptKernels.rgb(picture);
    const [x, y, w, h] = [7, 4, 13, 11];
    const part = new Uint8Array(w * h * 3);
    for (let row = 0; row < h; row++) {
      part.set(rgb.subarray(((y + row) * 37 + x) * 3, ((y + row) * 37 + x + w) * 3), row * w * 3);
    }
    const crop = { x: x / 37, y: y / 29, w: w / 37, h: h / 29 };
    expect([...typescriptKernels.smallFrame(picture, 5, crop)]).toEqual(average(part, w, h, 5));
  });

  it('refuses what it cannot read, in words', () => {
    const picture = noisePicture('i420', 8, 8);
    const short = {
      ...picture,
      planes: [{ ...picture.planes[0], data: new Uint8Array(60) }, ...picture.planes.slice(1)],
    };
    expect(() => typescriptKernels.smallFrame(short, 4)).toThrow(/plane 0 of a 8×8 i420 picture needs 8 rows/);
    expect(() => typescriptKernels.smallFrame({ ...picture, planes: [] }, 4)).toThrow(/i420 has 3 plane/);
    expect(() => typescriptKernels.smallFrame(picture, 0)).toThrow(/whole number from 1/);
    expect(() => typescriptKernels.smallFrame(picture, 4, { x: 0, y: 0, w: Number.NaN, h: 1 })).toThrow(/0\.\.1/);
  });
});

describe('snapping a crop', () => {
  it('rounds the start down and the end up', () => {
    expect(snapCrop({ x: 0.101, y: 0.5, w: 0.2, h: 0.5 }, 100, 100)).toEqual({ x: 10, y: 50, w: 21, h: 50 });
  });
  it('takes in no pixel for the noise of decimal fractions', () => {
    expect(snapCrop({ x: 0.1, y: 0, w: 0.2, h: 1 }, 320, 10)).toEqual({ x: 32, y: 0, w: 64, h: 10 });
  });
  it('keeps at least one pixel and stays inside', () => {
    expect(snapCrop({ x: 1, y: 0.5, w: 0, h: 0 }, 10, 10)).toEqual({ x: 9, y: 5, w: 1, h: 1 });
    expect(snapCrop({ x: -0.5, y: 0, w: 3, h: 1 }, 10, 10)).toEqual({ x: 0, y: 0, w: 10, h: 10 });
    fc.assert(
      fc.property(
        fc.record({ x: fc.double({ min: 0, max: 1, noNaN: true }), w: fc.double({ min: 0, max: 1, noNaN: true }) }),
        fc.integer({ min: 1, max: 2000 }),
        ({ x, w }, width) => {
          const snapped = snapCrop({ x, y: 0, w, h: 1 }, width, 4);
          expect(snapped.w).toBeGreaterThanOrEqual(1);
          expect(snapped.x).toBeGreaterThanOrEqual(0);
          expect(snapped.x + snapped.w).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
