/** The demo's reference model does on a small sample what its README says it does on a large one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gigaFlops } from '@noscope/reference';
import type { DarknetReference } from '@noscope/reference/node';
import { CLASSES } from '@noscope/scene';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanAveragePrecision } from '../../models/demo-reference/average-precision.ts';
import { measurePresence, measureUnseen, openDemoReference } from '../../models/demo-reference/measure.ts';

let reference: DarknetReference;
let cache: string;

beforeAll(async () => {
  reference = await openDemoReference();
  cache = await mkdtemp(join(tmpdir(), 'noscope-demo-reference-test-'));
});

afterAll(async () => {
  await reference.close();
  await rm(cache, { recursive: true, force: true });
});

describe('the demo’s reference model', () => {
  it('is of the family, the size and the classes that it says', () => {
    expect(gigaFlops(reference.network)).toBeLessThanOrEqual(0.6);
    expect(reference.names).toEqual([...CLASSES]);
    expect(reference.network.heads.map(({ kind }) => kind)).toEqual(['region']);
  });

  it('finds things in scenes that training never saw', async () => {
    const { classes, pictures } = await measureUnseen(reference, cache, 3, 8);
    expect(pictures).toBe(24);
    expect(meanAveragePrecision(classes)).toBeGreaterThan(0.7);
  });

  it('says when a car and a bus are there on the demo’s camera', async () => {
    const figures = await measurePresence(reference, { seed: 7, frames: 60, everyS: 6 });
    for (const { className, present, precision, recall } of figures) {
      if (className !== 'car' && className !== 'bus') continue;
      expect(present, className).toBeGreaterThan(5);
      expect(precision, className).toBeGreaterThan(0.8);
      expect(recall, className).toBeGreaterThan(0.8);
    }
  });
});
