/**
 * A convolution with batch norm and activation, forward and backward. Its gradients are convolutions: by the kernel it
 * is the input (channels as batch, batch as channels) convolved with dy dilated by the stride, by the input the
 * transposed convolution of dy.
 */

import type { Expressions } from '@noscope/engine';
import type { ConvolutionalLayer } from '../network.ts';
import { biasName, kernelName, meanName, scaleName, varianceName } from './parameters.ts';
import { untrainable } from './untrainable.ts';

/** That of the reader of `.weights`, so that training and use divide by the same number. */
const EPSILON = 1e-6;
const LEAKY_SLOPE = 0.1;

interface Step {
  value: string;
  backward: (dy: string) => string;
}

/**
 * Writes the layer, with its parameters and (as outputs `…/mean`, `…/variance`) its batch statistics named as in
 * `parameters.ts`. `backward` puts the parameters' gradients into `gradients` and gives that by the input.
 */
export function convolutional(
  e: Expressions,
  layer: ConvolutionalLayer,
  input: string,
  batch: number,
  gradients: Map<string, string>,
): { value: string; backward: (dy: string) => Map<number, string> } {
  const { size, padding, strideX: stride, output } = layer;
  if (layer.groups !== 1 || layer.dilation !== 1 || layer.strideX !== layer.strideY) throw untrainable(layer);
  const window = { kernel_shape: [size, size], strides: [stride, stride], pads: [padding, padding, padding, padding] };
  const inputs = layer.batchNormalize ? [input, kernelName(layer)] : [input, kernelName(layer), biasName(layer)];
  const sum = e.op('Conv', inputs, window);
  const normal = layer.batchNormalize ? batchNorm(e, layer, sum, batch, gradients) : bias(e, layer, sum, gradients);
  const active = activate(e, layer, normal.value);
  return {
    value: active.value,
    backward(dy) {
      const dSum = normal.backward(active.backward(dy));
      const gradient = size === 1 && stride === 1 ? pointwiseGradient : kernelGradient;
      gradients.set(kernelName(layer), gradient(e, layer, input, dSum, batch));
      // Nobody asks for the gradient by the picture.
      if (layer.index === 0) return new Map();
      // Rows and columns at the far edges that the stride never reached.
      const rest = (before: number, after: number) => before + 2 * padding - stride * (after - 1) - size;
      const dx = e.op('ConvTranspose', [dSum, kernelName(layer)], {
        ...window,
        output_padding: [rest(layer.input.height, output.height), rest(layer.input.width, output.width)],
      });
      return new Map([[layer.index - 1, dx]]);
    },
  };
}

function kernelGradient(e: Expressions, layer: ConvolutionalLayer, input: string, dy: string): string {
  const { size, padding, strideX: stride, output } = layer;
  const pictures = e.op('Transpose', [input], { perm: [1, 0, 2, 3] });
  const filters = e.op('Transpose', [dy], { perm: [1, 0, 2, 3] });
  const taps = e.op('Conv', [pictures, filters], {
    kernel_shape: [output.height, output.width],
    dilations: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
  // What the stride never reached comes out as further taps.
  const reached = [layer.input.height - stride * (output.height - 1), layer.input.width - stride * (output.width - 1)];
  const exact = reached.every((pixels) => pixels + 2 * padding === size);
  const kernel = exact ? taps : e.op('Slice', [taps, e.ints(0, 0), e.ints(size, size), e.ints(2, 3)]);
  return e.op('Transpose', [kernel], { perm: [1, 0, 2, 3] });
}

/** For 1×1 the same sum as one product of matrices, which as a convolution would be a product for every channel. */
function pointwiseGradient(
  e: Expressions,
  layer: ConvolutionalLayer,
  input: string,
  dy: string,
  batch: number,
): string {
  const { filters, input: from } = layer;
  const rows = (value: string, channels: number): string =>
    e.reshape(e.op('Transpose', [value], { perm: [1, 0, 2, 3] }), channels, batch * from.height * from.width);
  const product = e.op('Gemm', [rows(dy, filters), rows(input, from.channels)], { transB: 1 });
  return e.reshape(product, filters, from.channels, 1, 1);
}

function bias(e: Expressions, layer: ConvolutionalLayer, sum: string, gradients: Map<string, string>): Step {
  return {
    value: sum,
    backward(dy) {
      gradients.set(biasName(layer), e.op('ReduceSum', [dy, e.ints(0, 2, 3)], { keepdims: 0 }));
      return dy;
    },
  };
}

function batchNorm(
  e: Expressions,
  layer: ConvolutionalLayer,
  sum: string,
  batch: number,
  gradients: Map<string, string>,
): Step {
  const { filters, output } = layer;
  const count = batch * output.height * output.width;
  const axes = { axes: [0, 2, 3], keepdims: 0 };
  const mean = e.op('ReduceMean', [sum], axes, meanName(layer));
  const squares = e.op('ReduceMean', [e.mul(sum, sum)], axes);
  // Rounding can push the difference below zero where a channel hardly varies.
  const variance = e.op('Relu', [e.sub(squares, e.mul(mean, mean))], {}, varianceName(layer));
  e.graph.output(mean, [filters]).output(variance, [filters]);
  const value = e.op('BatchNormalization', [sum, scaleName(layer), biasName(layer), mean, variance], {
    epsilon: { float: EPSILON },
  });
  return {
    value,
    backward(dy) {
      const inverse = e.div(e.scalar(1), e.op('Sqrt', [e.add(variance, e.scalar(EPSILON))]));
      const dBias = e.op('ReduceSum', [dy, e.ints(0, 2, 3)], { keepdims: 0 });
      const along = e.op('ReduceSum', [e.mul(dy, sum), e.ints(0, 2, 3)], { keepdims: 0 });
      const dScale = e.mul(inverse, e.sub(along, e.mul(mean, dBias)));
      gradients.set(biasName(layer), dBias).set(scaleName(layer), dScale);
      // dx = γ/σ · (dy − Σdy/n − x̂ · Σ(dy·x̂)/n), gathered into factors of dy and x and a constant for each channel.
      const ofDy = e.mul(scaleName(layer), inverse);
      const ofX = e.mul(ofDy, inverse, dScale, e.scalar(-1 / count));
      const constant = e.sub(e.mul(ofDy, dBias, e.scalar(-1 / count)), e.mul(ofX, mean));
      const perChannel = (values: string): string => e.reshape(values, filters, 1, 1);
      return e.add(e.mul(dy, perChannel(ofDy)), e.add(e.mul(sum, perChannel(ofX)), perChannel(constant)));
    },
  };
}

function activate(e: Expressions, layer: ConvolutionalLayer, input: string): Step {
  const zero = e.scalar(0);
  switch (layer.activation) {
    case 'linear':
      return { value: input, backward: (dy) => dy };
    case 'relu':
      return {
        value: e.op('Relu', [input]),
        backward: (dy) => e.op('Where', [e.op('Greater', [input, zero]), dy, zero]),
      };
    case 'leaky':
      return {
        value: e.op('LeakyRelu', [input], { alpha: { float: LEAKY_SLOPE } }),
        backward(dy) {
          const slope = e.op('Where', [e.op('Greater', [input, zero]), e.scalar(1), e.scalar(LEAKY_SLOPE)]);
          return e.mul(dy, slope);
        },
      };
    default:
      throw untrainable(layer);
  }
}
