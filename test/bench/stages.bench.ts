/**
 * What a frame costs at every stage of a cascade on this machine, and what cascades are worth when the reference model
 * is the true YOLOv2 at 608×608 (random weights serve for timing):
 *
 *   npx tsx test/bench/stages.bench.ts [--clips NAME,…] [--grid stride-2x32-32] [--seed 1] [--threads 2] [--slow]
 *
 * Prints, per engine that this host has, decoding, small frame, difference detectors, the specialized models of the
 * default ladder and YOLOv2; the share of time that small frame and detector add to decoding alone; and for each real
 * clip beside the checkout the speed-up over asking YOLOv2 on every frame: expected when the cascade was chosen, and on
 * the part it never saw, from the measured wall time of the run and the share of frames asked. `--slow` adds the plain
 * JavaScript engine, for which one frame of YOLOv2 takes most of a minute. Figures are of one run; other work on the
 * machine adds to them, so each is the least disturbed of several.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { detectorGrid, differenceStage, trainDetector } from '@noscope/difference';
import {
  type EngineId,
  type Frame,
  loadKernels,
  type Planes,
  type SmallView,
  typescriptKernels,
} from '@noscope/engine';
import { probeEngines } from '@noscope/engine/node';
import { openVideo } from '@noscope/media/node';
import { deviceName, queryVideo } from '@noscope/pipeline/node';
import { readDetectionsCsv, referenceFromLabels } from '@noscope/reference';
import { openReference } from '@noscope/reference/node';
import { initialWeights, ladder, makeModel } from '@noscope/specialized';
import { openModel } from '@noscope/specialized/node';
import { sharedData } from '../support/shared-data.ts';
import { writeSyntheticClip } from '../support/synthetic-clip.ts';
import { labelsFile, queryFor, VERIFIED_CLIPS } from '../support/verified-clips.ts';

const { values } = parseArgs({
  options: {
    clips: { type: 'string' },
    grid: { type: 'string', default: 'stride-2x32-32' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    slow: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const data = sharedData();
const scratch = mkdtempSync(join(tmpdir(), 'noscope-stages-'));
const kernels = await loadKernels();
const view: SmallView = { kind: 'small', size: 50 };
const BATCH = 64;

const engines: EngineId[] = [];
for (const { engine, available, isSoftware, detail } of await probeEngines()) {
  const isTried = available && isSoftware !== true && (engine !== 'tfjs-cpu' || values.slow);
  if (isTried) engines.push(engine);
  else console.log(`not measured: ${engine} (${available ? 'slow, see --slow' : detail})`);
}
console.log(`${deviceName()}; kernels: ${kernels.implementation}; engines: ${engines.join(', ')}\n`);

/** Seconds of the least disturbed of some runs. */
async function bestS(run: () => Promise<unknown>, atLeastMs = 1500): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const startedMs = performance.now();
  for (let round = 0; round < 200 && (round < 3 || performance.now() - startedMs < atLeastMs); round++) {
    const roundMs = performance.now();
    await run();
    best = Math.min(best, (performance.now() - roundMs) / 1000);
  }
  return best;
}
const micro = (seconds: number) =>
  seconds >= 0.01 ? `${(1e3 * seconds).toFixed(0)} ms` : `${(1e6 * seconds).toFixed(seconds < 1e-5 ? 2 : 0)} µs`;
const perSecond = (seconds: number) => (1 / seconds).toLocaleString('en', { maximumSignificantDigits: 3 });
const row = (name: string, seconds: number, more = '') =>
  console.log(
    `  ${name.padEnd(52)} ${micro(seconds).padStart(12)}  ${perSecond(seconds).padStart(10)} frames/s  ${more}`,
  );

