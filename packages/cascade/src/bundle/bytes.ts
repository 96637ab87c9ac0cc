/** Little-endian columns of numbers: whole arrays, bits, and runs of equal small numbers. */

export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes);
  }

  u32(value: number): void {
    this.#view(4).setUint32(0, value, true);
  }

  f64s(values: Float64Array): void {
    const view = this.#view(8 * values.length);
    for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i], true);
  }

  f32s(values: Float32Array): void {
    const view = this.#view(4 * values.length);
    for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  }

  /** 0 or 1 each, eight a byte, lowest bit first. */
  bits(values: Uint8Array): void {
    const bytes = this.#room(Math.ceil(values.length / 8));
    bytes.fill(0);
    for (let i = 0; i < values.length; i++) if (values[i] === 1) bytes[i >> 3] |= 1 << (i & 7);
  }

  /** What `numberOf` makes of each item, whole numbers of at least 0: pairs of (how many times, value). */
  runs(items: Int32Array, numberOf: (item: number, index: number) => number): void {
    for (let i = 0; i < items.length; ) {
      const value = numberOf(items[i], i);
      let end = i + 1;
      while (end < items.length && numberOf(items[end], end) === value) end++;
      this.#varint(end - i);
      this.#varint(value);
      i = end;
    }
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#room(1)[0] = (rest & 0x7f) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#room(1)[0] = rest;
  }

  #room(length: number): Uint8Array {
    const end = this.#length + length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    const room = this.#bytes.subarray(this.#length, end);
    this.#length = end;
    return room;
  }

  #view(length: number): DataView {
    const room = this.#room(length);
    return new DataView(room.buffer, room.byteOffset, length);
  }
}

/** Never reads, and never allocates for, more than there is: what a damaged file claims is checked first. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #fail: (what: string) => Error;
  #at = 0;

  /** @param fail makes the error that is thrown for a file that does not hold what it should */
  constructor(bytes: Uint8Array, fail: (what: string) => Error) {
    this.#bytes = bytes;
    this.#fail = fail;
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw this.#fail(`it ends after ${this.#bytes.length} bytes`);
    const found = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return found;
  }

  u32(): number {
    return this.#view(4).getUint32(0, true);
  }

  f64s(count: number): Float64Array {
    const view = this.#view(8 * count);
    return Float64Array.from({ length: count }, (_, i) => view.getFloat64(8 * i, true));
  }

  f32s(count: number): Float32Array {
    const view = this.#view(4 * count);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = view.getFloat32(4 * i, true);
    return values;
  }

  bits(count: number): Uint8Array {
    const bytes = this.bytes(Math.ceil(count / 8));
    return Uint8Array.from({ length: count }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
  }

  runs(count: number, take: (value: number, index: number) => void): void {
    for (let i = 0; i < count; ) {
      const times = this.#varint();
      const value = this.#varint();
      if (times < 1 || i + times > count) throw this.#fail('a run of equal numbers does not fit');
      for (let k = 0; k < times; k++) take(value, i++);
    }
  }

  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest > 0) throw this.#fail(`${rest} bytes follow its end`);
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 0x80 ** 4; scale *= 0x80) {
      const byte = this.bytes(1)[0];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw this.#fail('a number is too long');
  }

  #view(length: number): DataView {
    const bytes = this.bytes(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
}
