import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernels, generatedPath } from '../../scripts/compile-kernels.ts';
import { loadKernels } from './load.ts';
import { simdKernels } from './simd.ts';
import { FORMATS, firstDifference, noiseBytes, noisePicture } from './testing.ts';
import { typescriptKernels } from './typescript.ts';

const simd = await loadKernels();

const pictures = fc
  .record({
    format: fc.constantFrom(...FORMATS),
    width: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 71, max: 330 })),
    height: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 71, max: 200 })),
    seed: fc.integer(),
    matrix: fc.constantFrom('bt601' as const, 'bt709' as const),
    range: fc.constantFrom('limited' as const, 'full' as const),
    padding: fc.integer({ min: 0, max: 40 }),
  })
  .map(({ format, width, height, ...options }) => noisePicture(format, width, height, options));

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const crops = fc.option(fc.record({ x: unit, y: unit, w: unit, h: unit }), { nil: undefined });

describe('WASM SIMD kernels', () => {
  it('are what loads here', () => {
    expect(simd.implementation).toBe('wasm-simd');
  });

  it('are compiled from the sources that lie beside them (else run `npm run kernels`)', async () => {
    expect(await readFile(generatedPath, 'utf8')).toBe(await compileKernels());
  });

  it('make the small frames of the TypeScript twin, to the byte', () => {
    fc.assert(
      fc.property(pictures, fc.integer({ min: 1, max: 64 }), crops, (picture, size, crop) => {
        const plain = typescriptKernels.smallFrame(picture, size, crop);
        expect(firstDifference(simd.smallFrame(picture, size, crop), plain)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('sum cells of more rows than 16 bits hold', () => {
    for (const format of FORMATS) {
      const picture = noisePicture(format, 21, 1500);
      for (const plane of picture.planes) plane.data.fill(255);
      expect(simd.smallFrame(picture, 2)).toEqual(typescriptKernels.smallFrame(picture, 2));
    }
  });

  it('make the RGB pictures and network inputs of the twin, to the byte', () => {
    fc.assert(
      fc.property(
        pictures,
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom('stretch' as const, 'letterbox' as const),
        (picture, width, height, fit) => {
          expect(firstDifference(simd.rgb(picture), typescriptKernels.rgb(picture))).toBeNull();
          const plain = typescriptKernels.networkInput(picture, width, height, fit);
          expect(firstDifference(simd.networkInput(picture, width, height, fit), plain)).toBeNull();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('measure differences as the twin does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (size, seed, f) => {
          const a = noiseBytes(size * size * 3, seed);
          const b = noiseBytes(size * size * 3, seed + 1);
          expect(simd.mse(a, b)).toBe(typescriptKernels.mse(a, b));
          const blocks = 1 + Math.floor(f * (size - 1));
          const [fast, plain] = [new Float32Array(blocks * blocks), new Float32Array(blocks * blocks)];
          simd.blockMse(a, b, size, blocks, fast);
          typescriptKernels.blockMse(a, b, size, blocks, plain);
          expect(fast).toEqual(plain);
        },
      ),
      { numRuns: 200 },
    );
    const length = 400_000;
    expect(simd.mse(new Uint8Array(length), new Uint8Array(length).fill(255))).toBe(255 * 255);
    expect(simd.mse(noiseBytes(100, 1), noiseBytes(100, 1))).toBe(0);
  });

  it('give arrays that later calls leave alone', () => {
    const first = simd.smallFrame(noisePicture('i420', 40, 30), 10);
    const copy = first.slice();
    simd.smallFrame(noisePicture('i420', 400, 300, { seed: 9 }), 50);
    expect(first).toEqual(copy);
  });

  it('read in place what lies in their room', () => {
    for (const kernels of [simd, typescriptKernels]) {
      for (const format of FORMATS) {
        const picture = noisePicture(format, 61, 47, { padding: 3 });
        const lengths = picture.planes.map(({ data }) => data.length);
        const room = kernels.room(lengths.reduce((sum, length) => sum + length));
        let end = 0;
        const planes = picture.planes.map(({ data, stride }, i) => {
          const place = room.subarray(end, end + lengths[i]);
          end += lengths[i];
          place.set(data);
          return { data: place, stride };
        });
        const crop = { x: 0.3, y: 0.2, w: 0.5, h: 0.7 };
        const there = { ...picture, planes };
        expect(kernels.smallFrame(there, 10, crop)).toEqual(kernels.smallFrame(picture, 10, crop));
        expect(kernels.rgb(there)).toEqual(kernels.rgb(picture));
        expect(kernels.smallFrame(there, 50)).toEqual(kernels.smallFrame(picture, 50));
      }
    }
  });

  it('keep what lies in their room while other pictures pass', async () => {
    const kernels = await simdKernels();
    if (kernels === null) throw new Error('no SIMD here');
    kernels.room(1000).fill(7);
    kernels.smallFrame(noisePicture('i420', 1000, 800), 50);
    kernels.mse(noiseBytes(3000, 1), noiseBytes(3000, 2));
    expect(kernels.room(1000)).toEqual(new Uint8Array(1000).fill(7));
    expect(() => kernels.room(0)).toThrow(/room is for 1 to/);
  });

  it('sum the last row of an odd height by itself', () => {
    for (const format of ['i420', 'nv12'] as const) {
      const wide = noisePicture(format, 64, 9, { padding: 5000 });
      for (const crop of [undefined, { x: 0.5, y: 0.8, w: 0.02, h: 0.2 }, { x: 0, y: 0.1, w: 0.02, h: 0.4 }]) {
        const plain = typescriptKernels.smallFrame(wide, 7, crop);
        expect(firstDifference(simd.smallFrame(wide, 7, crop), plain)).toBeNull();
      }
    }
  });

  it('refuse frames of unequal size', () => {
    expect(() => simd.mse(new Uint8Array(3), new Uint8Array(6))).toThrow(/one size/);
    expect(() => simd.blockMse(new Uint8Array(12), new Uint8Array(12), 2, 3, new Float32Array(9))).toThrow(
      /1 to 2 blocks/,
    );
  });
});
