/** A plan with its stages opened, from wherever its detector and its model come. */
import type { CascadeRun } from '@noscope/cascade';
import { differenceStage, type TrainedDetector } from '@noscope/difference';
import { type EngineId, loadKernels } from '@noscope/engine';
import type { Plan } from '@noscope/plan';
import type { Query } from '@noscope/query';
import type { TrainedModel } from '@noscope/specialized';
import { openModel } from '@noscope/specialized/node';

export interface StageSource {
  detector(id: string): TrainedDetector;
  model(id: string): TrainedModel;
}

export interface OpenCascade {
  run: CascadeRun;
  close(): Promise<void>;
}

export async function openStages(
  plan: Plan,
  source: StageSource,
  options: { id: string; query: Query; frameIntervalS: number; engine?: EngineId },
): Promise<OpenCascade> {
  const { id, query, frameIntervalS, engine } = options;
  const difference =
    plan.detector === null ? null : differenceStage(source.detector(plan.detector.id), await loadKernels());
  const specialized = plan.model === null ? null : await openModel(source.model(plan.model.id), { engine });
  return {
    run: { id, query, plan, frameIntervalS, difference, specialized },
    close: async () => {
      await difference?.close();
      await specialized?.close();
    },
  };
}
