/**
 * Frames as handles. A stage never sees a decoder's buffers: it says which view of a frame it needs, and whoever owns
 * the frame (FFmpeg in Node, WebCodecs in the browser, a canvas) makes it. Views are promises so that one may be copied
 * out of a VideoFrame or, later, stay on a GPU.
 */

/** A rectangle of the picture in 0..1 coordinates. */
export interface Crop {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Exact box average of the full-resolution 8-bit RGB to `size`×`size`: Uint8Array [size, size, 3], interleaved RGB. */
export interface SmallView {
  kind: 'small';
  size: number;
  /** Absent: the whole picture. */
  crop?: Crop;
}

/** A Darknet network's input: Float32Array [3, height, width], planar RGB in 0..1. */
export interface NetworkView {
  kind: 'network';
  width: number;
  height: number;
  /** `stretch`: plain resize; `letterbox`: keeps the aspect, pads with 0.5 as Darknet does. */
  fit: 'stretch' | 'letterbox';
}

/** The full-resolution picture: Uint8Array [height, width, 3], interleaved RGB. */
export interface RgbView {
  kind: 'rgb';
}

export type ViewSpec = SmallView | NetworkView | RgbView;
export type ViewData<V extends ViewSpec> = V extends NetworkView ? Float32Array : Uint8Array;

/**
 * The preprocessing that every bundle names: planes → 8-bit RGB (BT.601/709, range as coded) → exact box average.
 * A change of a single byte of any view is a new version.
 */
export const PREPROCESSING_VERSION = 'small-frame/1';

export interface Frame {
  /** Number in the stream, from 0. */
  readonly id: number;
  /** Seconds, from the decoder, never `id / fps`. */
  readonly timestampS: number;
  /** Pixels, after rotation metadata is applied. */
  readonly width: number;
  readonly height: number;
  /** The returned array is the caller's to keep. Throws after `close()`. */
  view<V extends ViewSpec>(spec: V): Promise<ViewData<V>>;
  /** Gives the picture's memory back. Idempotent. */
  close(): void;
}
