/** The first half of a small frame: sums of columns over a stretch of rows. */
import { splitPair, sumPairs, sumSingles } from './chroma-rows';
import {
  cy,
  GRAY,
  I420,
  I420Layout,
  I422,
  I422Layout,
  I444,
  I444Layout,
  layout,
  levels,
  luma,
  NV12,
  Nv12Layout,
  offset,
  RGB24,
  yPtr,
  yStride,
} from './picture';

/** So many rows of bytes can be summed in 16 bits signed, which is how the sums are multiplied afterwards. */
export const MOST_ROWS: i32 = 128;

/** From the sums of one channel's columns to those of the next, in bytes. */
export function channelBytes(width: i32): usize {
  return ((<usize>width + 15) & ~15) << 1;
}

/** Stores the sums of sixteen columns, given as those in even and in odd places. */
// @ts-ignore: decorator
@inline
export function storeSixteen(at: usize, even: v128, odd: v128): void {
  v128.store(at, i16x8.shuffle(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(at, i16x8.shuffle(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

function sumGreyRows(width: i32, from: i32, to: i32, columns: usize): void {
  const channel = channelBytes(width);
  const stride = yStride;
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  for (let x = 0; x < width; x += 16) {
    let at = yPtr + <usize>from * stride + <usize>x;
    let even = i16x8.splat(0);
    let odd = i16x8.splat(0);
    for (let y = from; y < to; y++) {
      const samples = v128.load(at);
      const grey = levels(luma(samples, false, gain), luma(samples, true, gain), bias, bias);
      even = i16x8.add(even, i16x8.extend_low_i8x16_u(grey));
      odd = i16x8.add(odd, i16x8.extend_high_i8x16_u(grey));
      at += stride;
    }
    const sums = columns + (<usize>x << 1);
    storeSixteen(sums, even, odd);
    storeSixteen(sums + channel, even, odd);
    storeSixteen(sums + 2 * channel, even, odd);
  }
}

/** Packed pixels are summed as they lie and taken apart once for each sixteen columns. */
function sumPackedRows(width: i32, from: i32, to: i32, columns: usize): void {
  const channel = channelBytes(width);
  const stride = yStride;
  for (let x = 0; x < width; x += 16) {
    let at = yPtr + <usize>from * stride + <usize>(3 * x);
    let a = i16x8.splat(0);
    let b = i16x8.splat(0);
    let c = i16x8.splat(0);
    let d = i16x8.splat(0);
    let e = i16x8.splat(0);
    let f = i16x8.splat(0);
    for (let y = from; y < to; y++) {
      a = i16x8.add(a, v128.load8x8_u(at));
      b = i16x8.add(b, v128.load8x8_u(at, 8));
      c = i16x8.add(c, v128.load8x8_u(at, 16));
      d = i16x8.add(d, v128.load8x8_u(at, 24));
      e = i16x8.add(e, v128.load8x8_u(at, 32));
      f = i16x8.add(f, v128.load8x8_u(at, 40));
      at += stride;
    }
    const sums = columns + (<usize>x << 1);
    storePacked(sums, channel, a, b, c);
    storePacked(sums + 16, channel, d, e, f);
  }
}

/** Eight packed pixels: R is at 0, 3, 6 … of the 24 sums in `a`, `b`, `c`. */
// @ts-ignore: decorator
@inline
function storePacked(at: usize, channel: usize, a: v128, b: v128, c: v128): void {
  v128.store(at, i16x8.shuffle(i16x8.shuffle(a, b, 0, 3, 6, 9, 12, 15, 0, 0), c, 0, 1, 2, 3, 4, 5, 10, 13));
  v128.store(at + channel, i16x8.shuffle(i16x8.shuffle(a, b, 1, 4, 7, 10, 13, 0, 0, 0), c, 0, 1, 2, 3, 4, 8, 11, 14));
  v128.store(
    at + 2 * channel,
    i16x8.shuffle(i16x8.shuffle(a, b, 2, 5, 8, 11, 14, 0, 0, 0), c, 0, 1, 2, 3, 4, 9, 12, 15),
  );
}

/** The even row of the pair whose sums lie behind those of `sumRows`, or -1. */
let heldPair: i32 = -1;

/** Where the sums of one row are, which `columns` has room for behind those of a stretch. */
function sumRow<Layout>(width: i32, y: i32, bottom: i32, columns: usize): usize {
  const bytes = 3 * channelBytes(width);
  const upper = y & ~1;
  if (heldPair != upper) {
    splitPair<Layout>(width, upper, upper + 1 >= bottom, columns + bytes);
    heldPair = upper;
  }
  return columns + (upper == y ? bytes : 2 * bytes);
}

/** Raises the sums at `columns` by those at `more`. */
function raise(width: i32, columns: usize, more: usize): void {
  const end = columns + 3 * channelBytes(width);
  do {
    v128.store(columns, i16x8.add(v128.load(columns), v128.load(more)));
    v128.store(columns, i16x8.add(v128.load(columns, 16), v128.load(more, 16)), 16);
    columns += 32;
    more += 32;
  } while (columns < end);
}

/** Rows that share chroma in twos. What is left over above and below shares it with a row of another stretch. */
function sumHalfHeight<Layout>(width: i32, from: i32, to: i32, bottom: i32, columns: usize): usize {
  if (to - from == 1) return sumRow<Layout>(width, from, bottom, columns);
  const firstPair = (from + 1) & ~1;
  const end = to & ~1;
  if (firstPair < end) sumPairs<Layout>(width, firstPair, end, columns);
  else clearSums(width, columns);
  if (from < firstPair) raise(width, columns, sumRow<Layout>(width, from, bottom, columns));
  if (end < to) raise(width, columns, sumRow<Layout>(width, end, bottom, columns));
  return columns;
}

function clearSums(width: i32, columns: usize): void {
  memory.fill(columns, 0, 3 * channelBytes(width));
}

/** Begins a picture. */
export function clearHeld(): void {
  heldPair = -1;
}

/**
 * The sums, 16 bits each, of `width` columns over at most `MOST_ROWS` rows, `from` to before `to`; the picture ends at
 * `bottom`. `columns` has room for three times the sums; where among them they are is returned.
 */
export function sumRows(width: i32, from: i32, to: i32, bottom: i32, columns: usize): usize {
  switch (layout) {
    case I420:
      return sumHalfHeight<I420Layout>(width, from, to, bottom, columns);
    case I422:
      sumSingles<I422Layout>(width, from, to, columns);
      return columns;
    case I444:
      sumSingles<I444Layout>(width, from, to, columns);
      return columns;
    case NV12:
      return sumHalfHeight<Nv12Layout>(width, from, to, bottom, columns);
    case RGB24:
      sumPackedRows(width, from, to, columns);
      return columns;
    case GRAY:
      sumGreyRows(width, from, to, columns);
      return columns;
    default:
      return unreachable();
  }
}
