/**
 * The way of decoded pictures into the kernels' memory: FFmpeg copies them there itself. Asking a native frame for its
 * planes makes JavaScript buffers instead, and to make them and to clear them away costs about as much as the copy.
 */
import { type Kernels, type Planes, planeShapes } from '@noscope/engine';
import type { AVPixelFormat } from 'node-av/constants';
import { avImageGetBufferSize, Frame } from 'node-av/lib';
import { type Layout, planesOf } from './picture.ts';

/** A native frame whose picture is the kernels' room. */
interface Target {
  native: Frame;
  pixelFormat: AVPixelFormat;
  width: number;
  height: number;
  planes: Planes['planes'];
}

const rooms = new WeakMap<Kernels, PictureRoom>();

/** The one room of these kernels. */
export function roomOf(kernels: Kernels): PictureRoom {
  const known = rooms.get(kernels);
  if (known) return known;
  const made = new PictureRoom(kernels);
  rooms.set(kernels, made);
  return made;
}

export class PictureRoom {
  readonly #kernels: Kernels;
  #target: Target | null = null;
  #owner: object | null = null;
  /** Null until it was tried. */
  #isUsable: boolean | null = null;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /**
   * The picture in `native`, to be read before anything else is loaded. What `owner` loaded last is not loaded again.
   * Null where the frame has to be converted first.
   */
  load(owner: object, native: Frame, layout: Layout): Planes | null {
    const target = this.#isUsable === false ? null : this.#aim(layout);
    if (target === null) return planesOf(native, layout);
    const { format, width, height, matrix, range } = layout;
    const picture: Planes = { format, width, height, planes: target.planes, matrix, range };
    if (this.#owner === owner) return picture;
    this.#owner = null;
    if (target.native.copy(native) < 0) return planesOf(native, layout);
    if (this.#isUsable === null) {
      const direct = planesOf(native, layout);
      if (direct === null) return null;
      // That a frame can be laid over foreign memory follows from node-av's sources and not from its manual.
      this.#isUsable = isSame(picture, direct);
      if (!this.#isUsable) return direct;
    }
    this.#owner = owner;
    return picture;
  }

  /** Lays a frame of this layout over the room; null where that fails. */
  #aim({ format, pixelFormat, width, height }: Layout): Target | null {
    const known = this.#target;
    const isAttached = known !== null && known.planes[0].data.length > 0;
    if (isAttached && known.pixelFormat === pixelFormat && known.width === width && known.height === height) {
      return known;
    }
    known?.native.free();
    this.#target = null;
    this.#owner = null;
    const size = avImageGetBufferSize(pixelFormat, width, height, 1);
    const shapes = planeShapes({ format, width, height });
    if (size !== shapes.reduce((sum, { rowBytes, rows }) => sum + rowBytes * rows, 0)) return null;
    const { buffer, byteOffset } = this.#kernels.room(size);
    const native = new Frame();
    native.alloc();
    native.format = pixelFormat;
    native.width = width;
    native.height = height;
    if (native.fromBuffer(Buffer.from(buffer, byteOffset, size)) < 0) {
      native.free();
      return null;
    }
    let at = byteOffset;
    const planes = shapes.map(({ rowBytes, rows }) => {
      const data = new Uint8Array(buffer, at, rowBytes * rows);
      at += data.length;
      return { data, stride: rowBytes };
    });
    this.#target = { native, pixelFormat, width, height, planes };
    return this.#target;
  }
}

function isSame(picture: Planes, other: Planes): boolean {
  return planeShapes(picture).every(({ rowBytes, rows }, i) => {
    const [a, b] = [picture.planes[i], other.planes[i]];
    for (let y = 0; y < rows; y++) {
      const row = a.data.subarray(y * a.stride, y * a.stride + rowBytes);
      if (Buffer.compare(row, b.data.subarray(y * b.stride, y * b.stride + rowBytes)) !== 0) return false;
    }
    return true;
  });
}
