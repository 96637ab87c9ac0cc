import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideByModel } from './decide.ts';
import { describePlan } from './describe.ts';
import { Pairing, pairIndices } from './pairing.ts';
import { type Plan, referenceOnly } from './plan.ts';
import type { Recording } from './recording.ts';
import { replay, STAGES } from './replay.ts';
import { ABSENT, rootOf } from './root.ts';
import { Sampler, sampledIndices } from './sampling.ts';
import { running } from './testing.ts';

interface Table {
  timestampS: number[];
  label: number[];
  confidence: number[];
  /** Difference of each frame, whatever it is compared with. */
  difference: number[];
  tDiffS: number;
  toleranceS: number;
}

function record(table: Table): Recording {
  const timestampS = Float64Array.from(table.timestampS);
  return {
    timestampS,
    label: Uint8Array.from(table.label),
    confidence: () => Float32Array.from(table.confidence),
    difference: (_, tSkipS) => {
      const sampled = sampledIndices(timestampS, tSkipS, table.toleranceS);
      const use = { tDiffS: table.tDiffS, toleranceS: table.toleranceS, maxReuseS: Number.POSITIVE_INFINITY };
      return {
        sampled,
        pair: pairIndices(
          Float64Array.from(sampled, (i) => timestampS[i]),
          use,
        ),
        difference: Float32Array.from(sampled, (i) => table.difference[i]),
      };
    },
  };
}

const base = {
  timestampS: [0, 1, 2, 3, 4, 5],
  label: [0, 1, 1, 1, 0, 0],
  confidence: [0.1, 0.9, 0.5, 0.5, 0.5, 0.1],
  difference: [9, 9, 0, 9, 0, 0],
  tDiffS: 1,
  toleranceS: 0.25,
};
const earlier = { id: 'd', against: 'earlier', tDiffS: 1, maxReuseS: 100, delta: 1 } as const;
const model = { id: 'm', cLow: 0.2, cHigh: 0.8 };
const stages = (plan: Plan): string[] => [...replay(plan, record(base)).stage].map((stage) => STAGES[stage]);

