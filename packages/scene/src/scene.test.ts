import { describe, expect, it } from 'vitest';
import { PRESETS, type PresetName } from './options.ts';
import { createScene, type SceneFrame } from './scene.ts';

const boxesAt = (frames: readonly SceneFrame[]): string => JSON.stringify(frames.map(({ boxes }) => boxes));

describe('a scene', () => {
  it.each(PRESETS)('gives the same boxes for the same seed: %s', (preset) => {
    const numbers = [0, 1, 2, 40, 41, 150];
    const [a, b] = [createScene({ seed: 11, preset }), createScene({ seed: 11, preset })];
    const first = boxesAt(numbers.map((index) => a.frameAt(index)));
    expect(boxesAt(numbers.map((index) => b.frameAt(index)))).toBe(first);
    expect(boxesAt(numbers.map((index) => createScene({ seed: 12, preset }).frameAt(index)))).not.toBe(first);
  });

  it('does not depend on which frames were asked for before', () => {
    const inOrder = createScene({ seed: 3 });
    const frames = [...inOrder.frames(0, 60)];
    const jumping = createScene({ seed: 3 });
    for (const index of [59, 7, 30, 29]) expect(boxesAt([jumping.frameAt(index)])).toBe(boxesAt([frames[index]]));
  });

  it('shows the same moment at any frame rate', () => {
    const [slow, fast] = [createScene({ seed: 4, fps: 5 }), createScene({ seed: 4, fps: 15 })];
    for (const index of [0, 3, 20]) {
      const [a, b] = [slow.frameAt(index), fast.frameAt(index * 3)];
      expect(a.timestampS).toBeCloseTo(b.timestampS, 9);
      expect(boxesAt([a])).toBe(boxesAt([b]));
    }
    // Between the simulation's steps things go on smoothly.
    const smooth = createScene({ seed: 4, fps: 60 });
    const moves = smoothness([...smooth.frames(0, 120)]);
    expect(moves.largest).toBeLessThan(30);
    expect(moves.count).toBeGreaterThan(50);
  });

  it('holds boxes within the picture, rounded to a tenth of a pixel', () => {
    for (const frame of createScene({ seed: 5, preset: 'rush-hour' }).frames(0, 60)) {
      for (const { x, y, w, h, visible } of frame.boxes) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + w).toBeLessThanOrEqual(640.0001);
        expect(y + h).toBeLessThanOrEqual(360.0001);
        expect(visible).toBeGreaterThan(0);
        expect(visible).toBeLessThanOrEqual(1);
        for (const value of [x, y, w, h]) expect(Math.abs(value * 10 - Math.round(value * 10))).toBeLessThan(1e-6);
      }
    }
  });

  it('scales with the picture', () => {
    const overrides = { sensor: { shakePx: 0 } };
    const small = createScene({ seed: 6, width: 640, height: 360, overrides }).frameAt(200);
    const large = createScene({ seed: 6, width: 1280, height: 720, overrides }).frameAt(200);
    for (const box of small.boxes) {
      if (box.visible < 0.5) continue;
      const same = large.boxes.find(({ id }) => id === box.id);
      expect(same?.w).toBeCloseTo(box.w * 2, 0);
      expect(same?.h).toBeCloseTo(box.h * 2, 0);
    }
  });

  it('keeps the numbers of a known scene, in every engine', () => {
    // A change of these is a change of every demo clip: raise it knowingly.
    const frame = createScene({ seed: 7, preset: 'rush-hour' }).frameAt(90);
    expect(frame.boxes.map(({ className, x, y, w, h }) => [className, x, y, w, h])).toMatchSnapshot();
  });

  it('refuses options that make no scene, in words', () => {
    expect(() => createScene({ seed: 0.5 })).toThrow(/seed must be an integer/);
    expect(() => createScene({ seed: 1, width: 641 })).toThrow(/width must be an even number/);
    expect(() => createScene({ seed: 1, preset: 'beach' as PresetName })).toThrow(/choose one of street, dusk-rain/);
    expect(() => createScene({ seed: 1, overrides: { weather: { rain: 2 } } })).toThrow(/weather.rain must be in 0..1/);
    expect(() => createScene({ seed: 1, startTimeOfDayH: 25 })).toThrow(/startTimeOfDayH/);
    expect(() => createScene({ seed: 1 }).frameAt(-1)).toThrow(/start at 0/);
  });
});

/** Largest step in pixels that any box's middle makes between frames. */
function smoothness(frames: readonly SceneFrame[]): { largest: number; count: number } {
  let largest = 0;
  let count = 0;
  const last = new Map<number, { x: number; y: number }>();
  for (const { boxes, width, height } of frames) {
    for (const { id, x, y, w, h, visible } of boxes) {
      // Boxes cut by the picture's edge grow as they come in.
      const whole = x > 0 && y > 0 && x + w < width && y + h < height;
      const before = last.get(id);
      if (before !== undefined && whole && visible > 0.9) {
        largest = Math.max(largest, Math.hypot(x + w / 2 - before.x, y + h / 2 - before.y));
        count++;
      }
      last.set(id, { x: x + w / 2, y: y + h / 2 });
    }
  }
  return { largest, count };
}
