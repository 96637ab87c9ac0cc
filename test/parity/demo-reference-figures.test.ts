import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOnnx } from '@noscope/engine/node';
import { createTrainer, type NetworkDescription, parseCfg, readWeights, toOnnx } from '@noscope/reference';
import { describe, expect, it } from 'vitest';
import { averagePrecision, meanAveragePrecision } from '../../models/demo-reference/average-precision.ts';
import { readCheckpoint, writeCheckpoint } from '../../models/demo-reference/checkpoint.ts';
import { freshCheckpoint, grow } from '../../models/demo-reference/grow.ts';
import { trainingBoxes } from '../../models/demo-reference/truth.ts';

const box = (x: number, confidence = 1, className = 'car', h = 20) => ({ className, confidence, x, y: 0, w: 20, h });

describe('average precision', () => {
  it('is the area under precision and recall', () => {
    // Right, wrong, right, and one of three never found: precision 1 up to a third, 2/3 up to two thirds.
    const picture = {
      counted: [box(0), box(100), box(200)],
      ignored: [],
      detections: [box(1, 0.9), box(50, 0.8), box(99, 0.7)],
      leastHeight: 12,
    };
    expect(averagePrecision([picture], 'car').averagePrecision).toBeCloseTo(1 / 3 + 2 / 9, 9);
  });

  it('neither punishes nor praises what does not count, and lets a box be found once', () => {
    const perfect = {
      counted: [box(0)],
      ignored: [box(100)],
      detections: [box(0, 0.9), box(100, 0.95), box(300, 0.99, 'car', 8), box(0, 0.99, 'bus')],
      leastHeight: 12,
    };
    expect(averagePrecision([perfect], 'car')).toEqual({ className: 'car', boxes: 1, averagePrecision: 1 });
    const twice = { counted: [box(0), box(100)], ignored: [], detections: [box(0, 0.9), box(1, 0.8), box(100, 0.7)] };
    expect(averagePrecision([{ ...twice, leastHeight: 12 }], 'car').averagePrecision).toBeCloseTo(0.5 + 1 / 3, 9);
  });

  it('means over classes that are there', () => {
    const figures = [
      { className: 'car', boxes: 3, averagePrecision: 0.5 },
      { className: 'bus', boxes: 0, averagePrecision: Number.NaN },
      { className: 'truck', boxes: 1, averagePrecision: 1 },
    ];
    expect(meanAveragePrecision(figures)).toBe(0.75);
  });
});

describe('training boxes', () => {
  it('follow the part of the picture that is taken, and mirror', () => {
    const boxes = [{ className: 'bus' as const, x: 100, y: 100, w: 80, h: 60, visible: 1, id: 1 }];
    const window = { x: 140, y: 80, w: 320, h: 180 };
    const [plain] = trainingBoxes(boxes, window, 192, false);
    expect(plain).toEqual({ classIndex: 1, x: 20 / 320, y: 50 / 180, w: 40 / 320, h: 60 / 180, ignored: false });
    expect(trainingBoxes(boxes, window, 192, true)[0].x).toBeCloseTo(1 - 20 / 320, 12);
    // A fifth of the bus is left: too little to ask for.
    expect(trainingBoxes(boxes, { ...window, x: 164 }, 192, false)[0].ignored).toBe(true);
    expect(trainingBoxes(boxes, { ...window, x: 200 }, 192, false)).toEqual([]);
  });
});

describe('a checkpoint', () => {
  it('comes back as it was', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'noscope-checkpoint-'));
    const path = join(folder, 'checkpoint.bin');
    const arrays = new Map([
      ['a', Float32Array.of(1, -2.5)],
      ['b/m', new Float32Array(3)],
    ]);
    const progress = { stage: 'wide', elapsedS: 12.5, seed: 3 } as const;
    await writeCheckpoint(path, progress, arrays);
    expect(await readCheckpoint(path)).toEqual({ progress, arrays });
    await rm(folder, { recursive: true });
  });
});

describe('a grown network', () => {
  /** A fork that joins again: what is new lies between what is old. */
  const cfg = (filters: number): string =>
    [
      '[net]\nwidth=32\nheight=16\nchannels=3',
      `[convolutional]\nbatch_normalize=1\nfilters=${filters}\nsize=3\nstride=2\npad=1\nactivation=leaky`,
      `[convolutional]\nbatch_normalize=1\nfilters=${filters + 1}\nsize=3\nstride=2\npad=1\nactivation=leaky`,
      '[upsample]\nstride=2',
      '[route]\nlayers=-1,0',
      '[convolutional]\nfilters=7\nsize=1\nstride=1\npad=1\nactivation=linear',
      '[region]\nanchors=1,1\nclasses=2\ncoords=4\nnum=1\nsoftmax=1',
    ].join('\n');
  const open = (model: Uint8Array) => openOnnx(model, { threads: 1 });

  async function says(network: NetworkDescription, checkpoint: Map<string, Float32Array>): Promise<Float32Array> {
    const trainer = await createTrainer(network, open, { batch: 1, seed: 9 });
    trainer.restore(checkpoint);
    const session = await open(toOnnx(network, readWeights(network, trainer.weights())));
    const data = Float32Array.from({ length: 3 * 32 * 16 }, (_, i) => (i % 17) / 17);
    const outputs = await session.run({ input: { dims: [1, 3, 16, 32], data } });
    await trainer.close();
    await session.close();
    return Object.values(outputs)[0].data as Float32Array;
  }

  it('says at first what the narrow one said', async () => {
    const [narrow, wide] = [parseCfg(cfg(4)), parseCfg(cfg(7))];
    const trained = await freshCheckpoint(narrow, open, 1);
    const grown = grow(narrow, trained, wide, await freshCheckpoint(wide, open, 2));
    const [before, after] = [await says(narrow, trained), await says(wide, grown)];
    for (const [i, value] of before.entries()) expect(after[i]).toBeCloseTo(value, 4);
    expect(() =>
      grow(parseCfg(cfg(4).replace('[upsample]\nstride=2\n[route]\nlayers=-1,0\n', '')), trained, wide, grown),
    ).toThrow(/same layers/);
  });
});
