import { NoScopeError } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameDetector, type TrainedDetector } from './detector.ts';
import { decodeDetector, encodeDetector } from './file.ts';
import { fnv1a64 } from './hash.ts';

const byte = fc.integer({ min: 0, max: 255 });
const positive = fc.float({ min: 0, max: Math.fround(1e6), noNaN: true }).map((value) => value + 0);

const detector: fc.Arbitrary<TrainedDetector> = fc
  .record({
    against: fc.constantFrom('reference-image' as const, 'earlier' as const),
    blocks: fc.constantFrom(1, 2, 5),
    resolution: fc.constantFrom(5, 10),
    factor: fc.constantFrom(1, 2, 5),
    tDiffS: fc.double({ min: 0.01, max: 60, noNaN: true }),
    crop: fc.option(fc.constant({ x: 0.125, y: 0.5, w: 0.3, h: 0.5 }), { nil: undefined }),
    bytes: fc.array(byte, { minLength: 300, maxLength: 300 }),
    weights: fc.array(positive, { minLength: 25, maxLength: 25 }),
    bias: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  })
  .map(({ against, blocks, resolution, factor, tDiffS, crop, bytes, weights, bias }) =>
    nameDetector({
      spec: {
        against,
        metric: blocks === 1 ? 'global' : 'blocked',
        blocks,
        resolution,
        tDiffS: against === 'earlier' ? tDiffS : 0,
      },
      view: { kind: 'small', size: resolution * factor, ...(crop && { crop }) },
      ...(against === 'reference-image' && { image: Uint8Array.from(bytes.slice(0, resolution ** 2 * 3)) }),
      ...(blocks > 1 && { weights: Float32Array.from(weights.slice(0, blocks ** 2)), bias }),
    }),
  );

const codeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof NoScopeError) return error.code;
    throw error;
  }
  return 'read';
};

describe('the detector file', () => {
  it('gives the same detector back, id included', () => {
    fc.assert(
      fc.property(detector, (one) => {
        expect(decodeDetector(encodeDetector(one))).toEqual(one);
      }),
    );
  });

  it('can be read from the middle of a larger buffer', () => {
    const [one] = fc.sample(detector, { numRuns: 1, seed: 1 });
    const file = encodeDetector(one);
    const larger = new Uint8Array(file.length + 7);
    larger.set(file, 3);
    expect(decodeDetector(larger.subarray(3, 3 + file.length))).toEqual(one);
  });

  it('refuses every truncation and every changed byte', () => {
    fc.assert(
      fc.property(detector, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, change) => {
        const file = encodeDetector(one);
        expect(codeOf(() => decodeDetector(file.subarray(0, at % file.length)))).toBe('corrupt');
        file[at % file.length] ^= change;
        expect(codeOf(() => decodeDetector(file))).toMatch(/^(corrupt|unsupported)$/);
      }),
    );
  });

  it('refuses garbage in words', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(codeOf(() => decodeDetector(bytes))).toBe('corrupt');
      }),
    );
    expect(() => decodeDetector(new Uint8Array(100))).toThrow(/file is damaged.*again/);
  });

  it('refuses contents that contradict themselves under a valid checksum', () => {
    fc.assert(
      fc.property(detector, fc.integer({ min: 8, max: 63 }), byte, (one, at, value) => {
        const file = encodeDetector(one);
        file[at] = value;
        const end = file.length - 8;
        new DataView(file.buffer).setBigUint64(end, fnv1a64(file.subarray(0, end)), true);
        const code = codeOf(() => decodeDetector(file));
        expect(code).toMatch(/^(corrupt|read)$/);
        // What is read is at least a detector that can be written again.
        if (code === 'read') encodeDetector(decodeDetector(file));
      }),
      { numRuns: 500 },
    );
  });

  it('is the format that version 1 wrote: files out there must stay readable', () => {
    const written =
      '4e53444401000000010101000200020004000000000080be333333333333d33f000000000000c03f000000000000e03f' +
      '333333333333d33f000000000000e03f0000003f0000803e0000000000004040';
    const detector = nameDetector({
      spec: { against: 'earlier', metric: 'blocked', blocks: 2, resolution: 2, tDiffS: 0.3 },
      view: { kind: 'small', size: 4, crop: { x: 0.125, y: 0.5, w: 0.3, h: 0.5 } },
      weights: Float32Array.of(0.5, 0.25, 0, 3),
      bias: -0.25,
    });
    const file = Buffer.from(encodeDetector(detector)).toString('hex');
    expect(file.slice(0, -16)).toBe(written);
    expect(detector.id).toBe('earlier0.3s-blocked2-2px-51cad2fc2db0b702');
  });

  it('says which version it cannot read', () => {
    const [one] = fc.sample(detector, { numRuns: 1, seed: 1 });
    const file = encodeDetector(one);
    file[4] = 2;
    expect(() => decodeDetector(file)).toThrow(/version 2; this build reads version 1/);
  });
});

describe('fnv1a64', () => {
  it('matches the published values', () => {
    const hash = (text: string) => fnv1a64(new TextEncoder().encode(text)).toString(16);
    expect(hash('')).toBe('cbf29ce484222325');
    expect(hash('a')).toBe('af63dc4c8601ec8c');
    expect(hash('foobar')).toBe('85944171f73967e8');
  });
});
