/** From a video file to boxes, against labels that OpenCV made: a stretch of two clips; `labels.ts` does whole ones. */
import { describe, expect, it } from 'vitest';
import { labelClip, oracleLabels } from '../support/label-clip.ts';
import { agreement } from '../support/match-labels.ts';
import { needsSharedData, sharedData } from '../support/shared-data.ts';

const data = sharedData();

describe.skipIf(data === null)(needsSharedData('labels of real clips'), () => {
  it.each([
    ['cdnet-highway.mp4', 'yolo-fastest-1.1-xl-coco-320', 1000, 1060],
    ['cdnet-highway.mp4', 'yololite-coco-trial6-224', 1000, 1060],
    ['dvrscan-traffic_camera.mp4', 'yolo-fastest-1.1-xl-coco-320', 0, 30],
  ] as const)('%s, %s: 97 of 100 boxes have a partner, both ways', async (clip, oracle, startFrame, endFrame) => {
    const { frames } = await labelClip(data ?? '', clip, oracle, { startFrame, endFrame });
    const expected = oracleLabels(data ?? '', clip, oracle, frames);
    expect(frames.length).toBeGreaterThanOrEqual(endFrame - startFrame);
    for (const { of, matched } of [agreement(frames, expected), agreement(expected, frames)]) {
      expect(of).toBeGreaterThan(50);
      expect(matched / of).toBeGreaterThanOrEqual(0.97);
    }
  });
});
