/**
 * What training changes: for each convolution its kernel and bias, and with batch norm its scale (the bias is then batch
 * norm's shift). Beside them the averages of batch norm's mean and variance, which no gradient reaches.
 */
import { type ConvolutionalLayer, convolutions, kernelCount, type NetworkDescription } from '../network.ts';
import { createRandom } from './random.ts';

export interface ParameterSpec {
  name: string;
  dims: number[];
  /** Kernels decay, scales and biases do not. */
  decays: boolean;
}

export const kernelName = (layer: ConvolutionalLayer): string => `layer${layer.index}/kernel`;
export const biasName = (layer: ConvolutionalLayer): string => `layer${layer.index}/bias`;
export const scaleName = (layer: ConvolutionalLayer): string => `layer${layer.index}/scale`;
export const meanName = (layer: ConvolutionalLayer): string => `layer${layer.index}/mean`;
export const varianceName = (layer: ConvolutionalLayer): string => `layer${layer.index}/variance`;

/** Everything that has a gradient, in the order of the layers. */
export function parameterSpecs(network: NetworkDescription): ParameterSpec[] {
  return convolutions(network).flatMap((layer) => {
    const { filters, size, input, groups } = layer;
    const specs = [
      { name: kernelName(layer), dims: [filters, input.channels / groups, size, size], decays: true },
      { name: biasName(layer), dims: [filters], decays: false },
    ];
    if (layer.batchNormalize) specs.push({ name: scaleName(layer), dims: [filters], decays: false });
    return specs;
  });
}

/** The batch statistics that are averaged over training. */
export function statisticSpecs(network: NetworkDescription): { name: string; dims: number[] }[] {
  return convolutions(network)
    .filter((layer) => layer.batchNormalize)
    .flatMap((layer) => [meanName(layer), varianceName(layer)].map((name) => ({ name, dims: [layer.filters] })));
}

export type Values = Map<string, Float32Array>;

/**
 * Where training starts: He's normal distribution for the kernels; the convolution before a region head small, with its
 * objectness at `objectness`, the logarithm of the odds that a box is an object, so that the many boxes that are none
 * do not drown the first steps.
 */
export function initialParameters(network: NetworkDescription, seed: number, objectness = -4): Values {
  const random = createRandom(seed);
  const values: Values = new Map();
  for (const layer of convolutions(network)) {
    const head = network.heads.find(({ index }) => index === layer.index + 1);
    const fanIn = (layer.input.channels / layer.groups) * layer.size * layer.size;
    const deviation = head === undefined ? Math.sqrt(2 / fanIn) : 0.01;
    const kernel = Float32Array.from({ length: kernelCount(layer) }, () => deviation * random.normal());
    const bias = new Float32Array(layer.filters);
    if (head !== undefined) for (let i = 4; i < bias.length; i += 5 + head.classes) bias[i] = objectness;
    values.set(kernelName(layer), kernel).set(biasName(layer), bias);
    if (layer.batchNormalize) values.set(scaleName(layer), new Float32Array(layer.filters).fill(1));
  }
  return values;
}

/** Statistics before the first step: mean 0, variance 1. */
export const initialStatistics = (network: NetworkDescription): Values =>
  new Map(
    statisticSpecs(network).map(({ name, dims }) => [
      name,
      new Float32Array(dims[0]).fill(name.endsWith('/variance') ? 1 : 0),
    ]),
  );
