/**
 * The executor gives the decisions that plan's replay gives on the same scores, whatever the order in which stages and
 * reference answer, whatever the batches, and however many plans run at once.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { type CascadeRun, type ExecuteOptions, execute, type RunSummary } from '@noscope/cascade';
import { ABSENT, intervalsOf, midpointLabel, type Plan, replay, STAGES } from '@noscope/plan';
import type { Decision } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Camera,
  differenceStage,
  type FakeReference,
  idOf,
  noise,
  query,
  recordingOf,
  reference,
  specializedStage,
  type Tables,
} from '../../packages/cascade/src/executor/testing.ts';

const hash = (id: string): number => [...id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7);

interface Scene {
  seed: number;
  /** Tenths of a second from frame to frame; some far apart, some late, some that run back. */
  steps: number[];
}

function tablesOf({ seed, steps }: Scene): Tables {
  let now = 0;
  const timestampS = Float64Array.from(steps, (step) => {
    now += step;
    return now / 10;
  });
  return {
    timestampS,
    truth: Uint8Array.from(steps, (_, i) => noise(2, seed, i)),
    confidence: (modelId, i) => noise(101, seed, hash(modelId), i) / 100,
    difference: (detectorId, i, earlier) => noise(10, seed, hash(detectorId), i, earlier),
  };
}

const sceneArbitrary = fc.record({
  seed: fc.nat(),
  steps: fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.constant(1) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 3 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(30, -15),
      },
    ),
    { maxLength: 120, size: 'max' },
  ),
});

