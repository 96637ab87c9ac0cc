/**
 * Real labels flicker, in runs and at the edges of events, as no table of random numbers does. Here one real detector
 * is the reference model (yolo-fastest) and a worse one stands in for the stages: its best confidence for the
 * specialized model, how far its best box moved for the difference detector.
 */
import { readFileSync } from 'node:fs';
import { replay } from '@noscope/plan';
import { meetsTargets, scoreFrames } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from '../../../test/support/shared-data.ts';
import { optimize } from './optimize.ts';
import { splitLearning } from './splits.ts';
import { recordingOf, type Table } from './testing.ts';

const FPS = 10;
const FRAMES = 1394;
const T_DIFF_S = 0.5;

/** Per frame the person found with the highest confidence: [confidence, x, y, w, h], zeros where there is none. */
function bestPersons(path: string): number[][] {
  const best = Array.from({ length: FRAMES }, () => [0, 0, 0, 0, 0]);
  for (const line of readFileSync(path, 'utf8').trim().split('\n').slice(1)) {
    const [frame, className, ...numbers] = line.split(',');
    const found = numbers.map(Number);
    if (className === 'person' && found[0] > best[Number(frame)][0]) best[Number(frame)] = found;
  }
  return best;
}

function oneByOne(folder: string): Table {
  const labels = `${folder}labels/intel-one-by-one-person-detection`;
  const reference = bestPersons(`${labels}.yolo-fastest-1.1-xl-coco-320.csv`);
  const stage = bestPersons(`${labels}.yololite-coco-trial6-224.csv`);
  const moved = stage.map((now, i) => {
    const before = stage[Math.max(0, i - T_DIFF_S * FPS)];
    return now.slice(1).reduce((sum, value, k) => sum + Math.abs(value - before[k + 1]), 0);
  });
  return {
    timestampS: reference.map((_, i) => i / FPS),
    label: reference.map(([confidence]) => Number(confidence >= 0.25)),
    confidence: { lite: stage.map(([confidence]) => confidence) },
    difference: { boxes: moved },
    detectors: [{ id: 'boxes', against: 'earlier', tDiffS: T_DIFF_S, costS: 1e-6 }],
    toleranceS: 0.05,
  };
}

const part = (table: Table, start: number, end: number): Table => ({
  ...table,
  timestampS: table.timestampS.slice(start, end),
  label: table.label.slice(start, end),
  confidence: { lite: table.confidence.lite.slice(start, end) },
  difference: { boxes: table.difference.boxes.slice(start, end) },
});

describe('choosing on real labels', () => {
  const folder = sharedData();
  it.skipIf(folder === null)(needsSharedData('keeps in the replay what it promised, at every target'), async () => {
    const table = oneByOne(folder ?? '');
    const timestampS = Float64Array.from(table.timestampS);
    const { optimize: kept } = splitLearning(timestampS, Uint8Array.from(table.label), { maxReuseS: 10 });
    const recording = recordingOf(part(table, kept.start, kept.end));
    const choice = await optimize({
      recording,
      detectors: table.detectors,
      models: [{ id: 'lite', costS: 1e-5 }],
      skipsS: [0, 0.2, 0.5, 1],
      maxReuseS: [5, 20],
      toleranceS: table.toleranceS,
      costs: { decodeS: 1e-3, smallFrameS: 1e-4, referenceS: 0.29 },
      targets: { fp: 0.02, fn: 0.02 },
    });
    expect(choice.outcome).not.toBe('reference-alone');
    for (const { plan, targets, estimate } of choice.frontier) {
      const run = replay(plan, recording);
      expect(meetsTargets(scoreFrames(recording.label, run.label), targets)).toBe(true);
      expect(meetsTargets(estimate.windows, targets)).toBe(true);
      expect(run.asked).toBe(estimate.asked);
    }
    const [strictest] = choice.frontier;
    const loosest = choice.frontier[choice.frontier.length - 1];
    expect(loosest.estimate.costS).toBeLessThan(strictest.estimate.costS);
  });
});
