import { NoScopeError } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../onnx/index.ts';
import { openOnnx } from './onnx.ts';

const doubling = () =>
  new OnnxGraph('double')
    .input('x', ['n'])
    .constant('two', [], new Float32Array([2]))
    .node('Mul', ['x', 'two'], ['y'])
    .output('y', ['n'])
    .encode();

describe.each([false, true])('openOnnx, on a thread of its own: %s', (worker) => {
  it('runs a graph with a free dimension, calls overlapping', async () => {
    const session = await openOnnx(doubling(), { worker, threads: 1 });
    const runs = [1, 2, 3].map((n) =>
      session.run({ x: { dims: [n], data: new Float32Array(n).fill(n) } }).then(({ y }) => [...y.data]),
    );
    expect(await Promise.all(runs)).toEqual([[2], [4, 4], [6, 6, 6]]);
    await session.close();
    await session.close();
    await expect(session.run({})).rejects.toThrow(/closed/);
  });

  it('takes the memory of what it is given, and leaves alone what it is lent', async () => {
    const session = await openOnnx(doubling(), { worker, threads: 1 });
    const [lent, given] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    await session.run({ x: { dims: [2], data: lent } });
    const { y } = await session.run({ x: { dims: [2], data: given } }, { give: true });
    expect([...y.data]).toEqual([6, 8]);
    expect([...lent]).toEqual([1, 2]);
    expect(given.length).toBe(worker ? 0 : 2);
    await session.close();
  });

  it('refuses what is no model', async () => {
    const error = await openOnnx(new Uint8Array([1, 2, 3]), { worker }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(NoScopeError);
    expect(error).toMatchObject({ code: 'corrupt' });
  });

  it('goes on after a run with the wrong inputs', async () => {
    const session = await openOnnx(doubling(), { worker, threads: 1 });
    await expect(session.run({ z: { dims: [1], data: new Float32Array(1) } })).rejects.toThrow();
    const { y } = await session.run({ x: { dims: [1], data: new Float32Array([4]) } });
    expect([...y.data]).toEqual([8]);
    await session.close();
  });
});
