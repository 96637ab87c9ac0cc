import { typescriptKernels as kernels, loadKernels } from '@noscope/engine';
import { describe, expect, it } from 'vitest';
import { nameDetector, type TrainedDetector } from './detector.ts';
import { decodeDetector, encodeDetector } from './file.ts';
import { poolFrame } from './pool.ts';
import { differencesOf } from './record.ts';
import type { DetectorSpec } from './spec.ts';
import { differenceStage } from './stage.ts';

const SIZE = 50;
const frames = Array.from({ length: 12 }, (_, i) =>
  Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, at) => (Math.imul(at + i * 977, 2654435761) >>> 24) >> (i % 3)),
);
const store = { count: frames.length, small: (index: number) => frames[index] };

function detectors(): TrainedDetector[] {
  const specs: DetectorSpec[] = [];
  for (const against of ['reference-image', 'earlier'] as const) {
    for (const resolution of [50, 25]) {
      for (const blocks of [1, 5, 10]) {
        const metric = blocks === 1 ? 'global' : 'blocked';
        specs.push({ against, metric, blocks, resolution, tDiffS: against === 'earlier' ? 0.5 : 0 });
      }
    }
  }
  return specs.map((spec) =>
    nameDetector({
      spec,
      view: { kind: 'small', size: SIZE },
      ...(spec.against === 'reference-image' && { image: poolFrame(frames[0], SIZE, spec.resolution) }),
      ...(spec.metric === 'blocked' && {
        weights: Float32Array.from({ length: spec.blocks ** 2 }, (_, i) => 1 / (i + 3)),
        bias: Math.fround(-4.1),
      }),
    }),
  );
}

describe('differenceStage', () => {
  it.each(detectors().map((detector) => [detector.id, detector] as const))(
    '%s scores as the recording does, in any batch, from its file and on every kernel',
    async (_, detector) => {
      const current = frames.slice(3);
      const earlier = frames.slice(0, -3);
      const isPaired = detector.spec.against === 'earlier';
      const pairs = {
        current: Int32Array.from(current, (_, i) => i + 3),
        earlier: isPaired ? Int32Array.from(current, (_, i) => i) : null,
      };
      const recorded = await differencesOf(detector, kernels, store, pairs);
      for (const use of [kernels, await loadKernels()]) {
        const stage = differenceStage(decodeDetector(encodeDetector(detector)), use);
        expect(stage.id).toBe(detector.id);
        expect(await stage.score(current, isPaired ? earlier : undefined)).toEqual(recorded);
        const single = await Promise.all(
          current.map((frame, i) => stage.score([frame], isPaired ? [earlier[i]] : undefined)),
        );
        expect(single.map(([difference]) => difference)).toEqual([...recorded]);
        await stage.close();
      }
    },
  );

  it('is the mean square error of the bytes when global', async () => {
    const [image] = detectors();
    const [difference] = await differenceStage(image, kernels).score([frames[1]]);
    const sum = frames[1].reduce((total, value, at) => total + (value - frames[0][at]) ** 2, 0);
    expect(difference).toBe(Math.fround(sum / frames[1].length));
  });

  it('takes an empty batch', async () => {
    for (const detector of detectors()) {
      const stage = differenceStage(detector, kernels);
      expect(await stage.score([], detector.spec.against === 'earlier' ? [] : undefined)).toHaveLength(0);
    }
  });

  it('refuses frames of another view and earlier frames that are missing or not wanted', async () => {
    const [image] = detectors();
    const earlier = detectors()[6];
    expect(earlier.spec.against).toBe('earlier');
    await expect(differenceStage(image, kernels).score([new Uint8Array(7)])).rejects.toThrow(/50×50×3.*got 7/);
    await expect(differenceStage(image, kernels).score(frames, frames)).rejects.toThrow(/reference image alone/);
    await expect(differenceStage(earlier, kernels).score(frames)).rejects.toThrow(/earlier frame of each/);
    await expect(differenceStage(earlier, kernels).score(frames, frames.slice(1))).rejects.toThrow(/of each/);
  });
});

describe('differencesOf', () => {
  it('counts a frame without an earlier one as changed under every threshold', async () => {
    const detector = detectors()[9];
    const pairs = { current: Int32Array.of(0, 5), earlier: Int32Array.of(-1, 4) };
    const differences = await differencesOf(detector, kernels, store, pairs);
    expect(differences[0]).toBe(Number.POSITIVE_INFINITY);
    expect(Number.isFinite(differences[1])).toBe(true);
  });

  it('scores more frames than it keeps pooled', async () => {
    const detector = detectors()[9];
    const count = 5000;
    const many = { count, small: (index: number) => frames[index % frames.length] };
    const pairs = {
      current: Int32Array.from({ length: count }, (_, i) => i),
      earlier: Int32Array.from({ length: count }, (_, i) => i - 3000),
    };
    const differences = await differencesOf(detector, kernels, many, pairs);
    const again = await differencesOf(detector, kernels, store, {
      current: Int32Array.of(3100 % 12),
      earlier: Int32Array.of(100 % 12),
    });
    expect(differences[3100]).toBe(again[0]);
  });

  it('stops when asked to', async () => {
    const pairs = { current: Int32Array.of(0), earlier: null };
    await expect(differencesOf(detectors()[0], kernels, store, pairs, AbortSignal.abort())).rejects.toMatchObject({
      code: 'aborted',
    });
  });
});
