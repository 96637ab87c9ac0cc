/**
 * What the kernels are: everything that turns decoded planes into the bytes that stages see, and the two error measures
 * of the difference detectors. There are two implementations, WASM SIMD and plain TypeScript, equal to the byte; the
 * arithmetic that both follow is written down in `colour.ts`, `cells.ts` and `bilinear.ts`.
 */
import type { Crop, NetworkView } from '../frame.ts';

/** `gray`: one plane, R = G = B. `nv12`: luma, then interleaved U and V. The others: one plane a component. */
export type PixelFormat = 'i420' | 'i422' | 'i444' | 'nv12' | 'rgb24' | 'gray';

export interface Plane {
  data: Uint8Array;
  /** Bytes from one row to the next. */
  stride: number;
}

/** A decoded picture of 8 bits a sample, as a decoder hands it over. */
export interface Planes {
  format: PixelFormat;
  /** Pixels. Chroma planes of `i420`, `i422` and `nv12` are ceil(width / 2) wide, of `i420` and `nv12` ceil(height / 2) high. */
  width: number;
  height: number;
  planes: Plane[];
  /** Ignored by `rgb24` and `gray`. A stream that names none is BT.601, as FFmpeg's own scaler treats it. */
  matrix: 'bt601' | 'bt709';
  /** Ignored by `rgb24`. */
  range: 'limited' | 'full';
}

/** All calls are synchronous; every returned array is fresh and the caller's to keep. Bad arguments throw `bad-input`. */
export interface Kernels {
  readonly implementation: 'wasm-simd' | 'typescript';
  /**
   * `bytes` of memory that the kernels read in place: planes that lie there are not copied. There is one such room, so a
   * call takes it from the caller before; and a later call of any kernel may detach the array (its length is then 0), after
   * which `room` gives out the same bytes anew.
   */
  room(bytes: number): Uint8Array<ArrayBuffer>;
  /** The small frame: Uint8Array [size, size, 3], interleaved RGB; see `cells.ts`. */
  smallFrame(planes: Planes, size: number, crop?: Crop): Uint8Array;
  /** The full-resolution picture: Uint8Array [height, width, 3], interleaved RGB; see `colour.ts`. */
  rgb(planes: Planes): Uint8Array;
  /** A Darknet network's input: Float32Array [3, height, width], planar RGB in 0..1; see `bilinear.ts`. */
  networkInput(planes: Planes, width: number, height: number, fit: NetworkView['fit']): Float32Array;
  /** Mean of the squared differences of bytes over all samples, rounded to float32. */
  mse(a: Uint8Array, b: Uint8Array): number;
  /**
   * The same for each of `blocks`×`blocks` parts of two [size, size, 3] frames, row by row into `out`. Part i reaches
   * from row (column) floor(i · size / blocks) to before floor((i + 1) · size / blocks).
   */
  blockMse(a: Uint8Array, b: Uint8Array, size: number, blocks: number, out: Float32Array): void;
}
