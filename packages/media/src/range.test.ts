import { describe, expect, it } from 'vitest';
import { RangeFilter } from './range.ts';
import type { FrameRange } from './video.ts';

/** Ids given out of a video with these timestamps. */
function given(range: FrameRange, timestampS: number[]): number[] {
  const filter = new RangeFilter(range);
  const ids: number[] = [];
  for (const [id, t] of timestampS.entries()) {
    const verdict = filter.next(id, t);
    if (verdict === 'end') break;
    if (verdict === 'give') ids.push(id);
  }
  return ids;
}

const steady = Array.from({ length: 40 }, (_, i) => i / 10);

describe('range', () => {
  it('starts at and ends before its bounds', () => {
    expect(given({ startFrame: 3, endFrame: 6 }, steady)).toEqual([3, 4, 5]);
    expect(given({ startS: 0.3, endS: 0.6 }, steady)).toEqual([3, 4, 5]);
    expect(given({ startFrame: 2, startS: 0.4, endS: 0.55, endFrame: 100 }, steady)).toEqual([4, 5]);
  });

  it('steps by frames from its first frame', () => {
    expect(given({ startFrame: 5, endFrame: 16, everyN: 4 }, steady)).toEqual([5, 9, 13]);
  });

  it('steps by seconds without drift', () => {
    const ntsc = Array.from({ length: 300 }, (_, i) => (i * 1001) / 30000);
    expect(given({ everyS: 1 }, ntsc)).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 270]);
    expect(given({ everyS: 0 }, steady)).toHaveLength(40);
    expect(given({ everyS: 1 }, [0, 0.4, 0.9, 5, 5.5, 6, 7.2, 7.4, 8])).toEqual([0, 3, 5, 6, 8]);
  });

  it('goes on when a stream sets its clock back', () => {
    expect(given({ everyS: 1 }, [100, 100.5, 101, 0, 0.5, 1])).toEqual([0, 2, 3, 5]);
  });

  it('refuses bounds that mean nothing', () => {
    expect(() => new RangeFilter({ everyN: 0 })).toThrow(/everyN is a whole number from 1/);
    expect(() => new RangeFilter({ startFrame: -1 })).toThrow(/startFrame/);
    expect(() => new RangeFilter({ everyS: Number.NaN })).toThrow(/everyS/);
  });
});
