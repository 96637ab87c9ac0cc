/**
 * The scene's own randomness. Only 32-bit integer arithmetic and exact divisions, so that a seed gives the same street
 * in every JavaScript engine; `Math.random` and the clock are never asked.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  between(low: number, high: number): number;
  /** Integer in 0..count - 1. */
  int(count: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Index drawn with the given relative weights. */
  weighted(weights: readonly number[]): number;
}

/** sfc32 (Chris Doty-Humphrey's small fast counter), seeded through an integer mix of `seed` and `stream`. */
export function createRandom(seed: number, stream = 0): Random {
  let a = mix(seed | 0);
  let b = mix(a ^ Math.floor(seed / 4294967296));
  let c = mix(b ^ (stream + 0x9e3779b9));
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    int: (count) => Math.floor(next() * count),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)],
    weighted(weights) {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
      for (let i = 0; i < weights.length; i++) {
        left -= weights[i];
        if (left < 0) return i;
      }
      return weights.length - 1;
    },
  };
}

/** Integer hash (murmur3's finaliser). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Uniform in [0, 1) from two integers and a seed, the same for the same three. */
export function hash2(x: number, y: number, seed: number): number {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul((y | 0) + 0x165667b1, 0x9e3779b1) ^ Math.imul(seed | 0, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** Smooth noise in 0..1 with one cell per unit. */
export function noise2(x: number, y: number, seed: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const u = fx * fx * (3 - 2 * fx);
  const v = fy * fy * (3 - 2 * fy);
  const top = hash2(ix, iy, seed) * (1 - u) + hash2(ix + 1, iy, seed) * u;
  const bottom = hash2(ix, iy + 1, seed) * (1 - u) + hash2(ix + 1, iy + 1, seed) * u;
  return top * (1 - v) + bottom * v;
}

/** Three octaves of `noise2`, in 0..1. */
export function fractal2(x: number, y: number, seed: number): number {
  return (
    noise2(x, y, seed) * 0.57 + noise2(x * 2.1, y * 2.1, seed + 1) * 0.29 + noise2(x * 4.3, y * 4.3, seed + 2) * 0.14
  );
}

export const clamp = (value: number, low: number, high: number): number =>
  value < low ? low : value > high ? high : value;

export const smoothstep = (from: number, to: number, value: number): number => {
  const t = clamp((value - from) / (to - from), 0, 1);
  return t * t * (3 - 2 * t);
};
