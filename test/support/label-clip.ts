/** Labelling a real clip with a real reference model, as `noscope label` does. */

import { readFileSync } from 'node:fs';
import { openVideo } from '@noscope/media/node';
import { type LabelledFrame, readDetectionsCsv } from '@noscope/reference';
import { openReference } from '@noscope/reference/node';

/** The reference models whose labels lie beside the checkout, by the name in the label files. */
export const ORACLES = {
  'yolo-fastest-1.1-xl-coco-320': 'yolo-fastest-1.1-xl',
  'yololite-coco-trial6-224': 'yololite-coco-trial6',
} as const;
export type Oracle = keyof typeof ORACLES;

export async function labelClip(
  data: string,
  clip: string,
  oracle: Oracle,
  range: { startFrame?: number; endFrame?: number } = {},
): Promise<{ frames: LabelledFrame[]; seconds: number }> {
  const files = `${data}weights/${ORACLES[oracle]}`;
  const reference = await openReference({
    cfg: `${files}.cfg`,
    weights: `${files}.weights`,
    names: `${data}weights/coco.names`,
  });
  const video = await openVideo(`${data}clips/${clip}`);
  const frames: LabelledFrame[] = [];
  const started = performance.now();
  try {
    for await (const frame of video.frames(range)) {
      const [{ boxes }] = await reference.detect([frame]);
      frames.push({ frame: frame.id, timestampS: frame.timestampS, boxes });
      frame.close();
    }
  } finally {
    await video.close();
    await reference.close();
  }
  return { frames, seconds: (performance.now() - started) / 1000 };
}

/** The oracle's labels of those frames. */
export function oracleLabels(
  data: string,
  clip: string,
  oracle: Oracle,
  frames: readonly LabelledFrame[],
): LabelledFrame[] {
  const looked = new Set(frames.map(({ frame }) => frame));
  const text = readFileSync(`${data}labels/${clip.replace(/\..*$/, '')}.${oracle}.csv`, 'utf8');
  return readDetectionsCsv(text).filter(({ frame }) => looked.has(frame));
}
