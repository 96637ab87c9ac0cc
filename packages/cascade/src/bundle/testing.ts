/** A small bundle for the tests of this package: opaque files, a frontier of two plans, traces. */
import { type Plan, pairIndices, type Recording, sampledIndices } from '@noscope/plan';
import { rateOf, type Score } from '@noscope/query';
import type { BundleParts } from './build.ts';
import { encodeRecording } from './traces.ts';

export const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17) & 0xff);

const score = (): Score => ({ positives: 40, negatives: 60, fp: rateOf(0, 60), fn: rateOf(1, 40), accuracy: 0.99 });

export const plan: Plan = {
  tSkipS: 0.2,
  toleranceS: 0.05,
  detector: { id: 'earlier-1s', against: 'earlier', tDiffS: 1, maxReuseS: 30, delta: 3.25 },
  model: { id: '2-32-64', cLow: 0.125, cHigh: 0.875 },
};

export const otherPlan: Plan = {
  tSkipS: 0,
  toleranceS: 0.05,
  detector: { id: 'image', against: 'reference-image', tDiffS: 0, maxReuseS: Number.POSITIVE_INFINITY, delta: 2.5 },
  model: { id: '4-64-256', cLow: Number.NEGATIVE_INFINITY, cHigh: 0.5 },
};

/** Ten frames a second. */
export function recording(frames: number): Recording {
  const timestampS = Float64Array.from({ length: frames }, (_, i) => i / 10);
  return {
    timestampS,
    label: Uint8Array.from({ length: frames }, (_, i) => Number(i % 7 > 4)),
    confidence: (modelId) => Float32Array.from({ length: frames }, (_, i) => ((i * 13 + modelId.length) % 100) / 99),
    difference(detectorId, tSkipS) {
      const sampled = sampledIndices(timestampS, tSkipS, 0.05);
      const use = { tDiffS: 1, toleranceS: 0.05, maxReuseS: Number.POSITIVE_INFINITY };
      return {
        sampled,
        pair:
          detectorId === 'image'
            ? new Int32Array(sampled.length).fill(-1)
            : pairIndices(
                Float64Array.from(sampled, (i) => timestampS[i]),
                use,
              ),
        difference: Float32Array.from(sampled, (i) => (i * 7) % 11),
      };
    },
  };
}

export const index = {
  models: ['2-32-64', '4-64-256'],
  differences: [
    { detector: 'earlier-1s', tSkipS: 0.2 },
    { detector: 'image', tSkipS: 0 },
  ],
};

export function parts(change: Partial<BundleParts> = {}): BundleParts {
  const point = { frames: score(), windows: null, met: true, costS: 0.001 };
  const fractions = { skipped: 0.5, difference: 0.25, specialized: 0.2, reference: 0.05 };
  return {
    query: { objects: ['car', 'bus'], confidence: 0.25, targets: { fp: 0.01, fn: 0.01 } },
    view: { kind: 'small', size: 50, crop: { x: 0, y: 0.5, w: 1, h: 0.5 } },
    plan,
    frameIntervalS: 0.1,
    detectors: [
      { id: 'image', bytes: bytes(80, 1) },
      { id: 'earlier-1s', bytes: bytes(90, 2) },
      { id: 'unused', bytes: bytes(70, 3) },
    ],
    models: [
      { id: '2-32-64', onnx: bytes(200, 4), layers: { topology: bytes(60, 5), weights: bytes(150, 6) } },
      { id: '4-64-256', onnx: bytes(210, 7), layers: { topology: bytes(60, 5), weights: bytes(150, 8) } },
    ],
    frontier: [
      { ...point, targets: { fp: 0.01, fn: 0.01 }, plan, fractions },
      { ...point, targets: { fp: 0.05, fn: 0.05 }, plan: otherPlan, fractions },
    ],
    traces: encodeRecording(recording(60), index),
    costs: {
      device: 'a test',
      engines: { specialized: 'onnxruntime-cpu' },
      decodeS: 0.001,
      smallFrameS: 0.0002,
      differenceS: { image: 1e-6, 'earlier-1s': 1e-6 },
      specializedS: { '2-32-64': 1e-4, '4-64-256': 5e-4 },
      referenceS: 0.29,
      referenceMeasured: false,
    },
    accuracy: { scored: 100, frames: score(), windows: score(), promised: false },
    provenance: {
      video: { name: 'street.mp4', sizeBytes: 1000, width: 640, height: 360, durationS: 60 },
      reference: 'yolov2-608',
      splits: {
        train: { startS: 0, endS: 20, frames: 200 },
        optimize: { startS: 22, endS: 30, frames: 80 },
        test: { startS: 32, endS: 60, frames: 280 },
      },
      seed: 7,
    },
    warnings: ['the training part covers one hour'],
    createdAt: new Date(0),
    ...change,
  };
}
