/** What a cascade says about one frame, and the stretches of time that a person asked for. */
import { z } from 'zod';

/** Who decided: the frame was skipped, the difference detector, the specialized model, or the reference model. */
export const stageSchema = z.enum(['skipped', 'difference', 'specialized', 'reference']);
export type Stage = z.infer<typeof stageSchema>;

export const decisionSchema = z.object({
  /** The frame's number in its stream, from 0. */
  frameId: z.number().int().nonnegative(),
  /** Seconds, from the decoder. */
  timestampS: z.number(),
  /** Whether the object is there. */
  label: z.boolean(),
  stage: stageSchema,
  /**
   * What the deciding stage measured: the difference for `difference`, the specialized model's confidence for
   * `specialized` and `reference` (where there is a model), null otherwise.
   */
  score: z.number().nullable(),
  /** The root: the frame whose answer this is; equal to `frameId` where the frame was answered itself, -1 for the reference image. */
  sourceFrameId: z.number().int().min(-1),
  /** `provisional`: the reference has not answered yet; `unresolved`: it never will, the label is a guess outside the promise. */
  state: z.enum(['provisional', 'final', 'unresolved']),
  /** Counts up with every change of this frame's decision, from 0. */
  revision: z.number().int().nonnegative(),
  /** Why the reference was asked: the cascade was not sure, or an audit drew the frame. */
  reason: z.enum(['cascade', 'audit']),
  /** With which probability an audit draws a frame such as this; 1 for frames that the cascade itself asks about. */
  probability: z.number().min(0).max(1),
});
export type Decision = z.infer<typeof decisionSchema>;

/** A stretch of time in which the object was there; `endS` is the end of the last frame's time on screen. */
export const intervalSchema = z.object({ startS: z.number(), endS: z.number() });
export type Interval = z.infer<typeof intervalSchema>;
