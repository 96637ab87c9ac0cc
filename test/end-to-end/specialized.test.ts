/**
 * A specialized model learns a real camera: trained on the first two fifths of a clip by a detector's labels, asked
 * about the last two fifths.
 */
import { readFileSync } from 'node:fs';
import type { SmallView } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { areaUnderCurve, ladder } from '@noscope/specialized';
import { openModel, trainModels } from '@noscope/specialized/node';
import { describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from '../support/shared-data.ts';

const CLIP = 'intel-one-by-one-person-detection';
const data = sharedData();

describe.skipIf(data === null)(needsSharedData('specialized models on real clips'), () => {
  it('tells persons in the part of intel-one-by-one that it never saw', async () => {
    const view: SmallView = { kind: 'small', size: 50 };
    const frames: Uint8Array[] = [];
    const video = await openVideo(`${data}clips/${CLIP}.mp4`);
    for await (const frame of video.frames()) {
      frames.push(await frame.view(view));
      frame.close();
    }
    await video.close();
    const rows = readFileSync(`${data}labels/${CLIP}.presence.csv`, 'utf8').trim().split('\n').slice(1);
    const label = Uint8Array.from(rows, (row) => Number(row.split(',')[1]));
    expect(label.length).toBe(frames.length);

    const end = Math.round(frames.length * 0.4);
    const [model] = await trainModels({
      architectures: ladder(['stride-2x32-32']),
      frames: { count: end, label: label.subarray(0, end), small: (index) => frames[index] },
      view,
      seed: 1,
    });
    const stage = await openModel(model);
    const later = Math.round(frames.length * 0.6);
    const confidence = await stage.score(frames.slice(later));
    await stage.close();
    expect(areaUnderCurve(confidence, label.subarray(later))).toBeGreaterThan(0.99);
  });
});
