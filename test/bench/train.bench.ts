/**
 * What training and asking each specialized model costs, per engine: `npx tsx test/bench/train.bench.ts`.
 *
 * Figures are frames a second of one run, and the ratio to ONNX Runtime on one thread in the same run; only the ratios
 * compare between machines. Arguments: ids of nets instead of the default ladder; `--all` also measures plain
 * JavaScript, which takes minutes.
 */
import { type EngineId, isTfjsEngine } from '@noscope/engine';
import { probeEngines, useTfjs } from '@noscope/engine/node';
import {
  type Architecture,
  initialWeights,
  ladder,
  makeModel,
  openTfjsTrainer,
  type Trainer,
  type TrainerState,
} from '@noscope/specialized';
import { openModel, openOnnxTrainer } from '@noscope/specialized/node';

const BATCH = 32;
const ids = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const all = process.argv.includes('--all');

interface Runner {
  name: string;
  engine: EngineId;
  threads?: number;
}

const runners: Runner[] = [];
for (const { available, engine, isSoftware } of await probeEngines()) {
  if (!available || isSoftware === true || (engine === 'tfjs-cpu' && !all)) continue;
  if (isTfjsEngine(engine) || engine !== 'onnxruntime-cpu') runners.push({ name: engine, engine });
  else for (const threads of [1, 2]) runners.push({ name: `${engine} ${threads}t`, engine, threads });
}
runners.sort((a, b) => Number(b.threads === 1) - Number(a.threads === 1));

for (const what of ['training', 'inference'] as const) {
  console.log(`\n${what}: frames a second, ratio to ${runners[0].name}`);
  console.log(['net'.padEnd(22), 'MFLOP'.padStart(6), ...runners.map(({ name }) => name.padStart(22))].join(' '));
  for (const net of ladder(ids.length === 0 ? 'default' : ids)) {
    const works: Work[] = [];
    for (const runner of runners)
      works.push(await (what === 'training' ? training(net, runner) : inference(net, runner)));
    const perSecond = await rates(works);
    const cells = perSecond.map((rate) => `${rate.toFixed(0)} (${(rate / perSecond[0]).toFixed(2)})`.padStart(22));
    console.log([net.id.padEnd(22), net.mflop.toFixed(1).padStart(6), ...cells].join(' '));
    for (const { close } of works) await close();
  }
}

interface Work {
  frames: number;
  run(): Promise<unknown>;
  close(): Promise<void>;
}

async function training(net: Architecture, { engine, threads }: Runner): Promise<Work> {
  const state: TrainerState = { weights: initialWeights(net, 1), moments: null, steps: 0 };
  const trainer: Trainer = isTfjsEngine(engine)
    ? await openTfjsTrainer({ architecture: net, state, engine, use: () => useTfjs(engine) })
    : await openOnnxTrainer({ architecture: net, state, batch: BATCH, engine, threads });
  const values = (length: number, value: (i: number) => number) => Float32Array.from({ length }, (_, i) => value(i));
  const batch = {
    count: BATCH,
    size: net.inputSize,
    x: values(BATCH * net.inputSize ** 2 * 3, (i) => ((i * 7919) % 255) / 255 - 0.5),
    y: values(BATCH, (i) => i % 2),
    weight: values(BATCH, () => 1),
    keep: values(BATCH * net.denseUnits, () => 1),
  };
  return { frames: BATCH, run: () => trainer.step(batch, 1e-4), close: () => trainer.close() };
}

async function inference(net: Architecture, { engine, threads }: Runner): Promise<Work> {
  const model = makeModel({
    architecture: net,
    view: { kind: 'small', size: net.inputSize },
    mean: [0.4, 0.4, 0.4],
    weights: initialWeights(net, 1),
    seed: 1,
  });
  const stage = await openModel(model, { engine, threads });
  const frames = Array.from({ length: 64 }, (_, n) =>
    Uint8Array.from({ length: net.inputSize ** 2 * 3 }, (_, i) => (i * 31 + n) & 255),
  );
  return { frames: frames.length, run: () => stage.score(frames), close: () => stage.close() };
}

/** The best of some rounds in which all take turns: what else runs on the machine slows them alike, and only ever down. */
async function rates(works: readonly Work[]): Promise<number[]> {
  const best = works.map(() => 0);
  for (let round = 0; round < 6; round++) {
    for (const [at, { frames, run }] of works.entries()) {
      const start = performance.now();
      await run();
      // The first round pays for allocation and compilation.
      if (round > 0) best[at] = Math.max(best[at], (1000 * frames) / (performance.now() - start));
    }
  }
  return best;
}
