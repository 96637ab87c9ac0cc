/** A Darknet network as an ONNX graph: NCHW as Darknet keeps it, the batch free, one output per head. */
import { OnnxGraph } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { Activation, ConvolutionalLayer, Layer, MaxpoolLayer, NetworkDescription, ReorgLayer } from './network.ts';
import type { Weights } from './weights.ts';

/** The name of the graph's input: float32 [batch, 3, height, width] in 0..1. */
export const INPUT_NAME = 'input';

/** The layers whose outputs the graph gives out: what goes into each head, or the last layer of a backbone. */
export function outputLayers(network: NetworkDescription): { layer: Layer; name: string }[] {
  const layers = network.heads.length > 0 ? network.heads : network.layers.slice(-1);
  return layers.map((layer) => ({ layer, name: `head${layer.index}` }));
}

/**
 * Encodes the network. Outputs are raw: what comes before each region or yolo layer, [batch, anchors·(5+classes), h, w].
 */
export function toOnnx(network: NetworkDescription, weights: Weights): Uint8Array {
  const { channels, height, width } = network.input;
  const graph = new OnnxGraph('darknet').input(INPUT_NAME, ['batch', channels, height, width]);
  const lowering = new Lowering(graph, network, weights);
  for (const layer of network.layers) lowering.add(layer);
  for (const { layer, name } of outputLayers(network)) {
    graph.node('Identity', [lowering.valueOf(layer.index)], [name]);
    graph.output(name, ['batch', layer.output.channels, layer.output.height, layer.output.width]);
  }
  return graph.encode();
}

class Lowering {
  readonly #graph: OnnxGraph;
  readonly #network: NetworkDescription;
  readonly #kernels: Map<number, Weights['convolutions'][number]>;
  /** The name of each layer's output; a layer that changes nothing has its input's. */
  readonly #values: string[] = [];
  readonly #constants = new Set<string>();

  constructor(graph: OnnxGraph, network: NetworkDescription, weights: Weights) {
    this.#graph = graph;
    this.#network = network;
    this.#kernels = new Map(weights.convolutions.map((convolution) => [convolution.layer, convolution]));
  }

  valueOf(index: number): string {
    return index < 0 ? INPUT_NAME : this.#values[index];
  }

  add(layer: Layer): void {
    const input = this.valueOf(layer.index - 1);
    this.#values.push(this.#lower(layer, input));
  }

