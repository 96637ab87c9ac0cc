/**
 * What a difference detector costs a frame: `npx vitest bench --run test/bench/difference.bench.ts`.
 *
 * The last group reads a clip, decoding alone and with small frame and detector, and prints the share that they add; it
 * is skipped where the folder of real clips is absent.
 */
import {
  type DetectorSpec,
  detectorGrid,
  differenceStage,
  type TrainingFrames,
  trainDetector,
} from '@noscope/difference';
import { type Kernels, loadKernels, type SmallView, typescriptKernels } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { bench, describe } from 'vitest';
import { sharedData } from '../support/shared-data.ts';

const BATCH = 64;
const view: SmallView = { kind: 'small', size: 50 };

/** Frames of noise around grey, in which something bright stands in the second half. */
const samples: TrainingFrames = {
  count: 400,
  timestampS: Float64Array.from({ length: 400 }, (_, i) => i / 10),
  label: Uint8Array.from({ length: 400 }, (_, i) => Number(i % 40 >= 20)),
  small: (() => {
    const frames = Array.from({ length: 400 }, (_, i) =>
      Uint8Array.from(
        { length: 7500 },
        (_, at) => 90 + (Math.imul(at + i * 31, 2654435761) >>> 28) + (i % 40 >= 20 && at < 1500 ? 90 : 0),
      ),
    );
    return (index: number) => frames[index];
  })(),
  view,
  toleranceS: 0.05,
};

function detectorOf(spec: DetectorSpec) {
  const detector = trainDetector(spec, samples);
  if (detector === null) throw new Error('the samples hold both classes, so every detector can be trained');
  return detector;
}

const kernels: Kernels[] = [typescriptKernels];
const loaded = await loadKernels();
if (loaded.implementation !== 'typescript') kernels.push(loaded);

const current = Array.from({ length: BATCH }, (_, i) => samples.small(i + 3));
const earlier = Array.from({ length: BATCH }, (_, i) => samples.small(i));

for (const use of kernels) {
  describe(`${BATCH} frames, ${use.implementation}`, () => {
    for (const spec of detectorGrid({ size: 50, tDiffS: [0.3] })) {
      const stage = differenceStage(detectorOf(spec), use);
      bench(`${spec.against} ${spec.metric}${spec.blocks} at ${spec.resolution} px`, async () => {
        await stage.score(current, spec.against === 'earlier' ? earlier : undefined);
      });
    }
  });
}

describe('training on 400 frames', () => {
  for (const blocks of [1, 5, 10]) {
    const [spec] = detectorGrid({ size: 50, tDiffS: [], blocks: [blocks], resolutions: [50] });
    bench(
      `${spec.metric}${blocks}`,
      () => {
        trainDetector(spec, samples, loaded);
      },
      { iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0 },
    );
  }
});

const data = sharedData();
describe.skipIf(data === null)('intel-one-by-one (768×432, H.264)', () => {
  const path = `${data}clips/intel-one-by-one-person-detection.mp4`;
  const [spec] = detectorGrid({ size: 50, tDiffS: [] });
  const stage = differenceStage(detectorOf(spec), loaded);
  const bestMs = { decode: Number.POSITIVE_INFINITY, all: Number.POSITIVE_INFINITY };
  async function read(use: keyof typeof bestMs) {
    const startMs = performance.now();
    const video = await openVideo(path);
    for await (const frame of video.frames()) {
      if (use === 'all') await stage.score([await frame.view(view)]);
      frame.close();
    }
    await video.close();
    bestMs[use] = Math.min(bestMs[use], performance.now() - startMs);
  }
  const few = { iterations: 3, time: 0, warmupIterations: 0, warmupTime: 0 };
  bench('decoding alone', () => read('decode'), few);
  bench('decoding, small frame, detector', () => read('all'), {
    ...few,
    teardown: (_task, mode) => {
      if (mode !== 'run') return;
      const share = bestMs.all / bestMs.decode - 1;
      console.log(`small frame and detector (${loaded.implementation}) add ${(100 * share).toFixed(1)}% to decoding`);
    },
  });
});
