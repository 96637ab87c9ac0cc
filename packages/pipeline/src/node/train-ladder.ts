/** The search over specialized models, with what it found kept in the work folder. */
import type { EngineId } from '@noscope/engine';
import type { OnProgress } from '@noscope/query';
import { type Architecture, fromLayersModel, type TrainedModel, toLayersModel } from '@noscope/specialized';
import { trainModels } from '@noscope/specialized/node';
import type { LearningSet, Range } from './learning-set.ts';
import type { WorkFolder } from './work-folder.ts';

export interface TrainLadderOptions {
  architectures: readonly Architecture[];
  set: LearningSet;
  train: Range;
  seed: number;
  engine?: EngineId;
  work: WorkFolder;
  shouldDrop(architecture: Architecture, soFar: TrainedModel | null): boolean | Promise<boolean>;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

/** The best models, best first; none when no model can beat the best plan without one. */
export async function trainLadder(options: TrainLadderOptions): Promise<TrainedModel[]> {
  const { architectures, set, train, seed, engine, work, shouldDrop, signal, onProgress } = options;
  const kept = work.read('models.json');
  if (kept !== null) {
    const names = JSON.parse(new TextDecoder().decode(kept)) as string[];
    const models = names.map((name) => readModel(work, name));
    if (models.every((model) => model !== null)) {
      onProgress?.({
        kind: 'stage',
        stage: 'train',
        message: `${models.length} specialized models were trained before`,
      });
      return models;
    }
  }
  const models = await trainModels({
    architectures,
    frames: {
      count: train.end - train.start,
      label: set.label.subarray(train.start, train.end),
      small: (index) => set.small(train.start + index),
    },
    view: set.view,
    seed,
    engine,
    shouldDrop,
    signal,
    onProgress,
  });
  for (const model of models) {
    const files = toLayersModel(model);
    work.write(`${model.id}.json`, files['model.json']);
    work.write(`${model.id}.bin`, files['weights.bin']);
  }
  // Written last: without it the models count as not trained.
  work.write('models.json', JSON.stringify(models.map(({ id }) => id)));
  return models;
}

function readModel(work: WorkFolder, id: string): TrainedModel | null {
  const topology = work.read(`${id}.json`);
  const weights = work.read(`${id}.bin`);
  if (topology === null || weights === null) return null;
  return fromLayersModel({ 'model.json': new TextDecoder().decode(topology), 'weights.bin': weights });
}
