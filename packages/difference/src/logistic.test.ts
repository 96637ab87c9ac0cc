import { describe, expect, it } from 'vitest';
import { trainLogistic } from './logistic.ts';

/** Repeatable noise in 0..1. */
const noise = (i: number): number => ((Math.imul(i + 1, 2654435761) >>> 8) % 10_000) / 10_000;

const scores = (features: Float64Array, width: number, model: { weights: Float64Array; bias: number }): number[] =>
  Array.from({ length: features.length / width }, (_, i) =>
    model.weights.reduce((sum, weight, j) => sum + weight * features[i * width + j], model.bias),
  );

describe('trainLogistic', () => {
  it('weighs the block that tells the classes apart above those that do not', () => {
    const count = 400;
    const target = Uint8Array.from({ length: count }, (_, i) => (i % 10 === 0 ? 1 : 0));
    const features = Float64Array.from({ length: count * 4 }, (_, at) =>
      at % 4 === 2 ? 20 * target[Math.floor(at / 4)] + 4 * noise(at) : 40 * noise(at),
    );
    const { weights, bias } = trainLogistic(features, target, 4);
    expect(weights[2]).toBeGreaterThan(2 * Math.max(weights[0], weights[1], weights[3]));
    const logits = scores(features, 4, { weights, bias });
    expect(Math.min(...logits.filter((_, i) => target[i] === 1))).toBeGreaterThan(
      Math.max(...logits.filter((_, i) => target[i] === 0)),
    );
  });

  it('never weighs a block negatively, even where change there speaks against the target', () => {
    const target = Uint8Array.from({ length: 100 }, (_, i) => i % 2);
    const features = Float64Array.from({ length: 200 }, (_, at) =>
      at % 2 === target[Math.floor(at / 2)] ? noise(at) : 5 + noise(at),
    );
    for (const weight of trainLogistic(features, target, 2).weights) expect(weight).toBeGreaterThanOrEqual(0);
  });

  it('stays with the global measure where nothing favours one block', () => {
    const target = Uint8Array.from({ length: 200 }, (_, i) => (i < 100 ? 1 : 0));
    const features = Float64Array.from({ length: 600 }, (_, at) => (at < 300 ? 9 : 4) + noise(Math.floor(at / 3)));
    const { weights } = trainLogistic(features, target, 3);
    expect(weights[0]).toBeGreaterThan(0);
    for (const weight of weights) expect(weight).toBeCloseTo(weights[0], 9);
  });

  it('does not depend on the unit of the features', () => {
    const target = Uint8Array.from({ length: 60 }, (_, i) => (noise(i) > 0.7 ? 1 : 0));
    const features = Float64Array.from({ length: 240 }, (_, at) => target[Math.floor(at / 4)] * 2 + noise(at));
    const one = trainLogistic(features, target, 4);
    const other = trainLogistic(
      features.map((value) => value * 1024),
      target,
      4,
    );
    expect(other.bias).toBeCloseTo(one.bias, 9);
    other.weights.forEach((weight, j) => {
      expect(weight * 1024).toBeCloseTo(one.weights[j], 9);
    });
  });

  it('gives a finite model for features that are all zero', () => {
    const model = trainLogistic(
      new Float64Array(40),
      Uint8Array.from({ length: 10 }, (_, i) => i % 2),
      4,
    );
    expect([...model.weights, model.bias].every(Number.isFinite)).toBe(true);
  });
});
