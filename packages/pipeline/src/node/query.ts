/**
 * All of it: learn on the first part of a video, answer for the rest, and show how right and how fast that was on
 * frames that nobody learnt from.
 */
import { join } from 'node:path';
import type { RunSummary } from '@noscope/cascade';
import { readBundle, writeBundle } from '@noscope/cascade/node';
import type { Detection, ReferenceStage } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { describePlan } from '@noscope/plan';
import { isPresent, NoScopeError, type Query, type Stage, scoreFrames } from '@noscope/query';
import { referenceFromLabels } from '@noscope/reference';
import { askReference } from './ask.ts';
import {
  type Accuracy,
  audited,
  type Baseline,
  baselineInterval,
  drawFrames,
  heldFrame,
  verified,
  verifiedBaseline,
} from './audit.ts';
import { noveltyWarnings, type Warning } from './coverage.ts';
import type { Learned } from './learn.ts';
import { type LessonOptions, labelAndLearn } from './lesson.ts';
import { openStages } from './open-stages.ts';
import { bundleOf, openBundleCascade } from './publish.ts';
import { seededRandom } from './random.ts';
import {
  accuracyReport,
  baselineReport,
  type LesionReport,
  planReport,
  type QueryReport,
  scoreReport,
} from './report.ts';
import type { Evidence, Pictures } from './report-folder/evidence.ts';
import { PictureTaker } from './report-folder/picture-taker.ts';
import { DecisionLog, type RunResult, runCascades } from './run.ts';

export interface QueryOptions extends Omit<LessonOptions, 'endS' | 'parts' | 'warn'> {
  /** Length of the part to learn from, in seconds; absent: 60% of the video. */
  trainDurationS?: number;
  /** How many frames the audit draws; `verify` asks about every frame instead. */
  check: { method: 'audit'; frames: number } | { method: 'verify' };
  /** Where the bundle is written; absent: inside the work folder. */
  bundleFolder?: string;
  /** Whether to take pictures for a report while checking. */
  pictures?: boolean;
  now: () => Date;
}

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
  const { journal, set, train, optimize, learned, costs, labelled } = lesson;
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
    const referenceFps =
      options.referenceIsModel && labelled.framesNow > 0 ? labelled.framesNow / labelled.wallS : 1 / costs.referenceS;
    const cascadeFps = run.frames / run.wallS;
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
        referenceMeasured: costs.referenceMeasured,
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

interface Ran {
  learnS: number;
  log: DecisionLog;
  summary: RunSummary;
  frameIntervalS: number;
}

interface Checked {
  accuracy: Accuracy;
  baseline: Baseline;
  /** What the reference sees on every answered frame, by id; null for an audit. */
  truth: ReadonlyMap<number, Detection> | null;
  /** The frames checked, as places in the log, and the reference's answer to each. */
  drawn: Int32Array;
  labels: Uint8Array;
  pictures: Pictures | null;
}

async function check(options: QueryOptions, { learnS, log, summary, frameIntervalS }: Ran): Promise<Checked> {
  const { query, reference, video, signal, onProgress } = options;
  const says = presenceIn(query);
  const { frameIds, label, timestampS } = log;
  const k = baselineInterval(summary.asked / summary.frames, summary.frames);
  const takerOf = (checked: ReadonlySet<number> | null) =>
    options.pictures ? new PictureTaker({ query, log, checked, frameIntervalS }) : null;
  const ask = (wanted: ReadonlySet<number> | null, taker: PictureTaker | null) =>
    askReference({
      video,
      startS: learnS,
      reference,
      wanted,
      total: wanted?.size ?? frameIds.length,
      onAnswer: taker === null ? undefined : (frame, detection) => taker.see(frame, detection),
      signal,
      onProgress,
    });
  if (options.check.method === 'verify') {
    onProgress?.({
      kind: 'stage',
      stage: 'audit',
      message: `asking the reference about all ${frameIds.length} frames`,
    });
    const taker = takerOf(null);
    const truth = await ask(null, taker);
    const labels = Uint8Array.from(frameIds, (id) => (says(truth, id) ? 1 : 0));
    return {
      accuracy: verified(timestampS, labels, label, query.targets),
      baseline: verifiedBaseline(timestampS, labels, k),
      truth,
      drawn: Int32Array.from(frameIds.keys()),
      labels,
      pictures: taker?.finish() ?? null,
    };
  }
  const drawn = drawFrames(frameIds.length, options.check.frames, seededRandom(options.seed));
  onProgress?.({
    kind: 'stage',
    stage: 'audit',
    message: `asking the reference about ${drawn.length} frames drawn at random`,
  });
  const held = drawn.map((frame) => heldFrame(frame, k));
  const drawnIds = new Set(Array.from(drawn, (frame) => frameIds[frame]));
  const taker = takerOf(drawnIds);
  const heldIds = Array.from(held, (frame) => frameIds[frame]);
  const truth = await ask(new Set([...drawnIds, ...heldIds, ...(taker?.wanted ?? [])]), taker);
  const answerOf = (frame: number) => (says(truth, frameIds[frame]) ? 1 : 0);
  const labels = Uint8Array.from(drawn, answerOf);
  return {
    accuracy: audited(drawn, labels, label, query.targets),
    baseline: {
      k,
      reference: Math.ceil(frameIds.length / k) / frameIds.length,
      frames: scoreFrames(labels, Uint8Array.from(held, answerOf)),
      windows: null,
    },
    truth: null,
    drawn,
    labels,
    pictures: taker?.finish() ?? null,
  };
}

