/** The small frame: exact box averages; the geometry is ../cells.ts's. */
import {
  cbu,
  cgu,
  cgv,
  chroma,
  crv,
  cy,
  GRAY,
  greenTint,
  I420,
  I422,
  I444,
  layout,
  levels,
  luma,
  NV12,
  offset,
  RGB24,
  tint,
  yPtr,
  yStride,
} from './picture';

/** From the totals of one channel's columns to those of the next, in bytes. */
let channelBytes: usize = 0;

/**
 * The stretches of rows that make up a row of cells: `from`, to before `to`, `weight`, 32 bits each. A stretch has at most
 * 256 rows, so that its sums fit 16 bits.
 */
let stretches: usize = 0;
let stretchesEnd: usize = 0;

/** Sets (where `isFirst`) or raises the 32-bit totals at `at` of eight columns by `weight` times their sums. */
// @ts-ignore: decorator
@inline
function addColumns(at: usize, sums: v128, weight: v128, isFirst: bool): void {
  let low = i32x4.extmul_low_i16x8_u(sums, weight);
  let high = i32x4.extmul_high_i16x8_u(sums, weight);
  if (!isFirst) {
    low = i32x4.add(low, v128.load(at));
    high = i32x4.add(high, v128.load(at, 16));
  }
  v128.store(at, low);
  v128.store(at, high, 16);
}

/** The same for sixteen columns given as those in even and in odd places. */
// @ts-ignore: decorator
@inline
function addSixteen(at: usize, even: v128, odd: v128, weight: v128, isFirst: bool): void {
  addColumns(at, i16x8.shuffle(even, odd, 0, 8, 1, 9, 2, 10, 3, 11), weight, isFirst);
  addColumns(at + 32, i16x8.shuffle(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), weight, isFirst);
}

/** Adds the bytes of two rows, which `levels` has ordered, to the sums of even and of odd columns. */
// @ts-ignore: decorator
@inline
function addEven(sum: v128, upper: v128, lower: v128): v128 {
  return i16x8.add(
    sum,
    i16x8.extadd_pairwise_i8x16_u(
      i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    ),
  );
}
// @ts-ignore: decorator
@inline
function addOdd(sum: v128, upper: v128, lower: v128): v128 {
  return i16x8.add(
    sum,
    i16x8.extadd_pairwise_i8x16_u(
      i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
    ),
  );
}

/**
 * The totals of `width` columns over all stretches. Sixteen columns at a time go down the rows with their sums in
 * registers, two rows at once where they share chroma.
 */
// @ts-ignore: decorator
@inline
function sumChromaRows(format: i32, width: i32, columns: usize): void {
  const isHalfHeight = format == I420 || format == NV12;
  const isFullWidth = format == I444;
  // Globals are read anew in a loop, locals stay in registers.
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  const kRv = i16x8.splat(crv);
  const kGu = i16x8.splat(cgu);
  const kGv = i16x8.splat(cgv);
  const kBu = i16x8.splat(cbu);
  for (let x = 0; x < width; x += 16) {
    for (let stretch = stretches; stretch < stretchesEnd; stretch += 12) {
      const to = load<i32>(stretch, 4);
      const weight = i16x8.splat(<i16>load<i32>(stretch, 8));
      const isFirst = stretch == stretches;
      let rEven = i16x8.splat(0);
      let rOdd = i16x8.splat(0);
      let gEven = i16x8.splat(0);
      let gOdd = i16x8.splat(0);
      let bEven = i16x8.splat(0);
      let bOdd = i16x8.splat(0);
      for (let y = load<i32>(stretch); y < to; y++) {
        const u = chroma(format, false, y, x, false);
        const v = chroma(format, true, y, x, false);
        const uOdd = isFullWidth ? chroma(format, false, y, x, true) : u;
        const vOdd = isFullWidth ? chroma(format, true, y, x, true) : v;
        const redEven = tint(v, kRv, bias);
        const redOdd = isFullWidth ? tint(vOdd, kRv, bias) : redEven;
        const greenEven = greenTint(u, v, kGu, kGv, bias);
        const greenOdd = isFullWidth ? greenTint(uOdd, vOdd, kGu, kGv, bias) : greenEven;
        const blueEven = tint(u, kBu, bias);
        const blueOdd = isFullWidth ? tint(uOdd, kBu, bias) : blueEven;
        const at = yPtr + <usize>y * yStride + <usize>x;
        const upper = v128.load(at);
        const upperEven = luma(upper, false, gain);
        const upperOdd = luma(upper, true, gain);
        const r = levels(upperEven, upperOdd, redEven, redOdd);
        const g = levels(upperEven, upperOdd, greenEven, greenOdd);
        const b = levels(upperEven, upperOdd, blueEven, blueOdd);
        if (isHalfHeight && (y & 1) == 0 && y + 1 < to) {
          const lower = v128.load(at + yStride);
          const lowerEven = luma(lower, false, gain);
          const lowerOdd = luma(lower, true, gain);
          const r2 = levels(lowerEven, lowerOdd, redEven, redOdd);
          const g2 = levels(lowerEven, lowerOdd, greenEven, greenOdd);
          const b2 = levels(lowerEven, lowerOdd, blueEven, blueOdd);
          rEven = addEven(rEven, r, r2);
          rOdd = addOdd(rOdd, r, r2);
          gEven = addEven(gEven, g, g2);
          gOdd = addOdd(gOdd, g, g2);
          bEven = addEven(bEven, b, b2);
          bOdd = addOdd(bOdd, b, b2);
          y++;
        } else {
          rEven = i16x8.add(rEven, i16x8.extend_low_i8x16_u(r));
          rOdd = i16x8.add(rOdd, i16x8.extend_high_i8x16_u(r));
          gEven = i16x8.add(gEven, i16x8.extend_low_i8x16_u(g));
          gOdd = i16x8.add(gOdd, i16x8.extend_high_i8x16_u(g));
          bEven = i16x8.add(bEven, i16x8.extend_low_i8x16_u(b));
          bOdd = i16x8.add(bOdd, i16x8.extend_high_i8x16_u(b));
        }
      }
      const total = columns + (<usize>x << 2);
      addSixteen(total, rEven, rOdd, weight, isFirst);
      addSixteen(total + channelBytes, gEven, gOdd, weight, isFirst);
      addSixteen(total + 2 * channelBytes, bEven, bOdd, weight, isFirst);
    }
  }
}

