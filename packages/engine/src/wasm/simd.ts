/**
 * The kernels on WASM SIMD: copies planes into the module's memory, calls, copies the result out. One memory per module,
 * laid out anew by every call and grown to the largest; no allocation but the result.
 */
import { fitPicture } from './bilinear.ts';
import { cellUnits, type PixelRectangle, snapCrop } from './cells.ts';
import { checkBlocks, checkPair, checkPlanes, checkRoom, checkSize, planeShapes } from './check.ts';
import { chromaLayout, colourCoefficients } from './colour.ts';
import { kernelsBase64 } from './kernels.generated.ts';
import type { Kernels, PixelFormat, Planes } from './kernels.ts';
import { acrossEntries, cellEntries, downEntries, Tables } from './tables.ts';

/** The module's exports; pointers and strides are bytes. See ./assembly/index.ts. */
interface Exports {
  heapBase(): number;
  setPicture(layout: number, y: number, yBytes: number, u: number, uBytes: number, v: number, vBytes: number): void;
  setColour(cy: number, offset: number, crv: number, cgu: number, cgv: number, cbu: number): void;
  smallFrame(
    y0: number,
    endX: number,
    endY: number,
    cellsOfRow: number,
    pixelY: number,
    cellY: number,
    weight: number,
    table: number,
    count: number,
    scratch: number,
    out: number,
  ): void;
  rgb(width: number, height: number, out: number): void;
  resize(
    width: number,
    toWidth: number,
    toHeight: number,
    across: number,
    down: number,
    row: number,
    above: number,
    below: number,
    channel: number,
    out: number,
    rowBytes: number,
    planeBytes: number,
  ): void;
  squares(a: number, b: number, count: number): number;
  blockSquares(a: number, b: number, size: number, blocks: number, columns: number, out: number): void;
}

/** The numbers of ./assembly/index.ts. */
const LAYOUTS: Record<PixelFormat, number> = { i420: 0, i422: 1, i444: 2, nv12: 3, rgb24: 4, gray: 5 };
const PAGE = 65_536;
/** What the kernels may read or write past the end of a buffer. */
const SLACK = 64;

/** Compiles the kernels; null where the engine has no WASM SIMD. */
export async function simdKernels(): Promise<Kernels | null> {
  if (typeof WebAssembly === 'undefined') return null;
  const binary = Uint8Array.from(atob(kernelsBase64), (character) => character.charCodeAt(0));
  if (!WebAssembly.validate(binary)) return null;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
  // The module is compiled from ./assembly, whose signatures `Exports` repeats.
  return new SimdKernels(memory, instance.exports as unknown as Exports);
}

class SimdKernels implements Kernels {
  readonly implementation = 'wasm-simd';
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;
  readonly #roomAt: number;
  /** Where the memory of a single call begins. */
  #base: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #next = 0;
  #colour = '';
  readonly #across = new Tables(acrossEntries);
  readonly #down = new Tables(downEntries);
  readonly #cells = new Tables(cellEntries);

  constructor(memory: WebAssembly.Memory, exports: Exports) {
    this.#memory = memory;
    this.#exports = exports;
    this.#roomAt = roundUp(exports.heapBase(), 64);
    this.#base = this.#roomAt;
    this.#bytes = bytesOf(memory);
  }

  room(bytes: number): Uint8Array<ArrayBuffer> {
    checkRoom(bytes);
    this.#next = this.#roomAt;
    this.#reserve(bytes);
    // Never given back: what lies in the room outlives the call.
    this.#base = Math.max(this.#base, this.#next);
    return this.#bytes.subarray(this.#roomAt, this.#roomAt + bytes);
  }

  smallFrame(picture: Planes, size: number, crop?: Parameters<Kernels['smallFrame']>[2]): Uint8Array {
    checkPlanes(picture);
    checkSize('size', size);
    const part = snapCrop(crop, picture.width, picture.height);
    const across = cellUnits(part.w, size);
    const down = cellUnits(part.h, size);
    this.#next = this.#base;
    const { x0, y0 } = this.#load(picture, part);
    const cells = this.#cells.get(x0, part.w, size);
    const table = this.#reserve(cells.length);
    const endX = x0 + part.w;
    const endY = y0 + part.h;
    const scratch = this.#reserve(18 * roundUp(endX, 16) + 48 * size);
    const out = this.#reserve(size * size * 3);
    this.#bytes.set(cells, table);
    const count = (cells.length / size - 16) / 16;
    const weight = across.cell * down.cell;
    this.#exports.smallFrame(y0, endX, endY, size, down.pixel, down.cell, weight, table, count, scratch, out);
    return this.#bytes.slice(out, out + size * size * 3);
  }

  rgb(picture: Planes): Uint8Array {
    checkPlanes(picture);
    this.#next = this.#base;
    this.#load(picture, whole(picture));
    const length = picture.width * picture.height * 3;
    const out = this.#reserve(length);
    this.#exports.rgb(picture.width, picture.height, out);
    return this.#bytes.slice(out, out + length);
  }

