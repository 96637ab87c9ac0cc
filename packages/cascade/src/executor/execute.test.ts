import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Frame } from '@noscope/engine';
import { type Plan, referenceOnly } from '@noscope/plan';
import type { Decision, Interval } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import { execute } from './execute.ts';
import type { CascadeRun, ExecuteOptions } from './run.ts';
import {
  Camera,
  detectionOf,
  differenceStage,
  idOf,
  indexOf,
  noise,
  query,
  reference,
  specializedStage,
  type Tables,
} from './testing.ts';

const tablesOf = (frames: number, confidence: (index: number) => number = (i) => (i % 10) / 10): Tables => ({
  timestampS: Float64Array.from({ length: frames }, (_, i) => i / 10),
  truth: Uint8Array.from({ length: frames }, (_, i) => noise(2, i)),
  confidence: (_, i) => confidence(i),
  difference: (_, i) => i % 3,
});

const detector = { id: 'd', against: 'earlier', tDiffS: 1, maxReuseS: 60, delta: 0.5 } as const;
const model = { id: 'm', cLow: 0.25, cHigh: 0.75 };
const everything: Plan = { tSkipS: 0.2, toleranceS: 0.05, detector, model };
const modelOnly: Plan = { tSkipS: 0, toleranceS: 0.05, detector: null, model };

const runOf = (tables: Tables, plan: Plan, change: Partial<CascadeRun> = {}): CascadeRun => ({
  id: 'a',
  query,
  plan,
  frameIntervalS: 0.1,
  difference: plan.detector === null ? null : differenceStage(tables, plan.detector.id, plan.detector.against),
  specialized: plan.model === null ? null : specializedStage(tables, plan.model.id),
  ...change,
});

/** Runs to the end or the error, and sees that every frame was closed, once. */
async function attempt(
  tables: Tables,
  options: Partial<ExecuteOptions> & { cascades: CascadeRun[] },
  camera = new Camera(tables),
): Promise<{ camera: Camera; result: Awaited<ReturnType<typeof execute>> | null; error: unknown }> {
  let result: Awaited<ReturnType<typeof execute>> | null = null;
  let error: unknown = null;
  try {
    result = await execute({ frames: camera.frames(), reference: reference(tables), ...options });
  } catch (caught) {
    error = caught;
  }
  expect(camera.wrongs).toEqual([]);
  expect(camera.closed).toBe(camera.opened);
  return { camera, result, error };
}

describe('frames', () => {
  it('that nobody looks at are closed without a view', async () => {
    const tables = tablesOf(100);
    const { camera, result } = await attempt(tables, { cascades: [runOf(tables, { ...modelOnly, tSkipS: 1 })] });
    expect(camera.views).toBe(10 + (result?.[0].asked ?? Number.NaN));
    expect(result?.[0]).toMatchObject({ frames: 100, sampled: 10, counts: { skipped: 90 } });
  });

  it('are closed with their last view where nobody can be asked, whatever the batch', async () => {
    const tables = tablesOf(200);
    const { camera, result } = await attempt(tables, { cascades: [runOf(tables, modelOnly)], reference: null });
    expect(camera.mostOpen).toBeLessThanOrEqual(2);
    expect(result?.[0]).toMatchObject({ unresolved: 100, givenUp: 100, asked: 0 });
  });

  it('stay few while many wait for a slow reference, and in large pictures fewer', async () => {
    const tables = tablesOf(400, () => 0.5);
    const slow = reference(tables, { pause: () => wait(1), batchSize: 4 });
    const cascades = [runOf(tables, modelOnly)];
    const { camera } = await attempt(tables, { cascades, reference: slow, batchSize: 8, maxPendingReference: 10 });
    expect(camera.mostOpen).toBeLessThanOrEqual(3 * 8 + 10 + 1);
    const tight = await attempt(tables, { cascades, reference: slow, maxOpenFrames: 6 });
    expect(tight.camera.mostOpen).toBeLessThanOrEqual(7);
  });

  it('may be closed by a reference that has taken what it needs, long before it answers', async () => {
    const tables = tablesOf(60, () => 0.5);
    const answers: (() => void)[] = [];
    const remote: ExecuteOptions['reference'] = {
      id: 'remote',
      batchSize: 1,
      async detect([frame]) {
        await frame.view({ kind: 'rgb' });
        frame.close();
        frame.close();
        await new Promise<void>((resolve) => answers.push(resolve));
        return [detectionOf(tables.truth[indexOf(frame.id)] === 1)];
      },
    };
    const camera = new Camera(tables);
    const running = attempt(
      tables,
      {
        cascades: [runOf(tables, modelOnly)],
        reference: remote,
        referenceConcurrency: 1000,
        maxPendingReference: 1000,
        maxOpenFrames: 3,
      },
      camera,
    );
    while (camera.opened < 60 || answers.length < 60) await turn();
    expect(camera.closed).toBe(60);
    for (const answer of answers.toReversed()) answer();
    expect((await running).result?.[0]).toMatchObject({ asked: 60, unresolved: 0 });
  });
});

