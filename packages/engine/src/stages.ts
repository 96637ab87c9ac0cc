/**
 * The three stages of a cascade, as the executor sees them. Scores are promises of whole batches, so a stage may live
 * on a GPU or behind a network.
 */
import type { Box, Size } from '@noscope/query';
import type { Frame, SmallView } from './frame.ts';

export interface DifferenceStage {
  /** Content id: equal ids compute equal scores, so plans may share one stage. */
  readonly id: string;
  readonly view: SmallView;
  /** Against what a frame is compared. */
  readonly against: 'reference-image' | 'earlier';
  /**
   * One float32 difference a frame; larger means more change. `earlier[i]` is the frame that `current[i]` is compared
   * with; it is not given for a detector against the reference image.
   */
  score(current: readonly Uint8Array[], earlier?: readonly Uint8Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface SpecializedStage {
  readonly id: string;
  readonly view: SmallView;
  /** One float32 confidence in 0..1 a frame. */
  score(frames: readonly Uint8Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface Detection {
  boxes: Box[];
  /** The picture that the boxes' pixels belong to. */
  picture: Size;
}

export interface ReferenceStage {
  readonly id: string;
  /** How many frames a call takes at best. */
  readonly batchSize: number;
  /**
   * The boxes of each frame with confidence ≥ 0.1, in the order given. The frames stay open until the promise settles;
   * rejects when the reference cannot be reached or fails.
   */
  detect(frames: readonly Frame[], signal?: AbortSignal): Promise<Detection[]>;
  close(): Promise<void>;
}
