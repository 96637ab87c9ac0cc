/**
 * Protocol Buffers' wire format, the writing half of it: what an ONNX file needs and nothing else.
 * Source: protobuf.dev/programming-guides/encoding.
 */

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

/**
 * One message under construction. Chunks are kept and joined once by `bytes()`: a tensor of many megabytes is copied a
 * single time, however deep it is nested.
 */
export class Message {
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  #push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#sizeBytes += chunk.length;
  }

  /** `value` is written as a 64-bit two's complement integer, as int32, int64 and enums are. */
  int(field: number, value: number | bigint): this {
    this.#push(varint((field << 3) | VARINT));
    this.#push(varint(value));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(varint((field << 3) | FIXED32));
    this.#push(bytes);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytesField(field, utf8.encode(value));
  }

  bytesField(field: number, value: Uint8Array): this {
    this.#push(varint((field << 3) | LENGTH));
    this.#push(varint(value.length));
    this.#push(value);
    return this;
  }

  message(field: number, value: Message): this {
    this.#push(varint((field << 3) | LENGTH));
    this.#push(varint(value.#sizeBytes));
    for (const chunk of value.#chunks) this.#push(chunk);
    return this;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#sizeBytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

function varint(value: number | bigint): Uint8Array {
  // A negative int32 or int64 takes ten bytes: the wire format extends its sign to 64 bits.
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
