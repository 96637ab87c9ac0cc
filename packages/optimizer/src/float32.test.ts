import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsort, midpoint, nextDown, nextUp, Scratch } from './float32.ts';

const finite = fc.float({ noNaN: true, noDefaultInfinity: true, max: 2 ** 127, min: -(2 ** 127) });

describe('float32 order', () => {
  it('steps to the neighbouring float32, and midpoints lie strictly between', () => {
    fc.assert(
      fc.property(finite, (value) => {
        const up = nextUp(value);
        expect(Math.fround(up)).toBe(up);
        expect(up).toBeGreaterThan(value);
        expect(nextDown(up) + 0).toBe(value + 0);
        expect(midpoint(value, up)).toBeGreaterThan(value);
        expect(midpoint(value, up)).toBeLessThan(up);
      }),
    );
  });

  it('sorts as a stable comparison sort does, negative values, zeros and ties included', () => {
    const values = fc.array(fc.oneof(finite, fc.constantFrom(0, -0, 1, -1, 1e-45)), { maxLength: 80 });
    const scratch = new Scratch();
    fc.assert(
      fc.property(values, (list) => {
        const order = new Int32Array(list.length);
        argsort(Float32Array.from(list), order, scratch);
        const expected = list.map((_, i) => i).sort((a, b) => Math.fround(list[a]) - Math.fround(list[b]) || a - b);
        expect([...order]).toEqual(expected);
      }),
    );
  });
});
