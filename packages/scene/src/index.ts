export { CLASSES, type ClassName } from './actors.ts';
export { TRUTH_CSV_HEADER, type TruthOptions, truthBoxes, truthCsvLines } from './labels.ts';
export {
  type CameraParameters,
  type LightParameters,
  PRESETS,
  type PresetName,
  type ResolvedOptions,
  type RoadParameters,
  type SceneOptions,
  type SceneOverrides,
  type SceneParameters,
  type SensorParameters,
  type TrafficParameters,
  type WeatherParameters,
} from './options.ts';
export { createRenderer, type Renderer, type RenderParts } from './render/renderer.ts';
export type { Context2D, MakeSurface, Pixels, Surface } from './render/surface.ts';
export { createScene, type Scene, type SceneFrame } from './scene.ts';
export { type Split, splitScene } from './training.ts';
export type { SceneBox } from './visibility.ts';