describe('sharing', () => {
  it('scores each frame and pair once for plans that differ in thresholds', async () => {
    const tables = tablesOf(300);
    const first = runOf(tables, everything);
    const twin = { ...first, id: 'b', plan: { ...everything, model: { ...model, cLow: 0.05, cHigh: 0.95 } } };
    const alone = await attempt(tables, { cascades: [first] });
    const counting = runOf(tables, everything);
    const both = await attempt(tables, {
      cascades: [counting, { ...twin, difference: counting.difference, specialized: counting.specialized }],
    });
    expect(counting.difference).toMatchObject({ scored: (first.difference as { scored?: number } | null)?.scored });
    expect(both.result?.[0].counts).toEqual(alone.result?.[0].counts);
    expect(both.result?.[1].asked).toBeGreaterThan(both.result?.[0].asked ?? Number.NaN);
    // What the second plan asks, the first one's questions among it, is asked once.
    expect(both.result?.[0].referenceFrames).toBe(both.result?.[1].asked);
  });

  it('reads each plan’s own query out of one answer', async () => {
    const tables = tablesOf(20);
    const cars = runOf(tables, referenceOnly(0.05));
    const buses = { ...cars, id: 'b', query: { ...query, objects: ['bus'] } };
    const asked = reference(tables);
    const { result } = await attempt(tables, { cascades: [cars, buses], reference: asked, keepDecisions: true });
    expect(asked.asked.length).toBe(20);
    expect(result?.[0].decisions?.map((d) => Number(d.label))).toEqual([...tables.truth]);
    expect(result?.[1].decisions?.some((d) => d.label)).toBe(false);
  });
});

