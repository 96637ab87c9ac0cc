/**
 * The golden files of the preprocessing, `small-frame/1`: a bundle names the version, so no byte of any view may change
 * under it. Both kernels are held to hashes made once (`UPDATE_GOLDEN=1 npx vitest run test/parity/small-frame.test.ts`
 * rewrites the project's own), and the resize to hashes of cv2.resize (OpenCV 5.0.0, INTER_LINEAR, 8 bit).
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Crop, type Kernels, loadKernels, PREPROCESSING_VERSION, typescriptKernels } from '@noscope/engine';
import { describe, expect, it } from 'vitest';
import { FORMATS, noisePicture } from '../../packages/engine/src/wasm/testing.ts';

interface Golden {
  preprocessing: string;
  /** `VIEW of FORMAT WIDTHxHEIGHT MATRIX RANGE` → sha256 of the view's bytes. */
  views: Record<string, string>;
  opencv: { seed: number; width: number; height: number; toWidth: number; toHeight: number; sha256: string }[];
}

const goldenPath = fileURLToPath(new URL('small-frame.golden.json', import.meta.url));
const golden: Golden = JSON.parse(readFileSync(goldenPath, 'utf8'));
const sha256 = (bytes: Uint8Array | Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex');

const SIZES = [
  [1280, 720],
  [321, 241],
  [50, 50],
  [17, 300],
];
const CROP: Crop = { x: 0.33, y: 0.21, w: 0.4, h: 0.57 };

function views(kernels: Kernels): Record<string, string> {
  const found: Record<string, string> = {};
  for (const format of FORMATS) {
    for (const [i, [width, height]] of SIZES.entries()) {
      const matrix = i % 2 === 0 ? 'bt601' : 'bt709';
      const range = i < 2 ? 'limited' : 'full';
      const picture = noisePicture(format, width, height, { seed: 100 + i, matrix, range });
      const add = (name: string, bytes: Uint8Array | Float32Array) => {
        found[`${name} of ${format} ${width}x${height} ${matrix} ${range}`] = sha256(bytes);
      };
      add('small 50', kernels.smallFrame(picture, 50));
      add('small 32 cropped', kernels.smallFrame(picture, 32, CROP));
      if (width < 1000) {
        add('rgb', kernels.rgb(picture));
        add('network 64x48 stretch', kernels.networkInput(picture, 64, 48, 'stretch'));
        add('network 64x48 letterbox', kernels.networkInput(picture, 64, 48, 'letterbox'));
      }
    }
  }
  return found;
}

const simd = await loadKernels();
if (process.env.UPDATE_GOLDEN) {
  const updated: Golden = { ...golden, preprocessing: PREPROCESSING_VERSION, views: views(typescriptKernels) };
  writeFileSync(goldenPath, `${JSON.stringify(updated, null, 2)}\n`);
}

describe.each([simd, typescriptKernels])('preprocessing by $implementation', (kernels) => {
  it('makes the views that its version stands for', () => {
    expect(golden.preprocessing).toBe(PREPROCESSING_VERSION);
    expect(views(kernels)).toEqual(golden.views);
  });

  it.each(golden.opencv)('resizes $width×$height to $toWidth×$toHeight as OpenCV does', (wanted) => {
    const { seed, width, height, toWidth, toHeight } = wanted;
    const input = kernels.networkInput(noisePicture('rgb24', width, height, { seed }), toWidth, toHeight, 'stretch');
    const pixels = toWidth * toHeight;
    const interleaved = Uint8Array.from({ length: 3 * pixels }, (_, i) =>
      Math.round(input[(i % 3) * pixels + Math.floor(i / 3)] * 255),
    );
    expect(sha256(interleaved)).toBe(wanted.sha256);
  });
});
