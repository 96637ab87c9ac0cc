/** Whole pictures: to interleaved RGB, and to a network's input; the resize is ../bilinear.ts's. */
import {
  cbu,
  cgu,
  cgv,
  chroma,
  chromaAdvance,
  chromaRow,
  crv,
  cy,
  GRAY,
  greenTint,
  I420,
  I420Layout,
  I422,
  I422Layout,
  I444,
  I444Layout,
  isFull,
  layout,
  levels,
  luma,
  NV12,
  Nv12Layout,
  offset,
  RGB24,
  tint,
  uPtr,
  uStride,
  vPtr,
  vStride,
  yPtr,
  yStride,
} from './picture';

/** Sixteen pixels, in the order of `levels`, as 48 bytes. */
// @ts-ignore: decorator
@inline
function interleave(at: usize, r: v128, g: v128, b: v128): void {
  const rg0 = i8x16.shuffle(r, g, 0, 16, 0, 8, 24, 0, 1, 17, 0, 9, 25, 0, 2, 18, 0, 10);
  v128.store(at, i8x16.shuffle(rg0, b, 0, 1, 16, 3, 4, 24, 6, 7, 17, 9, 10, 25, 12, 13, 18, 15));
  const rg1 = i8x16.shuffle(r, g, 26, 0, 3, 19, 0, 11, 27, 0, 4, 20, 0, 12, 28, 0, 5, 21);
  v128.store(at, i8x16.shuffle(rg1, b, 0, 26, 2, 3, 19, 5, 6, 27, 8, 9, 20, 11, 12, 28, 14, 15), 16);
  const rg2 = i8x16.shuffle(r, g, 0, 13, 29, 0, 6, 22, 0, 14, 30, 0, 7, 23, 0, 15, 31, 0);
  v128.store(at, i8x16.shuffle(rg2, b, 21, 1, 2, 29, 4, 5, 22, 7, 8, 30, 10, 11, 23, 13, 14, 31), 32);
}

function convertChromaRow<Layout>(y: i32, width: i32, out: usize): void {
  const isFullWidth = isFull<Layout>();
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  const kRv = i16x8.splat(crv);
  const kGu = i16x8.splat(cgu);
  const kGv = i16x8.splat(cgv);
  const kBu = i16x8.splat(cbu);
  let at = yPtr + <usize>y * yStride;
  let uAt = uPtr + <usize>chromaRow<Layout>(y) * uStride;
  let vAt = vPtr + <usize>chromaRow<Layout>(y) * vStride;
  const end = at + <usize>width;
  // Tested at its end: only then do engines keep the constants in registers.
  do {
    const u = chroma<Layout>(uAt, false, false);
    const v = chroma<Layout>(vAt, true, false);
    const uOdd = isFullWidth ? chroma<Layout>(uAt, false, true) : u;
    const vOdd = isFullWidth ? chroma<Layout>(vAt, true, true) : v;
    const redEven = tint(v, kRv, bias);
    const redOdd = isFullWidth ? tint(vOdd, kRv, bias) : redEven;
    const greenEven = greenTint(u, v, kGu, kGv, bias);
    const greenOdd = isFullWidth ? greenTint(uOdd, vOdd, kGu, kGv, bias) : greenEven;
    const blueEven = tint(u, kBu, bias);
    const blueOdd = isFullWidth ? tint(uOdd, kBu, bias) : blueEven;
    const samples = v128.load(at);
    const even = luma(samples, false, gain);
    const odd = luma(samples, true, gain);
    interleave(
      out,
      levels(even, odd, redEven, redOdd),
      levels(even, odd, greenEven, greenOdd),
      levels(even, odd, blueEven, blueOdd),
    );
    at += 16;
    out += 48;
    uAt += chromaAdvance<Layout>();
    vAt += chromaAdvance<Layout>();
  } while (at < end);
}

function convertGreyRow(y: i32, width: i32, out: usize): void {
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  for (let x = 0; x < width; x += 16) {
    const samples = v128.load(yPtr + <usize>y * yStride + <usize>x);
    const grey = levels(luma(samples, false, gain), luma(samples, true, gain), bias, bias);
    interleave(out + <usize>(3 * x), grey, grey, grey);
  }
}

