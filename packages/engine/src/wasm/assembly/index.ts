/**
 * The kernels in WASM SIMD (AssemblyScript), equal to the byte to their twins in the folder above, where the arithmetic
 * is written down. Memory is laid out by ../simd.ts; nothing is allocated here. Up to 64 bytes past the end of a buffer
 * may be read or written, which ../simd.ts leaves room for; what is read there never reaches a result.
 */
export { resize, rgb } from './convert';
export { setColour, setPicture } from './picture';
export { smallFrame } from './small-frame';
export { blockSquares, squares } from './squares';

/** Where free memory begins. */
export function heapBase(): usize {
  return __heap_base;
}
