/** Inference on tfjs, through the standard layers format: what a browser does with a published bundle. */
import type { SpecializedStage } from '@noscope/engine';
import type * as Tfjs from '@tensorflow/tfjs';
import { toLayersModel } from './layers-model.ts';
import type { TrainedModel } from './model.ts';
import { stageOver } from './stage.ts';

type Tf = typeof Tfjs;

/**
 * @param use makes the engine's back end the current one; called before each block of ops
 */
export async function openTfjsModel(model: TrainedModel, use: () => Promise<Tf>): Promise<SpecializedStage> {
  const tf = await use();
  const files = toLayersModel(model);
  const { modelTopology, weightsManifest, format } = JSON.parse(files['model.json']);
  const artifacts: Tfjs.io.ModelArtifacts = {
    format,
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: files['weights.bin'].slice().buffer,
  };
  const net = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const { architecture, mean } = model;
  const size = architecture.inputSize;
  const forward = async (bytes: Uint8Array, count: number): Promise<Float32Array> => {
    await use();
    const confidence = tf.tidy(() => {
      // float32 before the back end gets it: int32 to float is a copy more on a GPU.
      const pixels = tf.tensor4d(Float32Array.from(bytes), [count, size, size, 3]);
      const centred = tf.sub(tf.div(pixels, 255), tf.tensor1d([...mean]));
      const output = net.predict(centred);
      return Array.isArray(output) ? output[0] : output;
    });
    const values = await confidence.data();
    confidence.dispose();
    return Float32Array.from(values);
  };
  let closed = false;
  return stageOver(model, forward, async () => {
    if (!closed) net.dispose();
    closed = true;
  });
}
