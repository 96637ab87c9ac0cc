import { describe, expect, it } from 'vitest';
import { isPromised, medianInterval, scoreFrames, scoreOf, scoreWindows, windowsOf } from './accuracy.ts';

const every = (count: number, intervalS: number) => Float64Array.from({ length: count }, (_, i) => i * intervalS);

describe('the metric', () => {
  // The two outputs that NoScope's optimizer prints in its README: rates of each class, and the accuracy over all.
  it.each([
    [2845, 489, 0.006678, 0.006135, 0.993401],
    [3018, 316, 0.028827, 0.022152, 0.971806],
  ])('reproduces the accuracy that the authors print for %i negatives', (negatives, positives, fp, fn, accuracy) => {
    const score = scoreOf(positives, negatives, Math.round(fp * negatives), Math.round(fn * positives));
    expect(score.accuracy).toBeCloseTo(accuracy, 6);
    expect(score.fp.rate).toBeCloseTo(fp, 6);
    expect(score.fn.rate).toBeCloseTo(fn, 6);
  });

  it('counts errors over the class they belong to', () => {
    const score = scoreFrames(Uint8Array.of(1, 1, 0, 0, 0), Uint8Array.of(1, 0, 1, 0, 0));
    expect(score).toMatchObject({
      positives: 2,
      negatives: 3,
      fp: { wrong: 1, of: 3 },
      fn: { wrong: 1, of: 2 },
      accuracy: 0.6,
    });
  });

  it('promises 1% after 299 clean windows and not after 298', () => {
    const targets = { fp: 0.01, fn: 0.01 };
    expect(isPromised(scoreOf(299, 299, 0, 0), targets)).toBe(true);
    expect(isPromised(scoreOf(298, 299, 0, 0), targets)).toBe(false);
  });

  it('refuses labels that do not belong together', () => {
    expect(() => scoreFrames(new Uint8Array(2), new Uint8Array(3))).toThrow(/2 true labels and 3 answers/);
  });
});

describe('windows', () => {
  it('are seconds at 30 frames a second, whatever rounding does to the timestamps', () => {
    const windows = windowsOf(every(300, 1 / 30));
    expect(windows.starts.length).toBe(10);
    expect(Array.from(windows.ends, (end, i) => end - windows.starts[i])).toEqual(Array(10).fill(30));
  });

  it('hold 15 frames of a slow camera', () => {
    const windows = windowsOf(every(45, 0.5));
    expect(windows.lengthS).toBe(7.5);
    expect(Array.from(windows.starts)).toEqual([0, 15, 30]);
  });

  it('are positive at 28 of 30 frames', () => {
    const windows = windowsOf(every(30, 1 / 30));
    const truth = new Uint8Array(30).fill(1);
    const answer = truth.slice().fill(0, 0, 2);
    expect(scoreWindows(windows, truth, answer).fn.wrong).toBe(0);
    answer[2] = 0;
    expect(scoreWindows(windows, truth, answer).fn.wrong).toBe(1);
  });

  it('leave out gaps and a stub at the end', () => {
    const timestamps = Float64Array.from([...every(60, 1 / 30), ...every(40, 1 / 30).map((t) => t + 10)]);
    const windows = windowsOf(timestamps);
    expect(Array.from(windows.starts)).toEqual([0, 30, 60]);
    expect(Array.from(windows.ends)).toEqual([30, 60, 90]);
  });

  it('are none for an empty stream', () => {
    expect(windowsOf(new Float64Array()).starts.length).toBe(0);
    expect(medianInterval(new Float64Array())).toBe(0);
  });
});
