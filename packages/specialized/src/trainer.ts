/** What every engine that trains has to offer; the search knows nothing else of them. */
import type { EngineId } from '@noscope/engine';
import type { Batch } from './batches.ts';
import type { Weight } from './weights.ts';

/** Where a training stands: all it takes to go on, on any engine. */
export interface TrainerState {
  weights: Weight[];
  /** Adam's first and second moments, in the order of the weights; null before the first step. */
  moments: { m: Float32Array; v: Float32Array }[] | null;
  /** Steps taken so far. */
  steps: number;
}

export interface Trainer {
  readonly engine: EngineId;
  /** One step of Adam; answers with the batch's mean weighted cross-entropy before the step. Not to be overlapped. */
  step(batch: Batch, learningRate: number): Promise<number>;
  /** A copy of where the training stands. */
  state(): Promise<TrainerState>;
  /** A step that is under way ends first. Idempotent. */
  close(): Promise<void>;
}