function sumGreyRows(width: i32, columns: usize): void {
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  for (let x = 0; x < width; x += 16) {
    for (let stretch = stretches; stretch < stretchesEnd; stretch += 12) {
      const to = load<i32>(stretch, 4);
      const weight = i16x8.splat(<i16>load<i32>(stretch, 8));
      const isFirst = stretch == stretches;
      let even = i16x8.splat(0);
      let odd = i16x8.splat(0);
      for (let y = load<i32>(stretch); y < to; y++) {
        const samples = v128.load(yPtr + <usize>y * yStride + <usize>x);
        const grey = levels(luma(samples, false, gain), luma(samples, true, gain), bias, bias);
        even = i16x8.add(even, i16x8.extend_low_i8x16_u(grey));
        odd = i16x8.add(odd, i16x8.extend_high_i8x16_u(grey));
      }
      const total = columns + (<usize>x << 2);
      addSixteen(total, even, odd, weight, isFirst);
      addSixteen(total + channelBytes, even, odd, weight, isFirst);
      addSixteen(total + 2 * channelBytes, even, odd, weight, isFirst);
    }
  }
}

/** Packed pixels are summed as they lie and taken apart once for each sixteen columns. */
function sumPackedRows(width: i32, columns: usize): void {
  for (let x = 0; x < width; x += 16) {
    for (let stretch = stretches; stretch < stretchesEnd; stretch += 12) {
      const to = load<i32>(stretch, 4);
      const weight = i16x8.splat(<i16>load<i32>(stretch, 8));
      const isFirst = stretch == stretches;
      let a = i16x8.splat(0);
      let b = i16x8.splat(0);
      let c = i16x8.splat(0);
      let d = i16x8.splat(0);
      let e = i16x8.splat(0);
      let f = i16x8.splat(0);
      for (let y = load<i32>(stretch); y < to; y++) {
        const at = yPtr + <usize>y * yStride + <usize>(3 * x);
        a = i16x8.add(a, v128.load8x8_u(at));
        b = i16x8.add(b, v128.load8x8_u(at, 8));
        c = i16x8.add(c, v128.load8x8_u(at, 16));
        d = i16x8.add(d, v128.load8x8_u(at, 24));
        e = i16x8.add(e, v128.load8x8_u(at, 32));
        f = i16x8.add(f, v128.load8x8_u(at, 40));
      }
      const total = columns + (<usize>x << 2);
      addPacked(total, a, b, c, weight, isFirst);
      addPacked(total + 32, d, e, f, weight, isFirst);
    }
  }
}

/** Eight packed pixels: R is at 0, 3, 6 … of the 24 sums in `a`, `b`, `c`. */
// @ts-ignore: decorator
@inline
function addPacked(at: usize, a: v128, b: v128, c: v128, weight: v128, isFirst: bool): void {
  const red = i16x8.shuffle(i16x8.shuffle(a, b, 0, 3, 6, 9, 12, 15, 0, 0), c, 0, 1, 2, 3, 4, 5, 10, 13);
  const green = i16x8.shuffle(i16x8.shuffle(a, b, 1, 4, 7, 10, 13, 0, 0, 0), c, 0, 1, 2, 3, 4, 8, 11, 14);
  const blue = i16x8.shuffle(i16x8.shuffle(a, b, 2, 5, 8, 11, 14, 0, 0, 0), c, 0, 1, 2, 3, 4, 9, 12, 15);
  addColumns(at, red, weight, isFirst);
  addColumns(at + channelBytes, green, weight, isFirst);
  addColumns(at + 2 * channelBytes, blue, weight, isFirst);
}

