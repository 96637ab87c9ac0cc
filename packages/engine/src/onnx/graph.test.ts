import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { OnnxGraph } from './graph.ts';
import { Message } from './protobuf.ts';

const open = (graph: OnnxGraph) => ort.InferenceSession.create(graph.encode(), { intraOpNumThreads: 1 });

describe('protobuf', () => {
  it('writes the specification’s examples', () => {
    expect([...new Message().int(1, 150).bytes()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new Message().string(2, 'testing').bytes()]).toEqual([0x12, 7, ...new TextEncoder().encode('testing')]);
    expect([...new Message().message(3, new Message().int(1, 150)).bytes()]).toEqual([0x1a, 3, 0x08, 0x96, 0x01]);
    expect([...new Message().int(1, -1).bytes()]).toEqual([0x08, ...Array(9).fill(0xff), 0x01]);
  });

  it('reads back every integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = new Message().int(1, value).bytes().slice(1);
        let read = 0n;
        bytes.forEach((byte, i) => {
          read |= BigInt(byte & 0x7f) << BigInt(7 * i);
        });
        expect(BigInt.asIntN(64, read)).toBe(value);
      }),
    );
  });
});

describe('OnnxGraph', () => {
  it('runs on ONNX Runtime, with a free dimension, each element type and each kind of attribute', async () => {
    const graph = new OnnxGraph('all')
      .input('bytes', ['n', 4], 'uint8')
      .output('y', ['n', 2])
      .output('padded', ['n', 4])
      .constant('shape', [2], new BigInt64Array([-1n, 2n]))
      .constant('pads', [4], new BigInt64Array([0n, 1n, 0n, 1n]))
      .constant('w', [4, 2], new Float32Array([1, 0, 0, 1, 1, 0, 0, 1]))
      .node('Cast', ['bytes'], ['x'], { to: 1 })
      .node('Gemm', ['x', 'w'], ['sum'], { alpha: { float: 0.5 }, transB: 0 })
      .node('LeakyRelu', ['sum'], ['relu'], { alpha: { float: 0.25 } })
      .node('Reshape', ['relu', 'shape'], ['y'])
      .node('Pad', ['y', 'pads'], ['padded'], { mode: 'edge' });
    const session = await open(graph);
    const bytes = new ort.Tensor('uint8', Uint8Array.of(1, 2, 3, 4, 0, 0, 255, 0, 8, 8, 8, 8), [3, 4]);
    const { y, padded } = await session.run({ bytes });
    expect(y.dims).toEqual([3, 2]);
    expect([...(y.data as Float32Array)]).toEqual([2, 3, 127.5, 0, 8, 8]);
    expect([...(padded.data as Float32Array)].slice(0, 4)).toEqual([2, 2, 3, 3]);
    await session.release();
  });

  it('takes lists of ints: a strided convolution', async () => {
    const graph = new OnnxGraph('conv')
      .input('x', [1, 1, 4, 4])
      .output('y', [1, 1, 2, 2])
      .constant('w', [1, 1, 2, 2], new Float32Array([1, 1, 1, 1]))
      .node('Conv', ['x', 'w'], ['y'], { strides: [2, 2] });
    const session = await open(graph);
    const x = new ort.Tensor(
      'float32',
      Float32Array.from({ length: 16 }, (_, i) => i),
      [1, 1, 4, 4],
    );
    const { y } = await session.run({ x });
    expect([...(y.data as Float32Array)]).toEqual([10, 18, 42, 50]);
    await session.release();
  });

  it('refuses names that do not fit together and data that does not fill its dims', () => {
    const graph = () => new OnnxGraph('bad').input('x', ['n']);
    expect(() => graph().node('Relu', ['nobody'], ['y'])).toThrow(/"nobody" is not defined/);
    expect(() => graph().node('Relu', ['x'], ['x'])).toThrow(/"x" is defined twice/);
    expect(() => graph().output('y', ['n']).encode()).toThrow(/"y" is computed by no node/);
    expect(() => graph().constant('c', [2, 2], new Float32Array(3))).toThrow(/hold 4 values, not 3/);
  });
});
