/**
 * A process that dies at any moment leaves nothing that looks whole, and the same command afterwards ends as if nothing
 * had happened. Ctrl-C is the gentle case of it.
 */
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli, scratch } from '../support/run-cli.ts';
import { writeBlueDetector, writeSyntheticClip } from '../support/synthetic-clip.ts';

const folder = scratch('resume');
let model: string[] = [];

beforeAll(async () => {
  model = writeBlueDetector(folder.path).flags;
  await writeSyntheticClip(folder.at('clip.mp4'), { seconds: 90 });
});
afterAll(() => folder.remove());

/** Sends `signal` some time after the program has said something that matches. */
function signalAfter(pattern: RegExp, delayMs: number, signal: 'SIGKILL' | 'SIGINT') {
  let sentMs: number | null = null;
  return {
    onStderr(child: ChildProcess, text: string) {
      if (sentMs !== null || !pattern.test(text)) return;
      sentMs = Number.POSITIVE_INFINITY;
      setTimeout(() => {
        sentMs = performance.now();
        child.kill(signal);
      }, delayMs);
    },
    /** Seconds from the signal until now. */
    sinceS: () => (sentMs === null ? Number.NaN : (performance.now() - sentMs) / 1000),
  };
}

/** Every file below a folder, by relative path. */
const filesIn = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

/** What is there under a final name has to be whole: documents parse, and a bundle is readable or absent. */
function expectNothingHalfWritten(cache: string): void {
  const whole = filesIn(cache).filter((path) => path.endsWith('.json') && !path.includes('.partial'));
  for (const path of whole) expect(() => JSON.parse(readFileSync(path, 'utf8')), path).not.toThrow();
}

describe('label', () => {
  const label = (out: string, interfere: Partial<ReturnType<typeof signalAfter>> = {}) =>
    runCli(['label', 'clip.mp4', ...model, '--out', out, '--json'], {
      cache: folder.at('cache'),
      cwd: folder.path,
      onStderr: interfere.onStderr,
    });
  let undisturbed = '';

  beforeAll(async () => {
    expect((await label('undisturbed.csv')).code).toBe(0);
    undisturbed = readFileSync(folder.at('undisturbed.csv'), 'utf8');
  });

  it('killed three times goes on each time and writes the same file', async () => {
    const kept: number[] = [];
    for (const delayMs of [0, 60, 120]) {
      const killed = await label('labels.csv', signalAfter(/label: \d+ of 900/, delayMs, 'SIGKILL'));
      // On a fast machine the last part may be over before the signal comes.
      if (killed.signal === null) break;
      expect(existsSync(folder.at('labels.csv'))).toBe(false);
      const journal = readFileSync(folder.at('labels.csv.partial', 'journal.jsonl'), 'utf8');
      kept.push(journal.split('\n').length - 2);
    }
    expect(kept.length).toBeGreaterThan(0);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    const finished = await label('labels.csv');
    expect(finished.code, finished.stderr).toBe(0);
    expect(JSON.parse(finished.stdout).framesNow).toBeLessThan(900);
    expect(readFileSync(folder.at('labels.csv'), 'utf8')).toBe(undisturbed);
    expect(existsSync(folder.at('labels.csv.partial'))).toBe(false);
  });

  it('stopped by Ctrl-C says that it goes on from here, and does', async () => {
    const interrupt = signalAfter(/label: \d+ of 900/, 0, 'SIGINT');
    const stopped = await label('stopped.csv', interrupt);
    expect(stopped).toMatchObject({ code: 1, signal: null, stdout: '' });
    expect(stopped.stderr).toMatch(/the same command goes on from here/);
    expect(stopped.stderr).not.toMatch(/^ +at /m);
    expect(interrupt.sinceS()).toBeLessThan(2);
    expect(existsSync(folder.at('stopped.csv'))).toBe(false);
    const finished = await label('stopped.csv');
    expect(finished.code).toBe(0);
    expect(readFileSync(folder.at('stopped.csv'), 'utf8')).toBe(undisturbed);
  });
});

describe('query', () => {
  const query = (cache: string, interfere: Partial<ReturnType<typeof signalAfter>> = {}): Promise<CliResult> =>
    runCli(
      [
        ...['query', 'clip.mp4', '--object', 'car', ...model, '--grid', 'stride-2x32-32', '--seed', '3'],
        // The reference of this test is so cheap that nothing would be learnt to spare it.
        ...['--reference-cost', '0.05', '--audit', '100', '--json'],
      ],
      { cache: folder.at(cache), cwd: folder.path, onStderr: interfere.onStderr },
    );
  /** What must not depend on interruptions; rates and times do. */
  const decided = ({ stdout }: CliResult) => {
    const { bundle, intervals, plan, frontier, stages, accuracy, baseline, learned, answered } = JSON.parse(stdout);
    return { id: bundle.id, intervals, plan, frontier, stages, accuracy, baseline, learned, answered };
  };

  it('killed while labelling, training, choosing and answering ends with the cascade and answers of an undisturbed one', async () => {
    const undisturbed = await query('undisturbed');
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    expect(decided(undisturbed).intervals.length).toBeGreaterThan(3);

    // Costs are measured once and then frozen; here both runs have to choose by the same ones.
    const [work] = readdirSync(folder.at('undisturbed', 'work'));
    const costs = filesIn(folder.at('undisturbed')).filter((path) => /costs[^/]*\.json$/.test(path));
    expect(costs.length).toBe(3);
    for (const path of costs) {
      const copy = path.replace(folder.at('undisturbed'), folder.at('killed'));
      mkdirSync(join(copy, '..'), { recursive: true });
      cpSync(path, copy);
    }
    const moments: [RegExp, number][] = [
      [/label: \d+ of/, 30],
      [/specialized: \d+ of/, 300],
      [/optimize: choosing/, 0],
      [/run: every|run: one/, 0],
    ];
    for (const [pattern, delayMs] of moments) {
      const killed = await query('killed', signalAfter(pattern, delayMs, 'SIGKILL'));
      expect({ pattern, signal: killed.signal }).toEqual({ pattern, signal: 'SIGKILL' });
      expect(killed.stdout).toBe('');
      expectNothingHalfWritten(folder.at('killed'));
    }
    const finished = await query('killed');
    expect(finished.code, finished.stderr).toBe(0);
    expect(finished.stderr).toMatch(/trained before/);
    expect(decided(finished)).toEqual(decided(undisturbed));
    expect(filesIn(folder.at('killed', 'work', work)).filter((path) => /partial|\.old/.test(path))).toEqual([]);
  });

  it('stopped by Ctrl-C while labelling, training and answering ends at once, without a stack trace', async () => {
    for (const [cache, pattern, delayMs] of [
      ['stopped', /label: \d+ of/, 0],
      ['stopped', /specialized: \d+ of/, 200],
      ['undisturbed', /run: /, 0],
    ] as const) {
      const interrupt = signalAfter(pattern, delayMs, 'SIGINT');
      const stopped = await query(cache, interrupt);
      expect(stopped, String(pattern)).toMatchObject({ code: 1, signal: null, stdout: '' });
      expect(stopped.stderr).toMatch(/noscope: stopped/);
      expect(stopped.stderr).not.toMatch(/^ +at /m);
      expect(interrupt.sinceS(), String(pattern)).toBeLessThan(2);
    }
  });
});
