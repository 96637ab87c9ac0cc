import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsSharedData, sharedData } from '../../../test/support/shared-data.ts';
import { splitByTime, splitLearning } from './splits.ts';

const clip = (seconds: number, fps: number, isThere: (s: number) => boolean) => ({
  timestampS: Float64Array.from({ length: seconds * fps }, (_, i) => i / fps),
  label: Uint8Array.from({ length: seconds * fps }, (_, i) => Number(isThere(i / fps))),
});
const never = (): boolean => false;

describe('splits', () => {
  it('cuts by time at 40/20/40 and leaves out what a plan could carry over', () => {
    const { timestampS, label } = clip(1000, 10, never);
    expect(splitByTime(timestampS, label, { maxReuseS: 10 })).toEqual({
      train: { start: 0, end: 3950 },
      optimize: { start: 4050, end: 5950 },
      test: { start: 6050, end: 10_000 },
    });
  });

  it('goes by time where the frame rate changes', () => {
    // ten times the frames in the second half
    const timestampS = Float64Array.from([
      ...Array.from({ length: 500 }, (_, i) => i),
      ...Array.from({ length: 5000 }, (_, i) => 500 + i / 10),
    ]);
    const { train } = splitByTime(timestampS, new Uint8Array(5500), { maxReuseS: 0 });
    expect(train.end).toBeCloseTo(400, -1);
  });

  it('keeps a short clip nearly whole', () => {
    const { timestampS, label } = clip(90, 10, never);
    const { train, optimize, test } = splitByTime(timestampS, label, { maxReuseS: 60 });
    const kept = train.end + (optimize.end - optimize.start) + (test.end - test.start);
    expect(kept / 900).toBeGreaterThan(0.95);
    expect(test.end).toBe(900);
  });

  it('moves a cut to the nearest place where nothing changes', () => {
    // the object comes and goes every half second around the cut wished for at 40 s
    const { timestampS, label } = clip(100, 10, (s) => s > 37 && s < 42 && s % 1 < 0.5);
    const { train, optimize } = splitByTime(timestampS, label, { maxReuseS: 60 });
    const around = label.subarray(train.end, optimize.start);
    expect(new Set(around).size).toBe(1);
    expect(timestampS[train.end] + timestampS[optimize.start]).toBeGreaterThan(2 * 42);
  });

  it('splits a learning part two to one', () => {
    const { timestampS, label } = clip(90, 10, never);
    const { train, optimize } = splitLearning(timestampS, label, { maxReuseS: 0 });
    expect(train.end / 900).toBeCloseTo(2 / 3, 2);
    expect(optimize.end).toBe(900);
  });

  it('refuses what is too short, and timestamps that run backwards', () => {
    expect(() => splitByTime(new Float64Array(2), new Uint8Array(2), { maxReuseS: 1 })).toThrow(/too few/);
    expect(() => splitByTime(new Float64Array(0), new Uint8Array(0), { maxReuseS: 1 })).toThrow(/too few/);
    expect(() => splitByTime(Float64Array.of(0, 2, 1), new Uint8Array(3), { maxReuseS: 1 })).toThrow(/backwards/);
  });

  it('gives parts in order that do not overlap, whatever the label does', () => {
    const labels = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 60, maxLength: 300 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 0, max: 50 }), (list, maxReuseS) => {
        const timestampS = Float64Array.from(list, (_, i) => i / 5);
        const { train, optimize, test } = splitByTime(timestampS, Uint8Array.from(list), { maxReuseS });
        const borders = [train.start, train.end, optimize.start, optimize.end, test.start, test.end];
        expect(borders).toEqual([...borders].sort((a, b) => a - b));
        const kept = train.end - train.start + (optimize.end - optimize.start) + (test.end - test.start);
        expect(kept / list.length).toBeGreaterThan(0.9);
      }),
    );
  });

  const folder = sharedData();
  it.skipIf(folder === null)(needsSharedData('tears no event of a real clip'), () => {
    const text = readFileSync(`${folder}labels/aboda-video4.presence.csv`, 'utf8');
    const label = Uint8Array.from(text.trim().split('\n').slice(1), (line) => Number(line.split(',')[1]));
    const timestampS = Float64Array.from(label, (_, i) => (i * 1001) / 30000);
    const { train, optimize, test } = splitByTime(timestampS, label, { maxReuseS: 30 });
    for (const [end, start] of [
      [train.end, optimize.start],
      [optimize.end, test.start],
    ]) {
      expect(new Set(label.subarray(end, start)).size).toBe(1);
    }
  });
});
