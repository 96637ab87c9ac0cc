import { openOnnx } from '@noscope/engine/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDetections } from '../decode.ts';
import { INPUT_NAME, toOnnx } from '../lower-onnx.ts';
import type { NetworkDescription } from '../network.ts';
import { intersectionOverUnion } from '../nms.ts';
import { parseCfg } from '../parse.ts';
import { readWeights } from '../weights.ts';
import { clusterAnchors } from './anchors.ts';
import { regionOf, trainingGraph } from './graph.ts';
import { DARKNET_LOSS, TARGET } from './loss.ts';
import { initialParameters, parameterSpecs } from './parameters.ts';
import { createRandom } from './random.ts';
import { type TruthBox, targetLength, writeTarget } from './targets.ts';
import { createTrainer, type TrainingPicture } from './trainer.ts';

/** Every kind of layer that trains, on 48×32 pixels. */
const EVERY_LAYER = `
[net]
width=48
height=32
channels=3
${convolution(6, 3, 2)}
[maxpool]
size=2
stride=2
${convolution(8, 3, 1)}
${convolution(8, 1, 1)}
[shortcut]
from=-2
activation=linear
${convolution(8, 3, 2)}
[upsample]
stride=2
[route]
layers=-1,-3
[dropout]
probability=0
[reorg]
stride=2
${convolution(6, 3, 1, 'relu', 0)}
[convolutional]
filters=14
size=1
stride=1
pad=1
activation=linear
[region]
anchors=1,1, 2.5,1.5
classes=2
coords=4
num=2
softmax=1
`;

function convolution(filters: number, size: number, stride: number, activation = 'leaky', batchNormalize = 1): string {
  return `[convolutional]\nbatch_normalize=${batchNormalize}\nfilters=${filters}\nsize=${size}\nstride=${stride}\npad=1\nactivation=${activation}\n`;
}

const TRUTH: TruthBox[][] = [
  [
    { classIndex: 0, x: 0.3, y: 0.4, w: 0.2, h: 0.25, ignored: false },
    { classIndex: 1, x: 0.8, y: 0.6, w: 0.3, h: 0.4, ignored: false },
  ],
  [
    { classIndex: 1, x: 0.55, y: 0.2, w: 0.5, h: 0.3, ignored: false },
    { classIndex: 0, x: 0.1, y: 0.9, w: 0.1, h: 0.1, ignored: true },
  ],
];

describe('the training graph', () => {
  it('has the gradients that differences of the loss have, for every kind of layer', async () => {
    const network = parseCfg(EVERY_LAYER);
    const loss = { ...DARKNET_LOSS, objectness: 'one', ignoreAbove: 2, centres: 'by-size' } as const;
    const graph = trainingGraph(network, { batch: 2, mostTruths: 4, loss, gradients: true });
    const session = await openOnnx(graph, { threads: 1 });
    const region = regionOf(network);
    const random = createRandom(3);
    const target = new Float32Array(2 * targetLength(region));
    const truths = new Float32Array(2 * 16);
    TRUTH.forEach((boxes, i) => {
      const length = targetLength(region);
      writeTarget(region, boxes, target.subarray(i * length, (i + 1) * length), truths.subarray(i * 16, (i + 1) * 16));
    });
    const x = Float32Array.from({ length: 2 * 3 * 32 * 48 }, () => random.next());
    const values = initialParameters(network, 5, -1);
    for (const [name, data] of values) {
      // A scale of one and a shift of nought would hide their share in the gradients.
      if (!name.endsWith('/kernel')) for (let i = 0; i < data.length; i++) data[i] += random.between(-0.3, 0.3);
    }
    const cells = region.output.height * region.output.width;
    const run = async (changed: string, data: Float32Array) => {
      const inputs: Parameters<typeof session.run>[0] = {
        x: { dims: [2, 3, 32, 48], data: x },
        target: { dims: [2, 2, TARGET.classes + 2, cells], data: target },
        truths: { dims: [2, 4, 4], data: truths },
      };
      for (const name of ['rate', 'decay', 'unbias1', 'unbias2'])
        inputs[name] = { dims: [], data: Float32Array.of(0.5) };
      for (const { name, dims } of parameterSpecs(network)) {
        const now = name === changed ? data : (values.get(name) ?? data);
        inputs[name] = { dims, data: now };
        for (const moment of [`${name}/m`, `${name}/v`]) inputs[moment] = { dims, data: new Float32Array(now.length) };
      }
      const outputs = await session.run(inputs);
      const parts = outputs.losses.data as Float32Array;
      return { loss: parts[0] + parts[1] + parts[2] + parts[3], outputs };
    };
    for (const { name } of parameterSpecs(network)) {
      const data = values.get(name) ?? new Float32Array(0);
      const { outputs } = await run(name, data);
      const gradient = outputs[`${name}/gradient`].data as Float32Array;
      // Along the gradient, where the difference stands out most from rounding.
      const norm = Math.hypot(...gradient);
      const moved = (by: number) => data.map((value, i) => value + (by * gradient[i]) / norm);
      // So small that few activations cross their kink, so large that the loss's rounding does not show.
      const step = Math.min(0.003, 0.001 / norm);
      const [after, before] = [(await run(name, moved(step))).loss, (await run(name, moved(-step))).loss];
      expect(Math.abs((after - before) / (2 * step) / norm - 1), name).toBeLessThan(0.1);
    }
    await session.close();
  });

  it('refuses what it cannot train, by name', () => {
    const pooled = EVERY_LAYER.replace('[maxpool]\nsize=2\nstride=2', '[maxpool]\nsize=3\nstride=2');
    const options = { batch: 1, mostTruths: 1, loss: DARKNET_LOSS };
    expect(() => trainingGraph(parseCfg(pooled), options)).toThrow(/layer 1 \(maxpool, cfg line \d+\) does not train/);
  });
});

