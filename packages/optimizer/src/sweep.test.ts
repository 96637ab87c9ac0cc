import { replay } from '@noscope/plan';
import { scoreFrames } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, sweepGrid } from './candidates.ts';
import { costPerFrame, stageCosts } from './costs.ts';
import type { Budget } from './search.ts';
import { random, recordingOf, type Table } from './testing.ts';
import { centred } from './thresholds.ts';

const costs = { decodeS: 1, smallFrameS: 0.5, referenceS: 100 };
const models = [
  { id: 'm', costS: 2 },
  { id: 'slow', costS: 40 },
];
const skipsS = [0, 1, 2];
const maxReuseS = [2, 5, 1000];

/** One way of running a table, and what it costs; written without any of the tested code. */
interface Way {
  pair: string;
  costS: number;
  fp: number;
  fn: number;
}

const pairName = (detector: string | undefined, model: string | undefined): string => `${detector} ${model}`;

/** Tries everything: every skip, δ, reuse and pair of cuts, following every frame to its root by hand. */
function everyWay(table: Table): Way[] {
  const { timestampS, label, toleranceS } = table;
  const frames = label.length;
  const ways: Way[] = [];
  for (const skip of skipsS) {
    const sampledBefore: number[] = [];
    let last = -1;
    for (let i = 0; i < frames; i++) {
      if (last < 0 || timestampS[i] - timestampS[last] >= skip - toleranceS) last = i;
      sampledBefore.push(last);
    }
    const isSampled = (i: number): boolean => sampledBefore[i] === i;
    const looked = sampledBefore.filter((s, i) => s === i);
    for (const detector of [null, ...table.detectors]) {
      for (const reuse of detector?.against === 'earlier' ? maxReuseS : [0]) {
        const findPartner = (i: number): number => {
          if (detector === null) return -1;
          const wish = timestampS[i] - detector.tDiffS;
          let best = -1;
          for (let j = 0; j < i; j++) {
            if (!isSampled(j)) continue;
            const far = Math.abs(timestampS[j] - wish);
            const bestFar = best < 0 ? Number.POSITIVE_INFINITY : Math.abs(timestampS[best] - wish);
            // of equals the last one, except after the wish, where it is the first
            if (far < bestFar || (far === bestFar && timestampS[j] <= wish && timestampS[j] >= timestampS[best]))
              best = j;
          }
          if (best < 0 || Math.abs(timestampS[best] - wish) > toleranceS) return -1;
          return Math.floor(timestampS[best] / reuse) === Math.floor(timestampS[i] / reuse) ? best : -1;
        };
        const partner = label.map((_, i) => findPartner(i));
        const difference = detector === null ? [] : table.difference[detector.id].map(Math.fround);
        for (const delta of detector === null
          ? [Number.NEGATIVE_INFINITY]
          : new Set(looked.map((i) => difference[i]))) {
          const rootOf = (i: number): number => {
            if (detector === null || !(difference[i] <= delta)) return i;
            if (detector.against === 'reference-image') return -1;
            return partner[i] < 0 ? i : rootOf(partner[i]);
          };
          const root = sampledBefore.map(rootOf);
          const roots = [...new Set(root)].filter((r) => r >= 0);
          // a δ that merges nothing is the plan without the detector, only dearer
          if (detector !== null && roots.length === looked.length) continue;
          let fixedFp = 0;
          let fixedFn = 0;
          const p = new Map<number, number>();
          const n = new Map<number, number>();
          for (let i = 0; i < frames; i++) {
            const r = root[i];
            const answer = r < 0 ? 0 : label[r];
            if (answer === 1 && label[i] === 0) fixedFp++;
            if (answer === 0 && label[i] === 1) fixedFn++;
            const into = label[i] === 1 ? p : n;
            into.set(r, (into.get(r) ?? 0) + 1);
          }
          const perLook = (model: number | null): number =>
            (detector !== null || model !== null ? costs.smallFrameS : 0) + (detector?.costS ?? 0);
          const fixedS = (model: number | null): number =>
            costs.decodeS + (looked.length * perLook(model) + roots.length * (model ?? 0)) / Math.max(1, frames);
          ways.push({
            pair: pairName(detector?.id, undefined),
            costS: fixedS(null) + (roots.length * costs.referenceS) / Math.max(1, frames),
            fp: fixedFp,
            fn: fixedFn,
          });
          for (const model of models) {
            const c = table.confidence[model.id].map(Math.fround);
            const cuts = [Number.NEGATIVE_INFINITY, ...[...new Set(roots.map((r) => c[r]))].map((v) => v + 1e-9)];
            for (const cLow of cuts) {
              for (const cHigh of cuts) {
                if (cHigh < cLow) continue;
                let fp = fixedFp;
                let fn = fixedFn;
                let asked = 0;
                for (const r of roots) {
                  if (c[r] < cLow) fn += label[r] === 1 ? (p.get(r) ?? 0) : 0;
                  else if (c[r] > cHigh) fp += label[r] === 0 ? (n.get(r) ?? 0) : 0;
                  else asked++;
                }
                const costS = fixedS(model.costS) + (asked * costs.referenceS) / Math.max(1, frames);
                ways.push({ pair: pairName(detector?.id, model.id), costS, fp, fn });
              }
            }
          }
        }
      }
    }
  }
  return ways;
}

