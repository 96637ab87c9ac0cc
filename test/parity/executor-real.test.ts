/** The executor over a real clip, with the real kernels, detectors and network, against the replay of recorded scores. */
import { readFileSync } from 'node:fs';
import { execute } from '@noscope/cascade';
import { type DetectorSpec, differenceStage, trainDetector } from '@noscope/difference';
import { type DifferenceStage, loadKernels, type SmallView } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { type Plan, pairIndices, type Recording, replay, STAGES, sampledIndices } from '@noscope/plan';
import { isPresent, medianInterval, type Query } from '@noscope/query';
import { readDetectionsCsv, referenceFromLabels } from '@noscope/reference';
import { initialWeights, ladder, makeModel } from '@noscope/specialized';
import { openModel } from '@noscope/specialized/node';
import { describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from '../support/shared-data.ts';

const FRAMES = 500;
const picture = { width: 320, height: 240 };
const query: Query = {
  objects: ['car', 'truck', 'bus'],
  zone: [
    [0, 0.5],
    [1, 0.5],
    [1, 1],
    [0, 1],
  ],
  confidence: 0.25,
  targets: { fp: 0.01, fn: 0.01 },
};
const view: SmallView = { kind: 'small', size: 50, crop: { x: 0, y: 0.5, w: 1, h: 0.5 } };

describe.skipIf(sharedData() === null)(needsSharedData('a cascade over a real clip'), () => {
  it('decides as the replay of its recorded scores, several plans at once, in batches of any size', async () => {
    const folder = sharedData() ?? '';
    const clip = `${folder}clips/cdnet-highway.mp4`;
    const csv = readFileSync(`${folder}labels/cdnet-highway.yolo-fastest-1.1-xl-coco-320.csv`, 'utf8');
    const reference = referenceFromLabels(readDetectionsCsv(csv), picture, 'yolo-fastest');
    const { small, timestampS, label } = await readClip(clip, reference);
    const interval = medianInterval(timestampS);
    const toleranceS = interval / 2;

    const kernels = await loadKernels();
    const specs: DetectorSpec[] = [
      { against: 'reference-image', metric: 'global', blocks: 1, resolution: 50, tDiffS: 0 },
      { against: 'earlier', metric: 'global', blocks: 1, resolution: 25, tDiffS: 10 * interval },
    ];
    const training = { count: FRAMES, timestampS, label, small: (i: number) => small[i], view, toleranceS };
    const differences = specs.map((spec) => {
      const detector = trainDetector(spec, training);
      if (detector === null) throw new Error(`nothing to train ${spec.against} on`);
      return { spec, stage: differenceStage(detector, kernels) };
    });
    const [architecture] = ladder('default');
    const net = makeModel({
      architecture,
      view,
      mean: [0.4, 0.4, 0.4],
      weights: initialWeights(architecture, 5),
      seed: 5,
    });
    const specialized = await openModel(net);
    try {
      const confidence = await specialized.score(small);
      const spread = confidence.toSorted();
      const model = { id: specialized.id, cLow: gapNear(spread, 0.35), cHigh: gapNear(spread, 0.65) };
      const plans: { plan: Plan; difference: DifferenceStage | null }[] = [];
      for (const tSkipS of [0, 5 * interval]) {
        plans.push({ plan: { tSkipS, toleranceS, detector: null, model }, difference: null });
        for (const { spec, stage } of differences) {
          const { against, tDiffS } = spec;
          const trace = await traceOf(stage, { small, timestampS, tSkipS, toleranceS, tDiffS });
          const delta = gapNear(trace.difference.filter((d) => !Number.isNaN(d)).sort(), 0.6);
          const detector = { id: stage.id, against, tDiffS, maxReuseS: 3, delta };
          plans.push({ plan: { tSkipS, toleranceS, detector, model }, difference: stage });
        }
      }
      for (const batchSize of [5, 64]) {
        const video = await openVideo(clip);
        const summaries = await execute({
          frames: video.frames({ endFrame: FRAMES }),
          cascades: plans.map(({ plan, difference }, i) => ({
            id: `plan ${i}`,
            query,
            plan,
            frameIntervalS: interval,
            difference,
            specialized,
          })),
          reference,
          batchSize,
          keepDecisions: true,
        });
        await video.close();
        let questions = 0;
        for (const [i, { plan, difference }] of plans.entries()) {
          const { detector } = plan;
          const trace =
            difference === null || detector === null
              ? null
              : await traceOf(difference, { small, timestampS, ...plan, tDiffS: detector.tDiffS });
          const recording: Recording = {
            timestampS,
            label,
            confidence: () => confidence,
            difference: () =>
              trace ?? { sampled: new Int32Array(0), pair: new Int32Array(0), difference: new Float32Array(0) },
          };
          const want = replay(plan, recording);
          const { decisions = [], asked } = summaries[i];
          expect(decisions.map((d) => d.frameId)).toEqual([...timestampS.keys()]);
          expect(decisions.map((d) => STAGES.indexOf(d.stage))).toEqual([...want.stage]);
          expect(decisions.map((d) => d.sourceFrameId)).toEqual([...want.source]);
          expect(decisions.map((d) => Number(d.label))).toEqual([...want.label]);
          expect(asked).toBe(want.asked);
          // Every stage had something to decide, or this shows nothing.
          expect(want.fractions.specialized).toBeGreaterThan(0.02);
          questions += asked;
          if (detector !== null) expect(want.fractions.difference).toBeGreaterThan(0.05);
        }
        expect(questions).toBeGreaterThan(30);
      }
    } finally {
      await specialized.close();
    }
  });
});

async function readClip(
  clip: string,
  reference: ReturnType<typeof referenceFromLabels>,
): Promise<{ small: Uint8Array[]; timestampS: Float64Array; label: Uint8Array }> {
  const small: Uint8Array[] = [];
  const timestampS: number[] = [];
  const label: number[] = [];
  const video = await openVideo(clip);
  for await (const frame of video.frames({ endFrame: FRAMES })) {
    small.push(await frame.view(view));
    timestampS.push(frame.timestampS);
    const [{ boxes, picture: size }] = await reference.detect([frame]);
    label.push(Number(isPresent(query, boxes, size)));
    frame.close();
  }
  await video.close();
  return { small, timestampS: Float64Array.from(timestampS), label: Uint8Array.from(label) };
}

async function traceOf(
  stage: DifferenceStage,
  of: { small: Uint8Array[]; timestampS: Float64Array; tSkipS: number; toleranceS: number; tDiffS: number },
): ReturnType<typeof score> {
  const sampled = sampledIndices(of.timestampS, of.tSkipS, of.toleranceS);
  const pair =
    stage.against === 'reference-image'
      ? new Int32Array(sampled.length).fill(-1)
      : pairIndices(
          Float64Array.from(sampled, (i) => of.timestampS[i]),
          { tDiffS: of.tDiffS, toleranceS: of.toleranceS, maxReuseS: Number.POSITIVE_INFINITY },
        );
  return score(stage, of.small, sampled, pair);
}

async function score(stage: DifferenceStage, small: Uint8Array[], sampled: Int32Array, pair: Int32Array) {
  const current = [...sampled].map((i) => small[i]);
  if (stage.against === 'reference-image') return { sampled, pair, difference: await stage.score(current) };
  const difference = new Float32Array(sampled.length).fill(Number.NaN);
  const has = [...pair.keys()].filter((k) => pair[k] >= 0);
  const scores = await stage.score(
    has.map((k) => current[k]),
    has.map((k) => current[pair[k]]),
  );
  has.forEach((k, at) => {
    difference[k] = scores[at];
  });
  return { sampled, pair, difference };
}

/** The middle of the widest gap near a quantile of ascending scores: rounding in the last bit must not cross it. */
function gapNear(ascending: Float32Array, quantile: number): number {
  const at = Math.floor(quantile * ascending.length);
  let best = at;
  for (let i = Math.max(0, at - 15); i < Math.min(ascending.length - 1, at + 15); i++) {
    if (ascending[i + 1] - ascending[i] > ascending[best + 1] - ascending[best]) best = i;
  }
  return (ascending[best] + ascending[best + 1]) / 2;
}
