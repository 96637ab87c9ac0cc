/**
 * The kernels on WASM SIMD: copies planes into the module's memory, calls, copies the result out. One memory per module,
 * laid out anew by every call and grown to the largest; no allocation but the result.
 */
import { fitPicture, type LinearTable, linearTable } from './bilinear.ts';
import { averageCells, cellUnits, type PixelRectangle, snapCrop } from './cells.ts';
import { checkBlocks, checkPair, checkPlanes, checkSize, planeShapes } from './check.ts';
import { chromaLayout, colourCoefficients } from './colour.ts';
import { kernelsBase64 } from './kernels.generated.ts';
import type { Kernels, PixelFormat, Planes } from './kernels.ts';

/** The module's exports; pointers and strides are bytes. See ./assembly/index.ts. */
interface Exports {
  heapBase(): number;
  setPicture(layout: number, y: number, yBytes: number, u: number, uBytes: number, v: number, vBytes: number): void;
  setColour(cy: number, offset: number, crv: number, cgu: number, cgv: number, cbu: number): void;
  smallFrame(
    x0: number,
    y0: number,
    w: number,
    size: number,
    pixelX: number,
    cellX: number,
    pixelY: number,
    cellY: number,
    columns: number,
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
const MOST_U32 = 2 ** 32 - 1;

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
  readonly #base: number;
  #bytes: Uint8Array;
  #next = 0;
  #colour = '';
  readonly #tables = new Map<string, Int32Array>();

  constructor(memory: WebAssembly.Memory, exports: Exports) {
    this.#memory = memory;
    this.#exports = exports;
    this.#base = exports.heapBase();
    this.#bytes = new Uint8Array(memory.buffer);
  }

  smallFrame(picture: Planes, size: number, crop?: Parameters<Kernels['smallFrame']>[2]): Uint8Array {
    checkPlanes(picture);
    checkSize('size', size);
    const part = snapCrop(crop, picture.width, picture.height);
    const across = cellUnits(part.w, size);
    const down = cellUnits(part.h, size);
    // Sums over whole columns are kept in 32 bits.
    if (255 * down.cell * Math.ceil(part.w / size) > MOST_U32) return averageCells(picture, size, part);

    this.#next = this.#base;
    const { x0, y0 } = this.#load(picture, part);
    const columns = this.#reserve(12 * roundUp(x0 + part.w, 16));
    const stretches = 3 + Math.ceil(part.h / size / 256);
    const scratch = this.#reserve(16 * size + 12 * stretches);
    const out = this.#reserve(size * size * 3);
    this.#exports.smallFrame(
      x0,
      y0,
      part.w,
      size,
      across.pixel,
      across.cell,
      down.pixel,
      down.cell,
      columns,
      scratch,
      out,
    );
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
    const across = this.#table('across', picture.width, area.w);
    const down = this.#table('down', picture.height, area.h);
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
      this.#bytes = new Uint8Array(this.#memory.buffer);
    }
    return at;
  }

  /**
   * Copies the rows of `part` and names them to the module. Where pixels share chroma, the copy starts at the chroma
   * sample's first pixel, and the part begins at (x0, y0) of it.
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
    for (const [i, { rowBytes }] of planeShapes(picture).entries()) {
      const { data, stride } = picture.planes[i];
      const isChroma = i > 0;
      const firstRow = isChroma ? top >> chroma.shiftY : top;
      const lastRow = isChroma ? bottom >> chroma.shiftY : bottom;
      const skipped = isChroma ? (left >> chroma.shiftX) * chroma.step : format === 'rgb24' ? 3 * left : left;
      const source = data.subarray(firstRow * stride + skipped, lastRow * stride + rowBytes);
      at[i] = this.#reserve(source.length);
      strides[i] = stride;
      this.#bytes.set(source, at[i]);
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

  /** A table as `resize` takes it; few sizes occur, so all are kept. */
  #table(direction: 'across' | 'down', from: number, to: number): Int32Array {
    const key = `${direction} ${from} ${to}`;
    const known = this.#tables.get(key);
    if (known) return known;
    const table = linearTable(from, to, direction === 'across' ? 'drop' : 'keep');
    const made = direction === 'across' ? acrossEntries(table) : downEntries(table);
    if (this.#tables.size >= 64) this.#tables.clear();
    this.#tables.set(key, made);
    return made;
  }
}

/** The high pixel always follows the low one, but past the last pixel, where its weight is 0. */
function acrossEntries({ low, weightLow, weightHigh }: LinearTable): Int32Array {
  const entries = new Int32Array(2 * low.length);
  for (let i = 0; i < low.length; i++) {
    entries[2 * i] = 3 * low[i];
    entries[2 * i + 1] = weightLow[i] | (weightHigh[i] << 16);
  }
  return entries;
}

function downEntries({ low, high, weightLow, weightHigh }: LinearTable): Int32Array {
  const entries = new Int32Array(4 * low.length);
  for (let i = 0; i < low.length; i++) entries.set([low[i], high[i], weightLow[i], weightHigh[i]], 4 * i);
  return entries;
}

const whole = ({ width, height }: Planes): PixelRectangle => ({ x: 0, y: 0, w: width, h: height });
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;
