/** A trained model as a stage of the cascade, over whatever runs its forward pass. */
import type { SpecializedStage } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { Architecture } from './architecture.ts';
import type { TrainedModel } from './model.ts';

/** Bytes of `count` small frames, one after another, to one confidence a frame. */
export type Forward = (bytes: Uint8Array, count: number) => Promise<Float32Array>;

/** Frames of one forward pass: its activations should stay within some tens of megabytes, whatever the net. */
export function batchOf(architecture: Architecture): number {
  return architecture.mflop < 50 ? 64 : 16;
}

export function stageOver(model: TrainedModel, forward: Forward, close: () => Promise<void>): SpecializedStage {
  const { architecture, id, view } = model;
  const bytesPerFrame = architecture.inputSize ** 2 * 3;
  const batch = batchOf(architecture);
  return {
    id,
    view,
    async score(frames) {
      const confidence = new Float32Array(frames.length);
      for (let start = 0; start < frames.length; start += batch) {
        const count = Math.min(batch, frames.length - start);
        const bytes = new Uint8Array(count * bytesPerFrame);
        for (let i = 0; i < count; i++) {
          const frame = frames[start + i];
          if (frame.length !== bytesPerFrame) {
            throw new NoScopeError(
              'bad-input',
              `${id} takes small frames of ${bytesPerFrame} bytes, got ${frame.length}; ask frames for the stage's view`,
            );
          }
          bytes.set(frame, i * bytesPerFrame);
        }
        confidence.set(await forward(bytes, count), start);
      }
      return confidence;
    },
    close,
  };
}