  networkInput(
    picture: Planes,
    width: number,
    height: number,
    fit: Parameters<Kernels['networkInput']>[3],
  ): Float32Array {
    checkPlanes(picture);
    checkSize('width', width);
    checkSize('height', height);
    const area = fitPicture(picture, width, height, fit);
    const across = this.#across.get(picture.width, area.w);
    const down = this.#down.get(picture.height, area.h);
    const channel = roundUp(2 * area.w, 16);
    const planeBytes = 4 * area.w * area.h;

    this.#next = this.#base;
    this.#load(picture, whole(picture));
    const acrossAt = this.#reserve(across.byteLength);
    const downAt = this.#reserve(down.byteLength);
    const row = this.#reserve(3 * picture.width);
    const above = this.#reserve(3 * channel);
    const below = this.#reserve(3 * channel);
    // A row spills into the next and a plane into the next plane: planes are spaced, and written a row at a time.
    const spacing = planeBytes + SLACK;
    const out = this.#reserve(3 * spacing);
    const { buffer } = this.#memory;
    new Int32Array(buffer, acrossAt, across.length).set(across);
    new Int32Array(buffer, downAt, down.length).set(down);
    this.#exports.resize(
      picture.width,
      area.w,
      area.h,
      acrossAt,
      downAt,
      row,
      above,
      below,
      channel,
      out,
      4 * area.w,
      spacing,
    );
    const result = new Float32Array(3 * width * height);
    if (fit === 'letterbox') result.fill(0.5);
    for (let c = 0; c < 3; c++) {
      const plane = new Float32Array(buffer, out + c * spacing, area.w * area.h);
      const start = c * width * height + area.y * width + area.x;
      if (area.w === width) result.set(plane, start);
      else for (let y = 0; y < area.h; y++) result.set(plane.subarray(y * area.w, (y + 1) * area.w), start + y * width);
    }
    return result;
  }

  mse(a: Uint8Array, b: Uint8Array): number {
    checkPair(a, b);
    this.#next = this.#base;
    const [atA, atB] = this.#loadPair(a, b);
    return Math.fround(this.#exports.squares(atA, atB, a.length) / a.length);
  }

  blockMse(a: Uint8Array, b: Uint8Array, size: number, blocks: number, out: Float32Array): void {
    checkBlocks(a, b, size, blocks, out);
    this.#next = this.#base;
    const [atA, atB] = this.#loadPair(a, b);
    const columns = this.#reserve(12 * size + SLACK);
    const sums = this.#reserve(4 * blocks * blocks);
    this.#exports.blockSquares(atA, atB, size, blocks, columns, sums);
    const result = new Uint32Array(this.#memory.buffer, sums, blocks * blocks);
    for (let i = 0; i < blocks; i++) {
      const rows = Math.floor(((i + 1) * size) / blocks) - Math.floor((i * size) / blocks);
      for (let j = 0; j < blocks; j++) {
        const columnsOfBlock = Math.floor(((j + 1) * size) / blocks) - Math.floor((j * size) / blocks);
        out[i * blocks + j] = result[i * blocks + j] / (rows * columnsOfBlock * 3);
      }
    }
  }

  /** Room for `size` bytes and the slack; earlier views on the memory may be stale afterwards. */
  #reserve(size: number): number {
    const at = this.#next;
    this.#next = roundUp(at + size + SLACK, 64);
    const missing = this.#next - this.#bytes.length;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / PAGE));
      this.#bytes = bytesOf(this.#memory);
    }
    return at;
  }

  /**
   * Names the rows of `part` to the module, copied where they do not lie in the room already. Where pixels share chroma,
   * they start at the chroma sample's first pixel, and the part begins at (x0, y0) of them.
   */
  #load(picture: Planes, part: PixelRectangle): { x0: number; y0: number } {
    const { format } = picture;
    const hasChroma = format !== 'rgb24' && format !== 'gray';
    const chroma = hasChroma ? chromaLayout(format) : { shiftX: 0, shiftY: 0, step: 1 };
    const x0 = part.x & chroma.shiftX;
    const y0 = part.y & chroma.shiftY;
    const left = part.x - x0;
    const top = part.y - y0;
    const bottom = part.y + part.h - 1;
    const at = [0, 0, 0];
    const strides = [0, 0, 0];
    // Taken before memory may grow, which detaches arrays in it.
    const inRoom = picture.planes.map(({ data }) => (data.buffer === this.#bytes.buffer ? data.byteOffset : null));
    for (const [i, { rowBytes }] of planeShapes(picture).entries()) {
      const { data, stride } = picture.planes[i];
      const isChroma = i > 0;
      const firstRow = isChroma ? top >> chroma.shiftY : top;
      const lastRow = isChroma ? bottom >> chroma.shiftY : bottom;
      const skipped = isChroma ? (left >> chroma.shiftX) * chroma.step : format === 'rgb24' ? 3 * left : left;
      const from = firstRow * stride + skipped;
      const place = inRoom[i];
      strides[i] = stride;
      if (place !== null) at[i] = place + from;
      else {
        const source = data.subarray(from, lastRow * stride + rowBytes);
        at[i] = this.#reserve(source.length);
        this.#bytes.set(source, at[i]);
      }
    }
    this.#exports.setPicture(LAYOUTS[format], at[0], strides[0], at[1], strides[1], at[2], strides[2]);
    const colour = `${picture.matrix} ${picture.range}`;
    if (colour !== this.#colour) {
      const c = colourCoefficients(picture.matrix, picture.range);
      this.#exports.setColour(c.cy, c.offset, c.crv, c.cgu, c.cgv, c.cbu);
      this.#colour = colour;
    }
    return { x0, y0 };
  }

  #loadPair(a: Uint8Array, b: Uint8Array): [number, number] {
    const atA = this.#reserve(a.length);
    const atB = this.#reserve(b.length);
    this.#bytes.set(a, atA);
    this.#bytes.set(b, atB);
    // Whole vectors are compared: what pads the last one must not differ.
    this.#bytes.fill(0, atA + a.length, atA + a.length + 16);
    this.#bytes.fill(0, atB + b.length, atB + b.length + 16);
    return [atA, atB];
  }
}

/** Of the module's own memory, which no other thread shares. */
const bytesOf = (memory: WebAssembly.Memory) => new Uint8Array(memory.buffer);
const whole = ({ width, height }: Planes): PixelRectangle => ({ x: 0, y: 0, w: width, h: height });
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;
