/**
 * Training step by step: keeps parameters, moments and averages between the steps of a `trainingGraph`. The weights
 * that are given out are averages over the last steps, which find more than those of any single step.
 */
import type { Session, Tensor } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { NetworkDescription, RegionLayer } from '../network.ts';
import { ADAM, regionOf, trainingGraph } from './graph.ts';
import { DARKNET_LOSS, LOSS_PARTS, type LossWeights, TARGET } from './loss.ts';
import {
  initialParameters,
  initialStatistics,
  type ParameterSpec,
  parameterSpecs,
  statisticSpecs,
  type Values,
} from './parameters.ts';
import { type TruthBox, targetLength, writeTarget } from './targets.ts';
import { writeWeights } from './write-weights.ts';

export interface TrainerOptions {
  /** Pictures in a step. */
  batch: number;
  seed: number;
  /** Objects of a picture that are looked at for near misses; default 32. */
  mostTruths?: number;
  loss?: Partial<LossWeights>;
  /** An object also goes to further anchors whose shape overlaps with it by more than this; default 1: to none. */
  alsoAbove?: number;
  /** Share that an average keeps at each step; default 0.998 for weights. */
  averageDecay?: number;
}

/** One picture with its truth. `input` is [3, height, width] in 0..1. */
export interface TrainingPicture {
  input: Float32Array;
  boxes: readonly TruthBox[];
}

export type Losses = Record<(typeof LOSS_PARTS)[number], number>;

/** Runs the graph; `openOnnx` of @noscope/engine/node is one. */
export type OpenSession = (model: Uint8Array) => Promise<Session>;

/** Opens a trainer. Throws `unsupported` for networks that do not train here. */
export async function createTrainer(
  network: NetworkDescription,
  open: OpenSession,
  options: TrainerOptions,
): Promise<Trainer> {
  const { batch, mostTruths = 32 } = options;
  const loss = { ...DARKNET_LOSS, ...options.loss };
  const session = await open(trainingGraph(network, { batch, mostTruths, loss }));
  return new Trainer(network, session, options);
}

export class Trainer {
  readonly network: NetworkDescription;
  readonly #region: RegionLayer;
  readonly #session: Session;
  readonly #batch: number;
  readonly #mostTruths: number;
  readonly #alsoAbove: number;
  readonly #keep: number;
  readonly #specs: ParameterSpec[];
  #values: Values;
  #moments: Values = new Map();
  #averages: Values;
  #steps = 0;

  constructor(network: NetworkDescription, session: Session, options: TrainerOptions) {
    this.network = network;
    this.#region = regionOf(network);
    this.#session = session;
    this.#batch = options.batch;
    this.#mostTruths = options.mostTruths ?? 32;
    this.#alsoAbove = options.alsoAbove ?? 1;
    this.#keep = options.averageDecay ?? 0.998;
    this.#specs = parameterSpecs(network);
    this.#values = initialParameters(network, options.seed);
    for (const { name } of this.#specs) {
      const { length } = this.#values.get(name) ?? [];
      this.#moments.set(`${name}/m`, new Float32Array(length)).set(`${name}/v`, new Float32Array(length));
    }
    this.#averages = new Map([...copy(this.#values), ...initialStatistics(network)]);
  }

  /** Steps done. */
  get steps(): number {
    return this.#steps;
  }

