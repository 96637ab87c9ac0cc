import { replay } from '@noscope/plan';
import { meetsTargets, scoreFrames, scoreWindows, windowsOf } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestCostS, canBeat, floorOf, leastCostS } from './bound.ts';
import type { OptimizeInput } from './input.ts';
import { optimize } from './optimize.ts';
import { random, recordingOf, type Table } from './testing.ts';

const costs = { decodeS: 0.001, smallFrameS: 0.0002, referenceS: 0.3 };
const models = [
  { id: 'good', costS: 0.0001 },
  { id: 'noise', costS: 0.0001 },
];

/** A camera at 10 frames a second: somebody comes for 8 s out of every 40. */
function street(seconds: number, seed = 1): Table {
  const draw = random(seed);
  const label = Array.from({ length: seconds * 10 }, (_, i) => Number((i / 10) % 40 >= 30 && (i / 10) % 40 < 38));
  return {
    timestampS: label.map((_, i) => i / 10),
    label,
    confidence: {
      good: label.map((l) => Math.min(1, Math.max(0, (l === 1 ? 0.8 : 0.2) + (draw() + draw() - 1) * 0.4))),
      noise: label.map(() => draw()),
    },
    difference: {
      second: label.map((l, i) => Math.abs(l - label[Math.max(0, i - 10)]) * 20 + l * 6 * draw() + draw()),
      image: label.map((l) => l * 12 * draw() + draw()),
    },
    detectors: [
      { id: 'second', against: 'earlier', tDiffS: 1, costS: 0.00001 },
      { id: 'image', against: 'reference-image', tDiffS: 0, costS: 0.00001 },
    ],
    toleranceS: 0.05,
  };
}

const inputOf = (table: Table, over: Partial<OptimizeInput> = {}): OptimizeInput => ({
  recording: recordingOf(table),
  detectors: table.detectors,
  models,
  skipsS: [0, 0.2, 0.5, 1],
  maxReuseS: [10, 60],
  toleranceS: table.toleranceS,
  costs,
  targets: { fp: 0.01, fn: 0.01 },
  ...over,
});

const empty: Table = { ...street(0), timestampS: [], label: [] };

