import { useTfjs } from '@noscope/engine/node';
import { describe, expect, it } from 'vitest';
import { architecture } from '../architecture.ts';
import { randomBatch, TINY } from '../testing.ts';
import { openTfjsTrainer } from '../tfjs-trainer.ts';
import type { Trainer } from '../trainer.ts';
import { initialWeights } from '../weights.ts';
import { openOnnxTrainer } from './onnx-trainer.ts';

const BATCH = 6;

async function curve(trainer: Trainer, id: string, steps: number): Promise<{ losses: number[]; weights: number[] }> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    losses.push(await trainer.step(randomBatch(architecture(id), BATCH, 100 + (i % 4)), 1e-3));
  }
  const weights = (await trainer.state()).weights.flatMap(({ data }) => [...data]);
  await trainer.close();
  return { losses, weights };
}

function openBoth(id: string, engine: 'tfjs-cpu' | 'tfjs-wasm'): Promise<[Trainer, Trainer]> {
  const net = architecture(id);
  const state = { weights: initialWeights(net, 7), moments: null, steps: 0 };
  return Promise.all([
    openOnnxTrainer({ architecture: net, state, batch: BATCH, threads: 1 }),
    openTfjsTrainer({ architecture: net, state, engine, use: () => useTfjs(engine) }),
  ]);
}

const apart = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe('training on ONNX Runtime follows tfjs’s automatic differentiation', () => {
  it.each([
    ['stride-2x32-32@17', 'tfjs-wasm'],
    ['stride-4x32-32@16', 'tfjs-wasm'],
    ['pool-2x32-32@17', 'tfjs-wasm'],
    [TINY, 'tfjs-wasm'],
    ['stride-2x32-32@16', 'tfjs-cpu'],
  ] as const)('24 steps of Adam on %s against %s', async (id, engine) => {
    const [onnx, tfjs] = await openBoth(id, engine);
    const a = await curve(onnx, id, 24);
    const b = await curve(tfjs, id, 24);
    // The same batch comes every fourth step.
    expect(a.losses[20]).toBeLessThan(a.losses[0]);
    expect(apart(a.losses, b.losses)).toBeLessThan(5e-4);
    expect(apart(a.weights, b.weights)).toBeLessThan(2e-2);
  });

  it('keeps tfjs’s memory flat', async () => {
    const tf = await useTfjs('tfjs-wasm');
    const before = tf.memory().numTensors;
    const [onnx, tfjs] = await openBoth(TINY, 'tfjs-wasm');
    const batch = randomBatch(architecture(TINY), BATCH, 1);
    await tfjs.step(batch, 1e-3);
    const once = tf.memory().numTensors;
    await tfjs.step(batch, 1e-3);
    expect(tf.memory().numTensors).toBe(once);
    await Promise.all([onnx.close(), tfjs.close()]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
