/**
 * A writer of ONNX files, so that networks built from Darknet files and networks trained here run on ONNX Runtime
 * without a converter between. Field numbers are those of onnx.proto3 (github.com/onnx/onnx).
 */
import { NoScopeError } from '@noscope/query';
import { Message } from './protobuf.ts';

/** TensorProto.DataType */
const DATA_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof DATA_TYPES;

/** AttributeProto.AttributeType */
const ATTRIBUTE = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

/** Plain numbers are ints; a float is said so, since 1 and 1.0 are one value in JavaScript and two types in ONNX. */
export type OnnxAttribute = number | readonly number[] | string | { float: number } | { floats: readonly number[] };
export type OnnxData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** Version 8 of the format: the oldest that opset 17 belongs to, so the widest set of readers takes the file. */
const IR_VERSION = 8;

/**
 * A graph under construction; nodes are written in the order given, which must be an order of evaluation.
 *
 * ```ts
 * const graph = new OnnxGraph('double').input('x', ['n']).output('y', ['n']);
 * graph.constant('two', [], new Float32Array([2])).node('Mul', ['x', 'two'], ['y']);
 * const file = graph.encode();
 * ```
 *
 * Throws `bad-input` for a name defined twice or used before it is defined, and for data that does not fill its dims.
 */
export class OnnxGraph {
  readonly #name: string;
  readonly #opset: number;
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #nodes: Message[] = [];
  readonly #defined = new Set<string>();
  readonly #outputNames: string[] = [];

  constructor(name: string, opset = 17) {
    this.#name = name;
    this.#opset = opset;
  }

  /** A dimension given as a string is free: equal strings are equal sizes, set when the graph is run. */
  input(name: string, dims: readonly (number | string)[], type: OnnxType = 'float32'): this {
    this.#define(name);
    this.#inputs.push(valueInfo(name, dims, type));
    return this;
  }

  output(name: string, dims: readonly (number | string)[], type: OnnxType = 'float32'): this {
    if (this.#outputNames.includes(name)) throw new NoScopeError('bad-input', `ONNX output "${name}" is given twice`);
    this.#outputNames.push(name);
    this.#outputs.push(valueInfo(name, dims, type));
    return this;
  }

  /** An initializer; the element type follows the array's. `dims` [] is a scalar. */
  constant(name: string, dims: readonly number[], data: OnnxData): this {
    this.#define(name);
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (size !== data.length) {
      throw new NoScopeError(
        'bad-input',
        `ONNX constant "${name}": dims [${dims}] hold ${size} values, not ${data.length}`,
      );
    }
    const tensor = new Message();
    for (const dim of dims) tensor.int(1, dim);
    tensor.int(2, DATA_TYPES[typeOf(data)]).string(8, name).bytesField(9, littleEndian(data));
    this.#initializers.push(tensor);
    return this;
  }

  /** An input '' is an optional one left out, an output '' one that nobody wants. */
  node(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): this {
    const node = new Message();
    for (const input of inputs) {
      if (input !== '' && !this.#defined.has(input)) {
        throw new NoScopeError('bad-input', `ONNX node ${op}: its input "${input}" is not defined before it`);
      }
      node.string(1, input);
    }
    for (const output of outputs) {
      if (output !== '') this.#define(output);
      node.string(2, output);
    }
    node.string(3, outputs.find((output) => output !== '') ?? op).string(4, op);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.#nodes.push(node);
    return this;
  }

  /** The bytes of the `.onnx` file. */
  encode(): Uint8Array {
    for (const name of this.#outputNames) {
      if (!this.#defined.has(name)) throw new NoScopeError('bad-input', `ONNX output "${name}" is computed by no node`);
    }
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, this.#name);
    for (const initializer of this.#initializers) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    return new Message()
      .int(1, IR_VERSION)
      .string(2, 'noscope')
      .message(7, graph)
      .message(8, new Message().string(1, '').int(2, this.#opset))
      .bytes();
  }

  #define(name: string): void {
    if (this.#defined.has(name)) throw new NoScopeError('bad-input', `ONNX value "${name}" is defined twice`);
    this.#defined.add(name);
  }
}

function valueInfo(name: string, dims: readonly (number | string)[], type: OnnxType): Message {
  const shape = new Message();
  for (const dim of dims) {
    shape.message(1, typeof dim === 'number' ? new Message().int(1, dim) : new Message().string(2, dim));
  }
  const tensor = new Message().int(1, DATA_TYPES[type]).message(2, shape);
  return new Message().string(1, name).message(2, new Message().message(1, tensor));
}

function attribute(name: string, value: OnnxAttribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE.int);
  if (typeof value === 'string') return message.string(4, value).int(20, ATTRIBUTE.string);
  if ('float' in value) return message.float(2, value.float).int(20, ATTRIBUTE.float);
  if ('floats' in value) {
    for (const item of value.floats) message.float(7, item);
    return message.int(20, ATTRIBUTE.floats);
  }
  for (const item of value) message.int(8, item);
  return message.int(20, ATTRIBUTE.ints);
}

function typeOf(data: OnnxData): OnnxType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int32Array) return 'int32';
  return 'uint8';
}

/** raw_data is little-endian; so is every machine that runs WebAssembly, hence the array's own bytes are it. */
function littleEndian(data: OnnxData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
