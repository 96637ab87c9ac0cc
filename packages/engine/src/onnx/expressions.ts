/** ONNX graphs written as expressions: values in between name themselves, equal constants are kept once. */
import { type OnnxAttribute, OnnxGraph } from './graph.ts';

export class Expressions {
  readonly graph: OnnxGraph;
  #values = 0;
  readonly #constants = new Map<string, string>();

  constructor(name: string) {
    this.graph = new OnnxGraph(name);
  }

  /** A node of one output; gives back its name, which is `as` where something outside will ask for it. */
  op(op: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, as?: string): string {
    const name = as ?? this.name();
    this.graph.node(op, inputs, [name], attributes);
    return name;
  }

  name(): string {
    return `value${this.#values++}`;
  }

  add = (...values: string[]): string => values.reduce((sum, value) => this.op('Add', [sum, value]));
  sub = (a: string, b: string): string => this.op('Sub', [a, b]);
  mul = (...values: string[]): string => values.reduce((product, value) => this.op('Mul', [product, value]));
  div = (a: string, b: string): string => this.op('Div', [a, b]);

  ints(...values: number[]): string {
    return this.#constant(`ints ${values}`, [values.length], BigInt64Array.from(values, BigInt));
  }

  scalar(value: number): string {
    return this.#constant(`scalar ${value}`, [], Float32Array.of(value));
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    const data = Float32Array.from(values);
    return this.#constant(`floats ${dims}: ${data}`, dims, data);
  }

  reshape(value: string, ...dims: number[]): string {
    return this.op('Reshape', [value, this.ints(...dims)]);
  }

  #constant(key: string, dims: readonly number[], data: Float32Array | BigInt64Array): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant${this.#constants.size}`;
    this.graph.constant(name, dims, data);
    this.#constants.set(key, name);
    return name;
  }
}
