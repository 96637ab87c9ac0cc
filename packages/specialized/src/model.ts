/** A trained specialized model, independent of the engine that trained it or will run it. */
import type { SmallView } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { Architecture } from './architecture.ts';
import { type Weight, weightSpecs } from './weights.ts';

export interface TrainedModel {
  /** Follows from the contents: equal ids give equal confidences. */
  id: string;
  architecture: Architecture;
  /** The frames it was trained on and must be asked with. */
  view: SmallView;
  /** What is taken off each channel after division by 255: the training frames' mean, 0..1. */
  mean: [number, number, number];
  weights: Weight[];
  seed: number;
}

/** Completes a model with its id. @throws NoScopeError `bad-input` when weights and architecture do not fit. */
export function makeModel(parts: Omit<TrainedModel, 'id'>): TrainedModel {
  const specs = weightSpecs(parts.architecture);
  if (parts.weights.length !== specs.length) {
    throw new NoScopeError(
      'bad-input',
      `${parts.architecture.id} has ${specs.length} weights, ${parts.weights.length} were given`,
    );
  }
  specs.forEach((spec, i) => {
    const { name, dims, data } = parts.weights[i];
    const size = spec.dims.reduce((product, dim) => product * dim, 1);
    if (name !== spec.name || dims.join() !== spec.dims.join() || data.length !== size) {
      throw new NoScopeError(
        'bad-input',
        `${parts.architecture.id}: expected ${spec.name} [${spec.dims}], got ${name} [${dims}] of ${data.length} values`,
      );
    }
    for (const value of data) {
      if (!Number.isFinite(value)) throw new NoScopeError('bad-input', `${name} holds a value that is no number`);
    }
  });
  if (parts.view.size !== parts.architecture.inputSize) {
    throw new NoScopeError(
      'bad-input',
      `${parts.architecture.id} takes frames of ${parts.architecture.inputSize} pixels, the view gives ${parts.view.size}`,
    );
  }
  return { id: `${parts.architecture.id}-${contentHash(parts)}`, ...parts };
}

/** 53-bit hash (cyrb53): tells a dozen models of one bundle apart; the bundle's sha256 is what guards against tampering. */
function contentHash({ mean, view, weights }: Omit<TrainedModel, 'id'>): string {
  let h1 = 0xdeadbeef;
  let h2 = 0x41c6ce57;
  const add = (word: number): void => {
    h1 = Math.imul(h1 ^ word, 2654435761);
    h2 = Math.imul(h2 ^ word, 1597334677);
  };
  for (const character of JSON.stringify([mean, view.size, view.crop ?? null])) add(character.charCodeAt(0));
  for (const { data } of weights) {
    for (const word of new Int32Array(data.buffer, data.byteOffset, data.length)) add(word);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return (4294967296 * (2097151 & h2) + (h1 >>> 0)).toString(36);
}
