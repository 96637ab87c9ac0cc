/** Difference detectors on real clips: trained on the first 40%, asked about the last 40%. */
import { readFileSync } from 'node:fs';
import {
  type DetectorSpec,
  decodeDetector,
  detectorGrid,
  differenceStage,
  differencesOf,
  encodeDetector,
  type TrainingFrames,
  tDiffGrid,
  trainDetectors,
} from '@noscope/difference';
import { loadKernels, type SmallView } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { pairIndices } from '@noscope/plan';
import { medianInterval } from '@noscope/query';
import { beforeAll, describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from './support/shared-data.ts';

const data = sharedData();

interface Clip extends TrainingFrames {
  frameIntervalS: number;
}

/** Every frame's small frame and, from the clip's presence file, its label. */
async function readClip(name: string, video: string, view: SmallView): Promise<Clip> {
  const rows = readFileSync(`${data}labels/${name}.presence.csv`, 'utf8').trim().split('\n').slice(1);
  const label = Uint8Array.from(rows, (row) => Number(row.split(',')[1]));
  const frames: Uint8Array[] = [];
  const timestamps: number[] = [];
  const opened = await openVideo(`${data}clips/${video}`);
  for await (const frame of opened.frames()) {
    frames.push(await frame.view(view));
    timestamps.push(frame.timestampS);
    frame.close();
  }
  await opened.close();
  expect(frames).toHaveLength(label.length);
  const timestampS = Float64Array.from(timestamps);
  const frameIntervalS = medianInterval(timestampS);
  return {
    count: frames.length,
    timestampS,
    label,
    small: (index) => frames[index],
    view,
    toleranceS: frameIntervalS / 2,
    frameIntervalS,
  };
}

const part = (clip: Clip, from: number, to: number): TrainingFrames => ({
  ...clip,
  count: to - from,
  timestampS: clip.timestampS.slice(from, to),
  label: clip.label.slice(from, to),
  small: (index) => clip.small(from + index),
});

/** The chance that a frame of class 1 scores above one of class 0; ties count half. */
function areaUnderCurve(score: ArrayLike<number>, target: Uint8Array): number {
  const order = Array.from(target, (_, i) => i).sort((a, b) => score[a] - score[b]);
  const positives = target.reduce((sum, value) => sum + value, 0);
  let ranks = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && score[order[to]] === score[order[from]]) to++;
    for (let i = from; i < to; i++) ranks += target[order[i]] * ((from + to + 1) / 2);
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (target.length - positives));
}

/**
 * The largest share of frames that the detector may answer with at most 1% of all frames wrong, when every other frame
 * is answered truly and labels are carried on through roots: what the detector is worth at best.
 */
function bestShare(difference: Float32Array, pair: Int32Array | null, label: Uint8Array): number {
  const finite = difference.filter(Number.isFinite).sort();
  let best = 0;
  for (let step = 0; step < 400; step++) {
    const delta = finite[Math.floor((step * finite.length) / 400)];
    const answer = new Uint8Array(label.length);
    let reused = 0;
    let wrong = 0;
    for (let i = 0; i < label.length; i++) {
      const isReused = difference[i] <= delta;
      answer[i] = isReused ? (pair === null ? 0 : answer[pair[i]]) : label[i];
      if (isReused) reused++;
      if (answer[i] !== label[i]) wrong++;
    }
    if (wrong <= 0.01 * label.length) best = Math.max(best, reused / label.length);
  }
  return best;
}

const nameOf = (spec: DetectorSpec): string =>
  `${spec.against === 'earlier' ? `earlier ${spec.tDiffS.toFixed(2)} s` : 'image'} ${spec.metric}${spec.blocks} ${spec.resolution}px`;

interface Found {
  auc: number;
  share: number;
}

