/**
 * Trains the demo's reference model: `npx tsx models/demo-reference/train.ts --seed 1 --minutes 50`.
 *
 * Pictures are rendered into `--cache` by a process of their own while training already goes on; with `--resume`
 * training continues from the checkpoint in `--out` (default: the cache). `--write` also puts the weights where the demo
 * finds them, beside this file. `--steps N` instead of `--minutes` and all pictures rendered before (`render.ts`) make a
 * run that can be repeated exactly.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadKernels } from '@noscope/engine';
import { openOnnx } from '@noscope/engine/node';
import { createRandom, createTrainer, parseCfg, type Random, type TrainingPicture } from '@noscope/reference';
import { type Augmenter, augmented } from './augment.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { JpegDecoder } from './jpeg.ts';
import { defaultCache, type Picture, readScene, scenesIn } from './pictures.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '50' },
    steps: { type: 'string' },
    scenes: { type: 'string', default: '500' },
    rate: { type: 'string', default: '0.002' },
    threads: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'onnxruntime-cpu' },
    cache: { type: 'string', default: defaultCache() },
    out: { type: 'string' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    'no-render': { type: 'boolean', default: false },
  },
});
const BATCH = 8;
const WARM_UP_STEPS = 200;
const DECAY = 0.01;
const CHECKPOINT_S = 120;
const FIRST_SCENES = 40;
const LOSS = { coordinates: 4, object: 2, ignoreAbove: 0.5, objectness: 'overlap' } as const;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const seed = Number(values.seed);
const totalS = Number(values.minutes) * 60;
const totalSteps = values.steps === undefined ? null : Number(values.steps);
const engine = values.engine === 'onnxruntime-webgpu' ? values.engine : 'onnxruntime-cpu';
const out = values.out ?? values.cache;
await mkdir(out, { recursive: true });

const network = parseCfg(await readFile(here('demo-reference.cfg'), 'utf8'));
const trainer = await createTrainer(
  network,
  (model) => openOnnx(model, { engine, threads: Number(values.threads), worker: true }),
  { batch: BATCH, seed, mostTruths: 12, alsoAbove: 0.5, loss: LOSS },
);
const tools: Augmenter = {
  kernels: await loadKernels(),
  decoder: await JpegDecoder.open(),
  width: network.input.width,
  height: network.input.height,
};
let elapsedS = 0;
if (values.resume) {
  const { progress, arrays } = await readCheckpoint(join(out, 'checkpoint.bin'));
  trainer.restore(arrays);
  elapsedS = progress.elapsedS;
  console.log(`resumed after ${trainer.steps} steps, ${(elapsedS / 60).toFixed(1)} min`);
}

const renderer = values['no-render'] ? null : startRenderer();
const pictures: Picture[] = [];
const loaded = new Set<number>();
await loadScenes(FIRST_SCENES);

let stopping = false;
process.once('SIGINT', () => {
  stopping = true;
});
let savedAtS = elapsedS;
let shown = { steps: trainer.steps, elapsedS, losses: [0, 0, 0, 0, 0] };
let next = prepare(trainer.steps);
let since = performance.now();
while (doneShare() < 1 && !stopping) {
  const batch = await next;
  const step = trainer.steps;
  const running = trainer.step(batch, rateAt(step), DECAY);
  // The next pictures are made while the network's thread works.
  next = prepare(step + 1);
  const losses = Object.values(await running);
  const now = performance.now();
  elapsedS += (now - since) / 1000;
  since = now;
  shown.losses = shown.losses.map((sum, i) => sum + losses[i]);
  if (trainer.steps % 50 === 0) report();
  if (elapsedS - savedAtS > CHECKPOINT_S) await save();
}
await next;
await save();
await trainer.close();
renderer?.kill();

/** How much of the steps, or else of the time, is over. */
function doneShare(): number {
  return Math.min(1, totalSteps === null ? elapsedS / totalS : trainer.steps / totalSteps);
}

/** Up in the first steps, then down along a half cosine to the end. */
function rateAt(step: number): number {
  const fall = 0.5 * (1 + Math.cos(Math.PI * doneShare()));
  return Number(values.rate) * Math.min(1, (step + 1) / WARM_UP_STEPS) * Math.max(fall, 0.005);
}

/** The pictures of a step follow from seed and step, so that a resumed run sees what an unbroken one would have. */
async function prepare(step: number): Promise<TrainingPicture[]> {
  const random: Random = createRandom(seed * 1_000_003 + step);
  const batch: TrainingPicture[] = [];
  for (let i = 0; i < BATCH; i++) batch.push(await augmented(tools, pictures[random.below(pictures.length)], random));
  return batch;
}

function report(): void {
  const steps = trainer.steps - shown.steps;
  const means = shown.losses.map((sum) => (sum / steps).toFixed(3));
  const speed = (steps * BATCH) / (elapsedS - shown.elapsedS);
  const [coordinates, object, noObject, classes, overlap] = means;
  console.log(
    `${(elapsedS / 60).toFixed(1)} min, step ${trainer.steps}, ${speed.toFixed(1)} pictures/s of ${pictures.length}: ` +
      `coordinates ${coordinates}, object ${object}, no object ${noObject}, classes ${classes}, overlap ${overlap}`,
  );
  shown = { steps: trainer.steps, elapsedS, losses: [0, 0, 0, 0, 0] };
}

async function save(): Promise<void> {
  savedAtS = elapsedS;
  await writeCheckpoint(join(out, 'checkpoint.bin'), { elapsedS, seed }, trainer.checkpoint());
  await writeFile(join(out, 'demo-reference.weights'), trainer.weights());
  if (values.write) await writeFile(here('demo-reference.weights'), trainer.weights());
  await loadScenes(0);
  console.log(`saved after ${trainer.steps} steps`);
}

function startRenderer(): ChildProcess {
  const child = fork(here('render.ts'), ['--cache', values.cache, '--seed', values.seed, '--scenes', values.scenes], {
    stdio: 'ignore',
  });
  process.once('exit', () => child.kill());
  return child;
}

/** Takes up the scenes that have been rendered since; waits until there are `least` of them. */
async function loadScenes(least: number): Promise<void> {
  for (;;) {
    for (const scene of await scenesIn(values.cache, 'train', seed)) {
      if (loaded.has(scene) || scene >= Number(values.scenes)) continue;
      pictures.push(...(await readScene(values.cache, 'train', seed, scene)));
      loaded.add(scene);
    }
    if (loaded.size >= Math.min(least, Number(values.scenes))) return;
    console.log(`${loaded.size} of the first ${least} scenes rendered`);
    await sleep(10_000);
  }
}