describe('live', () => {
  it('decides within the latency that was set, though the batch is far from full', async () => {
    const tables = tablesOf(6, () => 1);
    const camera = new Camera(tables);
    let more: () => void = () => {};
    const stream = async function* (): AsyncGenerator<Frame> {
      yield* camera.frames(5);
      await new Promise<void>((resolve) => {
        more = resolve;
      });
    };
    const decided: Decision[] = [];
    const firstFive = new Promise<void>((resolve) => {
      void execute({
        frames: stream(),
        cascades: [runOf(tables, modelOnly)],
        reference: reference(tables),
        latencyS: 0.01,
        onDecisions: (_, decisions) => {
          decided.push(...decisions);
          if (decided.length === 5) resolve();
        },
      });
    });
    await firstFive;
    expect(decided.map((d) => d.frameId)).toEqual([0, 1, 2, 3, 4].map(idOf));
    more();
  });

  it('gives the oldest questions up when it must not wait, and counts them', async () => {
    const tables = tablesOf(100, () => 0.5);
    const release: (() => void)[] = [];
    const stuck = reference(tables, { pause: () => new Promise<void>((resolve) => release.push(resolve)) });
    const camera = new Camera(tables);
    const running = attempt(
      tables,
      {
        cascades: [runOf(tables, modelOnly)],
        reference: stuck,
        whenFull: 'give-up',
        maxPendingReference: 5,
        batchSize: 4,
        keepDecisions: true,
      },
      camera,
    );
    while (camera.opened < 100) await turn();
    const pump = setInterval(() => {
      for (const go of release.splice(0)) go();
    }, 1);
    const { result } = await running;
    clearInterval(pump);
    const unresolved = result?.[0].decisions?.filter((d) => d.state === 'unresolved') ?? [];
    expect(result?.[0].unresolved).toBe(unresolved.length);
    expect(unresolved.length).toBeGreaterThanOrEqual(80);
    expect(stuck.asked.length).toBeLessThan(25);
  });

  it('gives up questions that were sent too, ignores their answers and closes their frames', async () => {
    const tables = tablesOf(40, () => 0.5);
    const release: (() => void)[] = [];
    const remote = reference(tables, { pause: () => new Promise<void>((resolve) => release.push(resolve)) });
    const camera = new Camera(tables);
    const running = attempt(
      tables,
      {
        cascades: [runOf(tables, modelOnly)],
        reference: remote,
        whenFull: 'give-up',
        referenceConcurrency: 100,
        maxPendingReference: 5,
        batchSize: 2,
        maxOpenFrames: 100,
        keepDecisions: true,
      },
      camera,
    );
    while (release.length < 40) await turn();
    for (const go of release) go();
    const { result } = await running;
    expect(result?.[0].decisions?.filter((d) => d.state === 'final').length).toBeLessThanOrEqual(9);
    expect(result?.[0]).toMatchObject({ asked: 40, referenceFrames: 40 });
  });

  it('decides a batch whose time was up while all places were taken', async () => {
    const tables = tablesOf(5, () => 1);
    const camera = new Camera(tables);
    const gates: (() => void)[] = [];
    const slow = specializedStage(tables, 'm', 50, () => new Promise<void>((resolve) => gates.push(resolve)));
    const stop = new AbortController();
    const stream = async function* (): AsyncGenerator<Frame> {
      yield* camera.frames();
      await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    };
    const decided: Decision[] = [];
    const running = execute({
      frames: stream(),
      cascades: [runOf(tables, modelOnly, { specialized: slow })],
      reference: reference(tables),
      batchSize: 2,
      latencyS: 0.005,
      signal: stop.signal,
      onDecisions: (_, decisions) => decided.push(...decisions),
    });
    await wait(30);
    expect([camera.opened, decided.length]).toEqual([5, 0]);
    while (decided.length < 5) {
      for (const go of gates.splice(0)) go();
      await turn();
    }
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'aborted' });
    expect(camera.closed).toBe(5);
  });

  it('keeps nothing of an endless stream when it is told to keep nothing', async () => {
    const tables = tablesOf(20_000);
    const intervals: Interval[] = [];
    const { result } = await attempt(tables, {
      cascades: [runOf(tables, everything)],
      keepIntervals: false,
      onInterval: (_, interval) => intervals.push(interval),
    });
    expect(result?.[0]).toMatchObject({ intervals: [], frames: 20_000 });
    expect(result?.[0].decisions).toBeUndefined();
    expect(intervals.length).toBeGreaterThan(100);
    for (let i = 1; i < intervals.length; i++)
      expect(intervals[i].startS).toBeGreaterThan(intervals[i - 1].endS - 1e-9);
  });
});