describe('the choice', () => {
  it('meets the targets on the split it was chosen on, and costs what it says', async () => {
    const table = street(400);
    const input = inputOf(table);
    const choice = await optimize(input);
    expect(choice.outcome).toBe('met');
    const { label } = replay(choice.plan, input.recording);
    const windows = windowsOf(input.recording.timestampS);
    const score = scoreWindows(windows, input.recording.label, label);
    expect(score).toEqual(choice.expected.windows);
    expect(meetsTargets(score, input.targets)).toBe(true);
    expect(meetsTargets(scoreFrames(input.recording.label, label), input.targets)).toBe(true);
    expect(choice.expected.costS).toBeLessThan((costs.decodeS + costs.referenceS) / 10);
    const { fractions } = choice.expected;
    expect(fractions.skipped + fractions.difference + fractions.specialized + fractions.reference).toBeCloseTo(1, 12);
  });

  it('never gets cheaper by taking a stage away or by a stricter target', async () => {
    const choice = await optimize(inputOf(street(400)));
    for (const { estimate } of choice.lesions) expect(estimate.costS).toBeGreaterThanOrEqual(choice.expected.costS);
    const added = choice.factors.map(({ estimate }) => estimate.costS);
    expect(added).toEqual([...added].sort((a, b) => b - a));
    expect(choice.factors[0]).toMatchObject({ stages: [], plan: { detector: null, model: null, tSkipS: 0 } });
    expect(choice.factors[3].estimate.costS).toBe(choice.expected.costS);
    const frontier = choice.frontier.map(({ estimate }) => estimate.costS);
    expect(frontier).toEqual([...frontier].sort((a, b) => b - a));
    for (const { targets, estimate } of choice.frontier) expect(meetsTargets(estimate.windows, targets)).toBe(true);
    const dominated = choice.frontier.filter((point, i) => i > 0 && point.estimate.costS === frontier[i - 1]);
    expect(dominated.every(({ isNonDominated }) => !isNonDominated)).toBe(true);
    expect(choice.frontier.filter(({ isOwn }) => isOwn)).toHaveLength(1);
  });

  it('keeps the targets on the judge as well, and is estimated on it', async () => {
    // Perfectly separated where it was trained, blurred afterwards: thresholds from the first part alone would err.
    const trained = street(200);
    trained.confidence.good = trained.label.map((l) => (l === 1 ? 0.99 : 0.01));
    const later = street(200, 7);
    const whole: Table = {
      ...trained,
      timestampS: [...trained.timestampS, ...later.timestampS.map((t) => t + 200)],
      label: [...trained.label, ...later.label],
      confidence: {
        good: [...trained.confidence.good, ...later.confidence.good],
        noise: [...trained.confidence.noise, ...later.confidence.noise],
      },
      difference: {
        second: [...trained.difference.second, ...later.difference.second],
        image: [...trained.difference.image, ...later.difference.image],
      },
    };
    const judge = recordingOf(later);
    const { plan, expected, frontier } = await optimize(inputOf(whole, { judge, widenFrames: 0.02 }));
    const { label, asked } = replay(plan, judge);
    expect(expected).toMatchObject({ asked, frames: scoreFrames(judge.label, label) });
    expect(meetsTargets(expected.frames, { fp: 0.01, fn: 0.01 })).toBe(true);
    for (const { targets, estimate } of frontier) expect(meetsTargets(estimate.frames, targets)).toBe(true);
    const alone = await optimize(inputOf(trained));
    const { label: blind } = replay(alone.plan, judge);
    expect(meetsTargets(scoreFrames(judge.label, blind), { fp: 0.01, fn: 0.01 })).toBe(false);
  });

  it('puts the user’s own uneven targets on the frontier', async () => {
    const choice = await optimize(inputOf(street(200), { targets: { fp: 0.03, fn: 0.2 } }));
    const own = choice.frontier.find(({ isOwn }) => isOwn);
    expect(own).toMatchObject({ targets: { fp: 0.03, fn: 0.2 }, plan: choice.plan });
    expect(choice.frontier).toHaveLength(10);
  });

  it('lets the reference answer alone where nothing else pays, and says so', async () => {
    const dear = inputOf(street(100), { costs: { ...costs, referenceS: 1e-9 }, skipsS: [0] });
    expect(await optimize(dear)).toMatchObject({
      outcome: 'reference-alone',
      reason: expect.stringMatching(/reference alone because no plan .* costs less/),
      plan: { tSkipS: 0, detector: null, model: null },
    });
  });

  it('asks for longer evidence where the bound is to be met and too few windows can show it', async () => {
    const bound = await optimize(inputOf(street(100), { budget: 'bound' }));
    expect(bound).toMatchObject({ outcome: 'reference-alone', reason: expect.stringContaining('95% confidence') });
    expect((await optimize(inputOf(street(100)))).warnings.join()).toContain('at 95% confidence');
    const loose = await optimize(inputOf(street(400), { budget: 'bound', targets: { fp: 0.1, fn: 0.1 } }));
    expect(loose.outcome).not.toBe('reference-alone');
    expect(loose.expected.windows.fp.bound).toBeLessThanOrEqual(0.1);
  });

  it('bisects the frame budget where the windows are stricter than the frames', async () => {
    // a window of 15 frames is positive with 14 of them: two frames in every fifteen look like nobody
    const table = street(400);
    const draw = random(5);
    const good = table.label.map((l, i) => (l === 1 && i % 15 !== 3 && i % 15 !== 9 ? 0.9 : 0.1 + 0.3 * draw()));
    const targets = { fp: 0.01, fn: 0.2 };
    const use = { targets, models: models.slice(0, 1), skipsS: [0], detectors: [] };
    const { outcome, expected, reason } = await optimize(
      inputOf({ ...table, confidence: { ...table.confidence, good } }, use),
    );
    expect(outcome).toBe('bisected');
    expect(reason).toMatch(/frame budget of .* was bisected to/);
    expect(meetsTargets(expected.windows, targets)).toBe(true);
    expect(expected.windows.fn.wrong).toBeGreaterThan(0);
  });

  it('takes an empty split, one that always shows the object and one that never does', async () => {
    expect(await optimize(inputOf(empty))).toMatchObject({
      outcome: 'reference-alone',
      reason: expect.stringContaining('no frames'),
      expected: { costS: costs.decodeS + costs.referenceS },
    });
    for (const value of [0, 1]) {
      const table = street(100);
      const choice = await optimize(inputOf({ ...table, label: table.label.map(() => value) }));
      expect(choice.expected.asked).toBe(0);
      expect(choice.warnings[0]).toMatch(value === 0 ? /never shows/ : /always shows/);
    }
  });

  it('does without a detector that saves too little', async () => {
    const input = inputOf(street(400), { skipsS: [0] });
    const cheapest = await optimize(input);
    expect(cheapest.plan.detector).not.toBeNull();
    const without = cheapest.lesions.find((lesion) => lesion.without === 'detector')?.estimate.costS ?? 0;
    const saved = without / cheapest.expected.costS - 1;
    expect((await optimize({ ...input, simplerWithin: saved * 1.01 })).plan.detector).toBeNull();
    expect((await optimize({ ...input, simplerWithin: saved * 0.99 })).plan).toEqual(cheapest.plan);
  });

  it('reuses less by the share asked for, and answers at least as many windows rightly', async () => {
    const input = inputOf(street(400));
    const before = await optimize({ ...input, models: [] });
    const after = await optimize({ ...input, models: [], tightenFrames: 0.05 });
    const reused = (choice: typeof before) => choice.expected.fractions.difference;
    expect(before.plan.detector).not.toBeNull();
    expect(reused(after)).toBeLessThan(reused(before));
    expect(after.expected.windows.fp.wrong + after.expected.windows.fn.wrong).toBeLessThanOrEqual(
      before.expected.windows.fp.wrong + before.expected.windows.fn.wrong,
    );
  });

  it('widens the thresholds by no more questions than asked for', async () => {
    const table = street(400);
    const targets = { fp: 0, fn: 0 };
    const grid = { targets, skipsS: [0], detectors: [] };
    const plain = await optimize(inputOf(table, grid));
    const wide = await optimize(inputOf(table, { ...grid, widen: 0.1 }));
    const more = wide.expected.asked - plain.expected.asked;
    expect(plain.expected.asked).toBeGreaterThan(10);
    expect(more).toBeGreaterThan(0);
    expect(more).toBeLessThanOrEqual(plain.expected.asked * 0.1);
    expect(wide.plan.model?.cLow).toBeLessThanOrEqual(plain.plan.model?.cLow ?? 0);
    expect(wide.plan.model?.cHigh).toBeGreaterThanOrEqual(plain.plan.model?.cHigh ?? 1);
    const separable = { ...table, confidence: { ...table.confidence, good: table.label.map((l) => 0.1 + l * 0.8) } };
    const least = await optimize(inputOf(separable, { ...grid, widenFrames: 0.3 }));
    expect(least.expected.asked / table.label.length).toBeLessThanOrEqual(0.3);
  });

  it('stands its thresholds in the middle of the gap between the scores', async () => {
    const table = street(200);
    const confidence = { good: table.label.map((l) => 0.25 + l * 0.5), noise: table.confidence.noise };
    const { plan } = await optimize(
      inputOf({ ...table, confidence }, { skipsS: [0], detectors: [], targets: { fp: 0, fn: 0 } }),
    );
    expect(plan.model).toEqual({ id: 'good', cLow: 0.5, cHigh: 0.5 });
  });

  it('reports progress to the end, and stops on request', async () => {
    const seen: number[] = [];
    let total: number | null = 0;
    await optimize(
      inputOf(street(60), {
        onProgress: (event) => {
          if (event.kind !== 'progress') return;
          seen.push(event.done);
          total = event.total;
        },
      }),
    );
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(total);
    const stop = new AbortController();
    stop.abort();
    await expect(optimize(inputOf(street(60), { signal: stop.signal }))).rejects.toMatchObject({ code: 'aborted' });
  });

  it('refuses scores that are not numbers and targets that are not rates', async () => {
    const table = street(20);
    const spoilt = (key: 'confidence' | 'difference', id: string): Table => ({
      ...table,
      [key]: { ...table[key], [id]: table[key][id].map((value, i) => (i === 30 ? Number.NaN : value)) },
    });
    await expect(optimize(inputOf(spoilt('confidence', 'good')))).rejects.toThrow(/good gave NaN for frame 30/);
    await expect(optimize(inputOf(spoilt('difference', 'second')))).rejects.toThrow(/second gave NaN for frame 30/);
    await expect(optimize(inputOf(table, { targets: { fp: 2, fn: 0 } }))).rejects.toThrow(/fp target/);
    await expect(optimize(inputOf(table, { maxReuseS: [] }))).rejects.toThrow(/maxReuseS/);
    await expect(optimize(inputOf(table, { costs: { ...costs, decodeS: Number.NaN } }))).rejects.toThrow(/decodeS/);
    await expect(optimize(inputOf({ ...table, label: [1] }))).rejects.toThrow(/labels/);
  });
});

describe('what no model can beat', () => {
  it('is never above what a model reaches, and is reached by a perfect one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.constantFrom(0, 0.01, 0.1), async (seed, rate) => {
        const table = street(80, seed);
        const targets = { fp: rate, fn: rate };
        const input = inputOf(table, { targets });
        const floor = floorOf(input);
        const good = models.slice(0, 1);
        expect(leastCostS(floor, good[0].costS)).toBeLessThanOrEqual(
          (await bestCostS({ ...input, models: good })) + 1e-12,
        );
        const perfect = { ...table, confidence: { ...table.confidence, good: table.label } };
        const reached = await bestCostS({ ...inputOf(perfect, { targets }), models: good });
        expect(reached).toBeCloseTo(leastCostS(floor, good[0].costS), 12);
      }),
      { numRuns: 30 },
    );
  });

  it('lets a trainer drop a model that costs more than the best plan so far', async () => {
    const input = inputOf(street(200));
    const floor = floorOf(input);
    const bestS = await bestCostS(input);
    expect(canBeat(floor, { costS: 0 }, bestS)).toBe(true);
    expect(canBeat(floor, { costS: 10 }, bestS)).toBe(false);
  });
});
