/** Names for the values in between, so that a graph can be written as expressions. */
import { type OnnxAttribute, OnnxGraph } from '@noscope/engine';

export class Expressions {
  readonly graph: OnnxGraph;
  #values = 0;
  readonly #constants = new Map<string, string>();

  constructor(name: string) {
    this.graph = new OnnxGraph(name);
  }

  /** A node with one output; returns its name, which is `as` where something outside will ask for it. */
  op(op: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}, as?: string): string {
    const name = as ?? this.fresh();
    this.graph.node(op, inputs, [name], attributes);
    return name;
  }

  fresh(): string {
    return `value${this.#values++}`;
  }

  ints(...values: number[]): string {
    return this.#constant(`ints ${values}`, (name) =>
      this.graph.constant(name, [values.length], BigInt64Array.from(values, BigInt)),
    );
  }

  scalar(value: number): string {
    return this.#constant(`scalar ${value}`, (name) => this.graph.constant(name, [], Float32Array.of(value)));
  }

  #constant(key: string, write: (name: string) => void): string {
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = `constant${this.#constants.size}`;
    write(name);
    this.#constants.set(key, name);
    return name;
  }
}
