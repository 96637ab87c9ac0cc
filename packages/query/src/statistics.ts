/** Exact binomial bounds, and the special functions under them. Pure. */
import { NoScopeError } from './errors.ts';

/** Lanczos approximation (g = 7, n = 9), relative error below 1e-13 for x > 0. */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  let sum = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) sum += coefficients[i] / (y + i);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Continued fraction of the incomplete beta function (Lentz's method). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guard = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-14) break;
  }
  return result;
}

/** Regularized incomplete beta function I_x(a, b), for a, b > 0 and x in 0..1. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/**
 * One-sided Clopper–Pearson bound: with the given confidence the true rate is at most this, after `k` of `m`
 * independent trials went wrong (Clopper and Pearson, Biometrika 1934). 1 when nothing was tried.
 */
export function clopperPearsonUpper(k: number, m: number, confidence = 0.95): number {
  if (!Number.isInteger(k) || !Number.isInteger(m) || k < 0 || k > m) {
    throw new NoScopeError('bad-input', `a rate needs whole numbers 0 ≤ k ≤ m, not ${k} of ${m}`);
  }
  if (!(confidence > 0 && confidence < 1)) throw new NoScopeError('bad-input', 'a confidence lies between 0 and 1');
  if (k === m) return 1;
  const alpha = 1 - confidence;
  if (k === 0) return 1 - alpha ** (1 / m);
  let low = k / m;
  let high = 1;
  // The quantile of Beta(k + 1, m - k) at `confidence`; bisection halves 60 times, below double precision.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle, k + 1, m - k) < confidence) low = middle;
    else high = middle;
  }
  return high;
}
