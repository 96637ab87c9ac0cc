import type { Stage } from '@noscope/query';
import { describe, expect, it } from 'vitest';
import type { LoggedDecision } from '../run.ts';
import { chooseSamples } from './samples.ts';

const decision = (frameId: number, stage: Stage, label: boolean, score: number | null = null): LoggedDecision => ({
  frameId,
  timestampS: frameId,
  label,
  stage,
  score,
  sourceFrameId: frameId,
  state: 'final',
});

describe('samples', () => {
  it('shows both answers of a stage, apart in time', () => {
    const decisions = Array.from({ length: 300 }, (_, i) => decision(i, 'specialized', i % 100 > 50, (i % 100) / 100));
    const { specialized, difference } = chooseSamples(decisions);
    expect(specialized.map(({ label }) => label).sort()).toEqual([false, false, true, true]);
    for (const [i, one] of specialized.entries())
      if (i > 0) expect(one.timestampS - specialized[i - 1].timestampS).toBeGreaterThanOrEqual(2);
    expect(difference).toEqual([]);
  });

  it('shows one answer alone where there is no other', () => {
    const { difference } = chooseSamples(Array.from({ length: 50 }, (_, i) => decision(i, 'difference', false, i)));
    expect(difference).toHaveLength(4);
    expect(chooseSamples([decision(3, 'reference', true)]).reference).toHaveLength(1);
  });

  it('shows no guesses', () => {
    expect(chooseSamples([{ ...decision(1, 'reference', true), state: 'unresolved' }]).reference).toEqual([]);
  });
});
