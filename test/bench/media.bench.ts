/**
 * What a frame costs before any network sees it: `npx tsx test/bench/media.bench.ts [video] [--threads N]
 * [--repeats N]`.
 *
 * Prints, all in one run: decoding alone; decoding with the small frame; with the small frame and a difference detector
 * (mean square error against the frame before); the share of time that both add to decoding alone; and the kernels
 * themselves, WASM SIMD against the plain TypeScript twin. Besides the time on the clock stands the processor time of all
 * threads, which other work on the machine disturbs less. Without a video it takes the 720p clip of the shared data.
 */
import { type Kernels, loadKernels, type Planes, typescriptKernels } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { sharedData } from '../support/shared-data.ts';

const SIZE = 50;

const args = process.argv.slice(2);
const threads = option('--threads');
const repeats = option('--repeats') ?? 7;
const folder = sharedData();
const path = args[0] ?? (folder && `${folder}clips/dvrscan-traffic_camera.mp4`);
if (!path) throw new Error('name a video: npx tsx test/bench/media.bench.ts VIDEO');

const kernels = await loadKernels();

const WORKS = ['decode', 'small', 'small + mse'] as const;
type Work = (typeof WORKS)[number];

interface Reading {
  seconds: number;
  processorSeconds: number;
  frames: number;
}

/** One reading of the video. */
async function read(work: Work): Promise<Reading> {
  const video = await openVideo(path as string, { threads });
  const start = performance.now();
  const used = process.cpuUsage();
  let frames = 0;
  let before: Uint8Array | null = null;
  let sum = 0;
  for await (const frame of video.frames()) {
    frames++;
    if (work !== 'decode') {
      const small = await frame.view({ kind: 'small', size: SIZE });
      if (work === 'small + mse') {
        if (before) sum += kernels.mse(small, before);
        before = small;
      }
    }
    frame.close();
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(used);
  await video.close();
  if (!Number.isFinite(sum)) throw new Error('the detector gave no number');
  return { seconds, processorSeconds: (user + system) / 1e6, frames };
}

type Measure = 'seconds' | 'processorSeconds';

/** Kinds of work take turns, so that what else the machine does meets all alike. */
async function readings(): Promise<Record<Work, Reading[]>> {
  const all: Record<Work, Reading[]> = { decode: [], small: [], 'small + mse': [] };
  await read('small + mse');
  const order = [...WORKS];
  for (let i = 0; i < repeats; i++, order.reverse()) for (const work of order) all[work].push(await read(work));
  return all;
}

/** The least disturbed and the middle reading. */
function bestAndMedian(all: Reading[], measure: Measure): [best: number, median: number] {
  const sorted = all.map((reading) => reading[measure]).sort((a, b) => a - b);
  return [sorted[0], sorted[sorted.length >> 1]];
}

function option(name: string): number | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : Number(args.splice(at, 2)[1]);
}

/** Of the least disturbed of twenty batches, a call's time. */
function milliseconds(repeats: number, call: () => void): number {
  for (let i = 0; i < 3; i++) call();
  const batch = Math.ceil(repeats / 20);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i += batch) {
    const start = performance.now();
    for (let k = 0; k < batch; k++) call();
    best = Math.min(best, (performance.now() - start) / batch);
  }
  return best;
}

function compare(name: string, repeats: number, call: (kernels: Kernels) => void): void {
  const fast = milliseconds(repeats, () => call(kernels));
  const plain = milliseconds(Math.max(3, repeats / 20), () => call(typescriptKernels));
  console.log(
    `  ${name.padEnd(34)} ${fast.toFixed(4)} ms, TypeScript ${plain.toFixed(4)} ms: ${(plain / fast).toFixed(1)}×`,
  );
}

const video = await openVideo(path, { threads });
const { info } = video;
await video.close();
console.log(`${path}: ${info.codec}, ${info.width}×${info.height}; kernels: ${kernels.implementation}`);

const result = await readings();
const { frames } = result.decode[0];
for (const work of WORKS) {
  const [best, median] = bestAndMedian(result[work], 'seconds');
  const [processor] = bestAndMedian(result[work], 'processorSeconds');
  const perFrame = (seconds: number) => `${((seconds * 1e6) / frames).toFixed(0)} µs`;
  console.log(
    `  ${work.padEnd(12)} best ${(frames / best).toFixed(0)} fps (${perFrame(best)} a frame), ` +
      `median ${(frames / median).toFixed(0)} fps; processor ${perFrame(processor)} a frame`,
  );
}
for (const work of ['small', 'small + mse'] as const) {
  const share = (measure: Measure, index: 0 | 1) =>
    `${(100 * (bestAndMedian(result[work], measure)[index] / bestAndMedian(result.decode, measure)[index] - 1)).toFixed(1)}%`;
  console.log(
    `  ${work} over decoding alone: time ${share('seconds', 0)} (best), ${share('seconds', 1)} (median); ` +
      `processor ${share('processorSeconds', 0)} (best), ${share('processorSeconds', 1)} (median)`,
  );
}

const picture = noise(info.width, info.height);
const a = kernels.smallFrame(picture, SIZE);
const b = kernels.smallFrame(noise(info.width, info.height, 2), SIZE);
const blocks = new Float32Array(100);
console.log(`kernels on ${info.width}×${info.height} i420:`);
compare(`small frame ${SIZE}×${SIZE}`, 600, (k) => k.smallFrame(picture, SIZE));
compare('RGB', 60, (k) => k.rgb(picture));
compare('network input 320×320', 60, (k) => k.networkInput(picture, 320, 320, 'stretch'));
compare('network input 608×608', 60, (k) => k.networkInput(picture, 608, 608, 'stretch'));
compare(`mean square error ${SIZE}×${SIZE}`, 20_000, (k) => k.mse(a, b));
compare(`the same in 10×10 blocks`, 20_000, (k) => k.blockMse(a, b, SIZE, 10, blocks));

function noise(width: number, height: number, seed = 1): Planes {
  let state = seed;
  const plane = (w: number, h: number) => ({
    stride: w,
    data: Uint8Array.from({ length: w * h }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  });
  const half = [(width + 1) >> 1, (height + 1) >> 1] as const;
  return {
    format: 'i420',
    width,
    height,
    matrix: 'bt709',
    range: 'limited',
    planes: [plane(width, height), plane(...half), plane(...half)],
  };
}
