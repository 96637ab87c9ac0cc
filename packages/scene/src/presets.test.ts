import { describe, expect, it } from 'vitest';
import { truthBoxes } from './labels.ts';
import { type PresetName, resolveOptions } from './options.ts';
import { createScene } from './scene.ts';

const MINUTES = 5;

interface Life {
  /** Share of moments with at least one, by class. */
  present: Record<string, number>;
  /** Mean number in view. */
  mean: Record<string, number>;
  /** Lengths in seconds of the times with a bus in view. */
  buses: number[];
}

/** What a preset's camera sees, at three moments a second. */
function watch(preset: PresetName, seed: number): Life {
  const fps = 3;
  const life: Life = { present: {}, mean: {}, buses: [] };
  const frames = MINUTES * 60 * fps;
  let since = -1;
  for (const frame of createScene({ seed, preset, fps }).frames(0, frames)) {
    const boxes = truthBoxes(frame);
    const classes = new Set(boxes.map(({ className }) => className));
    for (const name of classes) life.present[name] = (life.present[name] ?? 0) + 1 / frames;
    for (const { className } of boxes) life.mean[className] = (life.mean[className] ?? 0) + 1 / frames;
    if (classes.has('bus') && since < 0) since = frame.timestampS;
    if (!classes.has('bus') && since >= 0) {
      life.buses.push(frame.timestampS - since);
      since = -1;
    }
  }
  return life;
}

describe('presets', () => {
  const street = [2, 7].map((seed) => watch('street', seed));

  it('street: a bus about every 50 seconds, in view for some seconds', () => {
    for (const { buses, present } of street) {
      expect(buses.length).toBeGreaterThanOrEqual(3);
      expect(buses.length).toBeLessThanOrEqual(9);
      const median = buses.slice().sort((a, b) => a - b)[buses.length >> 1];
      expect(median).toBeGreaterThan(4);
      expect(median).toBeLessThan(16);
      expect(present.bus).toBeGreaterThan(0.06);
      expect(present.bus).toBeLessThan(0.4);
    }
  });

  it('street: every class passes', () => {
    for (const { present } of street) {
      for (const name of ['car', 'truck', 'bicycle', 'person']) expect(present[name]).toBeGreaterThan(0.02);
    }
  });

  it('rush-hour is fuller and quiet is emptier', () => {
    const [full, usual, empty] = [watch('rush-hour', 2), street[0], watch('quiet', 2)];
    expect(full.mean.car).toBeGreaterThan(1.8 * usual.mean.car);
    expect(empty.mean.car).toBeLessThan(0.7 * usual.mean.car);
    expect(full.mean.person).toBeGreaterThan(usual.mean.person);
    expect(empty.present.car).toBeLessThan(0.8);
  });

  it('show one place per seed', () => {
    const [a, b] = [resolveOptions({ seed: 5, preset: 'street' }), resolveOptions({ seed: 5, preset: 'dusk-rain' })];
    expect(a.parameters.camera).toEqual(b.parameters.camera);
    expect(a.parameters.roads).toEqual(b.parameters.roads);
    expect(resolveOptions({ seed: 5, preset: 'varied' }).parameters.camera).not.toEqual(a.parameters.camera);
  });

  it('let overrides and the start time win', () => {
    const { parameters } = resolveOptions({
      seed: 5,
      startTimeOfDayH: 6,
      overrides: { weather: { rain: 0.3 }, light: { startTimeOfDayH: 12 } },
    });
    expect(parameters.weather.rain).toBe(0.3);
    expect(parameters.light.startTimeOfDayH).toBe(6);
  });
});