function sumRows(width: i32, columns: usize): void {
  switch (layout) {
    case I420:
      return sumChromaRows(I420, width, columns);
    case I422:
      return sumChromaRows(I422, width, columns);
    case I444:
      return sumChromaRows(I444, width, columns);
    case NV12:
      return sumChromaRows(NV12, width, columns);
    case RGB24:
      return sumPackedRows(width, columns);
    case GRAY:
      return sumGreyRows(width, columns);
    default:
      unreachable();
  }
}

const MOST_ROWS: i32 = 256;

function addStretch(from: i32, to: i32, weight: i32): void {
  store<i32>(stretchesEnd, from);
  store<i32>(stretchesEnd, to, 4);
  store<i32>(stretchesEnd, weight, 8);
  stretchesEnd += 12;
}

/**
 * The small frame of `w` columns, from column `x0` and row `y0` of the picture on; `x0` and `y0` are 0 or 1, where shared
 * chroma makes the picture start one earlier. A pixel is `pixelX` (`pixelY`) units, a cell `cellX` (`cellY`). `columns`
 * has 12 bytes for each column, their number rounded up to sixteen; `scratch` has 16 bytes for each cell of a row, then
 * 12 for each stretch of rows of a cell.
 */
export function smallFrame(
  x0: i32,
  y0: i32,
  w: i32,
  size: i32,
  pixelX: i32,
  cellX: i32,
  pixelY: i32,
  cellY: i32,
  columns: usize,
  scratch: usize,
  out: usize,
): void {
  const width = x0 + w;
  const first = columns + (<usize>x0 << 2);
  channelBytes = ((<usize>width + 15) & ~15) << 2;
  for (let cell = 0; cell < size; cell++) {
    const left = cell * cellX;
    const from = left / pixelX;
    const until = (left + cellX - 1) / pixelX;
    const entry = scratch + (<usize>cell << 4);
    store<i32>(entry, from << 2);
    store<i32>(entry, until << 2, 4);
    store<i32>(entry, from == until ? cellX : (from + 1) * pixelX - left, 8);
    store<i32>(entry, from == until ? 0 : left + cellX - until * pixelX, 12);
  }
  stretches = scratch + (<usize>size << 4);
  for (let row = 0; row < size; row++) {
    const top = row * cellY;
    const bottom = top + cellY;
    let y = top / pixelY;
    const last = (bottom - 1) / pixelY;
    stretchesEnd = stretches;
    if (y == last) addStretch(y0 + y, y0 + y + 1, cellY);
    else {
      const above = (y + 1) * pixelY - top;
      if (above != pixelY) {
        addStretch(y0 + y, y0 + y + 1, above);
        y++;
      }
      const below = bottom - last * pixelY;
      const whole = below == pixelY ? last + 1 : last;
      while (y < whole) {
        const end = min(whole, y + MOST_ROWS);
        addStretch(y0 + y, y0 + end, pixelY);
        y = end;
      }
      if (whole == last) addStretch(y0 + last, y0 + last + 1, below);
    }
    sumRows(width, columns);
    for (let c: usize = 0; c < 3; c++) {
      averageRow(first + c * channelBytes, scratch, size, <f64>pixelX, <f64>cellX * <f64>cellY, out + c);
    }
    out += <usize>(3 * size);
  }
}

/** One channel of a row of cells from the totals of its columns, three bytes apart. */
function averageRow(totals: usize, entry: usize, size: i32, pixel: f64, weight: f64, out: usize): void {
  for (const end = out + <usize>(3 * size); out < end; out += 3) {
    let at = totals + <usize>load<i32>(entry);
    const last = totals + <usize>load<i32>(entry, 4);
    let total =
      <f64>load<u32>(at) * <f64>load<i32>(entry, 8) + <f64>load<u32>(last) * <f64>load<i32>(entry, 12);
    entry += 16;
    at += 4;
    if (at < last) {
      let inner: u32 = 0;
      if (at + 16 <= last) {
        let sums = v128.load(at);
        at += 16;
        for (; at + 16 <= last; at += 16) sums = i32x4.add(sums, v128.load(at));
        sums = i32x4.add(sums, i32x4.shuffle(sums, sums, 2, 3, 0, 1));
        inner = <u32>(i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1));
      }
      for (; at < last; at += 4) inner += load<u32>(at);
      total += <f64>inner * pixel;
    }
    store<u8>(out, <u32>((2 * total + weight) / (2 * weight)));
  }
}
