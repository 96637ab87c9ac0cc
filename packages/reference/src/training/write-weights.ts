/** Darknet's `.weights` (version 0.2.0), the writing half; `../weights.ts` reads it. */
import { NoScopeError } from '@noscope/query';
import { convolutions, type NetworkDescription } from '../network.ts';
import { weightsSize } from '../weights.ts';
import { biasName, kernelName, meanName, scaleName, type Values, varianceName } from './parameters.ts';

/**
 * The file's bytes: for each convolution bias, with batch norm scale, mean and variance, then the kernel.
 * @param seen Pictures that training had seen.
 */
export function writeWeights(network: NetworkDescription, values: Values, seen: bigint): Uint8Array {
  const bytes = new Uint8Array(weightsSize(network));
  const view = new DataView(bytes.buffer);
  view.setInt32(4, 2, true);
  view.setBigUint64(12, seen, true);
  let offset = 20;
  for (const layer of convolutions(network)) {
    const names = layer.batchNormalize
      ? [biasName, scaleName, meanName, varianceName, kernelName]
      : [biasName, kernelName];
    for (const nameOf of names) {
      const data = values.get(nameOf(layer));
      if (data === undefined) throw new NoScopeError('bad-input', `no values for ${nameOf(layer)}`);
      for (const value of data) {
        view.setFloat32(offset, value, true);
        offset += 4;
      }
    }
  }
  return bytes;
}
