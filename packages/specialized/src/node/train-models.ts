/** The search on this host's engines. */
import { type EngineId, isTfjsEngine } from '@noscope/engine';
import { useTfjs } from '@noscope/engine/node';
import type { TrainedModel } from '../model.ts';
import { searchModels } from '../search.ts';
import type { SearchHost, SearchOptions } from '../search-options.ts';
import { openTfjsTrainer } from '../tfjs-trainer.ts';
import { openOnnxTrainer } from './onnx-trainer.ts';
import { openModel } from './open-model.ts';

export interface TrainModelsOptions extends SearchOptions {
  /** What trains. Default `onnxruntime-cpu`; on a GPU host a tfjs engine is faster. */
  engine?: EngineId;
  /** Threads of ONNX Runtime, default 2. */
  threads?: number;
}

/**
 * Trains a ladder of specialized models on labelled small frames and returns the best, best first; none when all were
 * dropped.
 *
 * ```ts
 * const models = await trainModels({ architectures: ladder(), frames, view: { kind: 'small', size: 50 }, seed: 1 });
 * const stage = await openModel(models[0]);
 * ```
 *
 * The same options give the same models on the same engine and number of threads.
 * @throws NoScopeError `bad-input` when one class is missing or almost so; `unavailable` when the engine cannot be had; `aborted`.
 */
export function trainModels(options: TrainModelsOptions): Promise<TrainedModel[]> {
  const { engine = 'onnxruntime-cpu', threads = 2 } = options;
  const host: SearchHost = {
    engine,
    openTrainer: (architecture, state, batch) =>
      isTfjsEngine(engine)
        ? openTfjsTrainer({ architecture, state, engine, use: () => useTfjs(engine) })
        : openOnnxTrainer({ architecture, state, batch, engine, threads }),
    openModel: (model) => openModel(model, { engine, threads }),
    now: () => performance.now(),
  };
  return searchModels(host, options);
}
