import type { EngineId } from '@noscope/engine';
import { useTfjs } from '@noscope/engine/node';
import { describe, expect, it } from 'vitest';
import { fromLayersModel, toLayersModel } from '../layers-model.ts';
import { randomModel, syntheticFrames, TINY } from '../testing.ts';
import { openModel } from './open-model.ts';

async function score(model: ReturnType<typeof randomModel>, frames: Uint8Array[], engine: EngineId) {
  const stage = await openModel(model, { engine });
  const confidence = await stage.score(frames);
  await stage.close();
  return confidence;
}

const apart = (a: Float32Array, b: Float32Array) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe('a trained model gives the same confidences on every engine', () => {
  it.each([TINY, 'pool-2x32-32@17', 'stride-4x64-128@33'])('%s: ONNX Runtime, tfjs cpu, tfjs wasm', async (id) => {
    const model = randomModel(id);
    const { frames } = syntheticFrames(9, model.architecture.inputSize, 3);
    const onnx = await score(model, frames, 'onnxruntime-cpu');
    expect(new Set(onnx).size).toBeGreaterThan(5);
    for (const engine of ['tfjs-cpu', 'tfjs-wasm'] as const) {
      expect(apart(onnx, await score(model, frames, engine))).toBeLessThan(1e-5);
    }
  });

  it('does not depend on the batch a frame is in', async () => {
    const model = randomModel('stride-2x32-32@16');
    const { frames } = syntheticFrames(300, 16, 5);
    const stage = await openModel(model);
    const together = await stage.score(frames);
    for (const i of [0, 127, 128, 299]) {
      expect(Math.abs((await stage.score([frames[i]]))[0] - together[i])).toBeLessThan(1e-6);
    }
    expect(await stage.score([])).toEqual(new Float32Array(0));
    await stage.close();
  });

  it('says which bytes it wants', async () => {
    const stage = await openModel(randomModel(TINY));
    await expect(stage.score([new Uint8Array(50 * 50 * 3)])).rejects.toThrow(/768 bytes, got 7500/);
    await stage.close();
  });
});

describe('the layers format', () => {
  it('comes back as the same model', () => {
    const model = randomModel('pool-2x32-32@17');
    const files = toLayersModel(model);
    expect(fromLayersModel(files)).toEqual(model);
    // Weights that do not start at a multiple of four, as in a file read into a larger buffer.
    const shifted = new Uint8Array(files['weights.bin'].length + 1);
    shifted.set(files['weights.bin'], 1);
    expect(fromLayersModel({ ...files, 'weights.bin': shifted.subarray(1) })).toEqual(model);
  });

  it('is standard: tfjs loads it knowing nothing of this package', async () => {
    const model = randomModel(TINY);
    const { frames } = syntheticFrames(4, 16, 3);
    const expected = await score(model, frames, 'onnxruntime-cpu');
    const tf = await useTfjs('tfjs-wasm');
    const files = toLayersModel(model);
    const json = JSON.parse(files['model.json']);
    const net = await tf.loadLayersModel({
      load: async () => ({
        ...json,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: files['weights.bin'].slice().buffer,
      }),
    });
    const { mean } = json.userDefinedMetadata.noscope;
    frames.forEach((frame, i) => {
      const [confidence] = tf.tidy(() => {
        const x = Float32Array.from(frame, (byte, k) => byte / 255 - mean[k % 3]);
        return (net.predict(tf.tensor4d(x, [1, 16, 16, 3])) as ReturnType<typeof tf.tensor>).dataSync();
      });
      expect(Math.abs(confidence - expected[i])).toBeLessThan(1e-5);
    });
    net.dispose();
  });

  it.each([
    ['no JSON', (json: string) => json.slice(1), (bytes: Uint8Array) => bytes, /no JSON/],
    ['another document', () => '{"format":"graph-model"}', (bytes: Uint8Array) => bytes, /format/],
    [
      'weights cut off',
      (json: string) => json,
      (bytes: Uint8Array) => bytes.subarray(4),
      /holds \d+ bytes, model.json wants/,
    ],
    [
      'an unknown net',
      (json: string) => json.replaceAll(TINY, 'stride-3x32-32'),
      (bytes: Uint8Array) => bytes,
      /stride-3x32-32/,
    ],
    [
      'weights of another net',
      (json: string) => json.replace('"conv1/bias"', '"conv9/bias"'),
      (bytes: Uint8Array) => bytes,
      /expected conv1/,
    ],
    ['a number that is none', (json: string) => json, (bytes: Uint8Array) => bytes.map(() => 255), /no number/],
  ])('refuses %s', (_, json, bytes, message) => {
    const files = toLayersModel(randomModel(TINY));
    expect(() =>
      fromLayersModel({ 'model.json': json(files['model.json']), 'weights.bin': bytes(files['weights.bin']) }),
    ).toThrow(message);
  });
});
