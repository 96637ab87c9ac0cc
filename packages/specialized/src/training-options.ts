/** How a candidate is trained, and what was found to work. */
import type { Augmentation } from './batches.ts';

export interface TrainingOptions {
  /** Frames a step. */
  batch: number;
  /** Where it starts after the warm-up; it falls to nothing along a cosine over all steps. */
  learningRate: number;
  /** Steps over which the learning rate rises at the start. */
  warmUp: number;
  /** Least steps of round one: an epoch of a clip of a minute would be twenty, which rank nothing. */
  leastSteps: number;
  /** Least steps in all of those that go on, unless they get worse before. */
  leastStepsInAll: number;
  /** How many looks without getting better end a candidate's training. */
  patience: number;
  augmentation: Augmentation;
  /** Share of the hidden layer's units left out, 0..1. */
  dropout: number;
  /** Moves truth towards a half by half of this, while training; candidates are judged by truth as it is. */
  labelSmoothing: number;
  /** Share of positives among the frames drawn, so that rare objects are learnt. */
  positiveShare: number;
}

export const TRAINING_DEFAULTS: TrainingOptions = {
  batch: 32,
  learningRate: 1e-3,
  warmUp: 20,
  leastSteps: 100,
  leastStepsInAll: 200,
  patience: 3,
  augmentation: { contrast: 0, brightness: 0, colour: 0, shift: 2, noise: 0 },
  dropout: 0.5,
  labelSmoothing: 0,
  positiveShare: 0.5,
};
