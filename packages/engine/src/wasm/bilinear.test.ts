import { describe, expect, it } from 'vitest';
import { fitPicture } from './bilinear.ts';
import { noisePicture } from './testing.ts';
import { typescriptKernels } from './typescript.ts';

const level = (values: Float32Array, at: number) => values[at] * 255;

describe("a network's input", () => {
  it('at the same size is the picture, planar, over 255', () => {
    const picture = noisePicture('rgb24', 6, 4);
    const input = typescriptKernels.networkInput(picture, 6, 4, 'stretch');
    for (let c = 0; c < 3; c++) {
      for (let i = 0; i < 24; i++) expect(input[c * 24 + i]).toBe(Math.fround(picture.planes[0].data[3 * i + c] / 255));
    }
  });

  it('at half the size is the rounded mean of four pixels', () => {
    const picture = noisePicture('rgb24', 8, 6);
    const bytes = picture.planes[0].data;
    const input = typescriptKernels.networkInput(picture, 4, 3, 'stretch');
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 4; x++) {
        const at = (row: number, column: number) => bytes[((2 * y + row) * 8 + 2 * x + column) * 3];
        expect(level(input, y * 4 + x)).toBeCloseTo((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) >> 2, 3);
      }
    }
  });

  it('in a letterbox keeps the aspect and pads with 0.5', () => {
    expect(fitPicture({ width: 768, height: 576 }, 416, 416, 'letterbox')).toEqual({ x: 0, y: 52, w: 416, h: 312 });
    expect(fitPicture({ width: 320, height: 240 }, 224, 224, 'stretch')).toEqual({ x: 0, y: 0, w: 224, h: 224 });
    expect(fitPicture({ width: 100, height: 1000 }, 32, 32, 'letterbox')).toEqual({ x: 14, y: 0, w: 3, h: 32 });

    const picture = noisePicture('i420', 40, 20);
    const boxed = typescriptKernels.networkInput(picture, 16, 16, 'letterbox');
    const plain = typescriptKernels.networkInput(picture, 16, 8, 'stretch');
    for (let c = 0; c < 3; c++) {
      expect(boxed.slice(c * 256 + 64, c * 256 + 192)).toEqual(plain.slice(c * 128, (c + 1) * 128));
      const padding = [...boxed.slice(c * 256, c * 256 + 64), ...boxed.slice(c * 256 + 192, (c + 1) * 256)];
      expect(new Set(padding)).toEqual(new Set([0.5]));
    }
  });
});
