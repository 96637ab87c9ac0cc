/** Detectors and models as opened, timed stages. */
import { differenceStage, type TrainedDetector } from '@noscope/difference';
import type { EngineId, Kernels, SmallView, SpecializedStage } from '@noscope/engine';
import { type Architecture, initialWeights, makeModel, type TrainedModel } from '@noscope/specialized';
import { openModel } from '@noscope/specialized/node';
import { secondsEach } from './costs.ts';
import type { LearningSet } from './learning-set.ts';

/** Frames on which a stage's cost is measured; a batch as the executor makes them. */
const TIMED = 128;

export async function openModels(models: readonly TrainedModel[], engine?: EngineId): Promise<SpecializedStage[]> {
  const opened: SpecializedStage[] = [];
  try {
    for (const model of models) opened.push(await openModel(model, { engine }));
    return opened;
  } catch (error) {
    await Promise.all(opened.map((stage) => stage.close()));
    throw error;
  }
}

/** Seconds a frame of each detector, by id. Detectors of one shape compute the same and are timed once. */
export async function timeDetectors(
  detectors: readonly TrainedDetector[],
  set: LearningSet,
  kernels: Kernels,
): Promise<Record<string, number>> {
  const frames = timedFrames(set);
  const byShape = new Map<string, number>();
  const costs: Record<string, number> = {};
  for (const detector of detectors) {
    const { against, metric, blocks, resolution } = detector.spec;
    const shape = [against, metric, blocks, resolution].join();
    let costS = byShape.get(shape);
    if (costS === undefined) {
      const stage = differenceStage(detector, kernels);
      const earlier = against === 'earlier' ? frames.toReversed() : undefined;
      costS = await secondsEach(frames.length, () => stage.score(frames, earlier));
      await stage.close();
      byShape.set(shape, costS);
    }
    costs[detector.id] = costS;
  }
  return costs;
}

/** Seconds a frame of each architecture, by its id; what its weights are makes no difference. */
export async function timeArchitectures(
  architectures: readonly Architecture[],
  set: LearningSet,
  engine?: EngineId,
): Promise<Record<string, number>> {
  const frames = timedFrames(set);
  const costs: Record<string, number> = {};
  for (const architecture of architectures) {
    const view: SmallView = { ...set.view, size: architecture.inputSize };
    const stage = await openModel(
      makeModel({ architecture, view, mean: [0.5, 0.5, 0.5], weights: initialWeights(architecture, 1), seed: 1 }),
      { engine },
    );
    costs[architecture.id] = await secondsEach(frames.length, () => stage.score(frames));
    await stage.close();
  }
  return costs;
}

function timedFrames(set: LearningSet): Uint8Array[] {
  const count = Math.min(TIMED, set.timestampS.length);
  return Array.from({ length: count }, (_, i) => set.small(i));
}
