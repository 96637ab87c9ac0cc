import { describe, expect, it } from 'vitest';
import type { EngineProbe } from '../engine.ts';
import { chooseFrom, probeEngines } from './probe.ts';
import { useTfjs } from './tfjs.ts';

const probe = (engine: EngineProbe['engine'], available: boolean, isSoftware = false): EngineProbe => ({
  engine,
  available,
  detail: `${engine} detail`,
  isSoftware,
});

describe('choosing an engine', () => {
  const probes = [
    probe('tfjs-node-gpu', false),
    probe('tfjs-webgpu', true, true),
    probe('onnxruntime-cpu', true),
    probe('tfjs-wasm', true),
  ];

  it('passes over what is not there and over an emulated GPU, and says so', () => {
    const choice = chooseFrom(probes);
    expect(choice.engine).toBe('onnxruntime-cpu');
    expect(choice.reason).toContain('tfjs-node-gpu detail');
    expect(choice.reason).toContain('emulated');
  });

  it('takes the one asked for, an emulated one too', () => {
    expect(chooseFrom(probes, 'tfjs-webgpu').engine).toBe('tfjs-webgpu');
    expect(() => chooseFrom(probes, 'tfjs-node-gpu')).toThrow(/onnxruntime-cpu, tfjs-wasm/);
  });

  it('finds the engines that every host has', async () => {
    const found = (await probeEngines()).filter(({ available }) => available).map(({ engine }) => engine);
    expect(found).toEqual(expect.arrayContaining(['onnxruntime-cpu', 'tfjs-wasm', 'tfjs-cpu']));
  });
});

describe('tfjs wasm', () => {
  it('trains convolutions: the filter gradient equals the cpu back end’s, and no tensor stays behind', async () => {
    const gradients: Float32Array[] = [];
    for (const engine of ['tfjs-wasm', 'tfjs-cpu'] as const) {
      const tf = await useTfjs(engine);
      const before = tf.memory().numTensors;
      for (const [stride, pad] of [
        [1, 'same'],
        [2, 'same'],
        [2, 'valid'],
        [1, 1],
      ] as const) {
        const gradient = tf.tidy(() => {
          const x = tf.randomNormal([3, 11, 10, 4], 0, 1, 'float32', 5).as4D(3, 11, 10, 4);
          const w = tf.randomNormal([3, 3, 4, 6], 0, 1, 'float32', 6).as4D(3, 3, 4, 6);
          return tf.grad((filter) =>
            tf
              .conv2d(x, filter.as4D(3, 3, 4, 6), stride, pad)
              .square()
              .sum(),
          )(w);
        });
        gradients.push(new Float32Array(await gradient.data()));
        gradient.dispose();
      }
      expect(tf.memory().numTensors).toBe(before);
    }
    for (let i = 0; i < 4; i++) {
      const peak = Math.max(...gradients[i].map(Math.abs));
      const off = Math.max(...gradients[i].map((value, j) => Math.abs(value - gradients[i + 4][j])));
      expect(off / peak).toBeLessThan(2e-6);
    }
  });
});
