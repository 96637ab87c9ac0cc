import { typescriptKernels as kernels } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import type { TrainedDetector, TrainingFrames } from './detector.ts';
import { differencesOf } from './record.ts';
import { type DetectorSpec, detectorGrid } from './spec.ts';
import { trainDetector, trainDetectors } from './train.ts';

const SIZE = 20;

/**
 * A camera at 10 frames/s: noise everywhere, a tree that sways top left, and an object that comes in at the left edge
 * every 4 s, crosses and is gone after 2 s. `shift` moves the noise, for frames that training has not seen.
 */
function camera(count: number, shift = 0): TrainingFrames {
  const label = Uint8Array.from({ length: count }, (_, i) => (i % 40 >= 20 ? 1 : 0));
  const frames = Array.from({ length: count }, (_, i) => {
    const frame = new Uint8Array(SIZE * SIZE * 3);
    for (let at = 0; at < frame.length; at++) {
      const x = Math.floor(at / 3) % SIZE;
      const y = Math.floor(at / 3 / SIZE);
      let value = 100 + ((Math.imul(at + 7919 * (i + shift), 2654435761) >>> 16) % 7);
      if (x < 4 && y < 4) value += (Math.imul(i + shift, 40503) >>> 4) % 90;
      const objectX = (i % 40) - 20;
      if (label[i] === 1 && y >= 8 && y < 14 && x >= objectX - 1 && x < objectX + 4) value = 220;
      frame[at] = value;
    }
    return frame;
  });
  return {
    count,
    timestampS: Float64Array.from({ length: count }, (_, i) => i / 10),
    label,
    small: (index) => frames[index],
    view: { kind: 'small', size: SIZE },
    toleranceS: 0.05,
  };
}

const spec = (change: Partial<DetectorSpec>): DetectorSpec => ({
  against: 'reference-image',
  metric: 'global',
  blocks: 1,
  resolution: SIZE,
  tDiffS: 0,
  ...change,
});

const relabelled = (samples: TrainingFrames, label: (index: number) => number): TrainingFrames => ({
  ...samples,
  label: Uint8Array.from({ length: samples.count }, (_, i) => label(i)),
});

function trained(detector: TrainedDetector | null): TrainedDetector {
  if (detector === null) throw new Error('the detector was not trained');
  return detector;
}

const everyFrame = (samples: TrainingFrames) => Int32Array.from({ length: samples.count }, (_, i) => i);

describe('a detector against the reference image', () => {
  it('takes the mean of the frames without the object as its image', () => {
    const samples = camera(400);
    const { image } = trained(trainDetector(spec({}), samples));
    const absent = [...everyFrame(samples)].filter((i) => samples.label[i] === 0);
    for (const at of [0, 100, 599, SIZE * SIZE * 3 - 1]) {
      const mean = absent.reduce((sum, i) => sum + samples.small(i)[at], 0) / absent.length;
      expect(image?.[at]).toBe(Math.floor(mean + 0.5));
    }
  });

  it.each([20, 10])('tells the object from the swaying tree when blocked, at %i pixels', async (resolution) => {
    const detector = trained(trainDetector(spec({ metric: 'blocked', blocks: 5, resolution }), camera(400)));
    const unseen = camera(400, 100_000);
    const differences = await differencesOf(detector, kernels, unseen, { current: everyFrame(unseen), earlier: null });
    const worstAbsent = Math.max(...differences.filter((_, i) => unseen.label[i] === 0));
    const missed = differences.filter((difference, i) => unseen.label[i] === 1 && difference <= worstAbsent);
    expect(missed.length).toBe(0);
  });

  it('needs eight frames without the object, and eight with it when blocked', () => {
    const samples = camera(400);
    expect(
      trainDetector(
        spec({}),
        relabelled(samples, () => 1),
      ),
    ).toBeNull();
    expect(
      trainDetector(
        spec({}),
        relabelled(samples, (i) => (i < 7 ? 0 : 1)),
      ),
    ).toBeNull();
    expect(
      trainDetector(
        spec({}),
        relabelled(samples, (i) => (i < 8 ? 0 : 1)),
      ),
    ).not.toBeNull();
    const never = relabelled(samples, () => 0);
    expect(trainDetector(spec({}), never)).not.toBeNull();
    expect(trainDetector(spec({ metric: 'blocked', blocks: 5 }), never)).toBeNull();
  });
});

