/** A trained model as an ONNX file: bytes of small frames in, confidences out. */

import { Expressions } from '@noscope/engine';
import { layersOf } from './architecture.ts';
import type { TrainedModel } from './model.ts';
import { toOnnxLayout } from './onnx-layout.ts';
import { convolution } from './onnx-training.ts';

/**
 * Input `frames`: uint8 [n, size, size, 3], interleaved RGB as a small frame is; output `confidence`: float32 [n].
 * Division by 255 and the training mean are inside.
 */
export function toOnnx(model: TrainedModel): Uint8Array {
  const { architecture, mean } = model;
  const e = new Expressions(model.id);
  const size = architecture.inputSize;
  e.graph.input('frames', ['n', size, size, 3], 'uint8');
  for (const { name, dims, data } of toOnnxLayout(architecture, model.weights)) e.graph.constant(name, dims, data);
  e.graph.constant('mean', [3, 1, 1], Float32Array.from(mean));
  // Bytes are moved before they grow to floats.
  const planar = e.op('Transpose', ['frames'], { perm: [0, 3, 1, 2] });
  const scaled = e.op('Mul', [e.op('Cast', [planar], { to: 1 }), e.scalar(1 / 255)]);
  let value = e.op('Sub', [scaled, 'mean']);
  for (const layer of layersOf(architecture)) {
    switch (layer.kind) {
      case 'conv':
        value = e.op('Relu', [convolution(e, layer, value)]);
        break;
      case 'pool':
        value = e.op('MaxPool', [value], { kernel_shape: [2, 2], strides: [2, 2] });
        break;
      case 'dense': {
        const flat = layer.from === undefined ? value : e.op('Reshape', [value, e.ints(-1, layer.inUnits)]);
        const sum = e.op('Gemm', [flat, `${layer.name}/kernel`, `${layer.name}/bias`]);
        value = e.op(layer.activation === 'relu' ? 'Relu' : 'Sigmoid', [sum]);
        break;
      }
      default:
        layer satisfies never;
    }
  }
  e.op('Reshape', [value, e.ints(-1)], {}, 'confidence');
  return e.graph.output('confidence', ['n']).encode();
}
