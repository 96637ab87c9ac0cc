/** Pictures for the kernels' tests and golden files, from a seed; not part of the package. */
import { planeShapes } from './check.ts';
import type { PixelFormat, Planes } from './kernels.ts';

export const FORMATS: PixelFormat[] = ['i420', 'i422', 'i444', 'nv12', 'rgb24', 'gray'];

/** The top bytes of the linear congruential generator of Numerical Recipes. */
export function noiseBytes(length: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

export interface NoiseOptions {
  seed?: number;
  matrix?: Planes['matrix'];
  range?: Planes['range'];
  /** Bytes between a row's end and the next row's start. */
  padding?: number;
}

/** Every plane filled with noise; the last row ends without padding, as decoders may hand it over. */
export function noisePicture(format: PixelFormat, width: number, height: number, options: NoiseOptions = {}): Planes {
  const { seed = 1, matrix = 'bt601', range = 'limited', padding = 0 } = options;
  const picture: Planes = { format, width, height, matrix, range, planes: [] };
  picture.planes = planeShapes(picture).map(({ rowBytes, rows }, i) => ({
    stride: rowBytes + padding,
    data: noiseBytes((rowBytes + padding) * (rows - 1) + rowBytes, seed + 7919 * i),
  }));
  return picture;
}

/** Where two results differ first, or null; a plain comparison of large arrays is what test runners are slow at. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): string | null {
  if (a.length !== b.length) return `lengths ${a.length} and ${b.length}`;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return `at ${i}: ${a[i]} and ${b[i]}`;
  return null;
}
