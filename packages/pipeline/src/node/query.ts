/**
 * All of it: learn on the first part of a video, answer for the rest, and show how right and how fast that was on
 * frames that nobody learnt from.
 */
import { join } from 'node:path';
import type { RunSummary } from '@noscope/cascade';
import { readBundle, writeBundle } from '@noscope/cascade/node';
import { openVideo } from '@noscope/media/node';
import { describePlan } from '@noscope/plan';
import { NoScopeError, type Stage } from '@noscope/query';
import type { Accuracy } from './audit.ts';
import { check } from './check.ts';
import { noveltyWarnings, type Warning } from './coverage.ts';
import { lesionReports } from './lesions.ts';
import { labelAndLearn } from './lesson.ts';
import { bundleOf, openBundleCascade } from './publish.ts';
import type { QueryOptions } from './query-options.ts';
import { accuracyReport, baselineReport, planReport, type QueryReport } from './report.ts';
import type { Evidence } from './report-folder/evidence.ts';
import { DecisionLog, runCascades } from './run.ts';

/** The document, and what a report shows beside it. */
export interface Answered {
  report: QueryReport;
  evidence: Evidence;
}

/** Share of the video that is learnt from where nothing else is said. */
const LEARN_SHARE = 0.6;

export const queryVideo = async (options: QueryOptions): Promise<QueryReport> => (await answerVideo(options)).report;

/** As `queryVideo`, with every decision and what the check found. */
export async function answerVideo(options: QueryOptions): Promise<Answered> {
  const { video, query, reference, signal, onProgress, seed } = options;
  const warnings: Warning[] = [];
  const warn = (...more: Warning[]) => {
    for (const warning of more) {
      warnings.push(warning);
      onProgress?.({ kind: 'warning', ...warning });
    }
  };
  const { durationS, learnS } = await learningLength(options);

  const lesson = await labelAndLearn({ ...options, endS: learnS, parts: 'train-optimize', warn });
  const { journal, set, train, optimize, learned, costs, labelled, referenceFps } = lesson;
  const { choice, timing } = learned;
  try {
    const bundle = bundleOf({
      ...lesson,
      query,
      seed,
      durationS,
      test: null,
      accuracy: null,
      warnings: warnings.map(({ message }) => message),
      createdAt: options.now(),
    });
    const bundleFolder = options.bundleFolder ?? join(options.workFolder, 'bundle');
    await writeBundle(bundleFolder, bundle, { signal });

    onProgress?.({ kind: 'stage', stage: 'run', message: describePlan(choice.plan) });
    const log = new DecisionLog();
    const cascade = await openBundleCascade(await readBundle(bundleFolder, { signal }), { engine: lesson.engine });
    const run = await runCascades({
      video,
      startS: learnS,
      cascades: [cascade.run],
      reference,
      onDecisions: (_, decisions) => log.add(decisions),
      onReferenceError: (error) =>
        warn({
          code: 'reference-failed',
          message: `the reference model failed on some frames: ${error instanceof Error ? error.message : String(error)}`,
        }),
      signal,
      onProgress,
    }).finally(() => cascade.close());
    const broken = run.damage ?? labelled.damage;
    if (run.damage !== null) warn({ code: 'damaged-video', message: run.damage.message });
    if (run.frames === 0)
      throw new NoScopeError(
        'bad-input',
        `${video} has no frames after ${learnS.toFixed(1)} s to answer for${broken === null ? '' : `: ${broken.message}`}; give a shorter --train-duration`,
      );
    const [summary] = run.summaries;
    warn(...noveltyWarnings(choice.expected.fractions.reference, summary.asked, summary.frames));

    const checkMs = performance.now();
    const checked = await check(options, { learnS, log, summary, frameIntervalS: learned.frameIntervalS });
    const lesions = await lesionReports(
      { ...options, engine: lesson.engine },
      { learned, learnS, truth: checked.truth },
    );
    const auditS = (performance.now() - checkMs) / 1000;
    if (!checked.accuracy.promised) {
      warn({
        code: 'not-shown',
        message: `what was checked does not show the targets at 95% confidence: ${missing(checked.accuracy)}`,
      });
    }
    // Answers from a file come at once; what the model that gave them takes for each is counted in.
    const spentS = run.wallS + (options.referenceIsModel ? 0 : summary.asked * costs.referenceS);
    const cascadeFps = run.frames / spentS;
    const reportOf = (point: { plan: typeof choice.plan; estimate: typeof choice.expected }) =>
      planReport(point.plan, describePlan(point.plan), point.estimate);
    const report: QueryReport = {
      query,
      video: { name: journal.header.video.name, ...journal.picture },
      learned: {
        frames: journal.count,
        trainS: [set.timestampS[train.start], set.timestampS[train.end - 1]],
        optimizeS: [set.timestampS[optimize.start], set.timestampS[optimize.end - 1]],
      },
      answered: { frames: summary.frames, startS: log.timestampS[0], endS: log.timestampS[summary.frames - 1] },
      intervals: summary.intervals,
      accuracy: accuracyReport(checked.accuracy),
      baseline: baselineReport(checked.baseline),
      stages: fractionsOf(summary),
      unresolved: summary.unresolved,
      speed: {
        cascadeFps,
        referenceFps,
        decodeFps: 1 / costs.decodeS,
        speedup: cascadeFps / referenceFps,
        referenceMeasured: options.referenceIsModel,
      },
      plan: reportOf({ plan: choice.plan, estimate: choice.expected }),
      reason: choice.reason,
      frontier: choice.frontier.map((point) => ({
        targets: point.targets,
        isOwn: point.isOwn,
        isNonDominated: point.isNonDominated,
        ...reportOf(point),
      })),
      costs: {
        device: bundle.manifest.beside.costs.device,
        decodeS: costs.decodeS,
        smallFrameS: costs.smallFrameS,
        differenceS: choice.plan.detector === null ? null : (learned.differenceS[choice.plan.detector.id] ?? null),
        specializedS: choice.plan.model === null ? null : (learned.specializedS[choice.plan.model.id] ?? null),
        referenceS: costs.referenceS,
      },
      lesions,
      timing: { labelS: labelled.wallS, ...timing, runS: run.wallS, auditS },
      engine: lesson.engines,
      bundle: { id: bundle.manifest.id, folder: bundleFolder },
      warnings,
    };
    const { drawn, labels, pictures } = checked;
    const { frameIntervalS } = learned;
    return { report, evidence: { log, checked: drawn, truth: labels, frameIntervalS, durationS, pictures } };
  } finally {
    journal.close();
  }
}

