import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolFrame } from './pool.ts';

describe('poolFrame', () => {
  it('is the rounded mean of each square, channel by channel', () => {
    const sizes = fc.constantFrom([4, 2], [6, 3], [6, 2], [6, 1], [50, 25]);
    fc.assert(
      fc.property(sizes, fc.integer(), ([size, resolution], seed) => {
        const frame = Uint8Array.from(
          { length: size * size * 3 },
          (_, i) => Math.abs(Math.imul(i + seed, 2654435761)) % 256,
        );
        const pooled = poolFrame(frame, size, resolution);
        const factor = size / resolution;
        for (let y = 0; y < resolution; y++) {
          for (let x = 0; x < resolution; x++) {
            for (let c = 0; c < 3; c++) {
              let sum = 0;
              for (let dy = 0; dy < factor; dy++)
                for (let dx = 0; dx < factor; dx++) sum += frame[((y * factor + dy) * size + x * factor + dx) * 3 + c];
              expect(pooled[(y * resolution + x) * 3 + c]).toBe(Math.floor(sum / factor ** 2 + 0.5));
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('rounds half up and never beyond a byte', () => {
    const pairs = Uint8Array.from([255, 0, 1, 255, 1, 2, 255, 0, 1, 255, 1, 2]);
    expect([...poolFrame(pairs, 2, 1)]).toEqual([255, 1, 2]);
  });

  it('gives the frame itself back at its own size', () => {
    const frame = new Uint8Array(12);
    expect(poolFrame(frame, 2, 2)).toBe(frame);
  });
});