/** A bright square (class 0) or a bar (class 1) somewhere on a noisy ground. */
function picture(seed: number): TrainingPicture & { box: TruthBox } {
  const random = createRandom(seed);
  const [width, height] = [48, 32];
  const classIndex = random.below(2);
  const [w, h] = classIndex === 0 ? [10, 10] : [18, 8];
  const [left, top] = [random.below(width - w), random.below(height - h)];
  const input = Float32Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    return (x >= left && x < left + w && y >= top && y < top + h ? 0.7 : 0.2) + 0.1 * random.next();
  });
  const box = {
    classIndex,
    x: (left + w / 2) / width,
    y: (top + h / 2) / height,
    w: w / width,
    h: h / height,
    ignored: false,
  };
  return { input, boxes: [box], box };
}

const SMALL = `
[net]
width=48
height=32
channels=3
${convolution(8, 3, 2)}
${convolution(16, 3, 2)}
${convolution(16, 3, 1)}
${convolution(24, 3, 2)}
[convolutional]
filters=14
size=1
stride=1
pad=1
activation=linear
[region]
anchors=1.25,1.25, 2.25,1
classes=2
coords=4
num=2
softmax=1
`;

async function found(network: NetworkDescription, weights: Uint8Array, seeds: number[]): Promise<number> {
  const session = await openOnnx(toOnnx(network, readWeights(network, weights)), { threads: 1 });
  let hits = 0;
  for (const seed of seeds) {
    const { input, box } = picture(seed);
    const outputs = await session.run({ [INPUT_NAME]: { dims: [1, 3, 32, 48], data: input } });
    const data = Object.values(outputs)[0].data as Float32Array;
    const names = ['square', 'bar'];
    const options = { names, threshold: 0.3, fit: 'stretch' as const };
    const boxes = decodeDetections(network, [{ head: regionOf(network), data }], 0, { width: 48, height: 32 }, options);
    const [w, h] = [box.w * 48, box.h * 32];
    const truth = { className: '', confidence: 1, x: box.x * 48 - w / 2, y: box.y * 32 - h / 2, w, h };
    if (boxes.length !== 1) continue;
    if (boxes[0].className === names[box.classIndex] && intersectionOverUnion(boxes[0], truth) > 0.5) hits++;
  }
  await session.close();
  return hits / seeds.length;
}

