import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseFrames, holdOutTail } from './selection.ts';

const labels = fc.array(fc.constantFrom(0, 1), { maxLength: 400 });
const count = (label: ArrayLike<number>, indices: Iterable<number>) => {
  const found = [0, 0];
  for (const i of indices) found[label[i]]++;
  return found;
};

describe('chooseFrames', () => {
  it('takes as many as allowed, each once, in order', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 500 }), (label, limit) => {
        const chosen = [...chooseFrames(label, limit)];
        expect(chosen.length).toBe(Math.min(limit, label.length));
        expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
        expect(chosen.every((i) => i >= 0 && i < label.length)).toBe(true);
      }),
    );
  });

  it('takes a rare class whole and no class beyond half while the other has more to give', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 300 }), (label, limit) => {
        const all = count(label, label.keys());
        const taken = count(label, chooseFrames(label, limit));
        for (const side of [0, 1]) {
          if (all[side] <= Math.floor(limit / 2)) expect(taken[side]).toBe(all[side]);
          else expect(taken[side]).toBeGreaterThanOrEqual(Math.min(all[side], Math.floor(limit / 2)));
        }
      }),
    );
  });

  it('covers the whole time of a class evenly', () => {
    const chosen = chooseFrames(new Uint8Array(60_000), 6000);
    const gaps = chosen.slice(1).map((index, i) => index - chosen[i]);
    expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([10, 10]);
    expect(chosen[0]).toBe(5);
  });
});

describe('holdOutTail', () => {
  it('cuts once, in time, with enough of both classes on both sides, or says that it cannot', () => {
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 12 }), (label, least) => {
        const held = holdOutTail(label, 0.2, least);
        if (held === null) return;
        expect([...held.fit, ...held.held]).toEqual([...label.keys()]);
        expect(held.held.length).toBeGreaterThanOrEqual(0.2 * label.length);
        expect(held.held.length).toBeLessThanOrEqual(label.length / 2);
        for (const part of [held.fit, held.held]) expect(Math.min(...count(label, part))).toBeGreaterThanOrEqual(least);
      }),
    );
  });

  it('reaches further back than a fifth when the tail lacks a class', () => {
    const label = Array.from({ length: 100 }, (_, i) => ((i >= 10 && i < 30) || (i >= 55 && i < 70) ? 1 : 0));
    expect(holdOutTail(label)?.held.length).toBe(40);
    expect(holdOutTail(label.map(() => 1))).toBeNull();
  });
});
