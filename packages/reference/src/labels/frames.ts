/** What every label format is read into. */
import type { Box } from '@noscope/query';

/** The boxes of one frame, in pixels of the picture. */
export interface LabelledFrame {
  /** Number in the video, from 0. */
  frame: number;
  /** Seconds, where the file says. */
  timestampS: number | null;
  boxes: Box[];
}

/** Boxes put together by frame, in order of frames. Frames without a box are not there. */
export class FrameCollector {
  readonly #frames = new Map<number, LabelledFrame>();

  /** The frame, made empty when it is new. */
  frame(frame: number, timestampS: number | null): LabelledFrame {
    let found = this.#frames.get(frame);
    if (found === undefined) {
      found = { frame, timestampS, boxes: [] };
      this.#frames.set(frame, found);
    }
    found.timestampS ??= timestampS;
    return found;
  }

  get frames(): LabelledFrame[] {
    return [...this.#frames.values()].sort((a, b) => a.frame - b.frame);
  }
}
