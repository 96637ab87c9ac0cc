/** Every layer kind, lowered to ONNX and to tfjs, against loops that say what Darknet says. */
import { openOnnx, useTfjs } from '@noscope/engine/node';
import { describe, expect, it } from 'vitest';
import { INPUT_NAME, outputLayers, toOnnx } from './lower-onnx.ts';
import { toTfjs } from './lower-tfjs.ts';
import type { Activation, Layer, NetworkDescription, Shape } from './network.ts';
import { parseCfg } from './parse.ts';
import { numbersFrom, writeWeightsFile } from './weights.fixture.ts';
import { readWeights, type Weights } from './weights.ts';

const size = ({ channels, height, width }: Shape) => channels * height * width;

function activate(activation: Activation, x: number): number {
  switch (activation) {
    case 'linear':
      return x;
    case 'leaky':
      return x > 0 ? x : 0.1 * x;
    case 'relu':
      return Math.max(0, x);
    case 'relu6':
      return Math.min(6, Math.max(0, x));
    case 'logistic':
      return 1 / (1 + Math.exp(-x));
    case 'mish':
      return x * Math.tanh(Math.log1p(Math.exp(x)));
    case 'swish':
      return x / (1 + Math.exp(-x));
    case 'tanh':
      return Math.tanh(x);
    case 'elu':
      return x > 0 ? x : Math.expm1(x);
    default:
      return activation satisfies never;
  }
}

/** One layer as Darknet's loops compute it. */
function forward(layer: Layer, input: Float64Array, outputs: Float64Array[], layers: Layer[], weights: Weights) {
  const out = new Float64Array(size(layer.output));
  const { channels, height, width } = layer.output;
  const each = (f: (c: number, y: number, x: number) => number) => {
    for (let c = 0, i = 0; c < channels; c++)
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[i++] = f(c, y, x);
  };
  const before = layer.index === 0 ? { channels: 3, height: 12, width: 16 } : layers[layer.index - 1].output;
  const at = (data: Float64Array, shape: Shape, c: number, y: number, x: number, outside: number) =>
    y < 0 || x < 0 || y >= shape.height || x >= shape.width ? outside : data[(c * shape.height + y) * shape.width + x];
  switch (layer.kind) {
    case 'convolutional': {
      const own = weights.convolutions.find((convolution) => convolution.layer === layer.index);
      const inGroup = layer.input.channels / layer.groups;
      const pad = layer.padding * layer.dilation;
      each((f, y, x) => {
        let sum = own?.bias[f] ?? 0;
        const group = Math.floor(f / (layer.filters / layer.groups));
        for (let c = 0; c < inGroup; c++)
          for (let i = 0; i < layer.size; i++)
            for (let j = 0; j < layer.size; j++) {
              const weight = own?.kernel[((f * inGroup + c) * layer.size + i) * layer.size + j] ?? 0;
              const yy = y * layer.strideY + i * layer.dilation - pad;
              const xx = x * layer.strideX + j * layer.dilation - pad;
              sum += weight * at(input, before, group * inGroup + c, yy, xx, 0);
            }
        return activate(layer.activation, sum);
      });
      return out;
    }
    case 'maxpool':
      each((c, y, x) => {
        let best = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < layer.size; i++)
          for (let j = 0; j < layer.size; j++) {
            const yy = y * layer.strideY + i - layer.pad.top;
            const xx = x * layer.strideX + j - layer.pad.left;
            best = Math.max(best, at(input, before, c, yy, xx, Number.NEGATIVE_INFINITY));
          }
        return best;
      });
      return out;
    case 'avgpool': {
      const cells = before.height * before.width;
      each((c) => input.subarray(c * cells, (c + 1) * cells).reduce((sum, value) => sum + value, 0) / cells);
      return out;
    }
    case 'upsample':
      each((c, y, x) => {
        const value = at(input, before, c, Math.floor(y / layer.stride), Math.floor(x / layer.stride), 0);
        return layer.scale * value;
      });
      return out;
    case 'reorg': {
      // reorg_cpu with forward = 0, its index arithmetic kept.
      const s = layer.stride;
      const outC = Math.floor(before.channels / (s * s));
      for (let k = 0; k < before.channels; k++)
        for (let j = 0; j < before.height; j++)
          for (let i = 0; i < before.width; i++) {
            const inIndex = i + before.width * (j + before.height * k);
            const c2 = k % outC;
            const offset = Math.floor(k / outC);
            const w2 = i * s + (offset % s);
            const h2 = j * s + Math.floor(offset / s);
            out[inIndex] = input[w2 + before.width * s * (h2 + before.height * s * c2)];
          }
      return out;
    }
    case 'route': {
      let offset = 0;
      for (const index of layer.from) {
        const part = outputs[index].length / layer.groups;
        out.set(outputs[index].subarray(part * layer.groupId, part * (layer.groupId + 1)), offset);
        offset += part;
      }
      return out;
    }
    case 'shortcut':
      each((c, y, x) => {
        const i = (c * height + y) * width + x;
        const sum = layer.from.reduce((value, from) => value + (outputs[from][i] ?? 0), input[i]);
        return activate(layer.activation, sum);
      });
      return out;
    case 'dropout':
    case 'region':
    case 'yolo':
      return input;
    default:
      return layer satisfies never;
  }
}

