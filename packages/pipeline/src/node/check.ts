/**
 * How right a run was, on frames that nobody learnt from: by an audit or by verification, beside the baseline of the same
 * price.
 */
import type { RunSummary } from '@noscope/cascade';
import type { Detection } from '@noscope/engine';
import { isPresent, type Query, scoreFrames } from '@noscope/query';
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
import type { QueryOptions } from './query-options.ts';
import { seededRandom } from './random.ts';
import type { Pictures } from './report-folder/evidence.ts';
import { PictureTaker } from './report-folder/picture-taker.ts';
import type { DecisionLog } from './run.ts';

export interface Ran {
  learnS: number;
  log: DecisionLog;
  summary: RunSummary;
  frameIntervalS: number;
}

export interface Checked {
  accuracy: Accuracy;
  baseline: Baseline;
  /** What the reference sees on every answered frame, by id; null for an audit. */
  truth: ReadonlyMap<number, Detection> | null;
  /** The frames checked, as places in the log, and the reference's answer to each. */
  drawn: Int32Array;
  labels: Uint8Array;
  pictures: Pictures | null;
}

export async function check(options: QueryOptions, { learnS, log, summary, frameIntervalS }: Ran): Promise<Checked> {
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

/** Whether the object is there on a frame, by what the reference saw on it. */
export const presenceIn =
  (query: Query) =>
  (seen: ReadonlyMap<number, Detection>, frameId: number): boolean => {
    const detection = seen.get(frameId);
    return detection !== undefined && isPresent(query, detection.boxes, detection.picture);
  };