const clips = VERIFIED_CLIPS.filter(
  ({ name }) => values.clips === undefined || values.clips.split(',').some((part) => name.includes(part)),
);
const videos = data === null ? [join(scratch, 'synthetic.mp4')] : clips.map(({ file }) => `${data}clips/${file}`);
if (data === null) {
  console.log('the folder of real clips is not beside this checkout: decoding is measured on a synthetic clip\n');
  await writeSyntheticClip(videos[0], { seconds: 60, width: 640, height: 360 });
}

console.log('decoding, and what small frame and detector add to it');
const samples = await smallFrames(videos[0]);
for (const path of videos) await decoding(path);

console.log('\ndifference detectors, a batch of 64');
for (const use of kernels.implementation === 'typescript' ? [typescriptKernels] : [kernels, typescriptKernels]) {
  for (const spec of detectorGrid({ size: view.size, tDiffS: [samples.intervalS * 3] })) {
    const detector = trainDetector(spec, samples.training, use);
    if (detector === null) continue;
    const stage = differenceStage(detector, use);
    const [current, earlier] = [samples.frames.slice(3, 3 + BATCH), samples.frames.slice(0, BATCH)];
    const seconds = await bestS(() => stage.score(current, spec.against === 'earlier' ? earlier : undefined), 300);
    row(
      `${spec.against} ${spec.metric}${spec.blocks} at ${spec.resolution} px, ${use.implementation}`,
      seconds / BATCH,
    );
    await stage.close();
  }
}

console.log(`\nspecialized models, a batch of ${BATCH}`);
for (const architecture of ladder('default')) {
  const small: SmallView = { kind: 'small', size: architecture.inputSize };
  const model = makeModel({
    architecture,
    view: small,
    mean: [0.5, 0.5, 0.5],
    weights: initialWeights(architecture, 1),
    seed: 1,
  });
  for (const engine of engines) {
    const stage = await openModel(model, { engine });
    const frames = samples.frames.slice(0, BATCH);
    await stage.score(frames);
    row(
      `${architecture.id} (${architecture.mflop.toFixed(1)} MFLOP), ${engine}`,
      (await bestS(() => stage.score(frames), 700)) / BATCH,
    );
    await stage.close();
  }
}

console.log('\nYOLOv2 at 608×608, from the decoded picture to boxes');
let yoloS = Number.POSITIVE_INFINITY;
for (const engine of engines) {
  const reference = await openReference({ cfg: 'yolov2', randomWeights: 1, engine, threads });
  const frames = await pictures(videos[0], reference.batchSize);
  const seconds = (await bestS(() => reference.detect(frames), 4000)) / frames.length;
  row(`${engine}${engine === 'onnxruntime-cpu' ? `, ${threads} threads` : ''}`, seconds);
  yoloS = Math.min(yoloS, seconds);
  for (const frame of frames) frame.close();
  await reference.close();
}

if (data !== null) {
  console.log(
    `\ncascades with YOLOv2-608 as reference (${micro(yoloS)} a frame), labels of yolo-fastest, ${values.grid}, seed ${values.seed}`,
  );
  console.log(
    '| clip | plan | asked, expected | speed-up, expected | asked, unseen | without asking, unseen | speed-up, unseen |',
  );
  console.log('|---|---|---|---|---|---|---|');
  for (const clip of clips) {
    const video = `${data}clips/${clip.file}`;
    const opened = await openVideo(video);
    const { width, height } = opened.info;
    await opened.close();
    const report = await queryVideo({
      video,
      query: queryFor(clip),
      reference: referenceFromLabels(
        readDetectionsCsv(readFileSync(labelsFile(data, clip), 'utf8')),
        { width, height },
        'labels',
      ),
      referenceIsModel: false,
      referenceS: yoloS,
      grid: values.grid === 'default' || values.grid === 'paper' ? values.grid : values.grid.split(','),
      seed: Number(values.seed),
      check: { method: 'audit', frames: 1 },
      workFolder: join(scratch, clip.name),
      now: () => new Date(),
    });
    const aloneS = 1 / report.speed.decodeFps + yoloS;
    const restS = report.timing.runS / report.answered.frames;
    const asked = report.stages.reference;
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    console.log(
      `| ${[
        clip.name,
        report.plan.description,
        percent(report.plan.stages.reference),
        `${(aloneS / report.plan.costS).toFixed(1)}×`,
        percent(asked),
        micro(restS),
        `${(aloneS / (restS + asked * yoloS)).toFixed(1)}×`,
      ].join(' | ')} |`,
    );
  }
}
rmSync(scratch, { recursive: true });

