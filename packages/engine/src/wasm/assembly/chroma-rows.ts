/** Rows with chroma → sums of columns: the loops that most of a small frame's time is spent in. */
import { channelBytes, storeSixteen } from './columns';
import {
  cbu,
  cgu,
  cgv,
  chroma,
  chromaAdvance,
  chromaRow,
  crv,
  cy,
  greenTint,
  isFull,
  levels,
  luma,
  offset,
  tint,
  uPtr,
  uStride,
  vPtr,
  vStride,
  yPtr,
  yStride,
} from './picture';

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
 * Sets the sums to those of the rows `from` to before `to`, both even, two rows at a time since they share chroma. Sixteen
 * columns go down the rows with their sums in registers. The loops test at their end and have no branch inside: only
 * then do engines keep the constants in registers.
 */
export function sumPairs<Layout>(width: i32, from: i32, to: i32, columns: usize): void {
  const channel = channelBytes(width);
  const stride = yStride;
  const uStep = uStride;
  const vStep = vStride;
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  const kRv = i16x8.splat(crv);
  const kGu = i16x8.splat(cgu);
  const kGv = i16x8.splat(cgv);
  const kBu = i16x8.splat(cbu);
  const pairs = (to - from) >> 1;
  let luma0 = yPtr + <usize>from * stride;
  let chromaU = uPtr + <usize>(from >> 1) * uStep;
  let chromaV = vPtr + <usize>(from >> 1) * vStep;
  const end = columns + (<usize>width << 1);
  do {
    let at = luma0;
    let uAt = chromaU;
    let vAt = chromaV;
    let rows = pairs;
    let rEven = i16x8.splat(0);
    let rOdd = i16x8.splat(0);
    let gEven = i16x8.splat(0);
    let gOdd = i16x8.splat(0);
    let bEven = i16x8.splat(0);
    let bOdd = i16x8.splat(0);
    do {
      const u = chroma<Layout>(uAt, false, false);
      const v = chroma<Layout>(vAt, true, false);
      const upper = v128.load(at);
      const lower = v128.load(at + stride);
      at += 2 * stride;
      uAt += uStep;
      vAt += vStep;
      const upperEven = luma(upper, false, gain);
      const upperOdd = luma(upper, true, gain);
      const lowerEven = luma(lower, false, gain);
      const lowerOdd = luma(lower, true, gain);
      const red = tint(v, kRv, bias);
      const r = levels(upperEven, upperOdd, red, red);
      const r2 = levels(lowerEven, lowerOdd, red, red);
      rEven = addEven(rEven, r, r2);
      rOdd = addOdd(rOdd, r, r2);
      const green = greenTint(u, v, kGu, kGv, bias);
      const g = levels(upperEven, upperOdd, green, green);
      const g2 = levels(lowerEven, lowerOdd, green, green);
      gEven = addEven(gEven, g, g2);
      gOdd = addOdd(gOdd, g, g2);
      const blue = tint(u, kBu, bias);
      const b = levels(upperEven, upperOdd, blue, blue);
      const b2 = levels(lowerEven, lowerOdd, blue, blue);
      bEven = addEven(bEven, b, b2);
      bOdd = addOdd(bOdd, b, b2);
    } while (--rows);
    storeSixteen(columns, rEven, rOdd);
    storeSixteen(columns + channel, gEven, gOdd);
    storeSixteen(columns + 2 * channel, bEven, bOdd);
    columns += 32;
    luma0 += 16;
    chromaU += chromaAdvance<Layout>();
    chromaV += chromaAdvance<Layout>();
  } while (columns < end);
}