const row = <T>(length: number, value: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(value, { minLength: length, maxLength: length });

/** Few distinct values, so that ties are common. */
const tableOf = (labels: fc.Arbitrary<number>): fc.Arbitrary<Table> =>
  fc.integer({ min: 0, max: 9 }).chain((n) =>
    fc
      .record({
        steps: row(n, fc.constantFrom(0.5, 0.5, 0.5, 0, 1, 3)),
        label: row(n, labels),
        m: row(n, fc.integer({ min: 0, max: 5 })),
        slow: row(n, fc.integer({ min: 0, max: 5 })),
        earlier: row(n, fc.integer({ min: 0, max: 4 })),
        image: row(n, fc.integer({ min: 0, max: 4 })),
        tDiffS: fc.constantFrom(0.5, 1, 2),
        toleranceS: fc.constantFrom(0, 0.25),
      })
      .map(({ steps, label, m, slow, earlier, image, tDiffS, toleranceS }) => {
        let now = 0;
        const timestampS = steps.map((step) => {
          now += step;
          return now;
        });
        return {
          timestampS,
          label,
          confidence: { m: m.map((c) => c / 5), slow: slow.map((c) => c / 5) },
          difference: { earlier: earlier.map((d) => d / 10), image: image.map((d) => d / 10) },
          detectors: [
            { id: 'earlier', against: 'earlier', tDiffS, costS: 1 } as const,
            { id: 'image', against: 'reference-image', tDiffS: 0, costS: 3 } as const,
          ],
          toleranceS,
        };
      }),
  );

const budgets: Budget[] = [0, 1, 2, 3, 9].flatMap((fp) => [0, 1, 3].map((fn) => ({ fp, fn })));

const sweep = (table: Table, recording = recordingOf(table)): Promise<Candidate[]> =>
  sweepGrid(
    { recording, detectors: table.detectors, models, skipsS, maxReuseS, toleranceS: table.toleranceS, costs },
    budgets,
  );

async function equalsEveryWay(table: Table): Promise<void> {
  const ways = everyWay(table);
  const found = new Map<string, number>();
  for (const { budget, plan, costS } of await sweep(table)) {
    const name = `${budget} ${pairName(plan.detector?.id, plan.model?.id)}`;
    found.set(name, Math.min(found.get(name) ?? Number.POSITIVE_INFINITY, costS));
  }
  const wanted = new Map<string, number>();
  for (const [b, budget] of budgets.entries()) {
    for (const { pair, costS, fp, fn } of ways) {
      if (fp > budget.fp || fn > budget.fn) continue;
      const name = `${b} ${pair}`;
      wanted.set(name, Math.min(wanted.get(name) ?? Number.POSITIVE_INFINITY, costS));
    }
  }
  expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, costS] of wanted) expect(found.get(name)).toBeCloseTo(costS, 9);
}