function darknet(network: NetworkDescription, weights: Weights, input: Float32Array, batch: number): Float64Array[] {
  const results = outputLayers(network).map(({ layer }) => new Float64Array(batch * size(layer.output)));
  for (let item = 0; item < batch; item++) {
    const values: Float64Array[] = [];
    let value = Float64Array.from(input.subarray(item * size(network.input), (item + 1) * size(network.input)));
    for (const layer of network.layers) {
      value = Float64Array.from(forward(layer, value, values, network.layers, weights));
      values.push(value);
    }
    for (const [i, { layer }] of outputLayers(network).entries())
      results[i].set(values[layer.index], item * size(layer.output));
  }
  return results;
}

const conv = (options: string) => `[convolutional]\n${options.split(' ').join('\n')}\n`;
const NET = '[net]\nwidth=16\nheight=12\n';
const cases: Record<string, string> = {
  'convolutions: batch norm, strides, odd kernels':
    conv('batch_normalize=1 filters=4 size=3 pad=1 stride=2 activation=leaky') +
    conv('filters=5 size=5 pad=1 activation=linear'),
  'different strides, explicit padding': conv('filters=4 size=3 padding=2 stride_x=2 stride_y=1 activation=relu'),
  'groups and depthwise':
    conv('filters=8 activation=linear') +
    conv('filters=12 size=3 pad=1 groups=4 activation=relu6') +
    conv('filters=24 size=3 pad=1 groups=12 stride=2 activation=leaky'),
  dilation: conv('filters=4 size=3 pad=1 dilation=2 activation=swish'),
  'mish, logistic, tanh, elu': ['mish', 'logistic', 'tanh', 'elu']
    .map((name) => conv(`filters=4 size=1 activation=${name}`))
    .join(''),
  'max pools: stride 1, odd sizes, large windows': `${conv('filters=4 activation=linear')}[maxpool]\nsize=2\nstride=1\n[maxpool]\nsize=3\nstride=2\n[maxpool]\nsize=2\nstride=2\n[maxpool]\nsize=5\nstride=1\n`,
  'spatial pyramid of max pools': `${conv('filters=4 activation=linear')}[maxpool]\nsize=3\nstride=1\n[route]\nlayers=-2\n[maxpool]\nsize=9\nstride=1\n[route]\nlayers=-1,-3,0\n`,
  'average pool': `${conv('filters=4 activation=linear')}[avgpool]\n`,
  'upsample, scaled': `[maxpool]\nsize=2\nstride=2\n[upsample]\nstride=2\nscale=0.5\n[upsample]\nstride=3\n`,
  'reorg after a route': `${conv('filters=8 activation=leaky')}${conv('filters=4 activation=leaky')}[route]\nlayers=-2\n[reorg]\nstride=2\n`,
  'route of groups': `${conv('filters=8 activation=leaky')}[route]\nlayers=-1\ngroups=2\ngroup_id=1\n${conv('filters=4 activation=leaky')}[route]\nlayers=-1,0\ngroups=4\ngroup_id=2\n`,
  'shortcuts: activation, fewer and more channels, several': `${conv('filters=6 activation=linear')}${conv('filters=4 activation=linear')}[shortcut]\nfrom=-2\nactivation=leaky\n${conv('filters=8 activation=linear')}[shortcut]\nfrom=0,1\nactivation=linear\n`,
  'two yolo heads, dropout between': `${conv('filters=14 activation=linear')}[dropout]\nprobability=.5\n[yolo]\nclasses=2\nanchors=1,2,3,4,5,6\nnum=3\nmask=0,2\n[route]\nlayers=-3\n[maxpool]\nsize=2\nstride=2\n${conv('filters=7 activation=linear')}[yolo]\nclasses=2\nanchors=1,2,3,4,5,6\nnum=3\nmask=1\n`,
};

describe('lowering', () => {
  it.each(Object.entries(cases))('%s', async (_, cfg) => {
    const network = parseCfg(NET + cfg);
    const random = numbersFrom(7);
    const weights = readWeights(network, writeWeightsFile(network, random));
    const batch = 2;
    const input = Float32Array.from({ length: batch * size(network.input) }, random);
    const expected = darknet(network, weights, input, batch);
    const peak = Math.max(...expected.flatMap((values) => [...values].map(Math.abs)));
    const worst = (actual: ArrayLike<number>[]) =>
      Math.max(...expected.flatMap((values, i) => [...values].map((value, j) => Math.abs(value - actual[i][j])))) /
      peak;

    const session = await openOnnx(toOnnx(network, weights), { threads: 1 });
    const { channels, height, width } = network.input;
    const results = await session.run({ [INPUT_NAME]: { dims: [batch, channels, height, width], data: input } });
    const onnx = outputLayers(network).map(({ name }) => results[name].data as Float32Array);
    expect(onnx.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    expect(worst(onnx)).toBeLessThan(1e-5);
    await session.close();

    for (const engine of ['tfjs-cpu', 'tfjs-wasm'] as const) {
      const tf = await useTfjs(engine);
      const before = tf.memory().numTensors;
      const lifted = toTfjs(tf, network, weights);
      const values = await lifted.run(input, batch);
      expect(worst(outputLayers(network).map(({ layer }) => values.get(layer.index) ?? []))).toBeLessThan(1e-5);
      lifted.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
