/** A net's parameters in TensorFlow's layout, which the tfjs layers format prescribes. */
import { type Architecture, KERNEL, layersOf } from './architecture.ts';
import { Random } from './random.ts';

/** Kernels are [3, 3, in, out] or [in, out], the flattened picture being in the order height, width, channel. */
export interface Weight {
  /** `LAYER/kernel` or `LAYER/bias`. */
  name: string;
  dims: number[];
  data: Float32Array;
}

/** Names and dims of an architecture's weights, in the order in which every list of weights here is kept. */
export function weightSpecs(architecture: Architecture): { name: string; dims: number[]; fanIn: number }[] {
  return layersOf(architecture).flatMap((layer) => {
    switch (layer.kind) {
      case 'conv': {
        const fanIn = KERNEL * KERNEL * layer.inChannels;
        const dims = [KERNEL, KERNEL, layer.inChannels, layer.outChannels];
        return [
          { name: `${layer.name}/kernel`, dims, fanIn },
          { name: `${layer.name}/bias`, dims: [layer.outChannels], fanIn },
        ];
      }
      case 'dense':
        return [
          { name: `${layer.name}/kernel`, dims: [layer.inUnits, layer.outUnits], fanIn: layer.inUnits },
          { name: `${layer.name}/bias`, dims: [layer.outUnits], fanIn: layer.inUnits },
        ];
      case 'pool':
        return [];
      default:
        return layer satisfies never;
    }
  });
}

/**
 * He's normal initialisation (deviation √(2 / fan-in), for relu), biases 0. The last layer gets a tenth of it, so that
 * every net starts at confidences near a half.
 */
export function initialWeights(architecture: Architecture, seed: number): Weight[] {
  const random = new Random(seed, `weights ${architecture.id}`);
  return weightSpecs(architecture).map(({ name, dims, fanIn }) => {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    if (name.endsWith('/kernel')) {
      const deviation = Math.sqrt(2 / fanIn) * (name === 'confidence/kernel' ? 0.1 : 1);
      for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
    }
    return { name, dims, data };
  });
}
