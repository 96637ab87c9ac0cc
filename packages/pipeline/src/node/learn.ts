/**
 * The steps after labelling: train detectors and models on the *train* part, record what they say on all that is learnt
 * from, choose a plan that keeps the targets there and on the *optimize* part by itself, which no stage was fitted to. Everything that was measured or trained is kept in the work folder, so a run that was stopped
 * goes on and ends with the same cascade.
 */
import { detectorGrid, type TrainedDetector, tDiffGrid, trainDetectors } from '@noscope/difference';
import { type EngineId, type Kernels, loadKernels, type SpecializedStage } from '@noscope/engine';
import {
  bestCostS,
  type Choice,
  canBeat,
  type DetectorCandidate,
  floorOf,
  type ModelCandidate,
  optimize,
} from '@noscope/optimizer';
import type { Recording } from '@noscope/plan';
import { medianInterval, NoScopeError, type OnProgress, type Query, throwIfAborted } from '@noscope/query';
import { ladder, type TrainedModel } from '@noscope/specialized';
import type { MeasuredCosts } from './costs.ts';
import { safetyMargins } from './coverage.ts';
import { reuseGrid, skipGrid, toleranceOf } from './grid.ts';
import { appearances, type LearningSet, type Range } from './learning-set.ts';
import { record } from './recording.ts';
import { openModels, timeArchitectures, timeDetectors } from './stages.ts';
import { trainLadder } from './train-ladder.ts';
import type { WorkFolder } from './work-folder.ts';

/** What a run learns with; equal settings on equal labels give an equal cascade. */
export interface LearnSettings {
  query: Query;
  /** `default`, `paper`, or architectures by id. */
  grid: 'default' | 'paper' | readonly string[];
  seed: number;
}

export interface LearnOptions extends LearnSettings {
  set: LearningSet;
  train: Range;
  optimize: Range;
  costs: MeasuredCosts;
  work: WorkFolder;
  /** What trains and runs the specialized models. */
  engine: EngineId;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

export interface Learned {
  frameIntervalS: number;
  toleranceS: number;
  skipsS: number[];
  detectors: TrainedDetector[];
  models: TrainedModel[];
  /** Seconds a frame, by id. */
  differenceS: Record<string, number>;
  specializedS: Record<string, number>;
  /** Of the optimize part. */
  recording: Recording;
  choice: Choice;
  /** Which kernels computed the differences. */
  kernels: Kernels['implementation'];
  timing: { trainS: number; optimizeS: number };
}

export async function learn(options: LearnOptions): Promise<Learned> {
  const { set, train, query, work, engine, signal, onProgress } = options;
  const kernels = await loadKernels();
  const frameIntervalS = medianInterval(set.timestampS);
  if (frameIntervalS <= 0)
    throw new NoScopeError(
      'bad-input',
      'the frames to learn from have no timestamps that rise; nothing can be learnt from a still',
    );
  const toleranceS = toleranceOf(frameIntervalS);
  const skipsS = skipGrid(frameIntervalS);
  const optimizeS = set.timestampS[options.optimize.end - 1] - set.timestampS[options.optimize.start];
  const maxReuseS = reuseGrid(optimizeS);
  const startedMs = performance.now();

  onProgress?.({ kind: 'stage', stage: 'train', message: `difference detectors on ${train.end - train.start} frames` });
  const detectors = await trainDetectors(
    detectorGrid({ size: set.view.size, tDiffS: tDiffGrid(skipsS, frameIntervalS) }),
    {
      count: train.end - train.start,
      timestampS: set.timestampS.subarray(train.start, train.end),
      label: set.label.subarray(train.start, train.end),
      small: (index) => set.small(train.start + index),
      view: set.view,
      toleranceS,
    },
    { kernels, signal, onProgress },
  );
  const whole: Range = { start: train.start, end: options.optimize.end };
  const recordPart = (range: Range, models: readonly SpecializedStage[], of: readonly TrainedDetector[]) =>
    record({ set, range, detectors: of, models, skipsS, toleranceS, kernels, signal, onProgress });
  const wholeDifferences = await recordPart(whole, [], detectors);
  const judgeDifferences = await recordPart(options.optimize, [], detectors);
  const differenceS = await work.remember('difference-costs.json', () => timeDetectors(detectors, set, kernels));
  const without = {
    recording: wholeDifferences,
    detectors: detectors.map(
      ({ id, spec }): DetectorCandidate => ({
        id,
        against: spec.against,
        tDiffS: spec.tDiffS,
        costS: differenceS[id] ?? 0,
      }),
    ),
    models: [],
    skipsS,
    maxReuseS,
    toleranceS,
    costs: options.costs,
    targets: query.targets,
    signal,
  };

  onProgress?.({ kind: 'stage', stage: 'train', message: 'specialized models' });
  const { models, specializedS } = await trainModelsThatCanWin(options, without);
  const trainS = (performance.now() - startedMs) / 1000;

  const chooseMs = performance.now();
  const frames = whole.end - whole.start;
  onProgress?.({ kind: 'stage', stage: 'optimize', message: `choosing the cascade on ${frames} frames` });
  const stages = await openModels(models, engine);
  try {
    const { confidence } = await recordPart(whole, stages, []);
    throwIfAborted(signal);
    const judge: Recording = {
      ...judgeDifferences,
      confidence: (id) => confidence(id).subarray(options.optimize.start - whole.start),
    };
    const choice = await optimize({
      ...without,
      recording: { ...wholeDifferences, confidence },
      judge,
      models: models.map(({ id }): ModelCandidate => ({ id, costS: specializedS[id] ?? 0 })),
      ...safetyMargins(appearances(set, whole)),
      onProgress,
    });
    return {
      frameIntervalS,
      toleranceS,
      skipsS,
      detectors,
      models,
      differenceS,
      specializedS,
      recording: judge,
      choice,
      kernels: kernels.implementation,
      timing: { trainS, optimizeS: (performance.now() - chooseMs) / 1000 },
    };
  } finally {
    await Promise.all(stages.map((stage) => stage.close()));
  }
}

/** Trains the ladder, without the architectures whose cost alone keeps them from the best plan that has no model. */
async function trainModelsThatCanWin(
  { set, train, grid, seed, engine, work, signal, onProgress }: LearnOptions,
  without: Parameters<typeof bestCostS>[0],
): Promise<{ models: TrainedModel[]; specializedS: Record<string, number> }> {
  const architectures = ladder(grid);
  const costS = await work.remember('architecture-costs.json', () => timeArchitectures(architectures, set, engine));
  const floor = floorOf(without);
  const bestS = await bestCostS(without);
  const models = await trainLadder({
    architectures,
    set,
    train,
    seed,
    engine,
    work,
    shouldDrop: ({ id }) => !canBeat(floor, { costS: costS[id] ?? 0 }, bestS),
    signal,
    onProgress,
  });
  return {
    models,
    specializedS: Object.fromEntries(models.map(({ id, architecture }) => [id, costS[architecture.id] ?? 0])),
  };
}