describe('a trainer', () => {
  it('learns to find, writes weights that the loader reads, and goes on from a checkpoint as if it had not stopped', async () => {
    const network = parseCfg(SMALL);
    const open = (model: Uint8Array) => openOnnx(model, { threads: 1 });
    const options = { batch: 8, seed: 1, averageDecay: 0.95 };
    const batch = (step: number) => Array.from({ length: 8 }, (_, i) => picture(1000 + step * 8 + i));
    const trainer = await createTrainer(network, open, options);
    for (let step = 0; step < 200; step++) await trainer.step(batch(step), 0.01, 0.01);
    const checkpoint = trainer.checkpoint();
    const straight: number[] = [];
    for (let step = 200; step < 203; step++) straight.push((await trainer.step(batch(step), 0.001, 0.01)).object);
    const resumed = await createTrainer(network, open, { ...options, seed: 2 });
    resumed.restore(checkpoint);
    expect(resumed.steps).toBe(200);
    const again: number[] = [];
    for (let step = 200; step < 203; step++) again.push((await resumed.step(batch(step), 0.001, 0.01)).object);
    expect(again).toEqual(straight);
    expect(resumed.weights()).toEqual(trainer.weights());
    const unseen = Array.from({ length: 60 }, (_, i) => i);
    expect(await found(network, trainer.weights(), unseen)).toBeGreaterThan(0.8);
    await trainer.close();
    await resumed.close();
  });

  it('refuses a checkpoint of another network', async () => {
    const open = (model: Uint8Array) => openOnnx(model, { threads: 1 });
    const small = await createTrainer(parseCfg(SMALL), open, { batch: 1, seed: 1 });
    const other = await createTrainer(parseCfg(SMALL.replace('filters=24', 'filters=20')), open, { batch: 1, seed: 1 });
    expect(() => other.restore(small.checkpoint())).toThrow(/of another cfg/);
    await small.close();
    await other.close();
  });
});

describe('targets', () => {
  it('say what the decoder reads back as the box', () => {
    const network = parseCfg(SMALL);
    const region = regionOf(network);
    const share = fc.double({ min: 0.05, max: 0.6, noNaN: true });
    const centre = fc.double({ min: 0.02, max: 0.98, noNaN: true });
    fc.assert(
      fc.property(centre, centre, share, share, fc.integer({ min: 0, max: 1 }), (x, y, w, h, classIndex) => {
        const target = new Float32Array(targetLength(region));
        writeTarget(region, [{ classIndex, x, y, w, h, ignored: false }], target, new Float32Array(4));
        const cells = region.output.height * region.output.width;
        const logit = (p: number) => Math.log(Math.max(p, 1e-7) / Math.max(1 - p, 1e-7));
        const data = new Float32Array(region.output.channels * cells);
        for (let anchor = 0; anchor < 2; anchor++) {
          for (let cell = 0; cell < cells; cell++) {
            const at = (entry: number) => target[(anchor * (TARGET.classes + 2) + entry) * cells + cell];
            const set = (entry: number, value: number) => {
              data[(anchor * 7 + entry) * cells + cell] = value;
            };
            set(0, logit(at(TARGET.x)));
            set(1, logit(at(TARGET.y)));
            set(2, at(TARGET.w));
            set(3, at(TARGET.h));
            set(4, at(TARGET.object) === 1 ? 20 : -20);
            set(5, 20 * at(TARGET.classes));
            set(6, 20 * at(TARGET.classes + 1));
          }
        }
        const picture = { width: 100, height: 100 };
        const options = { names: ['a', 'b'], threshold: 0.5, fit: 'stretch' as const };
        const boxes = decodeDetections(network, [{ head: region, data }], 0, picture, options);
        expect(boxes).toHaveLength(1);
        expect(boxes[0].className).toBe(['a', 'b'][classIndex]);
        expect(boxes[0].x).toBeCloseTo(100 * (x - w / 2), 2);
        expect(boxes[0].y).toBeCloseTo(100 * (y - h / 2), 2);
        expect(boxes[0].w).toBeCloseTo(100 * w, 2);
        expect(boxes[0].h).toBeCloseTo(100 * h, 2);
      }),
    );
  });

  it('leave cells under an ignored object alone', () => {
    const region = regionOf(parseCfg(SMALL));
    const target = new Float32Array(targetLength(region));
    const ignored = { classIndex: 0, x: 0.5, y: 0.5, w: 0.3, h: 0.5, ignored: true };
    writeTarget(region, [ignored], target, new Float32Array(4));
    const cells = region.output.height * region.output.width;
    const noObject = [...target.subarray(TARGET.noObject * cells, (TARGET.noObject + 1) * cells)];
    expect(noObject).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1].map(Number));
  });
});

describe('anchors', () => {
  it('are the sizes that there are, when there are as many', () => {
    const kinds: [number, number][] = [
      [1, 2],
      [4, 2],
      [9, 6],
    ];
    const sizes = Array.from({ length: 90 }, (_, i) => kinds[i % 3]);
    const tries = [1, 2, 3, 4].map((seed) => clusterAnchors(sizes, 3, seed));
    const best = tries.reduce((a, b) => (b.meanOverlap > a.meanOverlap ? b : a));
    expect(best.anchors).toEqual(kinds);
    expect(best.meanOverlap).toBe(1);
  });
});
