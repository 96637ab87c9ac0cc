/** The small frame: exact box averages; the geometry is ../cells.ts's. */
import { channelBytes, clearHeld, MOST_ROWS, sumRows } from './columns';

/** 1.5 · 2^52: added to a small number, it leaves the nearest integer in the low half of the bits. */
const ROUND: f64 = 6755399441055744;

let width: i32 = 0;
let bottom: i32 = 0;
let size: i32 = 0;
let vectors: i32 = 0;
let cells: usize = 0;
let columns: usize = 0;
let sums: usize = 0;
let totals: usize = 0;
/** The row of the picture whose sums of cells are in `sums`, or -1: rows that cells share are summed once. */
let held: i32 = -1;

/**
 * The small frame of the columns up to `endX` and the rows from `y0` to `endY` of the picture; `y0` is 0 or 1, where shared chroma makes
 * the picture start one earlier. A pixel is `pixelY` units high, a cell `cellY`, and `weight` is that of all pixels of a
 * cell. `table` describes the cells of a row: for each, in 16-bit units, where its first column is (32 bits), then the
 * weights of 8·`count` columns. `scratch` has 18 bytes for each column, their number rounded up to sixteen, then 48 for
 * each cell of a row.
 */
export function smallFrame(
  y0: i32,
  endX: i32,
  endY: i32,
  cellsOfRow: i32,
  pixelY: i32,
  cellY: i32,
  weight: f64,
  table: usize,
  count: i32,
  scratch: usize,
  out: usize,
): void {
  width = endX;
  bottom = endY;
  size = cellsOfRow;
  vectors = count;
  cells = table;
  columns = scratch;
  sums = columns + 9 * channelBytes(width);
  totals = sums + (<usize>size << 4);
  held = -1;
  clearHeld();
  for (let row = 0; row < size; row++) {
    const top = row * cellY;
    const end = top + cellY;
    let y = top / pixelY;
    const last = (end - 1) / pixelY;
    if (y == last) addRows(y0 + y, y0 + y + 1, cellY, true);
    else {
      let isFirst = true;
      const above = (y + 1) * pixelY - top;
      if (above != pixelY) {
        addRows(y0 + y, y0 + y + 1, above, true);
        isFirst = false;
        y++;
      }
      const below = end - last * pixelY;
      const whole = below == pixelY ? last + 1 : last;
      while (y < whole) {
        const to = min(whole, y + MOST_ROWS);
        addRows(y0 + y, y0 + to, pixelY, isFirst);
        isFirst = false;
        y = to;
      }
      if (whole == last) addRows(y0 + last, y0 + last + 1, below, isFirst);
    }
    averageRow(weight, out);
    out += <usize>(3 * size);
  }
}

/** Raises (where `isFirst`: sets) the totals of a row of cells by `weight` times the rows `from` to before `to`. */
function addRows(from: i32, to: i32, weight: i32, isFirst: bool): void {
  const isOne = to - from == 1;
  if (!isOne || held != from) {
    sumCells(sumRows(width, from, to, bottom, columns));
    held = isOne ? from : -1;
  }
  const factor = f64x2.splat(<f64>weight);
  let total = totals;
  const end = sums + (<usize>size << 4);
  for (let at = sums; at < end; at += 16) {
    const sum = v128.load(at);
    let low = f64x2.mul(f64x2.convert_low_i32x4_s(sum), factor);
    let high = f64x2.mul(f64x2.convert_low_i32x4_s(i32x4.shuffle(sum, sum, 2, 3, 2, 3)), factor);
    if (!isFirst) {
      low = f64x2.add(low, v128.load(total));
      high = f64x2.add(high, v128.load(total, 16));
    }
    v128.store(total, low);
    v128.store(total, high, 16);
    total += 32;
  }
}

/** From the sums of columns the weighted sums of cells: R, G, B and B again, 32 bits each. */
function sumCells(red: usize): void {
  const channel = channelBytes(width);
  const bytes = <usize>vectors << 4;
  let entry = cells;
  const end = sums + (<usize>size << 4);
  for (let to = sums; to < end; to += 16) {
    let at = red + <usize>load<i32>(entry);
    entry += 16;
    let weights = v128.load(entry);
    let r = i32x4.dot_i16x8_s(v128.load(at), weights);
    let g = i32x4.dot_i16x8_s(v128.load(at + channel), weights);
    let b = i32x4.dot_i16x8_s(v128.load(at + 2 * channel), weights);
    const next = entry + bytes;
    for (entry += 16; entry < next; entry += 16) {
      at += 16;
      weights = v128.load(entry);
      r = i32x4.add(r, i32x4.dot_i16x8_s(v128.load(at), weights));
      g = i32x4.add(g, i32x4.dot_i16x8_s(v128.load(at + channel), weights));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load(at + 2 * channel), weights));
    }
    const rg = i32x4.add(i32x4.shuffle(r, g, 0, 4, 1, 5), i32x4.shuffle(r, g, 2, 6, 3, 7));
    b = i32x4.add(b, i32x4.shuffle(b, b, 2, 3, 0, 1));
    v128.store(to, i32x4.add(i32x4.shuffle(rg, b, 0, 1, 4, 5), i32x4.shuffle(rg, b, 2, 3, 5, 4)));
  }
}

/**
 * A row of cells from its totals, floor((2 · total + weight) / (2 · weight)): that is total / weight rounded to the
 * nearest, ties upwards. A quarter of 1 / weight, far above the error of the product, makes ties lie above themselves.
 */
function averageRow(weight: f64, out: usize): void {
  const factor = f64x2.splat(1 / weight);
  const nudge = f64x2.splat(0.25 / weight);
  const round = f64x2.splat(ROUND);
  let total = totals;
  for (const end = out + <usize>(3 * size); out < end; out += 3) {
    const low = f64x2.add(f64x2.add(f64x2.mul(v128.load(total), factor), nudge), round);
    const high = f64x2.add(f64x2.add(f64x2.mul(v128.load(total, 16), factor), nudge), round);
    v128.store_lane<u8>(out, low, 0);
    v128.store_lane<u8>(out, low, 8, 1);
    v128.store_lane<u8>(out, high, 0, 2);
    total += 32;
  }
}
