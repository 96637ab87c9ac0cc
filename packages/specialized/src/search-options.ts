/** What the search over the ladder is given. */
import type { EngineId, SmallView, SpecializedStage } from '@noscope/engine';
import type { OnProgress } from '@noscope/query';
import type { Architecture } from './architecture.ts';
import type { TrainedModel } from './model.ts';
import type { Trainer, TrainerState } from './trainer.ts';
import type { TrainingOptions } from './training-options.ts';

/** Frames in order of time, as the reference model labelled them. */
export interface LabelledFrames {
  count: number;
  /** 0 or 1 a frame. */
  label: ArrayLike<number>;
  /** Uint8Array [size, size, 3] of the view; only read. */
  small(index: number): Uint8Array;
}

export interface SearchOptions {
  architectures: readonly Architecture[];
  /** The training part. */
  frames: LabelledFrames;
  /** Which view the frames are; its size is the architectures' input size. */
  view: SmallView;
  /** Frames to judge by, later than the training part's. Default: the training part's tail, held out. */
  validation?: LabelledFrames;
  seed: number;
  signal?: AbortSignal;
  /** Events of stage `specialized`: `progress` in frames, a `candidate` with its quality after each round, warnings. */
  onProgress?: OnProgress;
  /**
   * Asked before a candidate begins (`soFar` null) and before it goes on (`soFar`: what it is now). True drops it: it
   * cannot beat the best plan so far, by its cost alone or by what it can do.
   */
  shouldDrop?(architecture: Architecture, soFar: TrainedModel | null): boolean | Promise<boolean>;
  /** How many are trained to the end. Default 3. */
  keep?: number;
  /** At most so many frames are learnt from. Default 6,000. */
  maxFrames?: number;
  /** Epochs a candidate sees in all, where they are more steps than `training.leastStepsInAll`. Default 4. */
  epochs?: number;
  training?: Partial<TrainingOptions>;
}

/** What the search needs from a host. */
export interface SearchHost {
  readonly engine: EngineId;
  openTrainer(architecture: Architecture, state: TrainerState, batch: number): Promise<Trainer>;
  openModel(model: TrainedModel): Promise<SpecializedStage>;
  /** Milliseconds; for the rates in progress events, nothing hangs on it. */
  now(): number;
}
