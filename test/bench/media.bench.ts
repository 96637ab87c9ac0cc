/**
 * What a frame costs before any network sees it: `npx tsx test/bench/media.bench.ts [video] [--threads N]`.
 *
 * Prints, all in one run: decoding alone; decoding with the small frame; with the small frame and a difference detector
 * (mean square error against the frame before); the share of time that both add to decoding alone; and the kernels
 * themselves, WASM SIMD against the plain TypeScript twin. Without a video it takes the 720p clip of the shared data.
 */
import { type Kernels, loadKernels, type Planes, typescriptKernels } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { sharedData } from '../support/shared-data.ts';

const REPEATS = 5;
const SIZE = 50;

const args = process.argv.slice(2);
const threadsAt = args.indexOf('--threads');
const threads = threadsAt >= 0 ? Number(args.splice(threadsAt, 2)[1]) : undefined;
const folder = sharedData();
const path = args[0] ?? (folder && `${folder}clips/dvrscan-traffic_camera.mp4`);
if (!path) throw new Error('name a video: npx tsx test/bench/media.bench.ts VIDEO');

const kernels = await loadKernels();

type Work = 'decode' | 'small' | 'small + mse';

/** Seconds and frames of one reading of the video. */
async function read(work: Work): Promise<{ seconds: number; frames: number }> {
  const video = await openVideo(path as string, { threads });
  const start = performance.now();
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
  await video.close();
  if (!Number.isFinite(sum)) throw new Error('the detector gave no number');
  return { seconds, frames };
}

/** Kinds of work take turns, so that what else the machine does meets all alike; the best of each is the least disturbed. */
async function readings(): Promise<Record<Work, { best: number; median: number; frames: number }>> {
  const all: Record<Work, number[]> = { decode: [], small: [], 'small + mse': [] };
  const works = Object.keys(all) as Work[];
  let frames = 0;
  await read('small + mse');
  for (let i = 0; i < REPEATS; i++) {
    for (const work of works) {
      const reading = await read(work);
      frames = reading.frames;
      all[work].push(reading.seconds);
    }
  }
  const summary = (work: Work) => {
    const sorted = all[work].sort((a, b) => a - b);
    return { best: sorted[0], median: sorted[sorted.length >> 1], frames };
  };
  return { decode: summary('decode'), small: summary('small'), 'small + mse': summary('small + mse') };
}

function milliseconds(repeats: number, call: () => void): number {
  for (let i = 0; i < 3; i++) call();
  const start = performance.now();
  for (let i = 0; i < repeats; i++) call();
  return (performance.now() - start) / repeats;
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
for (const [work, { best, median, frames }] of Object.entries(result)) {
  const us = ((best * 1e6) / frames).toFixed(0);
  console.log(
    `  ${work.padEnd(12)} best ${(frames / best).toFixed(0)} fps (${us} µs a frame), median ${(frames / median).toFixed(0)} fps`,
  );
}
for (const measure of ['best', 'median'] as const) {
  const share = (work: Work) => (100 * (result[work][measure] / result.decode[measure] - 1)).toFixed(1);
  console.log(
    `  time over decoding alone (${measure}): small frame ${share('small')}%, with detector ${share('small + mse')}%`,
  );
}

const picture = noise(info.width, info.height);
const a = kernels.smallFrame(picture, SIZE);
const b = kernels.smallFrame(noise(info.width, info.height, 2), SIZE);
const blocks = new Float32Array(100);
console.log(`kernels on ${info.width}×${info.height} i420:`);
compare(`small frame ${SIZE}×${SIZE}`, 200, (k) => k.smallFrame(picture, SIZE));
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
