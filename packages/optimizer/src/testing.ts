/** What the tests of this package share: small tables of scores as recordings. */
import { type DifferenceTrace, pairIndices, type Recording, sampledIndices } from '@noscope/plan';
import type { DetectorCandidate } from './input.ts';

export interface Table {
  timestampS: number[];
  /** 0 or 1. */
  label: number[];
  /** Of each model, a confidence a frame. */
  confidence: Record<string, number[]>;
  /** Of each detector, a difference a frame, whatever it is compared with. */
  difference: Record<string, number[]>;
  detectors: DetectorCandidate[];
  toleranceS: number;
}

export function recordingOf(table: Table): Recording {
  const timestampS = Float64Array.from(table.timestampS);
  const confidences = new Map<string, Float32Array>();
  const traces = new Map<string, DifferenceTrace>();
  return {
    timestampS,
    label: Uint8Array.from(table.label),
    confidence: (modelId) => once(confidences, modelId, () => Float32Array.from(table.confidence[modelId])),
    difference: (detectorId, tSkipS) =>
      once(traces, `${detectorId} ${tSkipS}`, () => {
        const sampled = sampledIndices(timestampS, tSkipS, table.toleranceS);
        const tDiffS = table.detectors.find(({ id }) => id === detectorId)?.tDiffS ?? 0;
        const use = { tDiffS, toleranceS: table.toleranceS, maxReuseS: Number.POSITIVE_INFINITY };
        const sampledS = Float64Array.from(sampled, (i) => timestampS[i]);
        const difference = Float32Array.from(sampled, (i) => table.difference[detectorId][i]);
        return { sampled, pair: pairIndices(sampledS, use), difference };
      }),
  };
}

function once<T>(made: Map<string, T>, key: string, make: () => T): T {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}

/** Reproducible numbers in 0..1 (mulberry32), for tables too large to write down. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
