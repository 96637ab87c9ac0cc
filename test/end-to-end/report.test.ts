/** `noscope query --report`: the folder on a real clip, and its page in a real browser. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { readBundle } from '@noscope/cascade/node';
import type { QueryReport } from '@noscope/pipeline/node';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';
import { needsSharedData, sharedData } from '../support/shared-data.ts';

const CLIP = 'intel-one-by-one-person-detection';
const CHROMIUM = '/usr/bin/chromium';
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];
const data = sharedData();

describe.skipIf(data === null)(needsSharedData('the report folder'), () => {
  const folder = scratch('report');
  const report = folder.at('report');
  let document: QueryReport;
  let text = '';

  const query = (...flags: string[]) =>
    runCli(
      [
        ...['query', `${data}clips/${CLIP}.mp4`, '--object', 'person'],
        ...['--labels', `${data}labels/${CLIP}.yolo-fastest-1.1-xl-coco-320.csv`],
        ...['--grid', 'stride-2x32-32', '--work', folder.at('work'), ...flags],
      ],
      { cache: folder.at('cache') },
    );

  beforeAll(async () => {
    const { code, stdout, stderr } = await query('--verify', '--report', report, '--json');
    if (code !== 0) throw new Error(stderr);
    document = JSON.parse(stdout);
    text = stderr;
  });
  afterAll(() => folder.remove());

  it('holds the page, the document, every decision, subtitles and the bundle', async () => {
    expect(readdirSync(report).sort()).toEqual([
      'bundle',
      'decisions.csv',
      'intervals.vtt',
      'report.html',
      'report.json',
    ]);
    expect(JSON.parse(readFileSync(`${report}/report.json`, 'utf8'))).toEqual(document);
    const [header, ...lines] = readFileSync(`${report}/decisions.csv`, 'utf8').trimEnd().split('\n');
    expect(header).toBe('frame,timestamp,label,stage,difference,confidence,source');
    expect(lines).toHaveLength(document.answered.frames);
    expect((await readBundle(`${report}/bundle`)).manifest.id).toBe(document.bundle.id);
    expect(readFileSync(`${report}/report.html`).length).toBeLessThan(5e6);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('has the intervals of the document as subtitles and in words', () => {
    expect(parseVtt(readFileSync(`${report}/intervals.vtt`, 'utf8'))).toEqual(
      document.intervals.map(({ startS, endS }) => ({
        startS: Number(startS.toFixed(3)),
        endS: Number(endS.toFixed(3)),
        text: 'person',
      })),
    );
    const words = document.intervals.map(({ startS, endS }) => `${clock(startS)}–${clock(endS)}`);
    expect(text).toContain(`person at ${words.join(', ')}`);
  });

  it.skipIf(!existsSync(CHROMIUM))(
    `opens in a browser from disk, asks no network, fits a phone${existsSync(CHROMIUM) ? '' : ` (skipped: no ${CHROMIUM} on this machine)`}`,
    async () => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_FLAGS });
      try {
        for (const [colorScheme, width] of [
          ['light', 1280],
          ['dark', 390],
        ] as const) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
          const page = await context.newPage();
          const said: string[] = [];
          const asked: string[] = [];
          page.on('console', (message) => said.push(message.text()));
          page.on('pageerror', (error) => said.push(error.message));
          page.on('request', (request) => asked.push(request.url()));
          const address = pathToFileURL(`${report}/report.html`).href;
          await page.goto(address);
          const seen = await page.evaluate(async () => {
            const pictures = [...window.document.images];
            for (const picture of pictures) picture.loading = 'eager';
            await Promise.all(pictures.map((picture) => picture.decode()));
            return {
              title: window.document.querySelector('h1')?.textContent,
              intervals: [...window.document.querySelectorAll<HTMLElement>('li[data-start-s]')].map((item) => ({
                text: item.textContent,
                startS: Number(item.dataset.startS),
                endS: Number(item.dataset.endS),
              })),
              found: window.document.querySelectorAll('.track .found').length,
              pictures: pictures.map((picture) => picture.naturalWidth),
              paper: getComputedStyle(window.document.body).backgroundColor,
              overflow: window.document.documentElement.scrollWidth - window.innerWidth,
            };
          });
          expect(said).toEqual([]);
          expect(asked.filter((url) => url !== address && !url.startsWith('data:'))).toEqual([]);
          expect(seen.title).toBe('When was there a person?');
          expect(seen.intervals).toEqual(
            document.intervals.map(({ startS, endS }) => ({ text: `${clock(startS)}–${clock(endS)}`, startS, endS })),
          );
          expect(seen.found).toBe(document.intervals.length);
          expect(seen.pictures.length).toBeGreaterThan(3);
          expect(seen.pictures.every((pixels) => pixels === 320)).toBe(true);
          expect(seen.overflow).toBeLessThanOrEqual(0);
          const [red] = (seen.paper.match(/\d+/g) ?? []).map(Number);
          expect(red < 128).toBe(colorScheme === 'dark');
          await context.close();
        }
      } finally {
        await browser.close();
      }
    },
  );

  it('leaves a folder alone that holds anything else, before any work', async () => {
    const taken = folder.at('taken');
    mkdirSync(taken);
    writeFileSync(`${taken}/holiday.jpg`, '');
    const { code, stderr } = await query('--report', taken);
    expect(code).toBe(1);
    expect(stderr).toMatch(/holiday\.jpg.*left alone/);
    expect(stderr).not.toContain('label:');
    expect(readdirSync(taken)).toEqual(['holiday.jpg']);
  });

  it('takes the place of an earlier report, with an audit of some frames', async () => {
    const { code, stdout } = await query('--audit', '60', '--report', report, '--json');
    expect(code).toBe(0);
    const again: QueryReport = JSON.parse(stdout);
    expect(again.accuracy).toMatchObject({ method: 'audit', asked: 60 });
    const page = readFileSync(`${report}/report.html`, 'utf8');
    expect(page).toContain('60 frames, drawn at random');
    expect(page.match(/class="drawn( yes)?"/g)?.length).toBeGreaterThanOrEqual(60);
  });
});

/** As players show it. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds + 1e-6);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function parseVtt(file: string): { startS: number; endS: number; text: string }[] {
  const [signature, ...blocks] = file.trimEnd().split('\n\n');
  expect(signature).toBe('WEBVTT');
  return blocks.map((block) => {
    const [, times, text] = block.split('\n');
    const [startS, endS] = times.split(' --> ').map((time) => {
      expect(time).toMatch(/^\d\d:[0-5]\d:[0-5]\d\.\d{3}$/);
      const [h, m, s] = time.split(':').map(Number);
      return Number((h * 3600 + m * 60 + s).toFixed(3));
    });
    return { startS, endS, text };
  });
}
