/**
 * Training on tfjs: the second engine, for hosts with a GPU (tfjs-node-gpu, WebGPU) and for browsers. Written over
 * tfjs's own automatic differentiation, so it is also what the hand-written gradients of the ONNX graph are held against.
 */
import type { TfjsEngineId } from '@noscope/engine';
import type * as Tfjs from '@tensorflow/tfjs';
import { type Architecture, KERNEL, layersOf } from './architecture.ts';
import type { Batch } from './batches.ts';
import { ADAM } from './onnx-training.ts';
import type { Trainer, TrainerState } from './trainer.ts';

type Tf = typeof Tfjs;

export interface TfjsTrainerOptions {
  architecture: Architecture;
  /** Where to go on from. */
  state: TrainerState;
  engine: TfjsEngineId;
  /** Makes the engine's back end the current one; called before each block of ops, see `useTfjs`. */
  use(): Promise<Tf>;
}

interface Slot {
  name: string;
  dims: number[];
  value: Tfjs.Variable;
  m: Tfjs.Variable;
  v: Tfjs.Variable;
}

export async function openTfjsTrainer({ architecture, engine, state, use }: TfjsTrainerOptions): Promise<Trainer> {
  const tf = await use();
  const variable = (data: Float32Array, dims: number[], trainable: boolean): Tfjs.Variable => {
    // A copy: the cpu back end would keep the caller's array.
    const initial = tf.tensor(data.slice(), dims);
    const made = tf.variable(initial, trainable);
    initial.dispose();
    return made;
  };
  const slots: Slot[] = state.weights.map(({ name, dims, data }, i) => {
    const moments = state.moments?.[i];
    return {
      name,
      dims,
      value: variable(data, dims, true),
      m: variable(moments?.m ?? new Float32Array(data.length), dims, false),
      v: variable(moments?.v ?? new Float32Array(data.length), dims, false),
    };
  });
  const byName = new Map(slots.map((slot) => [slot.name, slot.value]));
  const variables = slots.map((slot) => slot.value);
  let { steps } = state;

  const lossOf = (batch: Batch): Tfjs.Scalar => {
    const { count, size } = batch;
    const x = tf.tensor4d(batch.x, [count, size, size, 3]);
    const y = tf.tensor2d(batch.y, [count, 1]);
    const keep = tf.tensor2d(batch.keep, [count, architecture.denseUnits]);
    const logit = forward(tf, architecture, byName, x, keep);
    const loss = tf.sub(tf.softplus(logit), tf.mul(y, logit));
    return tf.mean(tf.mul(loss, tf.tensor2d(batch.weight, [count, 1])));
  };

  return {
    engine,
    async step(batch, learningRate) {
      await use();
      steps++;
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => lossOf(batch), variables);
        for (const { value: weight, m, v } of slots) {
          const gradient = grads[weight.name];
          m.assign(tf.add(tf.mul(m, ADAM.beta1), tf.mul(gradient, 1 - ADAM.beta1)));
          v.assign(tf.add(tf.mul(v, ADAM.beta2), tf.mul(tf.square(gradient), 1 - ADAM.beta2)));
          const scale = tf.add(tf.sqrt(tf.div(v, 1 - ADAM.beta2 ** steps)), ADAM.epsilon);
          const step = tf.div(tf.mul(tf.div(m, 1 - ADAM.beta1 ** steps), learningRate), scale);
          weight.assign(tf.sub(weight, step));
        }
        return value;
      });
      const [value] = await loss.data();
      loss.dispose();
      return value;
    },
    async state() {
      const read = async (variable: Tfjs.Variable): Promise<Float32Array> => Float32Array.from(await variable.data());
      const weights: TrainerState['weights'] = [];
      const moments: { m: Float32Array; v: Float32Array }[] = [];
      for (const { name, dims, value, m, v } of slots) {
        weights.push({ name, dims: [...dims], data: await read(value) });
        moments.push({ m: await read(m), v: await read(v) });
      }
      return { weights, moments, steps };
    },
    async close() {
      for (const { value, m, v } of slots) {
        for (const variable of [value, m, v]) if (!variable.isDisposed) variable.dispose();
      }
    },
  };
}

function forward(
  tf: Tf,
  architecture: Architecture,
  weights: ReadonlyMap<string, Tfjs.Tensor>,
  x: Tfjs.Tensor4D,
  keep: Tfjs.Tensor2D,
): Tfjs.Tensor2D {
  const weight = (name: string): Tfjs.Tensor => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`no weight ${name}`);
    return found;
  };
  let picture: Tfjs.Tensor4D = x;
  let units: Tfjs.Tensor2D | null = null;
  for (const layer of layersOf(architecture)) {
    switch (layer.kind) {
      case 'conv': {
        const kernel: Tfjs.Tensor4D = tf.reshape(weight(`${layer.name}/kernel`), [
          KERNEL,
          KERNEL,
          layer.inChannels,
          layer.outChannels,
        ]);
        picture = tf.relu(tf.add(tf.conv2d(picture, kernel, layer.stride, 'same'), weight(`${layer.name}/bias`)));
        break;
      }
      case 'pool':
        picture = tf.maxPool(picture, 2, 2, 'valid');
        break;
      case 'dense': {
        const flat: Tfjs.Tensor2D = units ?? tf.reshape(picture, [-1, layer.inUnits]);
        const kernel: Tfjs.Tensor2D = tf.reshape(weight(`${layer.name}/kernel`), [layer.inUnits, layer.outUnits]);
        const sum: Tfjs.Tensor2D = tf.add(tf.matMul(flat, kernel), weight(`${layer.name}/bias`));
        units = layer.activation === 'relu' ? tf.mul(tf.relu(sum), keep) : sum;
        break;
      }
      default:
        layer satisfies never;
    }
  }
  return units ?? tf.reshape(picture, [-1, 1]);
}