/** Sets the sums to those of the rows `from` to before `to`, each of which has chroma of its own. */
export function sumSingles<Layout>(width: i32, from: i32, to: i32, columns: usize): void {
  const isFullWidth = isFull<Layout>();
  const channel = channelBytes(width);
  const stride = yStride;
  const uStep = uStride;
  const vStep = vStride;
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  const kRv = i16x8.splat(crv);
  const kGu = i16x8.splat(cgu);
  const kGv = i16x8.splat(cgv);
  const kBu = i16x8.splat(cbu);
  const count = to - from;
  let luma0 = yPtr + <usize>from * stride;
  let chromaU = uPtr + <usize>chromaRow<Layout>(from) * uStep;
  let chromaV = vPtr + <usize>chromaRow<Layout>(from) * vStep;
  const end = columns + (<usize>width << 1);
  do {
    let at = luma0;
    let uAt = chromaU;
    let vAt = chromaV;
    let rows = count;
    let rEven = i16x8.splat(0);
    let rOdd = i16x8.splat(0);
    let gEven = i16x8.splat(0);
    let gOdd = i16x8.splat(0);
    let bEven = i16x8.splat(0);
    let bOdd = i16x8.splat(0);
    do {
      const u = chroma<Layout>(uAt, false, false);
      const v = chroma<Layout>(vAt, true, false);
      const uOdd = isFullWidth ? chroma<Layout>(uAt, false, true) : u;
      const vOdd = isFullWidth ? chroma<Layout>(vAt, true, true) : v;
      const samples = v128.load(at);
      at += stride;
      uAt += uStep;
      vAt += vStep;
      const even = luma(samples, false, gain);
      const odd = luma(samples, true, gain);
      const red = tint(v, kRv, bias);
      const r = levels(even, odd, red, isFullWidth ? tint(vOdd, kRv, bias) : red);
      rEven = i16x8.add(rEven, i16x8.extend_low_i8x16_u(r));
      rOdd = i16x8.add(rOdd, i16x8.extend_high_i8x16_u(r));
      const green = greenTint(u, v, kGu, kGv, bias);
      const g = levels(even, odd, green, isFullWidth ? greenTint(uOdd, vOdd, kGu, kGv, bias) : green);
      gEven = i16x8.add(gEven, i16x8.extend_low_i8x16_u(g));
      gOdd = i16x8.add(gOdd, i16x8.extend_high_i8x16_u(g));
      const blue = tint(u, kBu, bias);
      const b = levels(even, odd, blue, isFullWidth ? tint(uOdd, kBu, bias) : blue);
      bEven = i16x8.add(bEven, i16x8.extend_low_i8x16_u(b));
      bOdd = i16x8.add(bOdd, i16x8.extend_high_i8x16_u(b));
    } while (--rows);
    storeSixteen(columns, rEven, rOdd);
    storeSixteen(columns + channel, gEven, gOdd);
    storeSixteen(columns + 2 * channel, bEven, bOdd);
    columns += 32;
    luma0 += 16;
    chromaU += chromaAdvance<Layout>();
    chromaV += chromaAdvance<Layout>();
  } while (columns < end);
}

/**
 * Sets the sums of two rows that share chroma, each by itself: from `out` on those of the even row, then those of the odd
 * one, or once more the even one where `isLast`.
 */
export function splitPair<Layout>(width: i32, y: i32, isLast: bool, out: usize): void {
  const channel = channelBytes(width);
  const odd = out + 3 * channel;
  const step = isLast ? 0 : yStride;
  const gain = i16x8.splat(cy);
  const bias = i16x8.splat(offset);
  const kRv = i16x8.splat(crv);
  const kGu = i16x8.splat(cgu);
  const kGv = i16x8.splat(cgv);
  const kBu = i16x8.splat(cbu);
  let at = yPtr + <usize>y * yStride;
  let uAt = uPtr + <usize>(y >> 1) * uStride;
  let vAt = vPtr + <usize>(y >> 1) * vStride;
  const end = <usize>width << 1;
  let x: usize = 0;
  do {
    const u = chroma<Layout>(uAt, false, false);
    const v = chroma<Layout>(vAt, true, false);
    const upper = v128.load(at);
    const lower = v128.load(at + step);
    const upperEven = luma(upper, false, gain);
    const upperOdd = luma(upper, true, gain);
    const lowerEven = luma(lower, false, gain);
    const lowerOdd = luma(lower, true, gain);
    const red = tint(v, kRv, bias);
    const green = greenTint(u, v, kGu, kGv, bias);
    const blue = tint(u, kBu, bias);
    storeBytes(out + x, levels(upperEven, upperOdd, red, red));
    storeBytes(out + x + channel, levels(upperEven, upperOdd, green, green));
    storeBytes(out + x + 2 * channel, levels(upperEven, upperOdd, blue, blue));
    storeBytes(odd + x, levels(lowerEven, lowerOdd, red, red));
    storeBytes(odd + x + channel, levels(lowerEven, lowerOdd, green, green));
    storeBytes(odd + x + 2 * channel, levels(lowerEven, lowerOdd, blue, blue));
    at += 16;
    uAt += chromaAdvance<Layout>();
    vAt += chromaAdvance<Layout>();
    x += 32;
  } while (x < end);
}

/** Stores the sixteen bytes that `levels` has ordered, 16 bits each. */
// @ts-ignore: decorator
@inline
function storeBytes(at: usize, bytes: v128): void {
  storeSixteen(at, i16x8.extend_low_i8x16_u(bytes), i16x8.extend_high_i8x16_u(bytes));
}

