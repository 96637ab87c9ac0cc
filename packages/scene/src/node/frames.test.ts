import { beforeAll, describe, expect, it } from 'vitest';
import type { PresetName } from '../options.ts';
import type { SceneFrame } from '../scene.ts';
import type { SceneBox } from '../visibility.ts';
import { openScene, type SceneSource, sceneFrames } from './frames.ts';
import { trainingSamples } from './training.ts';

/** Least and largest coordinates of the pixels in which two pictures differ clearly. */
function difference(
  a: Uint8Array,
  b: Uint8Array,
  width: number,
): { x0: number; y0: number; x1: number; y1: number } | null {
  const out = { x0: 1e9, y0: 1e9, x1: -1, y1: -1 };
  for (let i = 0; i < a.length; i += 3) {
    const most = Math.max(Math.abs(a[i] - b[i]), Math.abs(a[i + 1] - b[i + 1]), Math.abs(a[i + 2] - b[i + 2]));
    if (most <= 6) continue;
    const [x, y] = [(i / 3) % width, Math.floor(i / 3 / width)];
    out.x0 = Math.min(out.x0, x);
    out.y0 = Math.min(out.y0, y);
    out.x1 = Math.max(out.x1, x + 1);
    out.y1 = Math.max(out.y1, y + 1);
  }
  return out.x1 < 0 ? null : out;
}

describe('boxes', () => {
  const cases: [PresetName, number, number[]][] = [
    ['street', 2, [300, 985]],
    ['varied', 14, [150, 210]],
  ];

  it.each(cases)('bound what is drawn and fill it: %s, seed %d', (preset, seed, numbers) => {
    const source = openScene({ seed, preset, overrides: { weather: { rain: 0 }, sensor: { shakePx: 0 } } });
    const seen = new Set<string>();
    for (const index of numbers) {
      const frame = source.scene.frameAt(index);
      const parts = { effects: false, sensor: false };
      const empty = source.renderRgb(frame, { ...parts, only: [] });
      for (const box of frame.boxes) {
        if (box.h < 10) continue;
        seen.add(box.className);
        checkBox(source, frame, box, empty);
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });

  function checkBox(source: SceneSource, frame: SceneFrame, box: SceneBox, empty: Uint8Array): void {
    const alone = source.renderRgb(frame, { effects: false, sensor: false, only: [box.id] });
    const drawn = difference(alone, empty, frame.width);
    if (drawn === null) throw new Error(`${box.className} ${box.id} was not drawn`);
    const slack = 2;
    expect(drawn.x0).toBeGreaterThanOrEqual(box.x - slack);
    expect(drawn.y0).toBeGreaterThanOrEqual(box.y - slack);
    expect(drawn.x1).toBeLessThanOrEqual(box.x + box.w + slack);
    expect(drawn.y1).toBeLessThanOrEqual(box.y + box.h + slack);
    // Filled, unless something still stands in front of a part of it. A bumper in the colour of the road does not count
    // as change, so a few pixels may be missing.
    if (box.visible < 0.999) return;
    const missing = 3 + 0.06 * Math.max(box.w, box.h);
    expect(drawn.x0 - box.x).toBeLessThan(missing);
    expect(drawn.y0 - box.y).toBeLessThan(missing);
    expect(box.x + box.w - drawn.x1).toBeLessThan(missing);
    expect(box.y + box.h - drawn.y1).toBeLessThan(missing);
  }
});

describe('pictures', () => {
  let source: SceneSource;
  beforeAll(() => {
    source = openScene({ seed: 7, width: 320, height: 180 });
  });

  it('are the same for the same frame, whatever was drawn before', () => {
    const first = source.renderRgb(source.scene.frameAt(10));
    source.renderRgb(source.scene.frameAt(50));
    expect(Buffer.compare(source.renderRgb(source.scene.frameAt(10)), first)).toBe(0);
    const other = openScene({ seed: 7, width: 320, height: 180 });
    other.renderRgb(other.scene.frameAt(9));
    expect(Buffer.compare(other.renderRgb(other.scene.frameAt(10)), first)).toBe(0);
  });

  it('are well exposed and neither flat nor noiseless', () => {
    const rgb = source.renderRgb(source.scene.frameAt(30));
    let [sum, square] = [0, 0];
    for (const value of rgb) {
      sum += value;
      square += value * value;
    }
    const mean = sum / rgb.length;
    const deviation = Math.sqrt(square / rgb.length - mean * mean);
    expect(mean).toBeGreaterThan(60);
    expect(mean).toBeLessThan(190);
    expect(deviation).toBeGreaterThan(20);
  });

  it('change a little from frame to frame, and more where something moves', () => {
    const [a, b] = [100, 101].map((index) => source.renderRgb(source.scene.frameAt(index)));
    let square = 0;
    for (let i = 0; i < a.length; i++) square += (a[i] - b[i]) ** 2;
    expect(square / a.length).toBeGreaterThan(1);
    expect(square / a.length).toBeLessThan(600);
  });

  it('print how fast they come', () => {
    const source = openScene({ seed: 7 });
    source.renderRgb(source.scene.frameAt(199));
    const before = process.cpuUsage();
    const count = 60;
    for (const frame of source.scene.frames(200, 200 + count)) source.renderRgb(frame);
    const { user, system } = process.cpuUsage(before);
    console.info(`scene: ${((count * 1e6) / (user + system)).toFixed(0)} frames a second of processor time at 640×360`);
  });
});

describe('sceneFrames', () => {
  it('gives frames with views, timestamps and the truth', async () => {
    const numbers: number[] = [];
    for await (const frame of sceneFrames({
      seed: 7,
      width: 320,
      height: 180,
      startFrame: 3,
      endFrame: 10,
      everyN: 3,
    })) {
      numbers.push(frame.id);
      expect(frame.timestampS).toBeCloseTo(frame.id / 15, 9);
      expect((await frame.view({ kind: 'small', size: 50 })).length).toBe(50 * 50 * 3);
      const input = await frame.view({ kind: 'network', width: 64, height: 32, fit: 'stretch' });
      expect(input).toBeInstanceOf(Float32Array);
      expect(Buffer.compare(await frame.view({ kind: 'rgb' }), frame.rgb)).toBe(0);
      expect(frame.truth.index).toBe(frame.id);
      frame.close();
      await expect(frame.view({ kind: 'rgb' })).rejects.toThrow(/closed/);
    }
    expect(numbers).toEqual([3, 6, 9]);
  });

  it('stops on request', async () => {
    const control = new AbortController();
    const frames = sceneFrames({ seed: 7, width: 160, height: 90, signal: control.signal });
    await frames.next();
    control.abort();
    await expect(frames.next()).rejects.toMatchObject({ code: 'aborted' });
    await expect(sceneFrames({ seed: 7, everyN: 0 }).next()).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('training samples', () => {
  it('come scene by scene with boxes', async () => {
    const got: string[] = [];
    for await (const sample of trainingSamples({
      split: 'test',
      scenes: 2,
      picturesPerScene: 2,
      width: 320,
      height: 180,
    })) {
      got.push(`${sample.scene}/${sample.picture}`);
      expect(sample.rgb.length).toBe(320 * 180 * 3);
      for (const { x, y, w, h } of sample.boxes) {
        expect(x + w).toBeLessThanOrEqual(320.001);
        expect(y + h).toBeLessThanOrEqual(180.001);
      }
    }
    expect(got).toEqual(['0/0', '0/1', '1/0', '1/1']);
  });
});
