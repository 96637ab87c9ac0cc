/** `noscope demo`, cut short: from a rendered street to a report, with the errors against what was really there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';

const WEIGHTS = fileURLToPath(new URL('../../models/demo-reference/demo-reference.weights', import.meta.url));
const hasWeights = existsSync(WEIGHTS);

describe.skipIf(!hasWeights)(
  `noscope demo${hasWeights ? '' : ' (skipped: its reference model has no weights yet)'}`,
  () => {
    const folder = scratch('demo');
    afterAll(() => folder.remove());
    const demo = () =>
      runCli(
        [
          'demo',
          '--duration',
          '100s',
          '--audit',
          '60',
          '--grid',
          'stride-2x32-32',
          '--out',
          folder.at('out'),
          '--json',
        ],
        { cache: folder.at('cache') },
      );

    it('renders, learns, answers, and says what the cascade and the reference each get wrong', {
      timeout: 600_000,
    }, async () => {
      const { code, stdout, stderr } = await demo();
      expect(stderr).not.toContain('noscope:');
      expect(code).toBe(0);
      const document = JSON.parse(stdout);
      expect(document.query).toMatchObject({ objects: ['bus'], targets: { fp: 0.01, fn: 0.01 } });
      const { scene, answered } = document;
      expect(scene).toMatchObject({ preset: 'street', seed: 7, frames: 1500 });
      const { cascade, reference } = scene.truth;
      expect(cascade.positives + cascade.negatives).toBe(answered.frames);
      expect(reference.positives + reference.negatives).toBe(60);
      for (const { fpRate, negatives, falsePositives } of [cascade, reference])
        expect(fpRate).toBeCloseTo(falsePositives / negatives);
      expect(readdirSync(folder.at('out'))).toContain('report.html');
      expect(JSON.parse(readFileSync(folder.at('out', 'report.json'), 'utf8')).scene).toEqual(scene);
      expect(readFileSync(folder.at('out', 'report.html'), 'utf8')).toContain('Against what was really there');
      for (const step of ['rendering the street', 'labels', 'training', 'choosing', 'answering', 'checking'])
        expect(stderr).toContain(step);
      expect(stderr).toContain(`Open ${folder.at('out', 'report.html')}`);

      const again = await demo();
      expect(again.code).toBe(0);
      expect(again.stderr).toContain('rendered before');
      expect(JSON.parse(again.stdout).intervals).toEqual(document.intervals);
    });
  },
);
