import { describe, expect, it } from 'vitest';
import type { Planes } from './kernels.ts';
import { typescriptKernels } from './typescript.ts';

const pixel = (y: number, u: number, v: number, matrix: Planes['matrix'], range: Planes['range']): Planes => ({
  format: 'i444',
  width: 1,
  height: 1,
  matrix,
  range,
  planes: [y, u, v].map((level) => ({ data: Uint8Array.of(level), stride: 1 })),
});

const rgb = (...args: Parameters<typeof pixel>) => [...typescriptKernels.rgb(pixel(...args))];

/** The standards' conversion in real numbers, before rounding and clamping. */
function exact(y: number, u: number, v: number, matrix: Planes['matrix'], range: Planes['range']): number[] {
  const [kr, kb] = matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const limited = range === 'limited';
  const luma = limited ? ((y - 16) * 255) / 219 : y;
  const cb = ((u - 128) * (limited ? 255 / 224 : 1)) / 1;
  const cr = ((v - 128) * (limited ? 255 / 224 : 1)) / 1;
  const r = luma + 2 * (1 - kr) * cr;
  const b = luma + 2 * (1 - kb) * cb;
  return [r, (luma - kr * r - kb * b) / (1 - kr - kb), b];
}

describe('planes → RGB', () => {
  it('maps black, white and grey of both ranges', () => {
    for (const matrix of ['bt601', 'bt709'] as const) {
      expect(rgb(16, 128, 128, matrix, 'limited')).toEqual([0, 0, 0]);
      expect(rgb(235, 128, 128, matrix, 'limited')).toEqual([255, 255, 255]);
      expect(rgb(126, 128, 128, matrix, 'limited')).toEqual([128, 128, 128]);
      for (const level of [0, 1, 77, 128, 254, 255]) {
        expect(rgb(level, 128, 128, matrix, 'full')).toEqual([level, level, level]);
      }
    }
  });

  it('maps the primaries of each matrix', () => {
    expect(rgb(81, 90, 240, 'bt601', 'limited')).toEqual([254, 0, 0]);
    expect(rgb(145, 54, 34, 'bt601', 'limited')).toEqual([0, 255, 1]);
    expect(rgb(63, 102, 240, 'bt709', 'limited')).toEqual([255, 1, 0]);
    expect(rgb(32, 240, 118, 'bt709', 'limited')).toEqual([1, 0, 255]);
  });

  it('is the real-valued conversion, rounded, up to 0.15 of a level', () => {
    for (const matrix of ['bt601', 'bt709'] as const) {
      for (const range of ['limited', 'full'] as const) {
        let worst = 0;
        for (let y = 0; y < 256; y += 15) {
          for (let u = 0; u < 256; u += 15) {
            const planes = [
              new Uint8Array(256).fill(y),
              new Uint8Array(256).fill(u),
              Uint8Array.from(Array(256).keys()),
            ];
            const bytes = typescriptKernels.rgb({
              format: 'i444',
              width: 256,
              height: 1,
              matrix,
              range,
              planes: planes.map((data) => ({ data, stride: 256 })),
            });
            for (let v = 0; v < 256; v++) {
              const real = exact(y, u, v, matrix, range);
              for (let c = 0; c < 3; c++) {
                worst = Math.max(worst, Math.abs(bytes[3 * v + c] - Math.min(Math.max(real[c], 0), 255)));
              }
            }
          }
        }
        expect(worst, `${matrix} ${range}`).toBeLessThan(0.65);
      }
    }
  });

  it('gives each chroma sample to its whole block', () => {
    const picture: Planes = {
      format: 'i420',
      width: 3,
      height: 3,
      matrix: 'bt601',
      range: 'full',
      planes: [
        { data: new Uint8Array(9).fill(100), stride: 3 },
        { data: new Uint8Array(4).fill(128), stride: 2 },
        { data: Uint8Array.of(128, 178, 128, 128), stride: 2 },
      ],
    };
    const red = [...typescriptKernels.rgb(picture)].filter((_, i) => i % 3 === 0);
    expect(red).toEqual([100, 100, 170, 100, 100, 170, 100, 100, 100]);
  });
});