describe('what goes wrong', () => {
  it('a stream that breaks off is decided up to the break, then its error is thrown', async () => {
    const tables = tablesOf(50);
    const camera = new Camera(tables);
    const stream = async function* (): AsyncGenerator<Frame> {
      yield* camera.frames(37);
      throw new Error('the cable was cut');
    };
    const decided = new Map<number, Decision>();
    const { error } = await attempt(
      tables,
      {
        frames: stream(),
        cascades: [runOf(tables, everything)],
        onDecisions: (_, decisions) => {
          for (const decision of decisions) decided.set(decision.frameId, decision);
        },
      },
      camera,
    );
    expect(error).toMatchObject({ message: 'the cable was cut' });
    expect(decided.size).toBe(37);
    expect([...decided.values()].every((d) => d.state === 'final')).toBe(true);
  });

  it('stops when told, also while the source or the reference is stuck', async () => {
    const tables = tablesOf(30, () => 0.5);
    const camera = new Camera(tables);
    let isReturned = false;
    const stuck: AsyncIterable<Frame> = {
      [Symbol.asyncIterator]: () => {
        const inner = camera.frames(3);
        let given = 0;
        return {
          next: () => (given++ < 3 ? inner.next() : new Promise(() => {})),
          return: async () => {
            isReturned = true;
            return inner.return(undefined);
          },
        };
      },
    };
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const one = await attempt(
      tables,
      { frames: stuck, cascades: [runOf(tables, modelOnly)], signal: stop.signal },
      camera,
    );
    expect(one.error).toMatchObject({ code: 'aborted' });
    expect(isReturned).toBe(true);

    const heeding: ExecuteOptions['reference'] = {
      id: 'heeds its signal',
      batchSize: 1,
      detect: (_, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    };
    const again = new AbortController();
    setTimeout(() => again.abort(), 20);
    const errors: unknown[] = [];
    const two = await attempt(tables, {
      cascades: [runOf(tables, modelOnly)],
      reference: heeding,
      signal: again.signal,
      onReferenceError: (error) => errors.push(error),
    });
    expect(two.error).toMatchObject({ code: 'aborted' });
    expect(errors).toEqual([]);
    await expect(
      execute({
        frames: camera.frames(),
        cascades: [runOf(tables, modelOnly)],
        reference: null,
        signal: AbortSignal.abort(),
      }),
    ).rejects.toMatchObject({ code: 'aborted' });
  });

  it('stops though the reference heeds no signal, and closes what it looked at when it is done', async () => {
    const tables = tablesOf(50, () => 0.5);
    const camera = new Camera(tables);
    const settle: (() => void)[] = [];
    const deaf: ExecuteOptions['reference'] = {
      id: 'deaf',
      batchSize: 2,
      detect: (frames) => new Promise((resolve) => settle.push(() => resolve(frames.map(() => detectionOf(true))))),
    };
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const said: Decision[] = [];
    await expect(
      execute({
        frames: camera.frames(),
        cascades: [runOf(tables, modelOnly)],
        reference: deaf,
        signal: stop.signal,
        onDecisions: (_, decisions) => said.push(...decisions),
      }),
    ).rejects.toMatchObject({ code: 'aborted' });
    expect(camera.opened - camera.closed).toBe(4);
    const before = said.length;
    for (const go of settle) go();
    await turn();
    expect([camera.opened - camera.closed, said.length, camera.wrongs]).toEqual([0, before, []]);
  });

  it('stops a file whose stages all answer at once', async () => {
    const tables = tablesOf(1_000_000, () => 1);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 30);
    const { error, camera } = await attempt(tables, { cascades: [runOf(tables, modelOnly)], signal: stop.signal });
    expect(error).toMatchObject({ code: 'aborted' });
    expect(camera.opened).toBeLessThan(1_000_000);
  });

  it('a failing stage, view or callback ends the run with its error', async () => {
    const tables = tablesOf(500);
    const broken = (what: string) => (): never => {
      throw new Error(what);
    };
    const difference = { ...differenceStage(tables, 'd', 'earlier'), score: broken('difference') };
    const specialized = { ...specializedStage(tables, 'm'), score: broken('specialized') };
    const short = { ...specializedStage(tables, 'm'), score: async () => new Float32Array(1) };
    const failing: [string, Partial<ExecuteOptions> & { cascades: CascadeRun[] }][] = [
      ['difference', { cascades: [runOf(tables, everything, { difference })] }],
      ['specialized', { cascades: [runOf(tables, everything, { specialized })] }],
      ['1 scores for', { cascades: [runOf(tables, modelOnly, { specialized: short })] }],
      ['decisions', { cascades: [runOf(tables, everything)], onDecisions: broken('decisions') }],
      ['answers', { cascades: [runOf(tables, everything)], onAnswer: broken('answers') }],
    ];
    for (const [what, options] of failing) {
      const { error } = await attempt(tables, options);
      expect(String(error)).toContain(what);
    }
    const camera = new Camera(tables);
    const stream = async function* (): AsyncGenerator<Frame> {
      for await (const frame of camera.frames()) {
        if (frame.id === idOf(40)) frame.view = () => Promise.reject(new Error('the picture is gone'));
        yield frame;
      }
    };
    const { error } = await attempt(tables, { frames: stream(), cascades: [runOf(tables, everything)] }, camera);
    expect(String(error)).toContain('the picture is gone');
  });

  it('a failing reference leaves its frames unresolved and says so', async () => {
    const tables = tablesOf(90, () => 0.5);
    const away = reference(tables, { batchSize: 4, verdict: (i) => (i >= 45 ? 'fail' : 'answer') });
    const failed: number[] = [];
    const { result } = await attempt(tables, {
      cascades: [runOf(tables, modelOnly)],
      reference: away,
      onReferenceError: (_, frameIds) => failed.push(...frameIds),
    });
    expect(result?.[0].unresolved).toBe(failed.length);
    expect(failed).toEqual(expect.arrayContaining([idOf(45), idOf(89)]));
    expect(result?.[0].referenceErrors).toMatchObject({ first: 'the reference is away' });
    const wrong: ExecuteOptions['reference'] = { id: 'wrong', batchSize: 1, detect: async () => [] };
    const mismatch = await attempt(tables, { cascades: [runOf(tables, modelOnly)], reference: wrong });
    expect(mismatch.result?.[0].referenceErrors.first).toMatch(/0 answers for 1 frames/);
  });

  it('options that contradict each other are refused in words', async () => {
    const tables = tablesOf(5);
    const a = runOf(tables, everything);
    const refused: [RegExp, Partial<ExecuteOptions> & { cascades: CascadeRun[] }][] = [
      [/at least one cascade/, { cascades: [] }],
      [/two cascades are called a/, { cascades: [a, a] }],
      [/needs the difference detector d/, { cascades: [{ ...a, difference: null }] }],
      [/needs the specialized model m/, { cascades: [{ ...a, specialized: null }] }],
      [/compares with earlier/, { cascades: [{ ...a, difference: differenceStage(tables, 'd', 'reference-image') }] }],
      [/an audit asks/, { cascades: [a], reference: null, audit: { probability: 0.1, seed: 1 } }],
      [/batchSize must be at least 1/, { cascades: [a], batchSize: 0 }],
    ];
    for (const [message, options] of refused) {
      const { error } = await attempt(tables, options);
      expect(error).toMatchObject({ code: 'bad-input', message: expect.stringMatching(message) });
    }
    const camera = new Camera(tables);
    const twice = async function* (): AsyncGenerator<Frame> {
      yield* camera.frames(3);
      yield* camera.frames(3);
    };
    const { error } = await attempt(tables, { frames: twice(), cascades: [a] }, camera);
    expect(error).toMatchObject({ message: expect.stringMatching(/number the frames of a stream upward/) });
  });
});

describe('an audit', () => {
  it('draws the same frames in every run, as many as it says', async () => {
    const tables = tablesOf(3000, () => 1);
    const asked = reference(tables);
    const { result } = await attempt(tables, {
      cascades: [runOf(tables, { ...modelOnly, tSkipS: 1 })],
      reference: asked,
      audit: { probability: 0.1, seed: 3 },
    });
    expect(asked.asked.length).toBeGreaterThan(240);
    expect(asked.asked.length).toBeLessThan(360);
    expect(result?.[0].audit).toMatchObject({
      drawn: asked.asked.length,
      compared: asked.asked.length,
      fn: { wrong: 0 },
    });
    expect(result?.[0].audit?.fp.wrong).toBe(asked.asked.filter((i) => tables.truth[i] === 0).length);
    const again = reference(tables);
    await attempt(tables, {
      cascades: [runOf(tables, modelOnly)],
      reference: again,
      audit: { probability: 0.1, frames: new Set(asked.asked.map(idOf)) },
    });
    expect(again.asked.toSorted((a, b) => a - b)).toEqual(asked.asked.toSorted((a, b) => a - b));
  });
});