describe('a detector against an earlier frame', () => {
  const blocked = spec({ against: 'earlier', metric: 'blocked', blocks: 5, tDiffS: 0.3 });

  it('finds two equal frames the least different of all', async () => {
    const detector = trained(trainDetector(blocked, camera(400)));
    const unseen = camera(400, 100_000);
    const current = everyFrame(unseen);
    const same = await differencesOf(detector, kernels, unseen, { current, earlier: current });
    const others = await differencesOf(detector, kernels, unseen, {
      current,
      earlier: current.map((i) => Math.max(0, i - 3)),
    });
    expect(new Set(same).size).toBe(1);
    expect(Math.min(...others)).toBeGreaterThanOrEqual(same[0]);
    expect(detector.weights?.every((weight) => weight >= 0)).toBe(true);
  });

  it('learns where the object comes in, not where it is', () => {
    const { weights } = trained(trainDetector(blocked, camera(1200)));
    // The object enters in the middle rows of the leftmost column of blocks; the tree is in the block top left.
    const entrance = Math.max(weights?.[10] ?? 0, weights?.[15] ?? 0);
    expect(entrance).toBeGreaterThan(2 * (weights?.[0] ?? 0));
    expect(entrance).toBeGreaterThan(1.5 * Math.max(weights?.[12] ?? 0, weights?.[17] ?? 0));
  });

  it('is not trained where no two frames lie t_diff apart, or the object never comes or goes', () => {
    const samples = camera(400);
    expect(trainDetector(spec({ against: 'earlier', tDiffS: 60 }), samples)).toBeNull();
    expect(trainDetector({ ...blocked, tDiffS: 0.17 }, { ...samples, toleranceS: 0.01 })).toBeNull();
    expect(
      trainDetector(
        blocked,
        relabelled(samples, () => 1),
      ),
    ).toBeNull();
    expect(
      trainDetector(
        spec({ against: 'earlier', tDiffS: 0.3 }),
        relabelled(samples, () => 1),
      ),
    ).not.toBeNull();
  });

  it('pairs by timestamp, so that dropped frames shift nothing', () => {
    const samples = camera(400);
    const kept = [...everyFrame(samples)].filter((i) => i % 5 !== 1);
    const dropped: TrainingFrames = {
      ...samples,
      count: kept.length,
      timestampS: Float64Array.from(kept, (i) => i / 10),
      label: Uint8Array.from(kept, (i) => samples.label[i]),
      small: (index) => samples.small(kept[index]),
    };
    expect(trainDetector(blocked, dropped)).not.toBeNull();
  });
});

describe('training', () => {
  it('is repeatable, and names equal detectors equally and others otherwise', async () => {
    const grid = detectorGrid({ size: SIZE, tDiffS: [0.3, 1] });
    const once = await trainDetectors(grid, camera(400));
    const again = await trainDetectors(grid, camera(400));
    expect(once).toEqual(again);
    expect(once).toHaveLength(grid.length);
    expect(new Set(once.map((detector) => detector.id)).size).toBe(once.length);
    const other = trained(trainDetector(grid[0], camera(400, 3)));
    expect(other.id).not.toBe(once[0].id);
  });

  it('says which detectors it cannot train, trains the rest and reports each', async () => {
    const events: string[] = [];
    const found = await trainDetectors(
      detectorGrid({ size: SIZE, tDiffS: [0.3] }),
      relabelled(camera(100), () => 1),
      {
        onProgress: (event) => events.push(event.kind === 'warning' ? event.message : event.kind),
      },
    );
    expect(found.map((detector) => detector.spec)).toEqual([
      spec({ against: 'earlier', tDiffS: 0.3 }),
      spec({ against: 'earlier', tDiffS: 0.3, resolution: 10 }),
    ]);
    expect(events.filter((event) => event === 'progress')).toHaveLength(12);
    expect(events.filter((event) => event !== 'progress').join('\n')).toMatch(/too few frames without the object/);
  });

  it('stops when asked to', async () => {
    const stop = new AbortController();
    const training = trainDetectors(detectorGrid({ size: SIZE, tDiffS: [0.3] }), camera(100), {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(training).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses specs and samples that do not fit', () => {
    const samples = camera(100);
    expect(() => trainDetector(spec({ resolution: 15 }), samples)).toThrow(NoScopeError);
    expect(() => trainDetector(spec({}), { ...samples, label: new Uint8Array(3) })).toThrow(/one of each a frame/);
  });
});
