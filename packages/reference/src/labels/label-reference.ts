/** A reference "model" that has its answers in a file: labels made elsewhere, or earlier. */
import type { Detection, Frame, ReferenceStage } from '@noscope/engine';
import { type Box, type Size, throwIfAborted } from '@noscope/query';
import type { LabelledFrame } from './frames.ts';

/** Confidence that `ReferenceStage` promises at least. */
const THRESHOLD = 0.1;

/**
 * Answers each frame by its id; a frame that the labels do not have is empty.
 * @param picture the size that the boxes' pixels belong to.
 */
export function referenceFromLabels(
  frames: ReadonlyMap<number, readonly Box[]> | readonly LabelledFrame[],
  picture: Size,
  id: string,
): ReferenceStage {
  const byFrame: ReadonlyMap<number, readonly Box[]> =
    frames instanceof Map ? frames : new Map(listOf(frames).map(({ frame, boxes }) => [frame, boxes]));
  return {
    id,
    batchSize: 1,
    async detect(wanted: readonly Frame[], signal?: AbortSignal): Promise<Detection[]> {
      throwIfAborted(signal);
      return wanted.map((frame) => ({
        boxes: (byFrame.get(frame.id) ?? []).filter((box) => box.confidence >= THRESHOLD),
        picture,
      }));
    },
    async close() {},
  };
}

const listOf = (frames: ReadonlyMap<number, readonly Box[]> | readonly LabelledFrame[]): readonly LabelledFrame[] =>
  Array.isArray(frames) ? frames : [];
