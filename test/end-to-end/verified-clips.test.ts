/**
 * Whole queries on real clips, against the reference model's own labels and against truth that no detector made. The
 * short form of `test/bench/verify-clips.bench.ts`: labels from a file, one seed, one small net.
 */
import { readFileSync } from 'node:fs';
import type { QueryReport } from '@noscope/pipeline/node';
import { isPresent } from '@noscope/query';
import { readDetectionsCsv } from '@noscope/reference';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';
import { needsSharedData, sharedData } from '../support/shared-data.ts';
import {
  errorAgainst,
  isIn,
  labelsFile,
  MOST_ASKED,
  MOST_WORSE_THAN_REFERENCE,
  queryFor,
  VERIFIED_CLIPS,
} from '../support/verified-clips.ts';

const data = sharedData() ?? '';
const folder = scratch('verified');
const cache = folder.at('cache');
afterAll(() => folder.remove());

const withBar = VERIFIED_CLIPS.filter(({ baselineRatio }) => baselineRatio !== undefined);

describe.skipIf(data === '')(needsSharedData('query --verify on real clips'), () => {
  it.each(withBar)('$name: asks little, errs less than its baseline, and says as much as it knows', async (clip) => {
    const labels = labelsFile(data, clip);
    const video = `${data}clips/${clip.file}`;
    const zone = clip.zone === undefined ? [] : ['--zone', clip.zone.flat().join(',')];
    const { code, stdout, stderr } = await runCli(
      [
        ...['query', video, '--object', clip.objects.join(','), ...zone, '--labels', labels, '--verify', '--json'],
        ...['--grid', 'stride-2x32-32', '--seed', '1', '--out', folder.at(clip.name)],
      ],
      { cache },
    );
    expect(code, stderr).toBe(0);
    const report: QueryReport = JSON.parse(stdout);

    // Every field that the document promises, with values that fit together.
    const score = {
      fpRate: expect.any(Number),
      fnRate: expect.any(Number),
      accuracy: expect.any(Number),
      positives: expect.any(Number),
      negatives: expect.any(Number),
      fpBound: expect.any(Number),
      fnBound: expect.any(Number),
    };
    expect(report).toMatchObject({
      accuracy: { method: 'verify', windows: score, frames: score },
      baseline: { k: expect.any(Number), reference: expect.any(Number), frames: score },
      speed: {
        cascadeFps: expect.any(Number),
        referenceFps: expect.any(Number),
        decodeFps: expect.any(Number),
        speedup: expect.any(Number),
      },
      plan: { plan: expect.any(Object) },
      timing: {
        labelS: expect.any(Number),
        trainS: expect.any(Number),
        optimizeS: expect.any(Number),
        runS: expect.any(Number),
        auditS: expect.any(Number),
      },
      engine: expect.any(Object),
    });
    const { stages, intervals, accuracy, baseline, answered, speed, frontier } = report;
    expect(Object.keys(stages).sort()).toEqual(['difference', 'reference', 'skipped', 'specialized']);
    expect(Object.values(stages).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(speed.speedup).toBeCloseTo(speed.cascadeFps / speed.referenceFps, 9);
    // Each answer counts as long as the model would take, though here it comes from a file.
    expect(speed.speedup * stages.reference).toBeLessThan(1);
    expect(frontier.length).toBeGreaterThan(3);
    expect(intervals.length).toBeGreaterThan(0);
    for (const [i, { startS, endS }] of intervals.entries()) {
      expect(endS).toBeGreaterThan(startS);
      expect(startS).toBeGreaterThanOrEqual(i === 0 ? answered.startS : intervals[i - 1].endS);
    }
    expect(accuracy.frames.positives + accuracy.frames.negatives).toBe(answered.frames);
    expect(accuracy.asked).toBe(answered.frames);

    // The bars.
    const wrong = accuracy.frames.falsePositives + accuracy.frames.falseNegatives;
    const held = baseline.frames.falsePositives + baseline.frames.falseNegatives;
    expect(stages.reference).toBeLessThanOrEqual(MOST_ASKED);
    expect(baseline.reference).toBeCloseTo(stages.reference, 1);
    expect(wrong / held).toBeLessThanOrEqual(clip.baselineRatio ?? 0);
    expect(wrong).toBeLessThan(held);
    // A minute of video cannot show 1%, so the query must not claim it.
    expect(accuracy.promised).toBe(false);
    expect(report.warnings.map((warning) => warning.code)).toContain('not-shown');

    // `run` with the bundle decides the same.
    const run = await runCli(
      ['run', folder.at(clip.name), video, '--labels', labels, '--out', folder.at('decisions.csv'), '--json'],
      { cache },
    );
    expect(run.code, run.stderr).toBe(0);
    const decisions = readFileSync(folder.at('decisions.csv'), 'utf8').trim().split('\n').slice(1);
    const cascade = new Map<number, boolean>();
    let apart = 0;
    for (const decision of decisions) {
      const [frame, timestamp, label] = decision.split(',').map(Number);
      if (timestamp < answered.startS - 1e-6) continue;
      cascade.set(frame, label === 1);
      if ((label === 1) !== isIn(intervals, timestamp)) apart++;
    }
    expect(cascade.size).toBe(answered.frames);
    // The run began at the video's start, the query's at the first frame to answer for: sampling, pairs and the epochs
    // of reuse begin elsewhere, so a frame at the border of an event may fall to the other side.
    expect(apart).toBeLessThanOrEqual(0.005 * answered.frames);

    // Against what a person saw, or painted.
    const truth = clip.truth(data);
    if (truth === null) throw new Error(`${clip.name} has a bar and no truth`);
    const query = queryFor(clip);
    const picture = report.video;
    const seen = new Set(
      readDetectionsCsv(readFileSync(labels, 'utf8'))
        .filter(({ boxes }) => isPresent(query, boxes, picture))
        .map(({ frame }) => frame),
    );
    const reference = new Map([...cascade.keys()].map((frame) => [frame, seen.has(frame)]));
    const [ours, its] = [errorAgainst(truth, cascade), errorAgainst(truth, reference)];
    expect(ours.of).toBeGreaterThan(400);
    expect(ours.rate - its.rate).toBeLessThanOrEqual(MOST_WORSE_THAN_REFERENCE);
  });

  it('warns rather than promises where the learning part cannot stand for the rest', async () => {
    const clip = VERIFIED_CLIPS.find(({ name }) => name === 'intel-person-bicycle-car');
    if (clip === undefined) throw new Error('the clip is not listed');
    const { code, stdout, stderr } = await runCli(
      [
        ...[
          'query',
          `${data}clips/${clip.file}`,
          '--object',
          clip.objects.join(','),
          '--labels',
          labelsFile(data, clip),
        ],
        ...['--verify', '--grid', 'stride-2x32-32', '--json'],
      ],
      { cache },
    );
    expect(code, stderr).toBe(0);
    const { accuracy, warnings }: QueryReport = JSON.parse(stdout);
    expect(accuracy.promised).toBe(false);
    expect(warnings.map((warning) => warning.code)).toEqual(expect.arrayContaining(['few-appearances', 'not-shown']));
    for (const { message } of warnings) expect(stderr).toContain(message);
  });
});
