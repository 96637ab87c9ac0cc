import { intervalsOf, type Plan } from '@noscope/plan';
import type { Decision } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecisionLedger, type Source } from './ledger.ts';

const plan: Plan = {
  tSkipS: 0,
  toleranceS: 0.05,
  detector: { id: 'd', against: 'earlier', tDiffS: 0.1, maxReuseS: 1000, delta: 0.5 },
  model: { id: 'm', cLow: 0.25, cHigh: 0.75 },
};
const ledgerOf = (change: Partial<ConstructorParameters<typeof DecisionLedger>[0]> = {}): DecisionLedger =>
  new DecisionLedger({ plan, frameIntervalS: 0.1, canAsk: true, ...change });

/** Frames ten a second; `changed[i]` with confidence `c[i]`, else it takes the label of the frame before. */
function feed(ledger: DecisionLedger, changed: boolean[], c: number[]): number[] {
  const asked: number[] = [];
  let before: Source | null = null;
  changed.forEach((isChanged, i) => {
    const entry = ledger.look(i, i / 10, before === null ? null : isChanged ? 1 : 0, before);
    before = entry.source;
    if (ledger.decide(entry, ledger.isOpen(entry) ? c[i] : null)) asked.push(i);
  });
  return asked;
}

const last = (decisions: Decision[]): Decision[] => [
  ...new Map(decisions.map((decision) => [decision.frameId, decision])).values(),
];

describe('the ledger', () => {
  it('revises every frame of a source when its answer comes, and gives intervals out in order', () => {
    const ledger = ledgerOf();
    expect(feed(ledger, [true, false, true, false, true], [0.6, 0, 0.9, 0, 0.1])).toEqual([0]);
    const first = ledger.takeDecisions();
    expect(first.map((d) => [d.frameId, d.label, d.stage, d.state, d.sourceFrameId])).toEqual([
      [0, true, 'reference', 'provisional', 0],
      [1, true, 'difference', 'provisional', 0],
      [2, true, 'specialized', 'final', 2],
      [3, true, 'difference', 'final', 2],
      [4, false, 'specialized', 'final', 4],
    ]);
    expect(first.map((d) => d.score)).toEqual([0.6, 0, 0.9, 0, 0.1]);
    expect(ledger.takeIntervals()).toEqual([]);
    expect(ledger.watermarkS).toBeNull();
    ledger.answer(0, false);
    expect(ledger.takeDecisions().map((d) => [d.frameId, d.label, d.state, d.revision])).toEqual([
      [0, false, 'final', 1],
      [1, false, 'final', 1],
    ]);
    expect(ledger.takeIntervals()).toEqual([{ startS: 0.2, endS: 0.4 }]);
    expect(ledger.watermarkS).toBe(0.4);
    expect([ledger.held, ledger.waiting]).toEqual([0, 0]);
  });

  it('lets no interval out that an answer may still change', () => {
    const ledger = ledgerOf();
    feed(ledger, [true, true, true, true], [0.9, 0.5, 0.9, 0.1]);
    expect(ledger.takeIntervals()).toEqual([]);
    ledger.answer(1, true);
    expect(ledger.takeIntervals()).toEqual([{ startS: 0, endS: expect.closeTo(0.3) }]);
  });

  it('ends with the same decisions, counts and intervals in any order of answers', () => {
    const cases = fc.array(
      fc.record({ isChanged: fc.boolean(), c: fc.integer({ min: 0, max: 4 }).map((n) => n / 4), truth: fc.boolean() }),
      { maxLength: 60, size: 'max' },
    );
    fc.assert(
      fc.property(cases, fc.nat(), (frames, seed) => {
        const changed = frames.map((frame) => frame.isChanged);
        const confidence = frames.map((frame) => frame.c);
        const finish = (order: (asked: number[]) => number[]): unknown => {
          const ledger = ledgerOf();
          const decisions: Decision[] = [];
          for (const frame of order(feed(ledger, changed, confidence))) {
            decisions.push(...ledger.takeDecisions());
            if (frame % 5 === 3) ledger.giveUp(frame);
            else ledger.answer(frame, frames[frame].truth);
          }
          ledger.end();
          decisions.push(...ledger.takeDecisions());
          expect([ledger.held, ledger.waiting]).toEqual([0, 0]);
          const labels = Uint8Array.from(last(decisions), (decision) => Number(decision.label));
          const intervals = ledger.takeIntervals();
          expect(intervals).toEqual(
            intervalsOf(
              Float64Array.from(labels, (_, i) => i / 10),
              labels,
              0.1,
            ),
          );
          const { counts, asked, givenUp, unresolved } = ledger;
          return { decisions: last(decisions), intervals, counts, asked, givenUp, unresolved };
        };
        const shuffled = (asked: number[]): number[] =>
          asked.toSorted((a, b) => ((a * 7919 + seed) % 101) - ((b * 7919 + seed) % 101));
        const inOrder = finish((asked) => asked);
        expect(finish((asked) => asked.toReversed())).toEqual(inOrder);
        expect(finish(shuffled)).toEqual(inOrder);
      }),
    );
  });

  it('keeps the guess of a question that was given up, and counts what hangs from it', () => {
    const ledger = ledgerOf();
    feed(ledger, [true, false], [0.6, 0]);
    ledger.takeDecisions();
    ledger.giveUp(0);
    ledger.answer(0, false);
    const revised = ledger.takeDecisions();
    expect(revised.map((d) => [d.label, d.state, d.revision])).toEqual([
      [true, 'unresolved', 1],
      [true, 'unresolved', 1],
    ]);
    expect(ledger).toMatchObject({ asked: 1, givenUp: 1, unresolved: 2 });
  });

  it('says gaps, and ends an interval at one', () => {
    const ledger = ledgerOf({ plan: { ...plan, detector: null } });
    for (const [i, timestampS] of [0, 0.1, 5, 5.1].entries()) ledger.decide(ledger.look(i, timestampS, null, null), 1);
    ledger.end();
    expect(ledger.takeGaps()).toEqual([{ startS: expect.closeTo(0.2), endS: 5 }]);
    expect(ledger.takeIntervals()).toEqual([
      { startS: 0, endS: expect.closeTo(0.2) },
      { startS: 5, endS: expect.closeTo(5.2) },
    ]);
  });

  it('holds what waits for an answer and nothing else, however long the stream', () => {
    const ledger = ledgerOf({ plan: { ...plan, detector: null } });
    let most = 0;
    for (let i = 0; i < 100_000; i++) {
      const entry = ledger.look(i, i / 10, null, null);
      if (ledger.decide(entry, 0.5) && i >= 40) ledger.answer(i - 40, i % 2 === 0);
      most = Math.max(most, ledger.held, ledger.waiting);
      ledger.takeDecisions();
      ledger.takeIntervals();
    }
    expect(most).toBe(40);
  });
});