async function learningLength({
  video: address,
  trainDurationS,
  signal,
}: QueryOptions): Promise<{ durationS: number | null; learnS: number }> {
  const video = await openVideo(address, { signal });
  const { durationS, isLive } = video.info;
  await video.close();
  if (isLive)
    throw new NoScopeError(
      'unsupported',
      `${address} is a live stream; record some of it to a file first, then ask about the file`,
    );
  if (trainDurationS === undefined) {
    if (durationS === null)
      throw new NoScopeError(
        'bad-input',
        `${address} does not say how long it is; say how much to learn from with --train-duration`,
      );
    return { durationS, learnS: LEARN_SHARE * durationS };
  }
  if (durationS !== null && trainDurationS >= durationS) {
    throw new NoScopeError(
      'bad-input',
      `--train-duration ${trainDurationS} s leaves nothing of the ${durationS.toFixed(1)} s to answer for; give less`,
    );
  }
  return { durationS, learnS: trainDurationS };
}

function fractionsOf({ counts, frames }: RunSummary): Record<Stage, number> {
  const share = (stage: Stage) => (frames === 0 ? 0 : counts[stage] / frames);
  return {
    skipped: share('skipped'),
    difference: share('difference'),
    specialized: share('specialized'),
    reference: share('reference'),
  };
}

function missing({ windows, frames }: Accuracy): string {
  const score = windows ?? frames;
  const unit = windows === null ? 'frames' : 'windows';
  return `${score.fp.wrong} of ${score.fp.of} negative ${unit} wrong (bound ${(100 * score.fp.bound).toFixed(1)}%), ${score.fn.wrong} of ${score.fn.of} positive ones (bound ${(100 * score.fn.bound).toFixed(1)}%)`;
}
