/**
 * The small frame's geometry and its plain implementation.
 *
 * A picture (or crop) of w×h pixels becomes size×size cells. Horizontally, with g = gcd(w, size), a pixel is size/g units
 * long and a cell w/g units; a pixel counts in a cell with the units that they share, vertically likewise, and a pixel's
 * weight is the product. All weights are integers and those of a cell sum to D = (w/g)·(h/g'), so a cell is
 *
 *     floor((2 · Σ weight · byte + D) / (2 · D))
 *
 * which is the exact average rounded half up. Σ stays below 2^32 for every picture up to 4K; beyond, the sums are kept in
 * doubles, exact to 2^53. A crop smaller than `size` is fine: cells then share pixels.
 */
import { NoScopeError } from '@noscope/query';
import type { Crop } from '../frame.ts';
import { rgbRow } from './colour.ts';
import type { Planes } from './kernels.ts';

/** Whole pixels: from `x`, `y`, at least 1×1. */
export interface PixelRectangle {
  x: number;
  y: number;
  w: number;
  h: number;
}

/**
 * Snaps a crop to whole pixels: the start is rounded down, the end up, both kept inside the picture, at least one pixel
 * in each direction. Within 1e-6 of a pixel's edge counts as on it, so that the noise of decimal fractions
 * ((0.1 + 0.2) · 320 = 96.00000000000001) takes in no extra pixel.
 */
export function snapCrop(crop: Crop | undefined, width: number, height: number): PixelRectangle {
  if (crop === undefined) return { x: 0, y: 0, w: width, h: height };
  if (![crop.x, crop.y, crop.w, crop.h].every(Number.isFinite) || crop.w < 0 || crop.h < 0) {
    throw new NoScopeError('bad-input', `a crop is x, y, w, h in 0..1 of the picture; got ${JSON.stringify(crop)}`);
  }
  const [x, w] = snap(crop.x, crop.w, width);
  const [y, h] = snap(crop.y, crop.h, height);
  return { x, y, w, h };
}

function snap(start: number, length: number, pixels: number): [start: number, length: number] {
  const noise = 1e-6;
  const first = Math.min(Math.max(Math.floor(start * pixels + noise), 0), pixels - 1);
  const end = Math.min(Math.max(Math.ceil((start + length) * pixels - noise), first + 1), pixels);
  return [first, end - first];
}

/** Units of a pixel and of a cell along one direction. */
export function cellUnits(pixels: number, size: number): { pixel: number; cell: number } {
  let g = pixels;
  for (let rest = size; rest > 0; ) [g, rest] = [rest, g % rest];
  return { pixel: size / g, cell: pixels / g };
}

/** The small frame in plain TypeScript; arguments are checked by the caller. */
export function averageCells(picture: Planes, size: number, crop: PixelRectangle): Uint8Array {
  const across = cellUnits(crop.w, size);
  const down = cellUnits(crop.h, size);
  const weight = across.cell * down.cell;
  const out = new Uint8Array(size * size * 3);
  const row = new Uint8Array(crop.w * 3);
  const columns = new Uint32Array(crop.w * 3);
  let converted = -1;
  for (let cellRow = 0; cellRow < size; cellRow++) {
    const top = cellRow * down.cell;
    const bottom = top + down.cell;
    columns.fill(0);
    for (let y = Math.floor(top / down.pixel); y * down.pixel < bottom; y++) {
      const share = Math.min(bottom, (y + 1) * down.pixel) - Math.max(top, y * down.pixel);
      if (y !== converted) rgbRow(picture, crop.y + y, crop.x, crop.x + crop.w, row);
      converted = y;
      for (let i = 0; i < columns.length; i++) columns[i] += share * row[i];
    }
    for (let cell = 0; cell < size; cell++) {
      const left = cell * across.cell;
      const right = left + across.cell;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let x = Math.floor(left / across.pixel); x * across.pixel < right; x++) {
        const share = Math.min(right, (x + 1) * across.pixel) - Math.max(left, x * across.pixel);
        r += share * columns[3 * x];
        g += share * columns[3 * x + 1];
        b += share * columns[3 * x + 2];
      }
      const o = (cellRow * size + cell) * 3;
      out[o] = Math.floor((2 * r + weight) / (2 * weight));
      out[o + 1] = Math.floor((2 * g + weight) / (2 * weight));
      out[o + 2] = Math.floor((2 * b + weight) / (2 * weight));
    }
  }
  return out;
}
