/**
 * Trains the demo's reference model: `npx tsx models/demo-reference/train.ts --seed 1`.
 *
 * First a narrow network (`narrow.cfg`), which learns fast, for `--narrow-minutes`; then the wide one (`demo-reference.cfg`),
 * grown out of it, for `--minutes`. Pictures are rendered into `--cache` by a process of their own while training already
 * goes on. `--resume` goes on from the checkpoint in `--out` (default: the cache), where the weights are written too;
 * `--write` also puts the wide network's where the demo finds them, beside this file. `--narrow-steps` and `--steps`
 * instead of minutes, with all pictures rendered before (`render.ts`), make a run that can be repeated exactly.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadKernels } from '@noscope/engine';
import { openOnnx } from '@noscope/engine/node';
import { createTrainer, type NetworkDescription, parseCfg, type Trainer } from '@noscope/reference';
import { type Progress, readCheckpoint } from './checkpoint.ts';
import { freshCheckpoint, grow } from './grow.ts';
import { JpegDecoder } from './jpeg.ts';
import { defaultCache } from './pictures.ts';
import { BATCH, runStage } from './stage.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    'narrow-minutes': { type: 'string', default: '50' },
    minutes: { type: 'string', default: '60' },
    'narrow-steps': { type: 'string' },
    steps: { type: 'string' },
    scenes: { type: 'string', default: '400' },
    threads: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'onnxruntime-cpu' },
    cache: { type: 'string', default: defaultCache() },
    out: { type: 'string' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    'no-render': { type: 'boolean', default: false },
  },
});

/** What the stages differ in, beside the network. */
const STAGES = {
  narrow: { cfg: 'narrow.cfg', rate: 0.002, coordinates: 4, centres: 'in-cells', wholeShare: 0.4 },
  wide: { cfg: 'demo-reference.cfg', rate: 0.0015, coordinates: 5, centres: 'by-size', wholeShare: 0.6 },
} as const;
type StageName = keyof typeof STAGES;

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const seed = Number(values.seed);
const out = values.out ?? values.cache;
await mkdir(out, { recursive: true });
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
const renderer = values['no-render'] ? null : startRenderer();
const kernels = await loadKernels();
const decoder = await JpegDecoder.open();

let start: { progress: Progress; arrays: Map<string, Float32Array> | null } = {
  progress: { stage: 'narrow', elapsedS: 0, seed },
  arrays: null,
};
if (values.resume) start = await readCheckpoint(join(out, 'checkpoint.bin'));
if (start.progress.stage === 'narrow') {
  const trainer = await open('narrow', start.arrays);
  const done = await train('narrow', trainer, start.progress);
  const arrays = trainer.checkpoint();
  await trainer.close();
  if (done) {
    const wide = await networkOf('wide');
    const fresh = await freshCheckpoint(wide, session, seed);
    const grown = grow(await networkOf('narrow'), arrays, wide, fresh);
    start = { progress: { stage: 'wide', elapsedS: 0, seed }, arrays: grown };
  }
}
if (start.progress.stage === 'wide' && !stopping.signal.aborted) {
  const trainer = await open('wide', start.arrays);
  await train('wide', trainer, start.progress);
  await trainer.close();
  if (values.write) await copyFile(join(out, 'wide.weights'), here('demo-reference.weights'));
}
renderer?.kill();

async function networkOf(stage: StageName): Promise<NetworkDescription> {
  return parseCfg(await readFile(here(STAGES[stage].cfg), 'utf8'));
}

function session(model: Uint8Array): ReturnType<typeof openOnnx> {
  const engine = values.engine === 'onnxruntime-webgpu' ? values.engine : 'onnxruntime-cpu';
  return openOnnx(model, { engine, threads: Number(values.threads), worker: true });
}

async function open(stage: StageName, arrays: Map<string, Float32Array> | null): Promise<Trainer> {
  const { coordinates, centres } = STAGES[stage];
  const trainer = await createTrainer(await networkOf(stage), session, {
    batch: BATCH,
    seed,
    mostTruths: 12,
    alsoAbove: 0.5,
    loss: { coordinates, centres, object: 2, ignoreAbove: 0.5 },
  });
  if (arrays !== null) trainer.restore(arrays);
  return trainer;
}

function train(stage: StageName, trainer: Trainer, progress: Progress): Promise<boolean> {
  const { width, height } = trainer.network.input;
  const { rate, wholeShare } = STAGES[stage];
  const [minutes, steps] =
    stage === 'narrow' ? [values['narrow-minutes'], values['narrow-steps']] : [values.minutes, values.steps];
  return runStage({
    trainer,
    tools: { kernels, decoder, width, height, wholeShare },
    cache: values.cache,
    out,
    progress,
    scenes: Number(values.scenes),
    totalS: 60 * Number(minutes),
    totalSteps: steps === undefined ? null : Number(steps),
    rate,
    signal: stopping.signal,
  });
}

function startRenderer(): ChildProcess {
  const child = fork(here('render.ts'), ['--cache', values.cache, '--seed', values.seed, '--scenes', values.scenes], {
    stdio: 'ignore',
  });
  process.once('exit', () => child.kill());
  return child;
}
