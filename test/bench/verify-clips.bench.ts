/**
 * Whole queries on real clips, every unseen frame verified by the reference model:
 * `npx tsx test/bench/verify-clips.bench.ts [--seeds 1,2,3] [--clips NAME,…] [--grid …] [--work DIR]`.
 *
 * Does what `noscope query --verify` does with yolo-fastest and FP* = FN* = 1%, and prints one row a clip and seed as a
 * markdown table, then which bars were missed. With `--work` labels are kept in that folder, so that a second run or
 * seed does not label again; the reference is asked anew in all that is measured. Ends with exit code 1 when a bar was
 * missed. Two clips have no bar: what comes after their training part looks unlike it, and the query has to say so.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ReferenceStage } from '@noscope/engine';
import { type QueryReport, queryVideo, type ScoreReport } from '@noscope/pipeline/node';
import { isPresent, type Query } from '@noscope/query';
import { openReference } from '@noscope/reference/node';
import { sharedData } from '../support/shared-data.ts';
import {
  errorAgainst,
  isIn,
  MOST_ASKED,
  MOST_WORSE_THAN_REFERENCE,
  queryFor,
  VERIFIED_CLIPS,
  type VerifiedClip,
  yoloFastest,
} from '../support/verified-clips.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    clips: { type: 'string' },
    grid: { type: 'string', default: 'default' },
    work: { type: 'string' },
  },
});
const data = sharedData();
if (data === null) throw new Error('the folder of real clips is not beside this checkout');
const seeds = values.seeds.split(',').map(Number);
const wanted = values.clips?.split(',');
const clips = VERIFIED_CLIPS.filter(({ name }) => wanted === undefined || wanted.some((part) => name.includes(part)));
const grid = values.grid === 'default' || values.grid === 'paper' ? values.grid : values.grid.split(',');
const work = values.work ?? mkdtempSync(join(tmpdir(), 'noscope-verify-'));

/** A reference that notes what it says of each frame; asking it costs what asking the model costs. */
function noting(reference: ReferenceStage, query: Query) {
  const said = new Map<number, { timestampS: number; isPresent: boolean }>();
  const stage: ReferenceStage = {
    id: reference.id,
    batchSize: reference.batchSize,
    async detect(frames, signal) {
      const detections = await reference.detect(frames, signal);
      frames.forEach(({ id, timestampS }, i) => {
        said.set(id, { timestampS, isPresent: isPresent(query, detections[i].boxes, detections[i].picture) });
      });
      return detections;
    },
    close: () => reference.close(),
  };
  return { stage, said };
}

const wrongOf = (score: ScoreReport) => score.falsePositives + score.falseNegatives;
const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)}%`;
const promised = (report: QueryReport) => (report.accuracy.promised ? 'promised' : 'warned');

interface Row {
  cells: string[];
  missed: string[];
}

async function verify(folder: string, clip: VerifiedClip, seed: number): Promise<Row> {
  const query = queryFor(clip);
  const reference = await openReference(yoloFastest(folder));
  const { stage, said } = noting(reference, query);
  const report = await queryVideo({
    video: `${folder}clips/${clip.file}`,
    query,
    reference: stage,
    referenceIsModel: true,
    grid,
    seed,
    check: { method: 'verify' },
    workFolder: join(work, clip.name),
    bundleFolder: join(work, `${clip.name}-seed-${seed}`),
    onProgress: (event) => {
      if (event.kind === 'stage') process.stderr.write(`${clip.name} seed ${seed}: ${event.stage}: ${event.message}\n`);
    },
    now: () => new Date(),
  }).finally(() => reference.close());

  const unseen = [...said].filter(([, { timestampS }]) => timestampS >= report.answered.startS - 1e-6);
  const cascade = new Map(unseen.map(([id, { timestampS }]) => [id, isIn(report.intervals, timestampS)]));
  const byReference = new Map(unseen.map(([id, answer]) => [id, answer.isPresent]));
  const frameErrors = wrongOf(report.accuracy.frames);
  const apart = [...cascade].filter(([id, answer]) => answer !== byReference.get(id)).length;
  if (apart !== frameErrors)
    throw new Error(`the intervals differ from the reference on ${apart} frames, the report says ${frameErrors}`);

  const truth = clip.truth(folder);
  const ofCascade = truth === null ? null : errorAgainst(truth, cascade);
  const ofReference = truth === null ? null : errorAgainst(truth, byReference);
  const worse = ofCascade === null || ofReference === null ? null : ofCascade.rate - ofReference.rate;
  const baselineErrors = wrongOf(report.baseline.frames);
  const ratio =
    baselineErrors === 0 ? (frameErrors === 0 ? 0 : Number.POSITIVE_INFINITY) : frameErrors / baselineErrors;
  const asked = report.stages.reference;
  const { windows } = report.accuracy;

  const missed: string[] = [];
  const bar = (holds: boolean, text: string) => {
    if (!holds) missed.push(`${clip.name}, seed ${seed}: ${text}`);
  };
  if (clip.baselineRatio !== undefined) {
    bar(asked <= MOST_ASKED, `asked on ${percent(asked)}, at most ${percent(MOST_ASKED)} allowed`);
    const strict = clip.baselineRatio === 1;
    bar(
      strict ? ratio < 1 : ratio <= clip.baselineRatio,
      `${ratio.toFixed(2)}× the baseline's frame errors, ${strict ? 'below' : 'at most'} ${clip.baselineRatio} allowed`,
    );
  }
  if (worse !== null)
    bar(
      worse <= MOST_WORSE_THAN_REFERENCE,
      `${(100 * worse).toFixed(1)} points worse than the reference against truth`,
    );
  bar(report.accuracy.promised || report.warnings.length > 0, 'promises nothing and does not say why');
  return {
    missed,
    cells: [
      clip.name,
      String(seed),
      `${percent(asked)} of ${report.answered.frames}`,
      String(frameErrors),
      `${baselineErrors} (k=${report.baseline.k}, ${percent(report.baseline.reference)})`,
      ratio.toFixed(2),
      `${wrongOf(windows)} of ${windows.positives + windows.negatives}`,
      `${report.speed.speedup.toFixed(1)}×`,
      ofCascade === null ? '–' : percent(ofCascade.rate),
      ofReference === null ? '–' : percent(ofReference.rate),
      worse === null ? '–' : `${worse >= 0 ? '+' : ''}${(100 * worse).toFixed(1)}`,
      `${promised(report)}: ${[...new Set(report.warnings.map(({ code }) => code))].join(', ') || 'nothing'}`,
      report.plan.description,
    ],
  };
}

const header = [
  'clip',
  'seed',
  'asked',
  'frame errors',
  "baseline's",
  'ratio',
  'window errors',
  'speed-up',
  'error vs truth',
  "reference's",
  'points',
  'said',
  'plan',
];
console.log(`| ${header.join(' | ')} |\n|${header.map(() => '---').join('|')}|`);
const missed: string[] = [];
for (const clip of clips) {
  for (const seed of seeds) {
    const row = await verify(data, clip, seed);
    console.log(`| ${row.cells.join(' | ')} |`);
    missed.push(...row.missed);
  }
}
console.log(missed.length === 0 ? '\nevery bar was met' : `\nmissed:\n${missed.map((line) => `- ${line}`).join('\n')}`);
if (missed.length > 0) process.exitCode = 1;
