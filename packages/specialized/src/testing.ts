/** Material for this package's tests: small pictures whose answer is known. */
import type { SmallView } from '@noscope/engine';
import { type Architecture, architecture } from './architecture.ts';
import type { Batch } from './batches.ts';
import { makeModel, type TrainedModel } from './model.ts';
import { Random } from './random.ts';
import { initialWeights } from './weights.ts';

/** The least of the nets that has every kind of layer; 16×16 keeps the plain JavaScript back end quick. */
export const TINY = 'stride-pool-4x32-32@16';

/** A dim, noisy scene in which, where the label says so, stands a bright reddish block somewhere. */
export function syntheticFrames(count: number, size: number, seed: number, positiveShare = 0.5) {
  const random = new Random(seed, 'frames');
  const label = new Uint8Array(count);
  const frames = Array.from({ length: count }, (_, n) => {
    label[n] = random.uniform() < positiveShare ? 1 : 0;
    const frame = new Uint8Array(size * size * 3);
    for (let i = 0; i < frame.length; i++) frame[i] = 60 + random.below(40);
    if (label[n] === 1) {
      const side = Math.max(2, Math.round(size / 5));
      const [left, top] = [random.below(size - side), random.below(size - side)];
      for (let y = top; y < top + side; y++) {
        for (let x = left; x < left + side; x++) frame.set([200, 120, 90], (y * size + x) * 3);
      }
    }
    return frame;
  });
  const view: SmallView = { kind: 'small', size };
  return { count, label, view, small: (index: number) => frames[index], frames };
}

/** A batch of noise with mixed labels, weights and a dropout that is not trivial. */
export function randomBatch(net: Architecture, count: number, seed: number): Batch {
  const random = new Random(seed, 'batch');
  const size = net.inputSize;
  const fill = (length: number, value: () => number) => Float32Array.from({ length }, value);
  return {
    count,
    size,
    x: fill(count * size * size * 3, () => random.between(-0.5, 0.5)),
    y: fill(count, () => random.below(2)),
    weight: fill(count, () => random.between(0.5, 1.5)),
    keep: fill(count * net.denseUnits, () => (random.uniform() < 0.25 ? 0 : 4 / 3)),
  };
}

/** Weights as initialised, biases not zero, so that each of them counts. */
export function randomModel(id: string, seed = 1): TrainedModel {
  const net = architecture(id);
  const random = new Random(seed, 'biases');
  const weights = initialWeights(net, seed).map((weight) =>
    weight.name.endsWith('/bias') ? { ...weight, data: weight.data.map(() => random.between(-0.2, 0.2)) } : weight,
  );
  const view: SmallView = { kind: 'small', size: net.inputSize, crop: { x: 0.25, y: 0.5, w: 0.5, h: 0.5 } };
  return makeModel({ architecture: net, view, mean: [0.31, 0.4, 0.52], weights, seed });
}