/** What the best plan without each stage would do: expected, and on the unseen part where its every label is known. */
async function lesionReports(
  options: QueryOptions,
  { learned, learnS, truth }: { learned: Learned; learnS: number; truth: ReadonlyMap<number, Detection> | null },
): Promise<LesionReport[]> {
  const { lesions } = learned.choice;
  const expected = lesions.map((lesion) => ({
    without: lesion.without,
    expected: planReport(lesion.plan, describePlan(lesion.plan), lesion.estimate),
  }));
  if (truth === null) return expected.map((lesion) => ({ ...lesion, unseen: null }));
  const logs = new Map(lesions.map(({ without }) => [without as string, new DecisionLog()]));
  const cascades = await Promise.all(lesions.map(({ without, plan }) => openLesion(options, learned, without, plan)));
  let run: RunResult;
  try {
    run = await runCascades({
      video: options.video,
      startS: learnS,
      cascades: cascades.map((cascade) => cascade.run),
      reference: referenceFromAnswers(truth),
      onDecisions: (id, decisions) => logs.get(id)?.add(decisions),
      signal: options.signal,
    });
  } finally {
    await Promise.all(cascades.map((cascade) => cascade.close()));
  }
  const says = presenceIn(options.query);
  return expected.map((lesion) => {
    const log = logs.get(lesion.without);
    const summary = run.summaries.find(({ cascadeId }) => cascadeId === lesion.without);
    if (log === undefined || summary === undefined) return { ...lesion, unseen: null };
    const labels = Uint8Array.from(log.frameIds, (id) => (says(truth, id) ? 1 : 0));
    return {
      ...lesion,
      unseen: { reference: summary.asked / summary.frames, frames: scoreReport(scoreFrames(labels, log.label)) },
    };
  });
}

function openLesion({ query, engine }: QueryOptions, learned: Learned, id: string, plan: Learned['choice']['plan']) {
  const find =
    <T extends { id: string }>(among: readonly T[]) =>
    (wanted: string): T => {
      const found = among.find((one) => one.id === wanted);
      if (found === undefined) throw new NoScopeError('bad-input', `${wanted} was not trained`);
      return found;
    };
  const source = { detector: find(learned.detectors), model: find(learned.models) };
  return openStages(plan, source, { id, query, frameIntervalS: learned.frameIntervalS, engine });
}

/** Whether the object is there on a frame, by what the reference saw on it. */
const presenceIn =
  (query: Query) =>
  (seen: ReadonlyMap<number, Detection>, frameId: number): boolean => {
    const detection = seen.get(frameId);
    return detection !== undefined && isPresent(query, detection.boxes, detection.picture);
  };

/** A reference that sees again what was seen before. */
function referenceFromAnswers(seen: ReadonlyMap<number, Detection>): ReferenceStage {
  const [first] = seen.values();
  const boxes = new Map([...seen].map(([frame, detection]) => [frame, detection.boxes]));
  return referenceFromLabels(boxes, first?.picture ?? { width: 1, height: 1 }, 'verified answers');
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
