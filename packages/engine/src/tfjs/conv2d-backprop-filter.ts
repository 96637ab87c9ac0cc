/**
 * The one kernel that small CNNs need to train and the tfjs wasm back end lacks: the gradient of a convolution with
 * respect to its filter, made of kernels it has. A filter's gradient is itself a convolution: of the input, with
 * channels as batch and batch as channels, by dy, dilated by the forward stride.
 */
import type { backend_util, KernelFunc, Tensor4D } from '@tensorflow/tfjs';

type Tf = typeof import('@tensorflow/tfjs');

interface Attributes {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
}

/** Registers the kernel once; does nothing where a later tfjs brings its own. Call after the wasm back end is imported. */
export function registerConv2DBackpropFilter(tf: Tf): void {
  if (tf.getKernel('Conv2DBackpropFilter', 'wasm')) return;
  const kernelFunc: KernelFunc = ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: Tensor4D; dy: Tensor4D };
    return conv2DBackpropFilter(tf, x, dy, attrs as unknown as Attributes);
  };
  tf.registerKernel({ kernelName: 'Conv2DBackpropFilter', backendName: 'wasm', kernelFunc });
}

function conv2DBackpropFilter(tf: Tf, x: Tensor4D, dy: Tensor4D, attributes: Attributes): Tensor4D {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attributes;
  if (dataFormat !== 'NHWC') throw new Error('Conv2DBackpropFilter on wasm takes NHWC only');
  const info = tf.backend_util.computeConv2DInfo(
    x.shape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
  const { top, bottom, left, right } = info.padInfo;
  return tf.tidy(() => {
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const images: Tensor4D = tf.transpose(padded, [3, 1, 2, 0]);
    const filters: Tensor4D = tf.transpose(dy, [1, 2, 0, 3]);
    const dilation: [number, number] = [info.strideHeight, info.strideWidth];
    const full: Tensor4D = tf.conv2d(images, filters, 1, 'valid', 'NHWC', dilation);
    // Rows and columns that the forward stride never reached come out as extra taps.
    const [kernelHeight, kernelWidth, inChannels, outChannels] = filterShape;
    const taps = tf.slice(full, [0, 0, 0, 0], [inChannels, kernelHeight, kernelWidth, outChannels]);
    return tf.transpose(taps, [1, 2, 0, 3]);
  });
}
