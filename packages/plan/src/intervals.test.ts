import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalBuilder, intervalsOf } from './intervals.ts';
import { running } from './testing.ts';

const intervals = (timestampS: number[], label: number[], frameIntervalS: number): [number, number][] =>
  intervalsOf(Float64Array.from(timestampS), Uint8Array.from(label), frameIntervalS).map((i) => [i.startS, i.endS]);

describe('intervals', () => {
  it('joins neighbouring positive frames, to the end of the last one’s time on screen', () => {
    expect(intervals([0, 0.5, 1, 1.5, 2], [0, 1, 1, 0, 1], 0.5)).toEqual([
      [0.5, 1.5],
      [2, 2.5],
    ]);
  });

  it('breaks at a gap: nobody knows what happened in it', () => {
    expect(intervals([0, 0.25, 10, 10.25], [1, 1, 1, 1], 0.25)).toEqual([
      [0, 0.5],
      [10, 10.5],
    ]);
  });

  it('holds a frame of a variable rate until the next one', () => {
    expect(intervals([0, 0.75, 1], [1, 0, 0], 0.25)).toEqual([[0, 0.75]]);
  });

  it('breaks where the stream starts anew', () => {
    expect(intervals([100, 100.5, 0, 0.5], [1, 1, 1, 0], 0.5)).toEqual([
      [100, 101],
      [0, 0.5],
    ]);
  });

  it('is the same pushed frame by frame, whenever it is asked for what has closed', () => {
    const frames = fc.array(fc.tuple(fc.integer({ min: -2, max: 40 }), fc.boolean(), fc.boolean()), { maxLength: 50 });
    fc.assert(
      fc.property(frames, (rows) => {
        const timestampS = running(rows.map(([step]) => step)).map((at) => at / 8);
        const builder = new IntervalBuilder(0.125);
        const streamed = rows.flatMap(([, label, ask], i) => {
          builder.push(timestampS[i], label);
          return ask ? builder.closed() : [];
        });
        const growing = builder.open();
        const rest = builder.end();
        expect(growing === null || rest.at(-1)?.startS === growing.startS).toBe(true);
        const batch = intervalsOf(
          Float64Array.from(timestampS),
          Uint8Array.from(rows, ([, label]) => Number(label)),
          0.125,
        );
        expect([...streamed, ...rest]).toEqual(batch);
        for (const { startS, endS } of batch) expect(endS).toBeGreaterThanOrEqual(startS);
      }),
    );
  });

  it('refuses a frame interval below 0', () => {
    expect(() => new IntervalBuilder(-1)).toThrow(/frameIntervalS/);
  });
});
