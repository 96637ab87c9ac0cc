import { NoScopeError } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCfg } from './parse.ts';
import { numbersFrom, writeWeightsFile } from './weights.fixture.ts';
import { readWeights, weightsSize } from './weights.ts';

const network = parseCfg(`[net]
width=8
height=8
[convolutional]
batch_normalize=1
filters=4
size=3
pad=1
activation=leaky
[convolutional]
groups=2
filters=6
size=1
activation=linear
`);

const file = (version?: { major: number; minor: number; seen: bigint }) =>
  writeWeightsFile(network, numbersFrom(1), version);

describe('readWeights', () => {
  it.each([
    [{ major: 0, minor: 1, seen: 41_827_200n }, 16],
    [{ major: 0, minor: 2, seen: 2n ** 33n }, 20],
    [{ major: 0, minor: 2, seen: 7n }, 20],
    [{ major: 1, minor: 0, seen: 7n }, 20],
  ])('reads both widths of `seen`, case %#', (version, header) => {
    const bytes = file(version);
    const weights = readWeights(network, bytes);
    expect(weights.seen).toBe(version.seen);
    expect(bytes.length).toBe(header + 4 * (4 * 4 + 4 * 27 + 6 + 6 * 2));
    expect(weightsSize(network, version)).toBe(bytes.length);
  });

  it('folds batch norm: scale·(x − mean)/√variance + bias', () => {
    const bytes = file();
    const raw = new Float32Array(bytes.buffer.slice(20));
    const { convolutions } = readWeights(network, bytes);
    const [bias, scale, mean, variance] = [0, 1, 2, 3].map((part) => raw[4 * part + 2]);
    const factor = scale / Math.sqrt(variance + 1e-6);
    expect(convolutions[0].bias[2]).toBeCloseTo(bias - mean * factor, 5);
    expect(convolutions[0].kernel[2 * 27 + 5]).toBeCloseTo(raw[16 + 2 * 27 + 5] * factor, 5);
    expect(convolutions[1].bias[3]).toBe(raw[16 + 4 * 27 + 3]);
    expect(convolutions[1].kernel).toHaveLength(12);
  });

  it('reads from the middle of a larger buffer', () => {
    const bytes = file();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(readWeights(network, shifted.subarray(3))).toEqual(readWeights(network, bytes));
  });

  it.each([
    [
      'cut off in the second layer',
      (b: Uint8Array) => b.subarray(0, b.length - 4),
      /truncated.*ends in the weights of layer 1 \(convolutional, 6 filters 1×1\/1, 2 groups, cfg line 10\)/,
    ],
    ['cut off in the first', (b: Uint8Array) => b.subarray(0, 60), /ends in the batch norm means of layer 0/],
    ['too long', (b: Uint8Array) => Uint8Array.from([...b, 0, 0, 0, 0]), /4 bytes are left after layer 1/],
    ['without a header', (b: Uint8Array) => b.subarray(0, 7), /too few for its header/],
    [
      'something else',
      (b: Uint8Array) => Uint8Array.from([...new TextEncoder().encode('<!DOCTYPE html>!'), ...b]),
      /no Darknet weights file/,
    ],
  ])('refuses a file %s', (_, damage, message) => {
    expect(() => readWeights(network, damage(file()))).toThrow(message);
  });

  it('refuses a file of another cfg whose length happens to fit, at the layer', () => {
    const bytes = file();
    new DataView(bytes.buffer).setFloat32(20 + 4 * 12, -0.5, true);
    expect(() => readWeights(network, bytes)).toThrow(/another cfg: layer 0 .*variance of -0.5/);
    new DataView(bytes.buffer).setFloat32(20 + 4 * 12, Number.NaN, true);
    expect(() => readWeights(network, bytes)).toThrow(/batch norm variances of layer 0.*hold NaN/);
  });

  it('throws nothing but NoScopeError on garbage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 800 }), (bytes) => {
        try {
          readWeights(network, bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(NoScopeError);
        }
      }),
    );
  });
});