const planArbitrary: fc.Arbitrary<Plan> = fc.record({
  tSkipS: fc.constantFrom(0, 0.2, 0.5),
  toleranceS: fc.constantFrom(0.01, 0.05),
  detector: fc.option(
    fc.record({
      id: fc.constantFrom('d1', 'd2'),
      against: fc.constantFrom('earlier' as const, 'reference-image' as const),
      tDiffS: fc.constantFrom(0.2, 0.4, 1),
      maxReuseS: fc.constantFrom(0.7, 5, Number.POSITIVE_INFINITY),
      delta: fc.integer({ min: -1, max: 9 }),
    }),
    { nil: null },
  ),
  model: fc.option(
    fc
      .tuple(fc.constantFrom('m1', 'm2'), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
      .map(([id, a, b]) => ({ id, cLow: Math.min(a, b) / 100, cHigh: Math.max(a, b) / 100 })),
    { nil: null },
  ),
});

/** Answers after any number of turns of the event loop, so that later questions may be answered first. */
const pauses = (seed: number, most: number): (() => Promise<void>) => {
  let count = 0;
  return async () => {
    for (let turns = noise(most + 1, seed, count++); turns > 0; turns--) await turn();
  };
};

function courseOf(tables: Tables, plan: Plan, id: string, pause: () => Promise<void>): CascadeRun {
  const { detector, model } = plan;
  // Stages of one id are one stage: the id says against what and on which view it compares.
  const name = detector === null ? '' : `${detector.id} ${detector.against}`;
  return {
    id,
    query,
    plan: detector === null ? plan : { ...plan, detector: { ...detector, id: name } },
    frameIntervalS: 0.1,
    difference:
      detector === null ? null : differenceStage(tables, name, detector.against, detector.id === 'd1' ? 50 : 24, pause),
    specialized: model === null ? null : specializedStage(tables, model.id, model.id === 'm1' ? 50 : 32, pause),
  };
}

interface Ran {
  camera: Camera;
  summaries: RunSummary[];
  said: Map<string, Decision[]>;
}

async function run(
  tables: Tables,
  cascades: CascadeRun[],
  asked: FakeReference | null,
  options: Partial<ExecuteOptions> & { pause?: () => Promise<void> } = {},
): Promise<Ran> {
  const { pause, ...rest } = options;
  const camera = new Camera(tables, pause);
  const said = new Map(cascades.map(({ id }): [string, Decision[]] => [id, []]));
  const summaries = await execute({
    frames: camera.frames(),
    cascades,
    reference: asked,
    keepDecisions: true,
    onDecisions: (id, decisions) => said.get(id)?.push(...decisions),
    ...rest,
  });
  expect(camera.wrongs).toEqual([]);
  expect(camera.closed).toBe(camera.opened);
  expect(camera.opened).toBe(tables.timestampS.length);
  return { camera, summaries, said };
}

/** That the last decisions are the replay's, and that the way to them was a fair one. */
function expectReplay(tables: Tables, course: CascadeRun, summary: RunSummary, said: Decision[]): void {
  const want = replay(course.plan, recordingOf(tables, course));
  const last = summary.decisions ?? [];
  expect(last.map((d) => d.frameId)).toEqual([...tables.timestampS.keys()].map(idOf));
  expect(last.map((d) => Number(d.label))).toEqual([...want.label]);
  expect(last.map((d) => STAGES.indexOf(d.stage))).toEqual([...want.stage]);
  expect(last.map((d) => d.sourceFrameId)).toEqual([...want.source].map((s) => (s === ABSENT ? ABSENT : idOf(s))));
  expect(last.every((d) => d.state === 'final')).toBe(true);
  expect(summary.asked).toBe(want.asked);
  expect(summary.counts).toEqual(
    Object.fromEntries(STAGES.map((stage, i) => [stage, want.stage.filter((s) => s === i).length])),
  );
  expect(summary.intervals).toEqual(intervalsOf(tables.timestampS, want.label, course.frameIntervalS));
  expectFairWay(course, said);
}

function expectFairWay(course: CascadeRun, said: Decision[]): void {
  const first = said.filter((d) => d.revision === 0);
  expect(first.map((d) => d.frameId)).toEqual(first.map((d) => d.frameId).toSorted((a, b) => a - b));
  const before = new Map<number, Decision>();
  for (const decision of said) {
    const previous = before.get(decision.frameId);
    expect(decision.revision).toBe(previous === undefined ? 0 : previous.revision + 1);
    // A last word is the last; the source, the stage and the score never change.
    if (previous !== undefined) {
      expect(previous.state).toBe('provisional');
      const { label: _, state: __, revision: ___, ...fixed } = previous;
      expect(decision).toMatchObject(fixed);
    }
    if (decision.state !== 'final' && decision.stage === 'reference') {
      expect(decision.label).toBe(midpointLabel(course.plan.model, decision.score));
    }
    before.set(decision.frameId, decision);
  }
}

const knobs = fc.record({
  batchSize: fc.constantFrom(1, 2, 7, 64),
  referenceBatch: fc.constantFrom(1, 3),
  referenceConcurrency: fc.integer({ min: 1, max: 6 }),
  maxPendingReference: fc.constantFrom(1, 4, 100),
  maxOpenFrames: fc.constantFrom(1, 5, 1000),
  latencyS: fc.constantFrom(undefined, 0.001),
  most: fc.constantFrom(0, 1, 5),
  pauseSeed: fc.nat(),
});

describe('the executor and the replay', () => {
  it('decide alike, whatever order the answers come in and whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, planArbitrary, knobs, async (scene, plan, knob) => {
        const tables = tablesOf(scene);
        const pause = pauses(knob.pauseSeed, knob.most);
        const course = courseOf(tables, plan, 'a', pause);
        const asked = reference(tables, { batchSize: knob.referenceBatch, pause });
        const ran = await run(tables, [course], asked, { ...knob, pause });
        expectReplay(tables, course, ran.summaries[0], ran.said.get('a') ?? []);
        expect(new Set(asked.asked).size).toBe(asked.asked.length);
        expect(ran.camera.mostOpen).toBeLessThanOrEqual(Math.max(1, knob.maxOpenFrames) + 1);
      }),
      { numRuns: 250 },
    );
  });

  it('decide alike for several plans at once, which share views, scores and answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        sceneArbitrary,
        fc.array(planArbitrary, { minLength: 2, maxLength: 5 }),
        knobs,
        async (scene, plans, knob) => {
          const tables = tablesOf(scene);
          const pause = pauses(knob.pauseSeed, knob.most);
          const courses = plans.map((plan, i) => courseOf(tables, plan, `plan ${i}`, pause));
          const asked = reference(tables, { batchSize: knob.referenceBatch, pause });
          const ran = await run(tables, courses, asked, { ...knob, pause });
          courses.forEach((course, i) => {
            expectReplay(tables, course, ran.summaries[i], ran.said.get(course.id) ?? []);
          });
          expect(new Set(asked.asked).size).toBe(asked.asked.length);
          expect([...ran.camera.viewsByKey.values()].every((times) => times === 1)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leave exactly those frames unresolved whose source got no answer', async () => {
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, planArbitrary, knobs, fc.nat(), async (scene, plan, knob, failSeed) => {
        const tables = tablesOf(scene);
        const pause = pauses(knob.pauseSeed, knob.most);
        const course = courseOf(tables, plan, 'a', pause);
        // One at a time, a failing call fails its one frame; more at a time, a frame may lack its answer alone.
        const bad = knob.referenceBatch === 1 ? 'fail' : 'none';
        const verdict = (i: number): 'answer' | 'fail' | 'none' => (noise(3, failSeed, i) === 0 ? bad : 'answer');
        const asked = reference(tables, { batchSize: knob.referenceBatch, pause, verdict });
        const { summaries, said } = await run(tables, [course], asked, { ...knob, pause });
        const want = replay(course.plan, recordingOf(tables, course));
        const isLost = (i: number): boolean => {
          const source = want.source[i];
          return source !== ABSENT && STAGES[want.stage[source]] === 'reference' && verdict(source) !== 'answer';
        };
        const last = summaries[0].decisions ?? [];
        expect(last.map((d) => d.state)).toEqual(last.map((_, i) => (isLost(i) ? 'unresolved' : 'final')));
        expect(last.map((d, i) => isLost(i) || Number(d.label) === want.label[i])).not.toContain(false);
        expect(summaries[0].unresolved).toBe(last.filter((_, i) => isLost(i)).length);
        expect(summaries[0].givenUp).toBe(asked.asked.filter((i) => verdict(i) !== 'answer').length);
        expectFairWay(course, said.get('a') ?? []);
      }),
      { numRuns: 150 },
    );
  });

  it('guess without a reference as they would have guessed in the meantime', async () => {
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, planArbitrary, knobs, async (scene, plan, knob) => {
        const tables = tablesOf(scene);
        const course = courseOf(tables, plan, 'a', pauses(knob.pauseSeed, knob.most));
        const { summaries, said } = await run(tables, [course], null, knob);
        const guesses = Uint8Array.from(tables.truth, (_, i) =>
          Number(midpointLabel(plan.model, plan.model === null ? null : tables.confidence(plan.model.id, i))),
        );
        const want = replay(course.plan, recordingOf({ ...tables, truth: guesses }, course));
        const last = summaries[0].decisions ?? [];
        expect(last.map((d) => Number(d.label))).toEqual([...want.label]);
        expect(said.get('a')).toEqual(last);
        expect(last.filter((d) => d.stage === 'reference').every((d) => d.state === 'unresolved')).toBe(true);
        expect(summaries[0]).toMatchObject({ asked: 0, givenUp: want.asked });
      }),
      { numRuns: 100 },
    );
  });

  it('an audit changes no decision, asks each frame once and finds the errors that there are', async () => {
    await fc.assert(
      fc.asyncProperty(
        sceneArbitrary,
        fc.array(planArbitrary, { minLength: 1, maxLength: 2 }),
        knobs,
        fc.constantFrom(0.2, 1),
        async (scene, plans, knob, probability) => {
          const tables = tablesOf(scene);
          const pause = pauses(knob.pauseSeed, knob.most);
          const courses = plans.map((plan, i) => courseOf(tables, plan, `plan ${i}`, pause));
          const asked = reference(tables, { batchSize: knob.referenceBatch, pause });
          const outcomes = new Map<string, number>();
          const { summaries } = await run(tables, courses, asked, {
            ...knob,
            pause,
            audit: { probability, seed: knob.pauseSeed },
            onAudit: (id, { label, truth }) => outcomes.set(id, (outcomes.get(id) ?? 0) + Number(label !== truth)),
          });
          expect(new Set(asked.asked).size).toBe(asked.asked.length);
          courses.forEach((course, k) => {
            const want = replay(course.plan, recordingOf(tables, course));
            const { decisions = [], audit } = summaries[k];
            expect(decisions.map((d) => Number(d.label))).toEqual([...want.label]);
            const isDrawn = decisions.map(
              (d) => d.reason === 'audit' || (probability === 1 && d.stage === 'reference'),
            );
            const wrong = decisions.filter((d, i) => isDrawn[i] && Number(d.label) !== tables.truth[i]);
            expect((audit?.fp.wrong ?? 0) + (audit?.fn.wrong ?? 0)).toBe(wrong.length);
            expect(outcomes.get(course.id) ?? 0).toBe(wrong.length);
            if (probability === 1) expect(audit?.compared).toBe(decisions.length);
            for (const d of decisions) expect(d.probability).toBe(d.stage === 'reference' ? 1 : probability);
          });
        },
      ),
      { numRuns: 80 },
    );
  });
});
