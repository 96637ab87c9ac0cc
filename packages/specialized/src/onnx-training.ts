/**
 * One step of training as one ONNX graph: forward, backward and Adam, with weights and moments as inputs and outputs.
 * An inference runtime thereby trains, which on a CPU is several times as fast as any tfjs back end.
 *
 * Gradients of a convolution are convolutions: by the kernel it is the input (channels as batch, batch as channels)
 * convolved with dy dilated by the stride; by the input it is the transposed convolution of dy. The gradient of a
 * greatest-of-2×2 puts dy back where the greatest was, which is MaxUnpool.
 */

import { Expressions } from '@noscope/engine';
import { type Architecture, type ConvLayer, type DenseLayer, KERNEL, layersOf } from './architecture.ts';
import { toOnnxLayout } from './onnx-layout.ts';
import { weightSpecs } from './weights.ts';

/** Adam's constants (Kingma and Ba; ε as in tfjs, so that both engines take the same steps). */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/**
 * Inputs: `x` [batch, 3, size, size] centred; `y`, `weight` [batch, 1] truth and the sample's weight in the loss;
 * `keep` [batch, denseUnits] dropout as factors; `rate`, `unbias1`, `unbias2` scalars: the learning rate, 1 − β1ᵗ and
 * 1 − β2ᵗ; and for each weight W: `W`, `W/m`, `W/v`. Outputs: `loss` (scalar) and for each weight `W/next`, `W/m/next`, `W/v/next`.
 */
export function trainingGraph(architecture: Architecture, batch: number): Uint8Array {
  const e = new Expressions(`train ${architecture.id}`);
  const { graph } = e;
  const layers = layersOf(architecture);
  const size = architecture.inputSize;
  graph
    .input('x', [batch, 3, size, size])
    .input('y', [batch, 1])
    .input('weight', [batch, 1])
    .input('keep', [batch, architecture.denseUnits]);
  for (const name of ['rate', 'unbias1', 'unbias2']) graph.input(name, []);
  const weights = toOnnxLayout(
    architecture,
    weightSpecs(architecture).map(({ name, dims }) => ({ name, dims, data: new Float32Array(0) })),
  );
  for (const { name, dims } of weights) {
    for (const value of [name, `${name}/m`, `${name}/v`]) graph.input(value, dims);
  }

  // Forward; each layer leaves behind how its gradient is had.
  const gradients = new Map<string, string>();
  const backward: ((dy: string) => string)[] = [];
  let value = 'x';
  layers.forEach((layer, index) => {
    const input = value;
    switch (layer.kind) {
      case 'conv': {
        const relu = e.op('Relu', [convolution(e, layer, input)]);
        backward.push((dy) => convolutionGradient(e, layer, input, throughRelu(e, relu, dy), index > 0, gradients));
        value = relu;
        break;
      }
      case 'pool': {
        const [greatest, where] = [e.name(), e.name()];
        graph.node('MaxPool', [input], [greatest, where], { kernel_shape: [2, 2], strides: [2, 2] });
        const shape = e.ints(batch, layer.channels, layer.inSize, layer.inSize);
        backward.push((dy) => e.op('MaxUnpool', [dy, where, shape], { kernel_shape: [2, 2], strides: [2, 2] }));
        value = greatest;
        break;
      }
      case 'dense': {
        const flat = layer.from === undefined ? input : e.op('Reshape', [input, e.ints(batch, layer.inUnits)]);
        const sum = e.op('Gemm', [flat, `${layer.name}/kernel`, `${layer.name}/bias`]);
        if (layer.activation === 'relu') {
          const relu = e.op('Relu', [sum]);
          backward.push((dy) =>
            denseGradient(e, layer, batch, flat, throughRelu(e, relu, e.op('Mul', [dy, 'keep'])), gradients),
          );
          value = e.op('Mul', [relu, 'keep']);
        } else {
          backward.push((dy) => denseGradient(e, layer, batch, flat, dy, gradients));
          value = sum;
        }
        break;
      }
      default:
        layer satisfies never;
    }
  });

  // Binary cross-entropy with logits: its gradient by the logit is (σ(z) − y) · weight / batch.
  const loss = e.op('Sub', [e.op('Softplus', [value]), e.op('Mul', ['y', value])]);
  e.op('ReduceMean', [e.op('Mul', [loss, 'weight'])], { keepdims: 0 }, 'loss');
  graph.output('loss', []);
  const wrong = e.op('Mul', [e.op('Sub', [e.op('Sigmoid', [value]), 'y']), 'weight']);
  let dy = e.op('Mul', [wrong, e.scalar(1 / batch)]);
  for (const step of backward.reverse()) dy = step(dy);

  for (const { name, dims } of weights) adam(e, name, dims, gradients.get(name) ?? '');
  return graph.encode();
}

