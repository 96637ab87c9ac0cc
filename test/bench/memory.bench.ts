/**
 * Whether memory grows with a video's length: the peak resident memory of `noscope label` and `noscope run` on a clip,
 * and on the same clip ten times over (goal: at most 1.1 times as high).
 *
 *   npx tsx test/bench/memory.bench.ts [--clip FILE] [--times 10] [--rounds 3]
 *
 * Each command is a process of its own, asked for its peak when it ends; of several rounds the median counts, since the
 * garbage collector decides by the clock. With the clips and weights beside the checkout the reference is yolo-fastest,
 * otherwise a synthetic clip and a network that finds what is blue. Ends with exit code 1 when the goal is missed.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { encodeVideo, openVideo, type RgbFrame } from '@noscope/media/node';
import { deviceName } from '@noscope/pipeline/node';
import { runCli, scratch } from '../support/run-cli.ts';
import { sharedData } from '../support/shared-data.ts';
import { writeBlueDetector, writeSyntheticClip } from '../support/synthetic-clip.ts';
import { labelsFile, VERIFIED_CLIPS, yoloFastest } from '../support/verified-clips.ts';

const { values } = parseArgs({
  options: {
    clip: { type: 'string', default: 'intel-person-bicycle-car' },
    times: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
  },
});
const [times, rounds] = [Number(values.times), Number(values.rounds)];
const data = sharedData();
const folder = scratch('memory');
const cache = folder.at('cache');
const long = folder.at('long.mp4');
let once: string;
let model: string[];
let learn: string[];
if (data === null) {
  once = folder.at('once.mp4');
  await writeSyntheticClip(once, { seconds: 60, width: 320, height: 180 });
  model = writeBlueDetector(folder.path).flags;
  learn = ['--object', 'car', ...model, '--reference-cost', '0.05'];
} else {
  const clip = VERIFIED_CLIPS.find(({ name }) => name.includes(values.clip));
  if (clip === undefined) throw new Error(`--clip is one of ${VERIFIED_CLIPS.map(({ name }) => name).join(', ')}`);
  once = `${data}clips/${clip.file}`;
  const { cfg, weights, names } = yoloFastest(data);
  model = ['--reference', cfg, '--weights', weights, '--names', names];
  learn = ['--object', clip.objects.join(','), '--labels', labelsFile(data, clip)];
}

/** The clip over and over, in one stream of rising timestamps. */
async function* repeated(path: string): AsyncGenerator<RgbFrame> {
  let beginsS = 0;
  for (let time = 0; time < times; time++) {
    let endS = beginsS;
    let intervalS = 1 / 25;
    const video = await openVideo(path);
    for await (const frame of video.frames()) {
      const timestampS = beginsS + frame.timestampS;
      if (timestampS > endS) intervalS = timestampS - endS;
      endS = timestampS;
      yield { rgb: await frame.view({ kind: 'rgb' }), timestampS };
      frame.close();
    }
    await video.close();
    beginsS = endS + intervalS;
  }
}

const opened = await openVideo(once);
const { width, height, nominalFps } = opened.info;
await opened.close();
const frames = await encodeVideo(
  long,
  { width, height, fps: nominalFps ?? 25, codec: 'h264', quality: 23 },
  repeated(once),
);

async function noscope(...args: string[]): Promise<number> {
  const { code, stderr, peakRssBytes } = await runCli(args, { cache, cwd: folder.path });
  if (code !== 0 || peakRssBytes === null) throw new Error(`noscope ${args.join(' ')} ended with ${code}: ${stderr}`);
  return peakRssBytes;
}
await noscope('train', once, ...learn, '--grid', 'stride-2x32-32', '--out', 'bundle');

console.log(`${deviceName()}; ${once.split('/').at(-1)}, ${frames / times} and ${frames} frames, median of ${rounds}`);
console.log(`| command | the clip, MB | ${times} times as long | ratio (goal ≤ 1.1) |\n|---|---|---|---|`);
for (const [name, command] of Object.entries({
  label: (video: string) => ['label', video, ...model, '--out', 'labels.csv'],
  run: (video: string) => ['run', 'bundle', video, ...model, '--out', 'decisions.csv'],
})) {
  const peaks = { once: [] as number[], long: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    peaks.once.push(await noscope(...command(once)));
    peaks.long.push(await noscope(...command(long)));
  }
  const [short, tall] = [peaks.once, peaks.long].map((all) => all.sort((a, b) => a - b)[all.length >> 1]);
  console.log(`| ${name} | ${(short / 1e6).toFixed(0)} | ${(tall / 1e6).toFixed(0)} | ${(tall / short).toFixed(3)} |`);
  if (tall / short > 1.1) process.exitCode = 1;
}
const written = readFileSync(folder.at('labels.csv'), 'utf8').length;
console.log(`the labels of the long clip: ${(written / 1e6).toFixed(1)} MB`);
folder.remove();
