export { openScene, type RenderedFrame, type SceneFramesOptions, type SceneSource, sceneFrames } from './frames.ts';
export { makeNodeSurface } from './surface.ts';
export { type TrainingSample, type TrainingSamplesOptions, trainingSamples } from './training.ts';
