/**
 * The reference model's input: OpenCV's INTER_LINEAR on 8-bit RGB (half-pixel centres, edges repeated, no antialias, in
 * its fixed point of 11 bits, so that the bytes equal cv2.resize), then byte / 255, planar.
 *
 * Horizontally, at every output column with source column s and fraction f (f = 0 past an edge):
 *     H = p[s] · round(2048 (1 − f)) + p[s + 1] · round(2048 f)
 * vertically, between the rows above and below:
 *     byte = (((H0 >> 4) · b0 >> 16) + ((H1 >> 4) · b1 >> 16) + 2) >> 2
 * with round half to even and fractions in float32 (OpenCV 4, modules/imgproc/src/resize.cpp, HResizeLinear and
 * VResizeLinear for uchar).
 *
 * `letterbox` keeps the aspect as Darknet's letterbox_image does: the longer side fills the network, the other is
 * truncated to whole pixels and centred, the rest is 0.5.
 */
import type { NetworkView } from '../frame.ts';
import { rgbRow } from './colour.ts';
import type { Planes } from './kernels.ts';

/** For each output sample: the two source indices and their weights, which sum to about 2048. */
export interface LinearTable {
  low: Int32Array;
  high: Int32Array;
  weightLow: Int16Array;
  weightHigh: Int16Array;
}

/**
 * `edges: 'drop'` sets the fraction to 0 past an edge, as OpenCV does for columns; `'keep'` only repeats the edge, as it
 * does for rows. The two truncate differently.
 */
export function linearTable(from: number, to: number, edges: 'drop' | 'keep'): LinearTable {
  const table: LinearTable = {
    low: new Int32Array(to),
    high: new Int32Array(to),
    weightLow: new Int16Array(to),
    weightHigh: new Int16Array(to),
  };
  const scale = 1 / (to / from);
  for (let i = 0; i < to; i++) {
    const centre = Math.fround((i + 0.5) * scale - 0.5);
    let low = Math.floor(centre);
    let fraction = Math.fround(centre - low);
    if (edges === 'drop' && (low < 0 || low >= from - 1)) {
      low = low < 0 ? 0 : from - 1;
      fraction = 0;
    }
    table.low[i] = Math.min(Math.max(low, 0), from - 1);
    table.high[i] = Math.min(Math.max(low + 1, 0), from - 1);
    table.weightLow[i] = roundHalfEven(Math.fround(Math.fround(1 - fraction) * 2048));
    table.weightHigh[i] = roundHalfEven(Math.fround(fraction * 2048));
  }
  return table;
}

/** Where the picture lies in the network's input, in pixels of the latter. */
export function fitPicture(
  picture: { width: number; height: number },
  width: number,
  height: number,
  fit: NetworkView['fit'],
): { x: number; y: number; w: number; h: number } {
  if (fit === 'stretch') return { x: 0, y: 0, w: width, h: height };
  let w = width;
  let h = height;
  if (width / picture.width < height / picture.height)
    h = Math.max(1, Math.trunc((picture.height * width) / picture.width));
  else w = Math.max(1, Math.trunc((picture.width * height) / picture.height));
  return { x: Math.trunc((width - w) / 2), y: Math.trunc((height - h) / 2), w, h };
}

/** The network's input in plain TypeScript; arguments are checked by the caller. */
export function resizeForNetwork(
  picture: Planes,
  width: number,
  height: number,
  fit: NetworkView['fit'],
): Float32Array {
  const area = fitPicture(picture, width, height, fit);
  const across = linearTable(picture.width, area.w, 'drop');
  const down = linearTable(picture.height, area.h, 'keep');
  const out = new Float32Array(3 * width * height);
  if (fit === 'letterbox') out.fill(0.5);
  const rgb = new Uint8Array(picture.width * 3);
  let above = { y: -1, row: new Int32Array(area.w * 3) };
  let below = { y: -1, row: new Int32Array(area.w * 3) };
  const resizeRow = (target: { y: number; row: Int32Array }, y: number) => {
    target.y = y;
    rgbRow(picture, y, 0, picture.width, rgb);
    for (let x = 0; x < area.w; x++) {
      for (let c = 0; c < 3; c++) {
        target.row[3 * x + c] =
          rgb[3 * across.low[x] + c] * across.weightLow[x] + rgb[3 * across.high[x] + c] * across.weightHigh[x];
      }
    }
  };
  for (let y = 0; y < area.h; y++) {
    if (above.y !== down.low[y]) {
      if (below.y === down.low[y]) [above, below] = [below, above];
      else resizeRow(above, down.low[y]);
    }
    if (below.y !== down.high[y]) {
      if (above.y === down.high[y]) {
        below.y = above.y;
        below.row.set(above.row);
      } else resizeRow(below, down.high[y]);
    }
    const b0 = down.weightLow[y];
    const b1 = down.weightHigh[y];
    for (let x = 0; x < area.w; x++) {
      const o = (area.y + y) * width + area.x + x;
      for (let c = 0; c < 3; c++) {
        const h0 = above.row[3 * x + c] >> 4;
        const h1 = below.row[3 * x + c] >> 4;
        out[c * width * height + o] = (((h0 * b0) >> 16) + ((h1 * b1) >> 16) + 2) >> 2;
      }
    }
    for (let c = 0; c < 3; c++) {
      const start = c * width * height + (area.y + y) * width + area.x;
      for (let i = start; i < start + area.w; i++) out[i] /= 255;
    }
  }
  return out;
}

function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down;
}