/** With TensorFlow's `same` padding written out. */
export function convolution(e: Expressions, layer: ConvLayer, input: string): string {
  const { name, padBegin, padEnd, stride } = layer;
  return e.op('Conv', [input, `${name}/kernel`, `${name}/bias`], {
    kernel_shape: [KERNEL, KERNEL],
    strides: [stride, stride],
    pads: [padBegin, padBegin, padEnd, padEnd],
  });
}

function throughRelu(e: Expressions, relu: string, dy: string): string {
  return e.op('Where', [e.op('Greater', [relu, e.scalar(0)]), dy, e.scalar(0)]);
}

function convolutionGradient(
  e: Expressions,
  layer: ConvLayer,
  input: string,
  dy: string,
  wantsInput: boolean,
  gradients: Map<string, string>,
): string {
  const { name, padBegin, padEnd, stride, outSize, inSize } = layer;
  gradients.set(`${name}/bias`, e.op('ReduceSum', [dy, e.ints(0, 2, 3)], { keepdims: 0 }));
  const pictures = e.op('Transpose', [input], { perm: [1, 0, 2, 3] });
  const filters = e.op('Transpose', [dy], { perm: [1, 0, 2, 3] });
  const taps = e.op('Conv', [pictures, filters], {
    kernel_shape: [outSize, outSize],
    dilations: [stride, stride],
    pads: [padBegin, padBegin, padEnd, padEnd],
  });
  const reached = inSize + padBegin + padEnd - stride * (outSize - 1);
  // Rows and columns that the forward stride never reached come out as extra taps.
  const kernel = reached === KERNEL ? taps : e.op('Slice', [taps, e.ints(0, 0), e.ints(KERNEL, KERNEL), e.ints(2, 3)]);
  gradients.set(`${name}/kernel`, e.op('Transpose', [kernel], { perm: [1, 0, 2, 3] }));
  if (!wantsInput) return '';
  return e.op('ConvTranspose', [dy, `${name}/kernel`], {
    kernel_shape: [KERNEL, KERNEL],
    strides: [stride, stride],
    pads: [padBegin, padBegin, padEnd, padEnd],
    output_padding: [reached - KERNEL, reached - KERNEL],
  });
}

function denseGradient(
  e: Expressions,
  layer: DenseLayer,
  batch: number,
  flat: string,
  dy: string,
  gradients: Map<string, string>,
): string {
  gradients.set(`${layer.name}/bias`, e.op('ReduceSum', [dy, e.ints(0)], { keepdims: 0 }));
  gradients.set(`${layer.name}/kernel`, e.op('Gemm', [flat, dy], { transA: 1 }));
  const dx = e.op('Gemm', [dy, `${layer.name}/kernel`], { transB: 1 });
  if (layer.from === undefined) return dx;
  return e.op('Reshape', [dx, e.ints(batch, layer.from.channels, layer.from.size, layer.from.size)]);
}

function adam(e: Expressions, name: string, dims: readonly number[], gradient: string): void {
  const average = (moment: string, beta: number, now: string): string => {
    const next = e.op(
      'Add',
      [e.op('Mul', [moment, e.scalar(beta)]), e.op('Mul', [now, e.scalar(1 - beta)])],
      {},
      `${moment}/next`,
    );
    e.graph.output(next, dims);
    return next;
  };
  const m = average(`${name}/m`, ADAM.beta1, gradient);
  const v = average(`${name}/v`, ADAM.beta2, e.op('Mul', [gradient, gradient]));
  const scale = e.op('Add', [e.op('Sqrt', [e.op('Div', [v, 'unbias2'])]), e.scalar(ADAM.epsilon)]);
  const step = e.op('Div', [e.op('Mul', [e.op('Div', [m, 'unbias1']), 'rate']), scale]);
  e.graph.output(e.op('Sub', [name, step], {}, `${name}/next`), dims);
}