/** What the sweep promised of each candidate is what its replay does. */
async function keepsItsWord(table: Table): Promise<void> {
  const recording = recordingOf(table);
  for (const candidate of await sweep(table, recording)) {
    const plan = centred(candidate.plan, recording);
    const run = replay(plan, recording);
    const score = scoreFrames(recording.label, run.label);
    expect(score.fp.wrong).toBeLessThanOrEqual(budgets[candidate.budget].fp);
    expect(score.fn.wrong).toBeLessThanOrEqual(budgets[candidate.budget].fn);
    expect(run.asked).toBe(candidate.asked);
    const expected =
      table.label.length === 0 ? candidate.costS : costPerFrame(run, costs, stageCosts(plan, table.detectors, models));
    expect(expected).toBeCloseTo(candidate.costS, 9);
  }
}

describe('the sweep', () => {
  it('equals trying everything, on thousands of small tables', { timeout: 120_000 }, async () => {
    await fc.assert(fc.asyncProperty(tableOf(fc.integer({ min: 0, max: 1 })), equalsEveryWay), { numRuns: 2000 });
  });

  it('equals trying everything where the object is always or never there', async () => {
    await fc.assert(fc.asyncProperty(tableOf(fc.constant(1)), equalsEveryWay), { numRuns: 100 });
    await fc.assert(fc.asyncProperty(tableOf(fc.constant(0)), equalsEveryWay), { numRuns: 100 });
  });

  it('equals a scan through all thresholds at every δ of a table of many distinct scores', async () => {
    const frames = 1500;
    const draw = random(7);
    const label = Array.from({ length: frames }, (_, i) => Number(Math.sin(i / 40) > 0.3));
    const table: Table = {
      timestampS: label.map((_, i) => i / 4),
      label,
      confidence: { m: label.map((l) => l * 0.2 + draw() * 0.8), slow: label.map(() => draw()) },
      difference: { earlier: label.map((l, i) => Math.abs(l - label[Math.max(0, i - 2)]) * 0.3 + draw()) },
      detectors: [{ id: 'earlier', against: 'earlier', tDiffS: 0.5, costS: 1 }],
      toleranceS: 0.1,
    };
    const recording = recordingOf(table);
    const budget = { fp: 12, fn: 9 };
    const grid = { recording, detectors: table.detectors, skipsS: [0], maxReuseS: [50], toleranceS: 0.1, costs };
    const swept = await sweepGrid({ ...grid, models: [models[0]] }, [budget]);
    const found = swept.find(({ plan }) => plan.detector !== null && plan.model !== null);

    const c = recording.confidence('m');
    const { pair, difference } = recording.difference('earlier', 0);
    let best = Number.POSITIVE_INFINITY;
    for (const delta of difference) {
      const root = label.map((_, i) => i);
      for (let i = 0; i < frames; i++) {
        const isSameEpoch = pair[i] >= 0 && Math.floor(pair[i] / 4 / 50) === Math.floor(i / 4 / 50);
        if (isSameEpoch && difference[i] <= delta) root[i] = root[pair[i]];
      }
      const p = new Array<number>(frames).fill(0);
      const n = new Array<number>(frames).fill(0);
      for (let i = 0; i < frames; i++) (label[i] === 1 ? p : n)[root[i]]++;
      const roots = root.filter((r, i) => r === i).sort((a, b) => c[a] - c[b]);
      let leftFn = budget.fn - roots.reduce((sum, r) => sum + (label[r] === 1 ? 0 : p[r]), 0);
      let leftFp = budget.fp - roots.reduce((sum, r) => sum + (label[r] === 1 ? n[r] : 0), 0);
      if (leftFn < 0 || leftFp < 0) continue;
      let from = 0;
      let to = roots.length;
      for (; from < to && (label[roots[from]] === 0 || p[roots[from]] <= leftFn); from++) {
        leftFn -= label[roots[from]] === 1 ? p[roots[from]] : 0;
      }
      for (; to > from && (label[roots[to - 1]] === 1 || n[roots[to - 1]] <= leftFp); to--) {
        leftFp -= label[roots[to - 1]] === 0 ? n[roots[to - 1]] : 0;
      }
      best = Math.min(best, 1 + 1.5 + (roots.length * 2 + (to - from) * 100) / frames);
    }
    expect(found?.costS).toBeCloseTo(best, 9);
  });

  it('promises no budget, cost or number of questions that a replay does not keep', async () => {
    await fc.assert(fc.asyncProperty(tableOf(fc.integer({ min: 0, max: 1 })), keepsItsWord), { numRuns: 150 });
  });
});
