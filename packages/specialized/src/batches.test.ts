import { describe, expect, it } from 'vitest';
import { Batches, type BatchOptions } from './batches.ts';
import { syntheticFrames } from './testing.ts';

const plain: BatchOptions = {
  size: 16,
  batch: 10,
  mean: [0.1, 0.2, 0.3],
  denseUnits: 32,
  augmentation: { contrast: 0, brightness: 0, colour: 0, shift: 0, noise: 0 },
  dropout: 0,
  labelSmoothing: 0,
  positiveShare: 0.5,
};

const all = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('batches', () => {
  it('are bytes / 255 minus the mean, when nothing is varied', () => {
    const frames = syntheticFrames(20, 16, 1);
    const { x, y } = new Batches(frames, all(20), plain, 1).next();
    for (let n = 0; n < 10; n++) {
      const picture = x.subarray(n * 768, (n + 1) * 768);
      const source = frames.frames.findIndex((frame) =>
        frame.every((byte, k) => Math.abs(byte / 255 - plain.mean[k % 3] - picture[k]) < 1e-6),
      );
      expect(frames.label[source]).toBe(y[n]);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    const frames = syntheticFrames(40, 16, 1);
    const options = {
      ...plain,
      dropout: 0.5,
      augmentation: { contrast: 0.1, brightness: 0.1, colour: 0.1, shift: 2, noise: 0.01 },
    };
    const take = (seed: number) => {
      const batches = new Batches(frames, all(40), options, seed);
      return [batches.next(), batches.next()];
    };
    expect(take(3)).toEqual(take(3));
    expect(take(4)).not.toEqual(take(3));
  });

  it('draw the share of positives asked for, and every frame before any comes again', () => {
    const frames = syntheticFrames(60, 16, 2, 0.1);
    const batches = new Batches(frames, all(60), { ...plain, positiveShare: 0.25, batch: 8 }, 1);
    let positives = 0;
    for (let i = 0; i < 20; i++) positives += batches.next().y.reduce((sum, y) => sum + y, 0);
    expect(positives).toBe(40);
  });

  it('smooth labels only where asked, and keep the expectation under dropout', () => {
    const frames = syntheticFrames(40, 16, 1);
    const batches = new Batches(frames, all(40), { ...plain, labelSmoothing: 0.2, dropout: 0.5 }, 1);
    const { y, keep } = batches.next();
    expect(new Set(y)).toEqual(new Set([Math.fround(0.1), Math.fround(0.9)]));
    expect(new Set(keep)).toEqual(new Set([0, 2]));
  });

  it('shift by repeating the edge', () => {
    const frame = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3) % 16);
    const frames = { small: () => frame, label: [0, 1] };
    const augmentation = { ...plain.augmentation, shift: 3 };
    const { x } = new Batches(frames, [0, 1], { ...plain, mean: [0, 0, 0], augmentation }, 1).next();
    const shifts = new Set<number>();
    for (let n = 0; n < 10; n++) {
      const row = Array.from({ length: 16 }, (_, i) => Math.round(x[n * 768 + i * 3] * 255));
      const shift = row[8] - 8;
      shifts.add(shift);
      expect(row).toEqual(row.map((_, i) => Math.min(15, Math.max(0, i + shift))));
    }
    expect(shifts.size).toBeGreaterThan(2);
    expect(Math.max(...[...shifts].map(Math.abs))).toBeLessThanOrEqual(3);
  });
});