  #lower(layer: Layer, input: string): string {
    const name = `l${layer.index}`;
    switch (layer.kind) {
      case 'convolutional':
        return this.#convolution(layer, input, name);
      case 'maxpool':
        return this.#maxpool(layer, input, name);
      case 'avgpool':
        return this.#node('GlobalAveragePool', [input], name);
      case 'upsample': {
        const factor = new Float32Array([1, 1, layer.stride, layer.stride]);
        const scales = this.#constant(`upsample${layer.stride}`, [4], factor);
        const resized = this.#node('Resize', [input, '', scales], name, {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        });
        if (layer.scale === 1) return resized;
        return this.#node('Mul', [resized, this.#scalar(layer.scale)], `${name}_scaled`);
      }
      case 'reorg':
        return this.#reorg(layer, input, name);
      case 'route': {
        const parts = layer.from.map((from, i) => {
          if (layer.groups === 1) return this.valueOf(from);
          const size = this.#network.layers[from].output.channels / layer.groups;
          return this.#channels(
            this.valueOf(from),
            size * layer.groupId,
            size * (layer.groupId + 1),
            `${name}_part${i}`,
          );
        });
        return parts.length === 1 ? parts[0] : this.#node('Concat', parts, name, { axis: 1 });
      }
      case 'shortcut': {
        const sum = layer.from.reduce((value, from, i) => {
          const other = this.#matchChannels(from, layer.output.channels, `${name}_from${i}`);
          const sumName = i === layer.from.length - 1 ? name : `${name}_sum${i}`;
          return this.#node('Add', [value, other], sumName);
        }, input);
        return this.#activate(layer.activation, sum, name);
      }
      case 'dropout':
      case 'region':
      case 'yolo':
        return input;
      default:
        return layer satisfies never;
    }
  }

  #convolution(layer: ConvolutionalLayer, input: string, name: string): string {
    const weights = this.#kernels.get(layer.index);
    if (weights === undefined) throw new NoScopeError('bad-input', `no weights for layer ${layer.index}`);
    const { size, padding, dilation } = layer;
    const kernel = this.#constant(
      `${name}_kernel`,
      [layer.filters, layer.input.channels / layer.groups, size, size],
      weights.kernel,
    );
    const bias = this.#constant(`${name}_bias`, [layer.filters], weights.bias);
    const pad = padding * dilation;
    const sum = this.#node('Conv', [input, kernel, bias], name, {
      kernel_shape: [size, size],
      strides: [layer.strideY, layer.strideX],
      pads: [pad, pad, pad, pad],
      dilations: [dilation, dilation],
      group: layer.groups,
    });
    return this.#activate(layer.activation, sum, name);
  }

  #maxpool(layer: MaxpoolLayer, input: string, name: string): string {
    const { top, left, bottom, right } = layer.pad;
    const attributes = {
      kernel_shape: [layer.size, layer.size],
      strides: [layer.strideY, layer.strideX],
      pads: [top, left, bottom, right],
    };
    return this.#node('MaxPool', [input], name, attributes);
  }

  /**
   * Darknet's reorg reads its input as if it were [c/s², h·s, w·s], takes that apart into s² pictures, and calls the
   * result [c·s², h/s, w/s]. Not space-to-depth, but what the published weights were trained with.
   */
  #reorg(layer: ReorgLayer, input: string, name: string): string {
    const { stride: s, input: shape, output } = layer;
    const split = [-1, shape.channels / (s * s), shape.height, s, shape.width, s];
    const apart = this.#reshape(input, split, `${name}_split`);
    const moved = this.#node('Transpose', [apart], `${name}_moved`, { perm: [0, 3, 5, 1, 2, 4] });
    return this.#reshape(moved, [-1, output.channels, output.height, output.width], name);
  }

  #activate(activation: Activation, input: string, name: string): string {
    const output = `${name}_${activation}`;
    switch (activation) {
      case 'linear':
        return input;
      case 'leaky':
        return this.#node('LeakyRelu', [input], output, { alpha: { float: 0.1 } });
      case 'relu':
        return this.#node('Relu', [input], output);
      case 'relu6':
        return this.#node('Clip', [input, this.#scalar(0), this.#scalar(6)], output);
      case 'logistic':
        return this.#node('Sigmoid', [input], output);
      case 'tanh':
        return this.#node('Tanh', [input], output);
      case 'elu':
        return this.#node('Elu', [input], output, { alpha: { float: 1 } });
      case 'mish': {
        const soft = this.#node('Softplus', [input], `${name}_softplus`);
        return this.#node('Mul', [input, this.#node('Tanh', [soft], `${name}_tanh`)], output);
      }
      case 'swish':
        return this.#node('Mul', [input, this.#node('Sigmoid', [input], `${name}_sigmoid`)], output);
      default:
        return activation satisfies never;
    }
  }

  /** A layer's output cut to at most `channels`: Darknet adds the channels that both sides of a shortcut have. */
  #matchChannels(index: number, channels: number, name: string): string {
    const value = this.valueOf(index);
    const have = this.#network.layers[index].output.channels;
    if (have === channels) return value;
    if (have > channels) return this.#channels(value, 0, channels, name);
    const ends = this.#constant(
      `${name}_ends`,
      [8],
      new BigInt64Array([0, 0, 0, 0, 0, channels - have, 0, 0].map(BigInt)),
    );
    return this.#node('Pad', [value, ends], name, { mode: 'constant' });
  }

  #channels(input: string, start: number, end: number, name: string): string {
    const int = (part: string, value: number) =>
      this.#constant(`${name}_${part}`, [1], new BigInt64Array([BigInt(value)]));
    return this.#node('Slice', [input, int('start', start), int('end', end), int('axis', 1)], name);
  }

  #reshape(input: string, dims: number[], name: string): string {
    const shape = this.#constant(`${name}_shape`, [dims.length], new BigInt64Array(dims.map(BigInt)));
    return this.#node('Reshape', [input, shape], name);
  }

  #scalar(value: number): string {
    return this.#constant(`scalar_${value}`, [], new Float32Array([value]));
  }

  #constant(name: string, dims: number[], data: Float32Array | BigInt64Array): string {
    if (!this.#constants.has(name)) {
      this.#constants.add(name);
      this.#graph.constant(name, dims, data);
    }
    return name;
  }

  #node(op: string, inputs: string[], output: string, attributes: Parameters<OnnxGraph['node']>[3] = {}): string {
    this.#graph.node(op, inputs, [output], attributes);
    return output;
  }
}
