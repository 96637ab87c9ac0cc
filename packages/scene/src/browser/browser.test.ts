import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeNodeSurface } from '../node/surface.ts';
import type { SceneOptions } from '../options.ts';
import { createRenderer } from '../render/renderer.ts';
import { createScene } from '../scene.ts';
import type { DrawnFrame } from './entry.ts';

const CHROMIUM = '/usr/bin/chromium';
const missing = !existsSync(CHROMIUM);

/**
 * How far the browser's picture may be from Node's: both rasterise with Skia, but in other versions and with other
 * rounding of half-covered pixels.
 */
const MEAN_TOLERANCE = 0.1;
const SHARE_TOLERANCE = 0.001;

const CASES: [string, SceneOptions, number[]][] = [
  ['street', { seed: 2, width: 320, height: 180 }, [30, 985]],
  ['dusk-rain', { seed: 3, preset: 'dusk-rain', width: 320, height: 180 }, [500]],
];

describe.skipIf(missing)(missing ? `scene in a browser (skipped: no ${CHROMIUM})` : 'scene in a browser', () => {
  let browser: Browser;
  let script = '';

  beforeAll(async () => {
    const result = await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: false,
        lib: { entry: fileURLToPath(new URL('./entry.ts', import.meta.url)), formats: ['iife'], name: 'sceneEntry' },
      },
    });
    const [output] = Array.isArray(result) ? result : [result];
    if (!('output' in output)) throw new Error('the build watched instead of building');
    script = output.output[0].code;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser?.close());

  it.each(CASES)('gives the same boxes and the same picture within tolerance: %s', async (_, options, numbers) => {
    const page = await browser.newPage();
    await page.addScriptTag({ content: script });
    const theirs = await page.evaluate(
      ([o, n]) =>
        (
          globalThis as unknown as { sceneEntry: { drawFrames(o: unknown, n: unknown): DrawnFrame[] } }
        ).sceneEntry.drawFrames(o, n),
      [options, numbers] as const,
    );
    await page.close();
    const scene = createScene(options);
    const renderer = createRenderer(scene, makeNodeSurface);
    numbers.forEach((index, k) => {
      const frame = scene.frameAt(index);
      expect(theirs[k].boxes).toEqual(frame.boxes);
      const { data } = renderer.render(frame);
      let sum = 0;
      let far = 0;
      for (let i = 0; i < data.length; i++) {
        const off = Math.abs(data[i] - theirs[k].pixels.charCodeAt(i));
        sum += off;
        if (off > 24) far++;
      }
      console.info(
        `scene: browser and Node differ by ${(sum / data.length).toFixed(3)} grey levels on average, ${far} of ${data.length} bytes by more than 24`,
      );
      expect(sum / data.length).toBeLessThan(MEAN_TOLERANCE);
      expect(far / data.length).toBeLessThan(SHARE_TOLERANCE);
    });
  });
});
