import type { Decision } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import type { PlanReport, QueryReport, ScoreReport } from '../report.ts';
import { DecisionLog } from '../run.ts';
import type { Evidence } from './evidence.ts';
import { reportPage } from './page.ts';

const score: ScoreReport = {
  fpRate: 0,
  fnRate: null,
  accuracy: 1,
  positives: 0,
  negatives: 90,
  fpBound: 0.03,
  fnBound: 1,
  falsePositives: 0,
  falseNegatives: 0,
};

const plan: PlanReport = {
  plan: { tSkipS: 0.5, toleranceS: 0.25, detector: null, model: null },
  description: 'one frame per 0.5 s; asks the reference model',
  costS: 0.01,
  stages: { skipped: 0.5, difference: 0, specialized: 0, reference: 0.5 },
  windows: score,
  frames: score,
};

function reportOf(more: Partial<QueryReport>): QueryReport {
  return {
    query: { objects: ['bus'], confidence: 0.25, targets: { fp: 0.01, fn: 0.02 } },
    video: { name: 'gate.mp4', width: 640, height: 360 },
    learned: { frames: 100, trainS: [0, 40], optimizeS: [50, 99] },
    answered: { frames: 100, startS: 100, endS: 199 },
    intervals: [],
    accuracy: { method: 'verify', asked: 100, promised: false, windows: score, frames: score },
    baseline: { k: 2, reference: 0.5, frames: score, windows: score },
    stages: plan.stages,
    unresolved: 0,
    speed: { cascadeFps: 100, referenceFps: 10, decodeFps: 1000, speedup: 10, referenceMeasured: true },
    plan,
    reason: 'met: all well',
    frontier: [{ ...plan, targets: { fp: 0.01, fn: 0.02 }, isOwn: true, isNonDominated: true }],
    costs: {
      device: 'a machine',
      decodeS: 0.001,
      smallFrameS: 0,
      differenceS: null,
      specializedS: null,
      referenceS: 0.1,
    },
    lesions: [{ without: 'skip', expected: { ...plan, plan: { ...plan.plan, tSkipS: 0 } }, unseen: null }],
    timing: { labelS: 1, trainS: 2, optimizeS: 3, runS: 4, auditS: 5 },
    engine: { reference: 'darknet' },
    bundle: { id: 'abc', folder: 'bundle' },
    warnings: [],
    ...more,
  };
}

/** One decision a second, present in the first half of every ten minutes. */
function evidenceOf(frames: number, startS: number): Evidence {
  const log = new DecisionLog();
  log.add(
    Array.from({ length: frames }, (_, i): Decision => {
      const label = i % 600 < 300;
      return {
        ...{ frameId: i, timestampS: startS + i, label, stage: 'reference', score: null, sourceFrameId: i },
        ...{ state: 'final', revision: 0, reason: 'cascade', probability: 1 },
      };
    }),
  );
  return {
    log,
    checked: Int32Array.from({ length: frames }, (_, i) => i),
    truth: log.label,
    frameIntervalS: 1,
    durationS: null,
    pictures: null,
  };
}

const createdAt = new Date(0);
const styles = (page: string) =>
  [...page.matchAll(/style="left:([\d.-]+)%;width:([\d.-]+)%"/g)].map(([, left, width]) => [
    Number(left),
    Number(width),
  ]);

describe('the page', () => {
  it('cannot be broken out of by a name', () => {
    const name = '"><script>alert(1)</script>';
    const page = reportPage(
      reportOf({
        query: { objects: [name], confidence: 0, targets: { fp: 0, fn: 0 } },
        video: { name, width: 1, height: 1 },
        warnings: [{ code: 'x', message: name }],
      }),
      evidenceOf(100, 100),
      { createdAt },
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;');
  });

  it('names no address to fetch from', () => {
    const page = reportPage(reportOf({}), evidenceOf(100, 100), { createdAt });
    expect(page.match(/(?:src|href)="(?!data:|decisions\.csv|intervals\.vtt|report\.json|bundle\/)[^"]*"/g)).toBeNull();
    expect(page).not.toMatch(/https?:|url\(|@import/);
  });

  it('says so when the object is never there, and when there was nothing to score', () => {
    const page = reportPage(reportOf({}), evidenceOf(100, 100), { createdAt });
    expect(page).toContain('Never.');
    expect(page).toContain('nothing to score');
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('lays hours out in rows that a page bears, nothing beyond their ends', () => {
    const frames = 5 * 3600;
    const intervals = Array.from({ length: frames / 600 }, (_, i) => ({ startS: 100 + 600 * i, endS: 400 + 600 * i }));
    const page = reportPage(
      reportOf({ answered: { frames, startS: 100, endS: 99 + frames }, intervals }),
      evidenceOf(frames, 100),
      { createdAt },
    );
    const rows = page.match(/class="strip"/g)?.length ?? 0;
    expect(rows).toBeGreaterThan(1);
    expect(rows).toBeLessThanOrEqual(8);
    for (const [left, width] of styles(page)) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(100.01);
    }
    expect(page.match(/<li data-start-s/g)).toHaveLength(intervals.length);
    expect(page).toContain('6 more');
  });
});
