import type { ProgressEvent } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import { ladder } from '../architecture.ts';
import { areaUnderCurve } from '../ranking.ts';
import { syntheticFrames } from '../testing.ts';
import { openModel } from './open-model.ts';
import { type TrainModelsOptions, trainModels } from './train-models.ts';

const SIZE = 16;
const ids = ['stride-2x32-32@16', 'stride-4x32-32@16', 'stride-pool-2x32-32@16'];

function options(overrides: Partial<TrainModelsOptions> = {}): TrainModelsOptions {
  const frames = syntheticFrames(300, SIZE, 11, 0.3);
  return {
    architectures: ladder(ids),
    frames,
    view: frames.view,
    seed: 1,
    threads: 1,
    training: {
      leastSteps: 30,
      leastStepsInAll: 60,
      augmentation: { contrast: 0, brightness: 0, colour: 0, shift: 1, noise: 0 },
    },
    ...overrides,
  };
}

describe('trainModels', () => {
  it('learns to tell the frames apart, and says how it goes', async () => {
    const events: ProgressEvent[] = [];
    const models = await trainModels(options({ keep: 2, onProgress: (event) => events.push(event) }));
    expect(models.length).toBe(2);
    const later = syntheticFrames(200, SIZE, 12);
    const stage = await openModel(models[0]);
    expect(areaUnderCurve(await stage.score(later.frames), later.label)).toBeGreaterThan(0.97);
    await stage.close();

    const candidates = events.filter((event) => event.kind === 'candidate');
    expect(candidates.length).toBe(ids.length + 2);
    expect(candidates[0].scores).toMatchObject({ steps: 30 });
    const progress = events.filter((event) => event.kind === 'progress');
    const last = progress.at(-1);
    expect(last?.done).toBe(last?.total);
    expect(last?.perSecond).toBeGreaterThan(0);
  });

  it('gives the same models for the same seed, and others for another', async () => {
    const brief = { architectures: ladder(ids.slice(0, 1)), training: { leastSteps: 10, leastStepsInAll: 20 } };
    const [a, b, c] = [
      await trainModels(options(brief)),
      await trainModels(options(brief)),
      await trainModels(options({ ...brief, seed: 2 })),
    ];
    expect(b).toEqual(a);
    expect(b[0].id).toBe(a[0].id);
    expect(c[0].id).not.toBe(a[0].id);
  });

  it('judges by a validation part where one is given', async () => {
    const validation = syntheticFrames(80, SIZE, 13);
    const seen = new Set<number>();
    const small = (index: number): Uint8Array => {
      seen.add(index);
      return validation.small(index);
    };
    const architectures = ladder(ids.slice(0, 1));
    await trainModels(
      options({
        architectures,
        validation: { ...validation, small },
        training: { leastSteps: 5, leastStepsInAll: 10 },
      }),
    );
    expect(seen.size).toBe(80);
  });

  it('trains on a tfjs engine just as well', async () => {
    const architectures = ladder(ids.slice(0, 1));
    const [onnx] = await trainModels(options({ architectures }));
    const [tfjs] = await trainModels(options({ architectures, engine: 'tfjs-wasm' }));
    const { frames } = syntheticFrames(40, SIZE, 14);
    const stages = await Promise.all([onnx, tfjs].map((model) => openModel(model)));
    const [a, b] = await Promise.all(stages.map((stage) => stage.score(frames)));
    // Sixty steps let roundings grow; what they have learnt is the same.
    expect(Math.max(...a.map((c, i) => Math.abs(c - b[i])))).toBeLessThan(0.02);
    await Promise.all(stages.map((stage) => stage.close()));
  });

  it('drops candidates that cannot beat the best plan, before they begin and before they go on', async () => {
    const asked: [string, boolean][] = [];
    const models = await trainModels(
      options({
        shouldDrop: (architecture, soFar) => {
          asked.push([architecture.id, soFar !== null]);
          return architecture.id === (soFar === null ? ids[0] : ids[1]);
        },
      }),
    );
    expect(models.map(({ architecture }) => architecture.id)).toEqual([ids[2]]);
    expect(
      asked
        .filter(([, goesOn]) => !goesOn)
        .map(([id]) => id)
        .sort(),
    ).toEqual([...ids].sort());
    expect(await trainModels(options({ shouldDrop: () => true }))).toEqual([]);
  });

  it.each(['onnxruntime-cpu', 'tfjs-wasm'] as const)('stops within two seconds on %s', async (engine) => {
    const controller = new AbortController();
    let stoppedAt = Number.POSITIVE_INFINITY;
    const endless = options({
      engine,
      signal: controller.signal,
      training: { leastSteps: 100_000 },
      onProgress: (event) => {
        if (event.kind !== 'progress' || controller.signal.aborted) return;
        stoppedAt = performance.now();
        controller.abort();
      },
    });
    await expect(trainModels(endless)).rejects.toMatchObject({ code: 'aborted' });
    expect(performance.now() - stoppedAt).toBeLessThan(2000);
  });

  it('does not begin when it is already stopped', async () => {
    await expect(trainModels(options({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'aborted' });
  });

  it.each([
    ['an object that never appears', 0, /the object is in 0 of the training part's 300 frames/],
    ['an object that is always there', 1, /0 of the training part's 300 frames are without the object/],
  ])('refuses %s', async (_, value, message) => {
    const frames = syntheticFrames(300, SIZE, 1);
    await expect(trainModels(options({ frames: { ...frames, label: frames.label.fill(value) } }))).rejects.toThrow(
      message,
    );
  });

  it('refuses frames of another size than the nets take', async () => {
    await expect(trainModels(options({ architectures: ladder(['stride-2x32-32']) }))).rejects.toThrow(
      /takes frames of 50 pixels, the frames given have 16/,
    );
  });
});
