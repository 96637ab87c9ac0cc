/** Records what every detector and every model says about a stretch of the learning set: what plans are chosen by. */

import { differencesOf, type TrainedDetector } from '@noscope/difference';
import type { Kernels, SpecializedStage } from '@noscope/engine';
import { type DifferenceTrace, pairIndices, type Recording, sampledIndices } from '@noscope/plan';
import { NoScopeError, type OnProgress, throwIfAborted } from '@noscope/query';
import type { LearningSet, Range } from './learning-set.ts';

/** Frames that go through a model at once: large enough to keep two cores busy, small enough to be stopped in. */
const BATCH = 256;

export interface RecordOptions {
  set: LearningSet;
  range: Range;
  detectors: readonly TrainedDetector[];
  models: readonly SpecializedStage[];
  skipsS: readonly number[];
  toleranceS: number;
  kernels: Kernels;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

export async function record(options: RecordOptions): Promise<Recording> {
  const { set, range, detectors, models, skipsS, toleranceS, kernels, signal, onProgress } = options;
  const timestampS = set.timestampS.slice(range.start, range.end);
  const frames = { count: timestampS.length, small: (index: number) => set.small(range.start + index) };
  const confidences = new Map<string, Float32Array>();
  const traces = new Map<string, DifferenceTrace>();
  const total = detectors.length + models.length;
  const report = () =>
    onProgress?.({
      kind: 'progress',
      stage: 'record',
      done: confidences.size + traces.size / Math.max(1, skipsS.length),
      total,
      unit: 'stages',
      perSecond: null,
    });

  for (const model of models) {
    const confidence = new Float32Array(frames.count);
    for (let start = 0; start < frames.count; start += BATCH) {
      throwIfAborted(signal);
      const batch = Array.from({ length: Math.min(BATCH, frames.count - start) }, (_, i) => frames.small(start + i));
      confidence.set(await model.score(batch), start);
    }
    confidences.set(model.id, confidence);
    report();
  }
  for (const detector of detectors) {
    for (const [tSkipS, trace] of await differenceTraces(detector, {
      timestampS,
      frames,
      skipsS,
      toleranceS,
      kernels,
      signal,
    })) {
      traces.set(key(detector.id, tSkipS), trace);
    }
    report();
  }

  return {
    timestampS,
    label: set.label.slice(range.start, range.end),
    confidence: (modelId) => found(confidences.get(modelId), `model ${modelId}`),
    difference: (detectorId, tSkipS) =>
      found(traces.get(key(detectorId, tSkipS)), `detector ${detectorId} at t_skip ${tSkipS} s`),
  };
}

interface TraceOptions {
  timestampS: Float64Array;
  frames: { count: number; small(index: number): Uint8Array };
  skipsS: readonly number[];
  toleranceS: number;
  kernels: Kernels;
  signal?: AbortSignal;
}

/** A detector's differences at every skip. A pair of frames that several skips compare is measured once. */
async function differenceTraces(
  detector: TrainedDetector,
  options: TraceOptions,
): Promise<Map<number, DifferenceTrace>> {
  const { timestampS, frames, skipsS, toleranceS, kernels, signal } = options;
  const wanted = skipsS.map((tSkipS) => {
    const sampled = sampledIndices(timestampS, tSkipS, toleranceS);
    const pair =
      detector.spec.against === 'earlier'
        ? pairIndices(
            Float64Array.from(sampled, (frame) => timestampS[frame]),
            { tDiffS: detector.spec.tDiffS, toleranceS, maxReuseS: Number.POSITIVE_INFINITY },
          )
        : new Int32Array(sampled.length).fill(-1);
    return { tSkipS, sampled, pair };
  });
  // The index of a measured pair, by both of its frames.
  const measured = new Map<number, number>();
  const pairKey = (frame: number, earlier: number) => frame * (frames.count + 1) + earlier + 1;
  for (const { sampled, pair } of wanted) {
    sampled.forEach((frame, k) => {
      const at = pairKey(frame, pair[k] < 0 ? -1 : sampled[pair[k]]);
      if (!measured.has(at)) measured.set(at, measured.size);
    });
  }
  const current = new Int32Array(measured.size);
  const earlier = new Int32Array(measured.size);
  for (const [at, index] of measured) {
    current[index] = Math.floor(at / (frames.count + 1));
    earlier[index] = (at % (frames.count + 1)) - 1;
  }
  const all = await differencesOf(detector, kernels, frames, { current, earlier }, signal);
  return new Map(
    wanted.map(({ tSkipS, sampled, pair }) => {
      const difference = Float32Array.from(
        sampled,
        (frame, k) => all[measured.get(pairKey(frame, pair[k] < 0 ? -1 : sampled[pair[k]])) ?? 0],
      );
      return [tSkipS, { sampled, pair, difference }];
    }),
  );
}

const key = (detectorId: string, tSkipS: number) => `${detectorId}@${tSkipS}`;

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new NoScopeError('bad-input', `${what} was not recorded`);
  return value;
}
