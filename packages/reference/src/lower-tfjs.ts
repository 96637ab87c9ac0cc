/**
 * A Darknet network as tfjs ops: the engine for browsers and for hosts whose GPU only tfjs reaches. Activations are
 * NHWC, the one layout that every back end computes; only reorg, which is defined by Darknet's memory order, goes
 * through NCHW and back.
 */
import { NoScopeError } from '@noscope/query';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { outputLayers } from './lower-onnx.ts';
import type { Activation, ConvolutionalLayer, Layer, NetworkDescription, ReorgLayer } from './network.ts';
import type { Weights } from './weights.ts';

type Tf = typeof import('@tensorflow/tfjs');

export interface TfjsNetwork {
  /** One picture or more, [batch, 3, height, width] in 0..1 → what goes into each head, [batch, channels, h, w], by layer. */
  run(input: Float32Array, batch: number): Promise<Map<number, Float32Array>>;
  dispose(): void;
}

interface ConvolutionTensors {
  /** One per group; a depthwise convolution has one. */
  kernels: Tensor4D[];
  bias: Tensor;
}

/** Lifts weights onto the current back end. The caller makes that back end current before each `run`. */
export function toTfjs(tf: Tf, network: NetworkDescription, weights: Weights): TfjsNetwork {
  const byLayer = new Map(weights.convolutions.map((convolution) => [convolution.layer, convolution]));
  const convolutions = new Map<number, ConvolutionTensors>();
  for (const layer of network.layers) {
    if (layer.kind !== 'convolutional') continue;
    const own = byLayer.get(layer.index);
    if (own === undefined) throw new NoScopeError('bad-input', `no weights for layer ${layer.index}`);
    convolutions.set(layer.index, liftConvolution(tf, layer, own.kernel, own.bias));
  }
  const outputs = outputLayers(network);
  const freeAfter = tensorsToFree(network);
  return {
    async run(input, batch) {
      const { channels, height, width } = network.input;
      const results = tf.tidy(() => {
        const picture: Tensor4D = tf.transpose(tf.tensor4d(input, [batch, channels, height, width]), [0, 2, 3, 1]);
        const values: Tensor4D[] = [];
        for (const layer of network.layers) {
          const before = layer.index === 0 ? picture : values[layer.index - 1];
          values.push(lower(tf, layer, before, values, convolutions));
          // tidy frees at its end only: a 608×608 network would hold a gigabyte by then.
          for (const index of freeAfter[layer.index]) (index < 0 ? picture : values[index]).dispose();
        }
        return outputs.map(({ layer }) => tf.transpose(values[layer.index], [0, 3, 1, 2]));
      });
      const arrays = await Promise.all(results.map((result) => result.data()));
      tf.dispose(results);
      return new Map(outputs.map(({ layer }, i) => [layer.index, new Float32Array(arrays[i])]));
    },
    dispose() {
      for (const { kernels, bias } of convolutions.values()) tf.dispose([...kernels, bias]);
      convolutions.clear();
    },
  };
}

/** After each layer, the layers (-1: the picture) whose tensors nobody reads any more. */
function tensorsToFree(network: NetworkDescription): number[][] {
  const owner: number[] = [];
  const lastUse = new Map<number, number>([[-1, 0]]);
  for (const layer of network.layers) {
    const reads = layer.kind === 'route' ? [...layer.from] : [layer.index - 1];
    if (layer.kind === 'shortcut') reads.push(...layer.from);
    for (const index of reads) lastUse.set(owner[index] ?? -1, layer.index);
    owner.push(passesOn(layer) ? (owner[reads[0]] ?? -1) : layer.index);
    if (!lastUse.has(owner[layer.index])) lastUse.set(owner[layer.index], layer.index);
  }
  for (const { layer } of outputLayers(network)) lastUse.delete(owner[layer.index]);
  const free: number[][] = network.layers.map(() => []);
  for (const [index, last] of lastUse) free[last].push(index);
  return free;
}

/** Whether a layer's output is its input's tensor itself. */
const passesOn = (layer: Layer): boolean =>
  layer.kind === 'dropout' ||
  layer.kind === 'region' ||
  layer.kind === 'yolo' ||
  (layer.kind === 'route' && layer.from.length === 1 && layer.groups === 1) ||
  (layer.kind === 'shortcut' && layer.from.length === 0);

const isDepthwise = (layer: ConvolutionalLayer): boolean => layer.groups > 1 && layer.groups === layer.input.channels;

function liftConvolution(
  tf: Tf,
  layer: ConvolutionalLayer,
  kernel: Float32Array,
  bias: Float32Array,
): ConvolutionTensors {
  const { filters, size, groups } = layer;
  const inChannels = layer.input.channels / groups;
  return tf.tidy(() => {
    const all = tf.tensor4d(kernel, [filters, inChannels, size, size]);
    if (isDepthwise(layer)) {
      // Filter g·m + i of Darknet is multiplier i of channel g.
      const depthwise = tf.reshape(tf.transpose(all, [2, 3, 0, 1]), [size, size, groups, filters / groups]);
      return { kernels: [depthwise as Tensor4D], bias: tf.tensor1d(bias) };
    }
    const perGroup: Tensor4D[] = tf.split(all, groups, 0);
    return { kernels: perGroup.map((part) => tf.transpose(part, [2, 3, 1, 0])), bias: tf.tensor1d(bias) };
  });
}

