/** A trained model on any engine of this host. */
import { type EngineId, isTfjsEngine, type SpecializedStage } from '@noscope/engine';
import { openOnnx, useTfjs } from '@noscope/engine/node';
import { NoScopeError } from '@noscope/query';
import type { TrainedModel } from '../model.ts';
import { toOnnx } from '../onnx-model.ts';
import { stageOver } from '../stage.ts';
import { openTfjsModel } from '../tfjs-model.ts';

export interface OpenModelOptions {
  /** Default `onnxruntime-cpu`: on a CPU it is the fastest by far. */
  engine?: EngineId;
  /** Threads of ONNX Runtime, default 1: a small net gains little from a second, and decoding wants it. */
  threads?: number;
}

/**
 * Opens a trained model for inference. Confidences agree between engines to about 1e-5.
 * @throws NoScopeError `unavailable` when the engine cannot be had here.
 */
export async function openModel(model: TrainedModel, options: OpenModelOptions = {}): Promise<SpecializedStage> {
  const { engine = 'onnxruntime-cpu', threads = 1 } = options;
  if (isTfjsEngine(engine)) return openTfjsModel(model, () => useTfjs(engine));
  const session = await openOnnx(toOnnx(model), { engine, threads });
  const size = model.architecture.inputSize;
  return stageOver(
    model,
    async (bytes, count) => {
      const { confidence } = await session.run({ frames: { dims: [count, size, size, 3], data: bytes } });
      if (!(confidence.data instanceof Float32Array)) {
        throw new NoScopeError('corrupt', `${model.id}: confidences came back as something else than float32`);
      }
      return confidence.data;
    },
    () => session.close(),
  );
}
