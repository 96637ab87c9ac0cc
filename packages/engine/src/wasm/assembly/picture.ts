/**
 * The picture that the kernels work on, and its colour: sixteen pixels at a time, in two registers, those in even and
 * those in odd columns. Both then meet the same eight samples of half-width chroma. The arithmetic is ../colour.ts's.
 */

// Layouts of planes; the numbers are repeated in ../simd.ts.
export const I420: i32 = 0;
export const I422: i32 = 1;
export const I444: i32 = 2;
export const NV12: i32 = 3;
export const RGB24: i32 = 4;
export const GRAY: i32 = 5;

// The same as types: functions made for a type are compiled apart, while those for a number are merged again into one
// that asks for the layout at every vector. They are told apart by their size, which the compiler knows.
export type I420Layout = u8;
export type I422Layout = u16;
export type I444Layout = u32;
export type Nv12Layout = u64;

export let layout: i32 = 0;
export let yPtr: usize = 0;
export let yStride: usize = 0;
export let uPtr: usize = 0;
export let uStride: usize = 0;
export let vPtr: usize = 0;
export let vStride: usize = 0;
export let cy: i16 = 0;
export let offset: i16 = 0;
export let crv: i16 = 0;
export let cgu: i16 = 0;
export let cgv: i16 = 0;
export let cbu: i16 = 0;

/** The planes of the next calls: pointers and bytes from row to row. */
export function setPicture(
  format: i32,
  y: usize,
  yBytes: usize,
  u: usize,
  uBytes: usize,
  v: usize,
  vBytes: usize,
): void {
  layout = format;
  yPtr = y;
  yStride = yBytes;
  uPtr = u;
  uStride = uBytes;
  // Of NV12 both are read from one plane.
  vPtr = format == NV12 ? u : v;
  vStride = format == NV12 ? uBytes : vBytes;
}

/** The coefficients of the next calls. */
export function setColour(gain: i32, bias: i32, rv: i32, gu: i32, gv: i32, bu: i32): void {
  cy = <i16>gain;
  offset = <i16>bias;
  crv = <i16>rv;
  cgu = <i16>gu;
  cgv = <i16>gv;
  cbu = <i16>bu;
}

/** Bytes in even (odd) places, as 16 bits. */
// @ts-ignore: decorator
@inline
function half(bytes: v128, odd: bool): v128 {
  return odd ? i16x8.shr_u(bytes, 8) : v128.and(bytes, i16x8.splat(0xff));
}

/** Luma without its offset, in 1/64 of a level; the product takes all of 16 bits unsigned. */
// @ts-ignore: decorator
@inline
export function luma(samples: v128, odd: bool, gain: v128): v128 {
  return i16x8.shr_u(i16x8.mul(half(samples, odd), gain), 1);
}

/** Whether every pixel has chroma of its own. */
// @ts-ignore: decorator
@inline
export function isFull<Layout>(): bool {
  return sizeof<Layout>() == sizeof<I444Layout>();
}

/** The row of chroma samples that a row of pixels has. */
// @ts-ignore: decorator
@inline
export function chromaRow<Layout>(y: i32): i32 {
  return sizeof<Layout>() == sizeof<I420Layout>() || sizeof<Layout>() == sizeof<Nv12Layout>() ? y >> 1 : y;
}

/** Bytes of a chroma plane for sixteen pixels. */
// @ts-ignore: decorator
@inline
export function chromaAdvance<Layout>(): usize {
  return sizeof<Layout>() == sizeof<I444Layout>() || sizeof<Layout>() == sizeof<Nv12Layout>() ? 16 : 8;
}

/** (c − 128) · 256 of the chroma samples at `at` that the even (odd) ones of sixteen pixels have. */
// @ts-ignore: decorator
@inline
export function chroma<Layout>(at: usize, isV: bool, odd: bool): v128 {
  if (sizeof<Layout>() == sizeof<Nv12Layout>()) return centred(half(v128.load(at), isV));
  if (sizeof<Layout>() == sizeof<I444Layout>()) return centred(half(v128.load(at), odd));
  return centred(v128.load8x8_u(at));
}

// @ts-ignore: decorator
@inline
function centred(samples: v128): v128 {
  return i16x8.shl(i16x8.sub(samples, i16x8.splat(128)), 8);
}

/** What V adds to R, or U to B, with luma's offset. */
// @ts-ignore: decorator
@inline
export function tint(samples: v128, coefficient: v128, bias: v128): v128 {
  return i16x8.add(i16x8.q15mulr_sat_s(samples, coefficient), bias);
}

/** What U and V add to G, with luma's offset. */
// @ts-ignore: decorator
@inline
export function greenTint(u: v128, v: v128, ku: v128, kv: v128, bias: v128): v128 {
  return i16x8.sub(bias, i16x8.add(i16x8.q15mulr_sat_s(u, ku), i16x8.q15mulr_sat_s(v, kv)));
}

/** One channel of sixteen pixels as bytes: those in even columns, then those in odd ones. */
// @ts-ignore: decorator
@inline
export function levels(lumaEven: v128, lumaOdd: v128, even: v128, odd: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.shr_s(i16x8.add_sat_s(lumaEven, even), 6),
    i16x8.shr_s(i16x8.add_sat_s(lumaOdd, odd), 6),
  );
}