  /** One step on one batch. `decay` is the kernels' weight decay. Throws `bad-input` when the loss is no number any more. */
  async step(pictures: readonly TrainingPicture[], rate: number, decay = 0): Promise<Losses> {
    if (pictures.length !== this.#batch) {
      throw new NoScopeError('bad-input', `a step takes ${this.#batch} pictures, got ${pictures.length}`);
    }
    const inputs = this.#inputs(pictures);
    const t = this.#steps + 1;
    const scalar = (value: number): Tensor => ({ dims: [], data: Float32Array.of(value) });
    inputs.rate = scalar(rate);
    inputs.decay = scalar(decay);
    inputs.unbias1 = scalar(1 - ADAM.beta1 ** t);
    inputs.unbias2 = scalar(1 - ADAM.beta2 ** t);
    for (const { name, dims } of this.#specs) {
      inputs[name] = { dims, data: arrayOf(this.#values, name) };
      for (const moment of [`${name}/m`, `${name}/v`]) inputs[moment] = { dims, data: arrayOf(this.#moments, moment) };
    }
    const outputs = await this.#session.run(inputs);
    const read = (name: string): Float32Array => {
      const data = outputs[name]?.data;
      if (data instanceof Float32Array) return data;
      throw new NoScopeError('bad-input', `the step gave no ${name}`);
    };
    const parts = read('losses');
    if (!parts.every(Number.isFinite)) {
      throw new NoScopeError('bad-input', `training diverged at step ${t}; use a lower learning rate`);
    }
    for (const { name } of this.#specs) {
      this.#values.set(name, read(`${name}/next`));
      for (const moment of [`${name}/m`, `${name}/v`]) this.#moments.set(moment, read(`${moment}/next`));
    }
    this.#steps = t;
    // Early averages follow fast: what the first steps knew is worth nothing.
    const keep = Math.min(this.#keep, t / (t + 9));
    for (const { name } of this.#specs) blend(arrayOf(this.#averages, name), arrayOf(this.#values, name), keep);
    for (const { name } of statisticSpecs(this.network)) blend(arrayOf(this.#averages, name), read(name), keep);
    return Object.fromEntries(LOSS_PARTS.map((part, i) => [part, parts[i]])) as Losses;
  }

  /** The averaged weights as a Darknet file. */
  weights(): Uint8Array {
    return writeWeights(this.network, this.#averages, BigInt(this.#steps * this.#batch));
  }

  /** Everything that is needed to go on, as named arrays. */
  checkpoint(): Map<string, Float32Array> {
    const averages = [...this.#averages].map(([name, data]) => [`${name}/average`, data] as const);
    return copy(new Map([...this.#values, ...this.#moments, ...averages, ['steps', Float32Array.of(this.#steps)]]));
  }

  /** Goes on from a checkpoint. Throws `corrupt` when it is of another network. */
  restore(checkpoint: ReadonlyMap<string, Float32Array>): void {
    const take = (known: Values, suffix = ''): Values =>
      new Map(
        [...known].map(([name, { length }]) => {
          const data = checkpoint.get(`${name}${suffix}`);
          if (data?.length === length) return [name, Float32Array.from(data)];
          throw new NoScopeError('corrupt', `the checkpoint has no ${name} of ${length} numbers; it is of another cfg`);
        }),
      );
    const values = take(this.#values);
    const moments = take(this.#moments);
    this.#averages = take(this.#averages, '/average');
    [this.#values, this.#moments] = [values, moments];
    this.#steps = checkpoint.get('steps')?.[0] ?? 0;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #inputs(pictures: readonly TrainingPicture[]): Record<string, Tensor> {
    const { channels, height, width } = this.network.input;
    const region = this.#region;
    const [pixels, entries, corners] = [channels * height * width, targetLength(region), 4 * this.#mostTruths];
    const x = new Float32Array(this.#batch * pixels);
    const target = new Float32Array(this.#batch * entries);
    const truths = new Float32Array(this.#batch * corners);
    for (const [i, { input, boxes }] of pictures.entries()) {
      if (input.length !== pixels) {
        throw new NoScopeError(
          'bad-input',
          `a picture has ${pixels} numbers (3×${height}×${width}), got ${input.length}`,
        );
      }
      x.set(input, i * pixels);
      const own = (array: Float32Array, size: number): Float32Array => array.subarray(i * size, (i + 1) * size);
      writeTarget(region, boxes, own(target, entries), own(truths, corners), this.#alsoAbove);
    }
    const cells = region.output.height * region.output.width;
    return {
      x: { dims: [this.#batch, channels, height, width], data: x },
      target: { dims: [this.#batch, region.anchors.length, TARGET.classes + region.classes, cells], data: target },
      truths: { dims: [this.#batch, 4, this.#mostTruths], data: truths },
    };
  }
}

const copy = (values: Values): Values => new Map([...values].map(([name, data]) => [name, data.slice()]));

function arrayOf(values: Values, name: string): Float32Array {
  const data = values.get(name);
  if (data === undefined) throw new NoScopeError('bad-input', `no parameter ${name}`);
  return data;
}

function blend(average: Float32Array, now: Float32Array, keep: number): void {
  for (let i = 0; i < average.length; i++) average[i] = keep * average[i] + (1 - keep) * now[i];
}
