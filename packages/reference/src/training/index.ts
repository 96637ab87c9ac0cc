export { clusterAnchors } from './anchors.ts';
export { trainingGraph } from './graph.ts';
export { DARKNET_LOSS, LOSS_PARTS, type LossWeights } from './loss.ts';
export { createRandom, type Random } from './random.ts';
export type { TruthBox } from './targets.ts';
export {
  createTrainer,
  type Losses,
  type OpenSession,
  Trainer,
  type TrainerOptions,
  type TrainingPicture,
} from './trainer.ts';
export { writeWeights } from './write-weights.ts';
