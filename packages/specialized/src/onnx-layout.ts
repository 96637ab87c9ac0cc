/**
 * Between the two orders of axes: TensorFlow keeps pictures as height, width, channel and kernels as [3, 3, in, out];
 * ONNX keeps channel, height, width and [out, in, 3, 3]. Only numbers move, so a round trip is exact.
 */
import { type Architecture, KERNEL, layersOf } from './architecture.ts';
import type { Weight } from './weights.ts';

interface Move {
  dims: number[];
  /** Where an element of the ONNX array stands in TensorFlow's. */
  source(index: number): number;
}

/** How each weight moves, by name; weights without an entry keep their place. */
function moves(architecture: Architecture): Map<string, Move> {
  const found = new Map<string, Move>();
  for (const layer of layersOf(architecture)) {
    if (layer.kind === 'conv') {
      const { inChannels, outChannels, name } = layer;
      const taps = KERNEL * KERNEL;
      found.set(`${name}/kernel`, {
        dims: [outChannels, inChannels, KERNEL, KERNEL],
        source: (index) => {
          const tap = index % taps;
          const channel = Math.floor(index / taps) % inChannels;
          const out = Math.floor(index / (taps * inChannels));
          return (tap * inChannels + channel) * outChannels + out;
        },
      });
    } else if (layer.kind === 'dense' && layer.from !== undefined) {
      const { channels, size } = layer.from;
      const { inUnits, outUnits, name } = layer;
      const pixels = size * size;
      found.set(`${name}/kernel`, {
        dims: [inUnits, outUnits],
        source: (index) => {
          const unit = index % outUnits;
          const row = Math.floor(index / outUnits);
          return ((row % pixels) * channels + Math.floor(row / pixels)) * outUnits + unit;
        },
      });
    }
  }
  return found;
}

export function toOnnxLayout(architecture: Architecture, weights: readonly Weight[]): Weight[] {
  const all = moves(architecture);
  return weights.map(({ name, dims, data }) => {
    const move = all.get(name);
    if (move === undefined) return { name, dims, data };
    return { name, dims: move.dims, data: Float32Array.from(data, (_, i) => data[move.source(i)]) };
  });
}

/** The inverse of `toOnnxLayout`; `dims` are TensorFlow's. */
export function fromOnnxLayout(
  architecture: Architecture,
  weights: readonly Weight[],
  dims: readonly number[][],
): Weight[] {
  const all = moves(architecture);
  return weights.map(({ name, data }, k) => {
    const move = all.get(name);
    if (move === undefined) return { name, dims: [...dims[k]], data };
    const moved = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) moved[move.source(i)] = data[i];
    return { name, dims: [...dims[k]], data: moved };
  });
}