describe('replay', () => {
  it('gives the reference’s answers when it alone is asked', () => {
    const result = replay(referenceOnly(0.25), record(base));
    expect([...result.label]).toEqual(base.label);
    expect(result).toMatchObject({ asked: 6, fs: 1, fm: 1, fc: 1, fractions: { reference: 1, skipped: 0 } });
  });

  it('carries a label through skipping and reuse, and calls each by its stage', () => {
    const plan: Plan = { tSkipS: 0, toleranceS: 0.25, detector: earlier, model };
    const result = replay(plan, record(base));
    expect(stages(plan)).toEqual(['specialized', 'specialized', 'difference', 'reference', 'difference', 'difference']);
    expect([...result.source]).toEqual([0, 1, 1, 3, 3, 3]);
    expect([...result.label]).toEqual([0, 1, 1, 1, 1, 1]);
    expect(result).toMatchObject({ fs: 1, fm: 0.5, fc: 1 / 3, asked: 1 });
    expect(stages({ ...plan, tSkipS: 2, detector: null })).toEqual([
      ...['specialized', 'skipped', 'reference', 'skipped', 'reference', 'skipped'],
    ]);
  });

  it('ends reuse at the border of an epoch', () => {
    const plan: Plan = { tSkipS: 0, toleranceS: 0.25, detector: { ...earlier, maxReuseS: 4 }, model: null };
    expect([...replay(plan, record(base)).source]).toEqual([0, 1, 1, 3, 4, 4]);
  });

  it('answers "absent" for what equals the reference image', () => {
    const plan: Plan = { tSkipS: 0, toleranceS: 0.25, detector: { ...earlier, against: 'reference-image' }, model };
    expect([...replay(plan, record(base)).source]).toEqual([0, 1, ABSENT, 3, ABSENT, ABSENT]);
    expect([...replay(plan, record(base)).label]).toEqual([0, 1, 0, 1, 0, 0]);
  });

  it('takes an empty recording', () => {
    const empty = { ...base, timestampS: [], label: [], confidence: [], difference: [] };
    const plan: Plan = { tSkipS: 1, toleranceS: 0.25, detector: earlier, model };
    expect(replay(plan, record(empty))).toMatchObject({ asked: 0, fs: 0, fm: 0, fc: 0 });
  });

  it('refuses plans that contradict themselves and recordings that do not fit', () => {
    expect(() => replay({ ...referenceOnly(0), model: { id: 'm', cLow: 1, cHigh: 0 } }, record(base))).toThrow(/c_low/);
    const plan: Plan = { tSkipS: 2, toleranceS: 0.25, detector: earlier, model: null };
    const other = record(base);
    const everyFrame = { ...other, difference: () => other.difference('d', 0) };
    expect(() => replay(plan, everyFrame)).toThrow(/other frames/);
  });

  it('equals the streaming parts put together frame by frame', () => {
    const table = fc.integer({ min: 0, max: 40 }).chain((n) => {
      const row = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(value, { minLength: n, maxLength: n });
      return fc.record({
        timestampS: row(fc.integer({ min: 0, max: 4 })).map((steps) => running(steps).map((at) => at / 4)),
        label: row(fc.integer({ min: 0, max: 1 })),
        confidence: row(fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10)),
        difference: row(fc.integer({ min: 0, max: 5 })),
        tDiffS: fc.integer({ min: 1, max: 6 }).map((n) => n / 4),
        toleranceS: fc.constantFrom(0, 0.125, 0.25),
      });
    });
    const knobs = fc.record({
      tSkipS: fc.constantFrom(0, 0.5, 1),
      maxReuseS: fc.constantFrom(1, 3, 1000),
      delta: fc.integer({ min: 0, max: 5 }),
      against: fc.constantFrom('earlier' as const, 'reference-image' as const),
      hasDetector: fc.boolean(),
      hasModel: fc.boolean(),
    });
    fc.assert(
      fc.property(table, knobs, (t, k) => {
        const { tDiffS, toleranceS } = t;
        const { tSkipS, maxReuseS, delta, against } = k;
        const detector = k.hasDetector ? { id: 'd', against, tDiffS, maxReuseS, delta } : null;
        const plan: Plan = { tSkipS, toleranceS, detector, model: k.hasModel ? model : null };
        const sampler = new Sampler(plan);
        const pairing = new Pairing<{ i: number; root: number }>({ tDiffS, toleranceS, maxReuseS });
        const label: number[] = [];
        let root = ABSENT;
        let answer = 0;
        t.timestampS.forEach((timestampS, i) => {
          if (sampler.next(timestampS)) {
            const seen = { i, root: i };
            const partner = pairing.push(timestampS, seen);
            root = rootOf(detector, { frame: i, difference: t.difference[i], pairRoot: partner?.root ?? null });
            seen.root = root;
            const verdict = decideByModel(plan.model, t.confidence[i]);
            if (root === ABSENT) answer = 0;
            else if (root !== i) answer = label[root];
            else answer = verdict === 'ask' ? t.label[i] : Number(verdict === 'yes');
          }
          label.push(answer);
        });
        expect([...replay(plan, record(t)).label]).toEqual(label);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a plan in words', () => {
  it('names every stage that it has', () => {
    const plan: Plan = { tSkipS: 0.5, toleranceS: 0.1, detector: { ...earlier, delta: 6.54321 }, model };
    expect(describePlan(plan)).toBe(
      'one frame per 0.5 s; same as 1 s earlier (d, difference ≤ 6.543): keep the label, at most 100 s; m: no below 0.2, yes above 0.8; in between asks the reference model',
    );
    expect(describePlan(referenceOnly(0))).toBe('every frame; asks the reference model');
  });
});
