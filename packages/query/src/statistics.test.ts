import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clopperPearsonUpper } from './statistics.ts';

/** P(X ≤ k) for X binomial(m, p), summed term by term: the definition that the bound inverts. */
function binomialCdf(k: number, m: number, p: number): number {
  let logTerm = m * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((m - i + 1) / i) + Math.log(p / (1 - p));
    sum += Math.exp(logTerm);
  }
  return sum;
}

describe('the Clopper–Pearson bound', () => {
  it('is the rate at which so few errors have a chance of 5%', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (m, share) => {
        const k = Math.floor(share * m);
        const bound = clopperPearsonUpper(k, m);
        expect(bound).toBeGreaterThan(k / m);
        expect(binomialCdf(k, m, bound)).toBeCloseTo(0.05, 6);
      }),
    );
  });

  it('is 1 where nothing was tried or everything went wrong', () => {
    expect(clopperPearsonUpper(0, 0)).toBe(1);
    expect(clopperPearsonUpper(7, 7)).toBe(1);
  });

  it('refuses counts that make no rate', () => {
    expect(() => clopperPearsonUpper(3, 2)).toThrow(/0 ≤ k ≤ m/);
    expect(() => clopperPearsonUpper(0.5, 2)).toThrow(/whole numbers/);
  });
});
