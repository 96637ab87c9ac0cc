/**
 * A Darknet network forward and backward in one ONNX graph. Batch norm uses the batch's own statistics. Gradients of
 * convolutions are convolutions: by the kernel it is the input (channels as batch, batch as channels) convolved with dy
 * dilated by the stride, by the input the transposed convolution of dy.
 */

import type { Expressions } from '@noscope/engine';
import type { Layer, MaxpoolLayer, NetworkDescription, ReorgLayer } from '../network.ts';
import { convolutional } from './convolution.ts';
import { untrainable } from './untrainable.ts';

/** How a layer's gradient goes on: from the gradient by its output to those by the layers it reads, by number (−1: the picture). */
type Backward = (dy: string) => Map<number, string>;

export interface ForwardPass {
  /** The value that goes into each head, [batch, anchors·(5 + classes), h, w]. */
  heads: string[];
  /** Continues from the gradients by the heads' inputs; gives back the gradient of every parameter by its name. */
  backward(headGradients: readonly string[]): Map<string, string>;
}

/** Writes the forward pass of `input` [batch, 3, height, width]. Throws `unsupported` for layers that do not train here. */
export function forwardPass(e: Expressions, network: NetworkDescription, input: string, batch: number): ForwardPass {
  const values: string[] = [];
  const gradients = new Map<string, string>();
  const steps: (Backward | null)[] = [];
  const outputOf = (index: number): string => (index < 0 ? input : values[index]);
  for (const layer of network.layers) {
    const { value, backward } = lower(e, network, layer, batch, outputOf, gradients);
    values.push(value);
    steps.push(backward);
  }
  return {
    heads: network.heads.map(({ index }) => outputOf(index - 1)),
    backward(headGradients) {
      const arrived = new Map<number, string[]>();
      const send = (index: number, gradient: string): void => {
        arrived.set(index, [...(arrived.get(index) ?? []), gradient]);
      };
      for (const [i, { index }] of network.heads.entries()) send(index - 1, headGradients[i]);
      for (const layer of network.layers.toReversed()) {
        const here = arrived.get(layer.index);
        const step = steps[layer.index];
        if (here === undefined || step === null) continue;
        for (const [index, gradient] of step(e.add(...here))) if (index >= 0) send(index, gradient);
      }
      return gradients;
    },
  };
}

function lower(
  e: Expressions,
  network: NetworkDescription,
  layer: Layer,
  batch: number,
  outputOf: (index: number) => string,
  gradients: Map<string, string>,
): { value: string; backward: Backward | null } {
  const before = layer.index - 1;
  const input = outputOf(before);
  switch (layer.kind) {
    case 'convolutional':
      return convolutional(e, layer, input, batch, gradients);
    case 'maxpool':
      return maxpool(e, network, layer, input, batch);
    case 'reorg':
      return reorg(e, layer, input, batch);
    case 'upsample': {
      const s = layer.stride;
      if (layer.scale !== 1) throw untrainable(layer);
      const value = e.op('Resize', [input, '', e.floats([4], [1, 1, s, s])], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      });
      const pool = { kernel_shape: [s, s], strides: [s, s] };
      return {
        value,
        backward: (dy) => new Map([[before, e.mul(e.op('AveragePool', [dy], pool), e.scalar(s * s))]]),
      };
    }
    case 'route': {
      if (layer.groups !== 1 || new Set(layer.from).size !== layer.from.length) throw untrainable(layer);
      if (layer.from.length === 1)
        return { value: outputOf(layer.from[0]), backward: (dy) => new Map([[layer.from[0], dy]]) };
      const value = e.op('Concat', layer.from.map(outputOf), { axis: 1 });
      const sizes = layer.from.map((index) => network.layers[index].output.channels);
      return {
        value,
        backward(dy) {
          const parts = sizes.map(() => e.name());
          e.graph.node('Split', [dy, e.ints(...sizes)], parts, { axis: 1 });
          return new Map(layer.from.map((index, i) => [index, parts[i]]));
        },
      };
    }
    case 'shortcut': {
      const same = layer.from.every((index) => network.layers[index].output.channels === layer.output.channels);
      if (!same || layer.activation !== 'linear' || layer.from.length !== 1 || layer.from[0] === before) {
        throw untrainable(layer);
      }
      const [from] = layer.from;
      return {
        value: e.add(input, outputOf(from)),
        backward: (dy) =>
          new Map([
            [before, dy],
            [from, dy],
          ]),
      };
    }
    case 'dropout':
      return { value: input, backward: (dy) => new Map([[before, dy]]) };
    case 'region':
      return { value: input, backward: null };
    case 'yolo':
    case 'avgpool':
      throw untrainable(layer);
    default:
      return layer satisfies never;
  }
}

function maxpool(
  e: Expressions,
  network: NetworkDescription,
  layer: MaxpoolLayer,
  input: string,
  batch: number,
): { value: string; backward: Backward } {
  const before = layer.index - 1;
  const { channels, height, width } = before < 0 ? network.input : network.layers[before].output;
  const { size, output } = layer;
  // Windows that overlap or hang over would need a sum where the gradient is only put back.
  const tiles = layer.strideX === size && layer.strideY === size;
  if (!tiles || output.width * size !== width || output.height * size !== height) throw untrainable(layer);
  const [value, where] = [e.name(), e.name()];
  const window = { kernel_shape: [size, size], strides: [size, size] };
  e.graph.node('MaxPool', [input], [value, where], window);
  const shape = e.ints(batch, channels, height, width);
  return { value, backward: (dy) => new Map([[before, e.op('MaxUnpool', [dy, where, shape], window)]]) };
}

/** Darknet's own order of elements, as in `lower-onnx.ts`; the gradient goes the same way back. */
function reorg(e: Expressions, layer: ReorgLayer, input: string, batch: number): { value: string; backward: Backward } {
  const { stride: s, input: from, output: to } = layer;
  const depth = from.channels / (s * s);
  const apart = e.reshape(input, batch, depth, from.height, s, from.width, s);
  const moved = e.op('Transpose', [apart], { perm: [0, 3, 5, 1, 2, 4] });
  return {
    value: e.reshape(moved, batch, to.channels, to.height, to.width),
    backward(dy) {
      const dMoved = e.reshape(dy, batch, s, s, depth, from.height, from.width);
      const dApart = e.op('Transpose', [dMoved], { perm: [0, 3, 4, 1, 5, 2] });
      return new Map([[layer.index - 1, e.reshape(dApart, batch, from.channels, from.height, from.width)]]);
    },
  };
}