/** Row `y` of the picture as interleaved RGB; up to 45 bytes past its end are overwritten. */
function convertRow(y: i32, width: i32, out: usize): void {
  switch (layout) {
    case I420:
      return convertChromaRow<I420Layout>(y, width, out);
    case I422:
      return convertChromaRow<I422Layout>(y, width, out);
    case I444:
      return convertChromaRow<I444Layout>(y, width, out);
    case NV12:
      return convertChromaRow<Nv12Layout>(y, width, out);
    case RGB24:
      memory.copy(out, yPtr + <usize>y * yStride, <usize>(3 * width));
      return;
    case GRAY:
      return convertGreyRow(y, width, out);
    default:
      unreachable();
  }
}

/** The whole picture as interleaved RGB; rows in order, since each spills into the next. */
export function rgb(width: i32, height: i32, out: usize): void {
  for (let y = 0; y < height; y++) convertRow(y, width, out + <usize>(3 * width) * <usize>y);
}

/**
 * One row, resized: per channel `to` sums >> 4, 16 bits each, `channel` bytes from one channel to the next. An entry of
 * `table` is the byte offset of the low pixel (the high one follows it) and the two weights, 16 bits each.
 */
function resizeRow(y: i32, width: i32, to: i32, table: usize, row: usize, out: usize, channel: usize): void {
  convertRow(y, width, row);
  const end = out + <usize>(2 * to);
  for (; out < end; out += 2) {
    const pixels = v128.load64_zero(row + <usize>load<i32>(table));
    const pairs = i16x8.extend_low_i8x16_u(i8x16.shuffle(pixels, pixels, 0, 3, 1, 4, 2, 5, 0, 3, 0, 3, 0, 3, 0, 3, 0, 3));
    const sums = i32x4.shr_s(i32x4.dot_i16x8_s(pairs, v128.load32_splat(table, 4)), 4);
    v128.store_lane<u16>(out, sums, 0);
    v128.store_lane<u16>(out + channel, sums, 2);
    v128.store_lane<u16>(out + 2 * channel, sums, 4);
    table += 8;
  }
}

/**
 * OpenCV's INTER_LINEAR to `toWidth`×`toHeight`, / 255, into planes of `planeBytes` whose rows are `rowBytes` apart;
 * up to three values past a row's end are overwritten, so rows are written in order and planes lie apart. Entries of `across` are resizeRow's; of `down`: low row, high row, two
 * weights, 32 bits each. `row` has room for a converted row, `above` and `below` for three channels of `channel` bytes.
 */
export function resize(
  width: i32,
  toWidth: i32,
  toHeight: i32,
  across: usize,
  down: usize,
  row: usize,
  above: usize,
  below: usize,
  channel: usize,
  out: usize,
  rowBytes: usize,
  planeBytes: usize,
): void {
  const levels = f32x4.splat(255);
  const two = i32x4.splat(2);
  let yAbove = -1;
  let yBelow = -1;
  for (let y = 0; y < toHeight; y++) {
    const low = load<i32>(down);
    const high = load<i32>(down, 4);
    const weightLow = i16x8.splat(<i16>load<i32>(down, 8));
    const weightHigh = i16x8.splat(<i16>load<i32>(down, 12));
    down += 16;
    if (yAbove != low) {
      if (yBelow == low) {
        const swap = above;
        above = below;
        below = swap;
        yBelow = yAbove;
      } else resizeRow(low, width, toWidth, across, row, above, channel);
      yAbove = low;
    }
    if (yBelow != high) {
      if (yAbove == high) memory.copy(below, above, 3 * channel);
      else resizeRow(high, width, toWidth, across, row, below, channel);
      yBelow = high;
    }
    for (let c: usize = 0; c < 3; c++) {
      let to = out + c * planeBytes + <usize>y * rowBytes;
      const h0 = above + c * channel;
      const h1 = below + c * channel;
      for (let x: usize = 0; x < <usize>(2 * toWidth); x += 8) {
        const upper = i32x4.shr_s(i32x4.extmul_low_i16x8_s(v128.load64_zero(h0 + x), weightLow), 16);
        const lower = i32x4.shr_s(i32x4.extmul_low_i16x8_s(v128.load64_zero(h1 + x), weightHigh), 16);
        const level = i32x4.shr_s(i32x4.add(i32x4.add(upper, lower), two), 2);
        v128.store(to, f32x4.div(f32x4.convert_i32x4_s(level), levels));
        to += 16;
      }
    }
  }
}
