/** The tables that the WASM kernels read, kept since few sizes occur. */
import { linearTable } from './bilinear.ts';
import { cellUnits } from './cells.ts';

/** What `make` made for its latest arguments. */
export class Tables<Sizes extends number[], Table> {
  readonly #make: (...sizes: Sizes) => Table;
  readonly #made = new Map<string, Table>();

  constructor(make: (...sizes: Sizes) => Table) {
    this.#make = make;
  }

  get(...sizes: Sizes): Table {
    const key = sizes.join(' ');
    const known = this.#made.get(key);
    if (known) return known;
    const table = this.#make(...sizes);
    if (this.#made.size >= 64) this.#made.clear();
    this.#made.set(key, table);
    return table;
  }
}

/**
 * A row of cells for the small frame of `w` columns from column `x0` on: for each cell 16 bytes, of which the first four say
 * where its columns' sums begin, and the columns' weights.
 */
export function cellEntries(x0: number, w: number, size: number): Uint8Array {
  const { pixel, cell } = cellUnits(w, size);
  const first = (i: number) => Math.floor((i * cell) / pixel);
  const end = (i: number) => Math.ceil(((i + 1) * cell) / pixel);
  let most = 0;
  for (let i = 0; i < size; i++) most = Math.max(most, end(i) - first(i));
  const units = 8 + roundUp(most, 8);
  const entries = new Int16Array(units * size);
  const starts = new Int32Array(entries.buffer);
  for (let i = 0; i < size; i++) {
    const from = first(i);
    starts[(i * units) / 2] = 2 * (x0 + from);
    for (let x = from; x < end(i); x++) {
      entries[i * units + 8 + x - from] = Math.min((i + 1) * cell, (x + 1) * pixel) - Math.max(i * cell, x * pixel);
    }
  }
  return new Uint8Array(entries.buffer);
}

/**
 * Columns for the resize from `from` to `to` pixels. The high pixel always follows the low one, but past the last pixel,
 * where its weight is 0.
 */
export function acrossEntries(from: number, to: number): Int32Array {
  const { low, weightLow, weightHigh } = linearTable(from, to, 'drop');
  const entries = new Int32Array(2 * to);
  for (let i = 0; i < to; i++) {
    entries[2 * i] = 3 * low[i];
    entries[2 * i + 1] = weightLow[i] | (weightHigh[i] << 16);
  }
  return entries;
}

/** Rows for the resize. */
export function downEntries(from: number, to: number): Int32Array {
  const { low, high, weightLow, weightHigh } = linearTable(from, to, 'keep');
  const entries = new Int32Array(4 * to);
  for (let i = 0; i < to; i++) entries.set([low[i], high[i], weightLow[i], weightHigh[i]], 4 * i);
  return entries;
}

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;
