export type { TrainedDetector, TrainingFrames } from './detector.ts';
export { decodeDetector, encodeDetector } from './file.ts';
export { differencesOf, type Pairs, type SmallFrames } from './record.ts';
export { type DetectorSpec, detectorGrid, type GridOptions, tDiffGrid } from './spec.ts';
export { differenceStage } from './stage.ts';
export { type TrainDetectorsOptions, trainDetector, trainDetectors } from './train.ts';