function lower(
  tf: Tf,
  layer: Layer,
  input: Tensor4D,
  values: readonly Tensor4D[],
  convolutions: ReadonlyMap<number, ConvolutionTensors>,
): Tensor4D {
  switch (layer.kind) {
    case 'convolutional': {
      const tensors = convolutions.get(layer.index);
      if (tensors === undefined) throw new NoScopeError('bad-input', 'this network is disposed of');
      return convolve(tf, layer, input, tensors);
    }
    case 'maxpool': {
      const { top, bottom, left, right } = layer.pad;
      return tf.tidy(() => {
        // The back ends disagree on explicit padding with uneven sides; a value that never wins is the same everywhere.
        const padded =
          top + bottom + left + right === 0
            ? input
            : tf.pad(
                input,
                [
                  [0, 0],
                  [top, bottom],
                  [left, right],
                  [0, 0],
                ],
                LOWEST,
              );
        return tf.maxPool(padded, [layer.size, layer.size], [layer.strideY, layer.strideX], 'valid');
      });
    }
    case 'avgpool':
      return tf.mean(input, [1, 2], true);
    case 'upsample': {
      const { height, width } = layer.output;
      return tf.tidy(() => {
        const resized = tf.image.resizeNearestNeighbor(input, [height, width]);
        return layer.scale === 1 ? resized : tf.mul(resized, layer.scale);
      });
    }
    case 'reorg':
      return tf.tidy(() => reorganise(tf, layer, input));
    case 'route': {
      return tf.tidy(() => {
        const parts = layer.from.map((index) => {
          const value = values[index];
          if (layer.groups === 1) return value;
          const size = value.shape[3] / layer.groups;
          return tf.slice(value, [0, 0, 0, size * layer.groupId], [-1, -1, -1, size]);
        });
        return parts.length === 1 ? parts[0] : tf.concat(parts, 3);
      });
    }
    case 'shortcut':
      return tf.tidy(() => {
        const sum = layer.from.reduce((value, index) => tf.add(value, matchChannels(tf, values[index], value)), input);
        return activate(tf, layer.activation, sum);
      });
    case 'dropout':
    case 'region':
    case 'yolo':
      return input;
    default:
      return layer satisfies never;
  }
}

/** Lower than any activation, and finite, since infinities are not reliable in every back end's padding. */
const LOWEST = -3.4e38;

function convolve(tf: Tf, layer: ConvolutionalLayer, input: Tensor4D, { kernels, bias }: ConvolutionTensors): Tensor4D {
  const pad = layer.padding * layer.dilation;
  const strides: [number, number] = [layer.strideY, layer.strideX];
  const dilations: [number, number] = [layer.dilation, layer.dilation];
  return tf.tidy(() => {
    const padding: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ];
    if (isDepthwise(layer)) {
      const sum = tf.depthwiseConv2d(input, kernels[0], strides, padding, 'NHWC', dilations);
      return activate(tf, layer.activation, tf.add(sum, bias));
    }
    const inputs: Tensor4D[] = kernels.length === 1 ? [input] : tf.split(input, kernels.length, 3);
    const sums = inputs.map((part, i) => tf.conv2d(part, kernels[i], strides, padding, 'NHWC', dilations));
    const sum = sums.length === 1 ? sums[0] : tf.concat(sums, 3);
    return activate(tf, layer.activation, tf.add(sum, bias));
  });
}

/** As `Lowering.#reorg` of the ONNX side, with the batch in front. */
function reorganise(tf: Tf, layer: ReorgLayer, input: Tensor4D): Tensor4D {
  const { stride: s, input: shape, output } = layer;
  const planar = tf.transpose(input, [0, 3, 1, 2]);
  const apart = tf.reshape(planar, [-1, shape.channels / (s * s), shape.height, s, shape.width, s]);
  const moved = tf.transpose(apart, [0, 3, 5, 1, 2, 4]);
  const planes = tf.reshape(moved, [-1, output.channels, output.height, output.width]);
  return tf.transpose(planes as Tensor4D, [0, 2, 3, 1]);
}

function matchChannels(tf: Tf, value: Tensor4D, like: Tensor4D): Tensor4D {
  const missing = like.shape[3] - value.shape[3];
  if (missing === 0) return value;
  if (missing < 0) return tf.slice(value, [0, 0, 0, 0], [-1, -1, -1, like.shape[3]]);
  return tf.pad(value, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, missing],
  ]);
}

function activate(tf: Tf, activation: Activation, value: Tensor4D): Tensor4D {
  switch (activation) {
    case 'linear':
      return value;
    case 'leaky':
      return tf.leakyRelu(value, 0.1);
    case 'relu':
      return tf.relu(value);
    case 'relu6':
      return tf.clipByValue(value, 0, 6);
    case 'logistic':
      return tf.sigmoid(value);
    case 'tanh':
      return tf.tanh(value);
    case 'elu':
      return tf.elu(value);
    case 'mish':
      return tf.mul(value, tf.tanh(tf.softplus(value)));
    case 'swish':
      return tf.mul(value, tf.sigmoid(value));
    default:
      return activation satisfies never;
  }
}