/** Small frames of the head of a video, labelled so that detectors can be trained for timing. */
async function smallFrames(path: string) {
  const frames: Uint8Array[] = [];
  const timestampS: number[] = [];
  const video = await openVideo(path);
  for await (const frame of video.frames({ endFrame: 300 })) {
    frames.push(await frame.view(view));
    timestampS.push(frame.timestampS);
    frame.close();
  }
  await video.close();
  const intervalS = (timestampS[timestampS.length - 1] - timestampS[0]) / (timestampS.length - 1);
  const training = {
    count: frames.length,
    timestampS: Float64Array.from(timestampS),
    label: Uint8Array.from(frames, (_, i) => Number(i % 60 >= 30)),
    small: (index: number) => frames[index],
    view,
    toleranceS: intervalS / 2,
  };
  return { frames, intervalS, training };
}

async function pictures(path: string, count: number): Promise<Frame[]> {
  const kept: Frame[] = [];
  const video = await openVideo(path);
  for await (const frame of video.frames({ endFrame: count })) kept.push(frame);
  await video.close();
  return kept;
}

/** The kinds of reading take turns, so that what else the machine does meets all of them alike. */
async function decoding(path: string): Promise<void> {
  const [spec] = detectorGrid({ size: view.size, tDiffS: [], blocks: [1], resolutions: [view.size] });
  const detector = trainDetector(spec, samples.training, kernels);
  if (detector === null) throw new Error('a reference image needs frames without the object');
  const read = async (withSmall: boolean) => {
    const stage = differenceStage(detector, kernels);
    const video = await openVideo(path);
    const startedMs = performance.now();
    let waiting: Uint8Array[] = [];
    let count = 0;
    for await (const frame of video.frames()) {
      count++;
      if (withSmall) waiting.push(await frame.view(view));
      frame.close();
      if (waiting.length < BATCH) continue;
      await stage.score(waiting);
      waiting = [];
    }
    if (waiting.length > 0) await stage.score(waiting);
    const seconds = (performance.now() - startedMs) / 1000 / count;
    await video.close();
    return seconds;
  };
  const best = { decode: Number.POSITIVE_INFINITY, both: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 5; round++) {
    best.decode = Math.min(best.decode, await read(false));
    best.both = Math.min(best.both, await read(true));
  }
  const name = path.split('/').at(-1) ?? path;
  row(`${name}: decoding`, best.decode);
  const share = best.both / best.decode - 1;
  row(
    `${name}: with small frame and detector`,
    best.both,
    `${(100 * share).toFixed(1)}% over decoding alone (goal: below 25%)`,
  );
  const [frame] = await pictures(path, 1);
  const planes = grey(frame.width, frame.height);
  frame.close();
  for (const use of kernels.implementation === 'typescript' ? [typescriptKernels] : [kernels, typescriptKernels]) {
    const seconds = await bestS(async () => use.smallFrame(planes, view.size), 300);
    row(`${name}: small frame alone, ${use.implementation}`, seconds);
  }
}

/** A picture of a size, for kernels whose time does not depend on what is in it. */
function grey(width: number, height: number): Planes {
  const plane = (w: number, h: number) => ({ data: new Uint8Array(w * h).fill(128), stride: w });
  const half = [(width + 1) >> 1, (height + 1) >> 1] as const;
  const planes = [plane(width, height), plane(...half), plane(...half)];
  return { format: 'i420', width, height, matrix: 'bt709', range: 'limited', planes };
}