async function study(clip: Clip): Promise<Map<string, Found>> {
  const kernels = await loadKernels();
  const seen = part(clip, 0, Math.floor(clip.count * 0.4));
  const unseen = part(clip, Math.floor(clip.count * 0.6), clip.count);
  const grid = detectorGrid({ size: clip.view.size, tDiffS: tDiffGrid([0], clip.frameIntervalS, [1 / 3, 1]) });
  const found = new Map<string, Found>();
  for (const detector of await trainDetectors(grid, seen, { kernels })) {
    const { spec } = detector;
    const everyFrame = Int32Array.from({ length: unseen.count }, (_, i) => i);
    const pair =
      spec.against === 'earlier'
        ? pairIndices(unseen.timestampS, { ...spec, toleranceS: clip.toleranceS, maxReuseS: Number.POSITIVE_INFINITY })
        : null;
    const difference = await differencesOf(detector, kernels, unseen, { current: everyFrame, earlier: pair });
    const known = everyFrame.filter((i) => pair === null || pair[i] >= 0);
    const target = Uint8Array.from(known, (i) =>
      pair === null ? unseen.label[i] : Number(unseen.label[i] !== unseen.label[pair[i]]),
    );
    found.set(nameOf(spec), {
      auc: areaUnderCurve(
        Array.from(known, (i) => difference[i]),
        target,
      ),
      share: bestShare(difference, pair, unseen.label),
    });
  }
  return found;
}

function print(title: string, found: ReadonlyMap<string, Found>): void {
  const rows = [...found].map(
    ([name, { auc, share }]) => `  ${name.padEnd(30)} AUC ${auc.toFixed(4)}  share at 1% errors ${share.toFixed(3)}`,
  );
  console.log([`${title}, last 40%, trained on the first 40%:`, ...rows].join('\n'));
}

describe.skipIf(data === null)(needsSharedData('difference detectors on intel-one-by-one (person)'), () => {
  let clip: Clip;
  let found: Map<string, Found>;
  beforeAll(async () => {
    const name = 'intel-one-by-one-person-detection';
    clip = await readClip(name, `${name}.mp4`, { kind: 'small', size: 50 });
    found = await study(clip);
    print('intel-one-by-one', found);
  });

  it('trains the whole grid, which has presence and absence, comings and goings', () => {
    expect(found.size).toBe(18);
  });

  it('tells presence from absence by the reference image with every detector', () => {
    for (const [name, { auc, share }] of found) {
      if (!name.startsWith('image')) continue;
      expect(auc, name).toBeGreaterThan(0.98);
      // 23% of these frames are without the person: nearly all of them need no more than a subtraction.
      expect(share, name).toBeGreaterThan(0.2);
    }
  });

  it('reuses most labels of the frame a third of a second earlier, more so with learned blocks', () => {
    const global = found.get('earlier 0.30 s global1 50px');
    const blocked = found.get('earlier 0.30 s blocked10 50px');
    expect(global?.share).toBeGreaterThan(0.6);
    expect(blocked?.share).toBeGreaterThan(global?.share ?? 1);
  });

  it('scores the same from its file, in the stage', async () => {
    const kernels = await loadKernels();
    const samples = part(clip, 0, 400);
    const [detector] = await trainDetectors([detectorGrid({ size: 50, tDiffS: [] })[2]], samples, { kernels });
    const current = Int32Array.from({ length: 100 }, (_, i) => 600 + 7 * i);
    const recorded = await differencesOf(detector, kernels, clip, { current, earlier: null });
    const stage = differenceStage(decodeDetector(encodeDetector(detector)), kernels);
    expect(await stage.score(Array.from(current, (i) => clip.small(i)))).toEqual(recorded);
  });
});

describe.skipIf(data === null)(needsSharedData('difference detectors on cdnet-highway (vehicles, lower half)'), () => {
  it('sees most empty road by the reference image', async () => {
    const view: SmallView = { kind: 'small', size: 50, crop: { x: 0, y: 0.5, w: 1, h: 0.5 } };
    const clip = await readClip('cdnet-highway', 'cdnet-highway.mp4', view);
    const found = await study(clip);
    print('cdnet-highway', found);
    expect(found.get('image global1 50px')?.auc).toBeGreaterThan(0.93);
    expect(found.get('image blocked10 50px')?.share).toBeGreaterThan(0.25);
  });
});
