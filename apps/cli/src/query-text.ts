/** What `noscope query` prints for a person. */
import type { LesionReport, QueryReport, ScoreReport } from '@noscope/pipeline/node';
import type { Interval } from '@noscope/query';
import { clock, type Terminal } from './terminal.ts';

const percent = (share: number | null): string =>
  share === null ? '–' : `${(100 * share).toFixed(share !== 0 && share < 0.1 ? 2 : 1)}%`;
const rate = (perSecond: number): string =>
  `${perSecond >= 100 ? Math.round(perSecond) : perSecond.toFixed(1)} frames/s`;

/** `car at 0:05–0:14, 0:28–0:33`; an object that is never there is said so. */
export function intervalsLine(objects: readonly string[], intervals: readonly Interval[]): string {
  const what = objects.join(' or ');
  if (intervals.length === 0) return `${what}: never there`;
  return `${what} at ${intervals.map(({ startS, endS }) => `${clock(startS)}–${clock(endS)}`).join(', ')}`;
}

/** Errors as k of m with their bounds. */
export function scoreLine(unit: string, score: ScoreReport): string {
  if (score.positives + score.negatives === 0) return `${unit}: none scored`;
  return (
    `${unit}: ${score.falsePositives} of ${score.negatives} without it called present (${percent(score.fpRate)}, at most ${percent(score.fpBound)}), ` +
    `${score.falseNegatives} of ${score.positives} with it missed (${percent(score.fnRate)}, at most ${percent(score.fnBound)}), accuracy ${percent(score.accuracy)}`
  );
}

export function printQuery(report: QueryReport, terminal: Terminal): void {
  const { answered, accuracy, baseline, speed, stages, plan, timing, query } = report;
  const print = (line = '') => terminal.print(line);
  print();
  print(intervalsLine(query.objects, report.intervals));
  print();
  print(
    `answered   ${clock(answered.startS)}–${clock(answered.endS)}, ${answered.frames} frames that nothing was learnt from`,
  );
  print(`plan       ${plan.description}`);
  print(`           ${report.reason}`);
  print(
    `decided by skipping ${percent(stages.skipped)}, difference detector ${percent(stages.difference)}, specialized model ${percent(stages.specialized)}, reference model ${percent(stages.reference)}`,
  );
  if (report.unresolved > 0)
    print(`           ${report.unresolved} frames are unresolved: the reference did not answer`);
  print(
    `speed      ${rate(speed.cascadeFps)} with decoding, reference alone ${rate(speed.referenceFps)}${speed.referenceMeasured ? '' : ' (assumed)'}: ${speed.speedup.toFixed(1)}×; decoding alone ${rate(speed.decodeFps)}`,
  );
  const how =
    accuracy.method === 'verify'
      ? 'every frame checked by the reference'
      : `${accuracy.asked} frames drawn at random and checked by the reference`;
  print(`accuracy   ${how}; bounds at 95% confidence`);
  if (accuracy.method === 'verify') print(`           ${scoreLine('windows', accuracy.windows)}`);
  print(`           ${scoreLine('frames', accuracy.frames)}`);
  print(
    `           targets FP ${percent(query.targets.fp)}, FN ${percent(query.targets.fn)}: ${accuracy.promised ? 'shown' : 'not shown at 95% confidence'}`,
  );
  print(`baseline   asking every ${baseline.k}. frame (${percent(baseline.reference)}) and holding the answer`);
  print(`           ${scoreLine('frames', baseline.frames)}`);
  for (const lesion of report.lesions) print(lesionLine(lesion));
  print(
    `time       labels ${clock(timing.labelS)}, training ${clock(timing.trainS)}, choosing ${clock(timing.optimizeS)}, answering ${clock(timing.runS)}, checking ${clock(timing.auditS)}`,
  );
  print(`bundle     ${report.bundle.folder}`);
}

function lesionLine({ without, expected, unseen }: LesionReport): string {
  const asked =
    unseen === null ? `asks ${percent(expected.stages.reference)} (expected)` : `asks ${percent(unseen.reference)}`;
  const errors = unseen === null ? '' : `, ${unseen.frames.falsePositives + unseen.frames.falseNegatives} wrong frames`;
  return `without    ${without}: ${(1000 * expected.costS).toFixed(2)} ms a frame expected, ${asked}${errors}`;
}
