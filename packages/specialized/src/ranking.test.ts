import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, askedShare, compareQuality, qualityOf, thresholds } from './ranking.ts';

const table = fc.array(fc.record({ c: fc.integer({ min: 0, max: 20 }), y: fc.constantFrom(0, 1) }), { maxLength: 60 });

describe('areaUnderCurve', () => {
  it('is the chance that a positive scores above a negative', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const positives = rows.filter(({ y }) => y === 1);
        const negatives = rows.filter(({ y }) => y === 0);
        let wins = 0;
        for (const p of positives) for (const n of negatives) wins += p.c > n.c ? 1 : p.c === n.c ? 0.5 : 0;
        const pairs = positives.length * negatives.length;
        const area = areaUnderCurve(
          rows.map(({ c }) => c),
          rows.map(({ y }) => y),
        );
        expect(area).toBeCloseTo(pairs === 0 ? 0.5 : wins / pairs, 10);
      }),
    );
  });
});

describe('askedShare', () => {
  it('keeps within the error rates', () => {
    fc.assert(
      fc.property(table, fc.constantFrom(0, 0.01, 0.1, 0.3), (rows, rate) => {
        const c = rows.map((row) => row.c);
        const y = rows.map((row) => row.y);
        const { low, high } = thresholds(c, y, rate);
        const positives = rows.filter((row) => row.y === 1);
        const negatives = rows.filter((row) => row.y === 0);
        expect(positives.filter((row) => row.c < low).length).toBeLessThanOrEqual(rate * positives.length);
        expect(negatives.filter((row) => row.c > high).length).toBeLessThanOrEqual(rate * negatives.length);
      }),
    );
  });

  it('is nothing where the classes part, and most where they do not', () => {
    const label = [0, 0, 0, 1, 1, 1];
    expect(askedShare([0.1, 0.2, 0.3, 0.7, 0.8, 0.9], label, 0.01)).toBe(0);
    expect(askedShare([0.9, 0.8, 0.7, 0.3, 0.2, 0.1], label, 0.01)).toBe(1);
  });
});

it('prefers what asks less, then what is surer', () => {
  const label = [0, 0, 1, 1];
  const sure = qualityOf(Float32Array.of(0.01, 0.02, 0.98, 0.99), label);
  const unsure = qualityOf(Float32Array.of(0.4, 0.45, 0.55, 0.6), label);
  const mixed = qualityOf(Float32Array.of(0.01, 0.99, 0.98, 0.99), label);
  expect([mixed, unsure, sure].sort(compareQuality)).toEqual([sure, unsure, mixed]);
});
