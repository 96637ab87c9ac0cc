/** One interface over the two ways a Darknet network is run: ONNX Runtime and tfjs. */
import { type EngineId, isTfjsEngine } from '@noscope/engine';
import { largestTensorBytes, openOnnx, throwIfGpuFailed, useTfjs } from '@noscope/engine/node';
import { NoScopeError } from '@noscope/query';
import { INPUT_NAME, outputLayers, toOnnx } from '../lower-onnx.ts';
import { toTfjs } from '../lower-tfjs.ts';
import type { NetworkDescription, Shape } from '../network.ts';
import type { Weights } from '../weights.ts';

export interface Forward {
  readonly engine: EngineId;
  /** The largest batch whose activations the engine can hold. */
  readonly maxBatch: number;
  /**
   * [batch, 3, h, w] in 0..1 → for each head in order (or the last layer of a backbone) [batch, channels, h, w]. With
   * `give` the input's memory may be taken, as `Session.run` says.
   */
  run(input: Float32Array, batch: number, give: boolean): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export async function openForward(
  network: NetworkDescription,
  weights: Weights,
  options: { engine: EngineId; threads: number },
): Promise<Forward> {
  const { engine } = options;
  const outputs = outputLayers(network);
  const { channels, height, width } = network.input;
  if (isTfjsEngine(engine)) {
    const lifted = toTfjs(await useTfjs(engine), network, weights);
    const largest = Math.max(channels * height * width, ...network.layers.map(({ output }) => sizeOf(output)));
    return {
      engine,
      maxBatch: Math.max(1, Math.floor((await largestTensorBytes(engine)) / (4 * largest))),
      async run(input, batch) {
        await useTfjs(engine);
        const results = await lifted.run(input, batch);
        if (engine === 'tfjs-webgpu') throwIfGpuFailed();
        return outputs.map(({ layer }) => results.get(layer.index) ?? new Float32Array(0));
      },
      async close() {
        lifted.dispose();
      },
    };
  }
  const session = await openOnnx(toOnnx(network, weights), { engine, threads: options.threads, worker: true });
  return {
    engine,
    maxBatch: Number.POSITIVE_INFINITY,
    async run(input, batch, give) {
      const dims = [batch, channels, height, width];
      const results = await session.run({ [INPUT_NAME]: { dims, data: input } }, { give });
      return outputs.map(({ name }) => {
        const { data } = results[name];
        if (!(data instanceof Float32Array)) throw new NoScopeError('unsupported', `output ${name} is not float32`);
        return data;
      });
    },
    close: () => session.close(),
  };
}

const sizeOf = ({ channels, height, width }: Shape): number => channels * height * width;
