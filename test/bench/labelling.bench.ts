/**
 * Whether labelling keeps decoder and network busy at once: its rate against the slower of decoding alone and the
 * network alone (goal: at least 0.8).
 *
 *   npx tsx test/bench/labelling.bench.ts [--frames 300] [--rounds 3] [--threads 2] [--models NAME,…] [--clips NAME,…]
 *
 * The three take turns, so that what else the machine does meets all of them alike, and the best of each counts. The
 * network alone gets inputs that were made before; labelling is `labelVideo`, as the command does it, journal included.
 * Beside the rates stand milliseconds of processor time a frame over all threads. Where the network alone already fills
 * every core, decoding has to be paid for on top, and labelling cannot be faster than all of it together allows.
 * Models and clips lie beside the checkout; without them a synthetic clip and YOLOv2-tiny with random weights serve.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openVideo } from '@noscope/media/node';
import { deviceName, labelVideo } from '@noscope/pipeline/node';
import type { Size } from '@noscope/query';
import { type DarknetReference, openReference, type ReferenceOptions } from '@noscope/reference/node';
import { sharedData } from '../support/shared-data.ts';
import { writeSyntheticClip } from '../support/synthetic-clip.ts';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    models: { type: 'string', default: 'yolo-fastest-1.1-xl,yololite-coco-trial6' },
    clips: {
      type: 'string',
      default: 'intel-one-by-one-person-detection.mp4,cdnet-highway.mp4,dvrscan-traffic_camera.mp4',
    },
  },
});
const [frames, rounds, threads] = [values.frames, values.rounds, values.threads].map(Number);
const scratch = mkdtempSync(join(tmpdir(), 'noscope-labelling-'));
const data = sharedData();
const models: ReferenceOptions[] =
  data === null
    ? [{ cfg: 'yolov2-tiny', randomWeights: 1 }]
    : values.models.split(',').map((name) => ({
        cfg: `${data}weights/${name}.cfg`,
        weights: `${data}weights/${name}.weights`,
        names: `${data}weights/coco.names`,
      }));
let clips = values.clips.split(',').map((name) => `${data}clips/${name}`);
if (data === null) {
  clips = [join(scratch, 'synthetic.mp4')];
  await writeSyntheticClip(clips[0], { seconds: 60, width: 640, height: 360 });
}

interface Run {
  count: number;
  seconds: number;
}

async function measured(run: () => Promise<Run>): Promise<{ fps: number; cpuMs: number }> {
  const before = process.cpuUsage();
  const { count, seconds } = await run();
  const { user, system } = process.cpuUsage(before);
  return { fps: count / seconds, cpuMs: (user + system) / 1000 / count };
}

async function decode(path: string): Promise<Run> {
  const video = await openVideo(path);
  const startedMs = performance.now();
  let count = 0;
  for await (const frame of video.frames({ endFrame: frames })) {
    count++;
    frame.close();
  }
  const run = { count, seconds: (performance.now() - startedMs) / 1000 };
  await video.close();
  return run;
}

/** Inputs of some frames, to be asked about over and over. */
async function inputs(path: string, reference: DarknetReference): Promise<{ input: Float32Array; picture: Size }[]> {
  const made: { input: Float32Array; picture: Size }[] = [];
  const video = await openVideo(path);
  for await (const frame of video.frames({ endFrame: 16 })) {
    made.push({ input: await frame.view(reference.input), picture: { width: frame.width, height: frame.height } });
    frame.close();
  }
  await video.close();
  return made;
}

async function network(reference: DarknetReference, made: Awaited<ReturnType<typeof inputs>>): Promise<Run> {
  const count = Math.min(frames, 100);
  const startedMs = performance.now();
  // Two at a time, so that the network's thread finds the next input waiting.
  const ask = async (first: number) => {
    for (let i = first; i < count; i += 2) {
      const { input, picture } = made[i % made.length];
      await reference.detectInputs([input], [picture]);
    }
  };
  await Promise.all([ask(0), ask(1)]);
  return { count, seconds: (performance.now() - startedMs) / 1000 };
}

async function label(path: string, reference: DarknetReference): Promise<Run> {
  const video = await openVideo(path);
  const endS = frames / (video.info.nominalFps ?? 25);
  await video.close();
  const folder = join(scratch, 'labels');
  rmSync(folder, { recursive: true, force: true });
  const { journal, framesNow, wallS } = await labelVideo({ video: path, reference, folder, view: null, endS });
  journal.close();
  return { count: framesNow, seconds: wallS };
}

console.log(`${deviceName()}; ${frames} frames, best of ${rounds} rounds`);
console.log(
  '| clip | network | decoding alone, frames/s | network alone | labelling | of the slower (goal ≥ 0.8) | processor ms: decoding | network | labelling |',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const options of models) {
  const reference = await openReference({ ...options, threads });
  for (const path of clips) {
    const made = await inputs(path, reference);
    const kinds = [() => decode(path), () => network(reference, made), () => label(path, reference)];
    const best = kinds.map(() => ({ fps: 0, cpuMs: Number.POSITIVE_INFINITY }));
    for (let round = 0; round < rounds; round++) {
      for (const [i, kind] of kinds.entries()) {
        const { fps, cpuMs } = await measured(kind);
        best[i] = { fps: Math.max(best[i].fps, fps), cpuMs: Math.min(best[i].cpuMs, cpuMs) };
      }
    }
    const [decoding, asking, labelling] = best;
    const ratio = labelling.fps / Math.min(decoding.fps, asking.fps);
    const cells = [path, options.cfg].map((name) => name.split('/').at(-1));
    console.log(
      `| ${[
        ...cells,
        ...best.map(({ fps }) => fps.toFixed(1)),
        ratio.toFixed(2),
        ...best.map(({ cpuMs }) => cpuMs.toFixed(2)),
      ].join(' | ')} |`,
    );
  }
  await reference.close();
}
rmSync(scratch, { recursive: true });
