import { describe, expect, it } from 'vitest';
import { TRUTH_CSV_HEADER, truthBoxes, truthCsvLines } from './labels.ts';
import { createScene } from './scene.ts';
import { splitScene } from './training.ts';

describe('labels', () => {
  const frame = createScene({ seed: 2, preset: 'rush-hour' }).frameAt(30);

  it('write NoScope’s columns', () => {
    const lines = truthCsvLines(frame).trimEnd().split('\n');
    expect(TRUTH_CSV_HEADER).toBe('frame,object_name,confidence,xmin,ymin,xmax,ymax,timestamp\n');
    expect(lines).toHaveLength(truthBoxes(frame).length);
    for (const [i, line] of lines.entries()) {
      const [number, name, confidence, x0, y0, x1, y1, timestamp] = line.split(',');
      const box = truthBoxes(frame)[i];
      expect([number, name, confidence, timestamp]).toEqual(['30', box.className, '1', '2.000000']);
      expect(Number(x1) - Number(x0)).toBeCloseTo(box.w, 1);
      expect(Number(y1) - Number(y0)).toBeCloseTo(box.h, 1);
    }
  });

  it('leave out what can hardly be seen', () => {
    expect(truthBoxes(frame, { minVisible: 0, minHeight: 0 })).toHaveLength(frame.boxes.length);
    expect(truthBoxes(frame, { minVisible: 0.9 }).length).toBeLessThan(frame.boxes.length);
    expect(truthBoxes(frame, { minHeight: 1000 })).toEqual([]);
  });
});

describe('training scenes', () => {
  it('never share a seed between the splits', () => {
    const seeds = new Set<number>();
    for (const split of ['train', 'test'] as const) {
      for (const seed of [0, 1, 899])
        for (const number of [0, 1, 999_999]) seeds.add(splitScene(split, number, seed).seed);
    }
    expect(seeds.size).toBe(18);
    expect(() => splitScene('train', -1)).toThrow(/no training scene/);
  });

  it('differ in viewpoint and light', () => {
    const heights = [0, 1, 2, 3].map((number) => createScene(splitScene('train', number)).options.parameters);
    expect(new Set(heights.map(({ camera }) => camera.height)).size).toBe(4);
    expect(new Set(heights.map(({ light }) => light.startTimeOfDayH)).size).toBe(4);
  });
});
