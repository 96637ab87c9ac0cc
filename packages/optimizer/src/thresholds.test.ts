import type { Plan } from '@noscope/plan';
import { describe, expect, it } from 'vitest';
import { recordingOf } from './testing.ts';
import { widened } from './thresholds.ts';

const asked = (confidence: number[], { model }: Plan): number =>
  confidence.filter((c) => model !== null && c >= model.cLow && c <= model.cHigh).length;

describe('a margin around the thresholds', () => {
  const recordingWith = (c: number[]) =>
    recordingOf({
      timestampS: c.map((_, i) => i / 10),
      label: c.map((one) => (one > 0.5 ? 1 : 0)),
      confidence: { m: c },
      difference: {},
      detectors: [],
      toleranceS: 0.05,
    });
  const plan = (cLow: number, cHigh: number): Plan => ({
    tSkipS: 0,
    toleranceS: 0.05,
    detector: null,
    model: { id: 'm', cLow, cHigh },
  });

  it('takes in the nearest answers of both sides, as many as it may', () => {
    const confidence = [0.05, 0.2, 0.3, 0.5, 0.7, 0.8, 0.95];
    const wider = widened(plan(0.4, 0.6), recordingWith(confidence), 4);
    expect(asked(confidence, wider)).toBe(5);
    expect(wider.model?.cLow).toBeLessThan(0.2);
    expect(wider.model?.cHigh).toBeGreaterThan(0.8);
  });

  it('never moves among answers that the model is certain of, though they lie close together', () => {
    // As a trained model answers: what is there crowds at 1. The next day the crowd lies a hair lower.
    const crowd = Array.from({ length: 50 }, (_, i) => 0.9999 + i * 1e-6);
    const confidence = [0.02, 0.1, 0.5, 0.9, ...crowd];
    const wider = widened(plan(0.4, 0.6), recordingWith(confidence), 30);
    expect(wider.model?.cHigh).toBeLessThan(0.9999);
    expect(asked(confidence, wider)).toBe(4);
    expect(
      asked(
        crowd.map((c) => c - 1e-4),
        wider,
      ),
    ).toBe(0);
  });
});
