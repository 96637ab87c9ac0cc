/** Writing weights files, for tests: Darknet's layout with a header of either width. */
import { convolutions, kernelCount, type NetworkDescription } from './network.ts';

/** A file of numbers from `next`, batch norm's variances made positive. */
export function writeWeightsFile(
  network: NetworkDescription,
  next: () => number,
  version: { major: number; minor: number; seen: bigint } = { major: 0, minor: 2, seen: 64n },
): Uint8Array<ArrayBuffer> {
  const wide = version.major * 10 + version.minor >= 2;
  const numbers: number[] = [];
  for (const layer of convolutions(network)) {
    const perFilter = layer.batchNormalize ? 4 : 1;
    for (let part = 0; part < perFilter; part++) {
      for (let i = 0; i < layer.filters; i++) numbers.push(part === 3 ? Math.abs(next()) + 0.1 : next());
    }
    for (let i = 0; i < kernelCount(layer); i++) numbers.push(next());
  }
  const bytes = new Uint8Array((wide ? 20 : 16) + 4 * numbers.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, version.major, true);
  view.setInt32(4, version.minor, true);
  view.setInt32(8, 0, true);
  if (wide) view.setBigUint64(12, version.seen, true);
  else view.setUint32(12, Number(version.seen), true);
  for (const [i, number] of numbers.entries()) view.setFloat32((wide ? 20 : 16) + 4 * i, number, true);
  return bytes;
}

/** Numbers in -1..1 from a seed. */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
