/** Training on ONNX Runtime: the graph holds the whole step, this keeps the weights between steps. */
import type { OnnxEngineId, Tensor } from '@noscope/engine';
import { openOnnx } from '@noscope/engine/node';
import { type Architecture, INPUT_CHANNELS } from '../architecture.ts';
import type { Batch } from '../batches.ts';
import { fromOnnxLayout, toOnnxLayout } from '../onnx-layout.ts';
import { ADAM, trainingGraph } from '../onnx-training.ts';
import type { Trainer, TrainerState } from '../trainer.ts';
import type { Weight } from '../weights.ts';

export interface OnnxTrainerOptions {
  architecture: Architecture;
  /** Where to go on from. */
  state: TrainerState;
  /** Frames a step; the graph is made for it. */
  batch: number;
  engine?: OnnxEngineId;
  /** Default 2. */
  threads?: number;
}

/** @throws NoScopeError `unavailable` when the engine cannot be had here. */
export async function openOnnxTrainer(options: OnnxTrainerOptions): Promise<Trainer> {
  const { architecture, batch, engine = 'onnxruntime-cpu', threads = 2 } = options;
  const { weights, moments } = options.state;
  const session = await openOnnx(trainingGraph(architecture, batch), { engine, threads });
  const held = new Map<string, Tensor>();
  const hold = (suffix: string, values: readonly Weight[]): void => {
    for (const { name, dims, data } of toOnnxLayout(architecture, values)) held.set(name + suffix, { dims, data });
  };
  const instead = (of: (index: number) => Float32Array): Weight[] =>
    weights.map((weight, index) => ({ ...weight, data: of(index) }));
  hold('', weights);
  hold(
    '/m',
    instead((i) => moments?.[i].m ?? new Float32Array(weights[i].data.length)),
  );
  hold(
    '/v',
    instead((i) => moments?.[i].v ?? new Float32Array(weights[i].data.length)),
  );
  let { steps } = options.state;

  const read = (suffix: string): Weight[] => {
    const now = weights.map(({ name, dims }) => ({ name, dims, data: floats(held.get(name + suffix)).slice() }));
    return fromOnnxLayout(
      architecture,
      now,
      weights.map(({ dims }) => dims),
    );
  };
  return {
    engine,
    async step(samples, learningRate) {
      steps++;
      const outputs = await session.run({
        ...Object.fromEntries(held),
        x: planar(samples),
        y: { dims: [batch, 1], data: samples.y },
        weight: { dims: [batch, 1], data: samples.weight },
        keep: { dims: [batch, architecture.denseUnits], data: samples.keep },
        rate: scalar(learningRate),
        unbias1: scalar(1 - ADAM.beta1 ** steps),
        unbias2: scalar(1 - ADAM.beta2 ** steps),
      });
      for (const name of held.keys()) held.set(name, outputs[`${name}/next`]);
      return floats(outputs.loss)[0];
    },
    async state() {
      const m = read('/m');
      const v = read('/v');
      return { weights: read(''), moments: m.map(({ data }, i) => ({ m: data, v: v[i].data })), steps };
    },
    close: () => session.close(),
  };
}

const scalar = (value: number): Tensor => ({ dims: [], data: Float32Array.of(value) });

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error('the training graph gave no float32 tensor where one was due');
}

/** Height, width, channel to channel, height, width. */
function planar({ count, size, x }: Batch): Tensor {
  const pixels = size * size;
  const data = new Float32Array(x.length);
  for (let n = 0; n < count; n++) {
    const base = n * pixels * INPUT_CHANNELS;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = base + pixel * INPUT_CHANNELS;
      for (let c = 0; c < INPUT_CHANNELS; c++) data[base + c * pixels + pixel] = x[from + c];
    }
  }
  return { dims: [count, INPUT_CHANNELS, size, size], data };
}
