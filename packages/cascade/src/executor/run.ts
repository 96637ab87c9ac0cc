/** What the executor is given and what it gives back. */
import type { Detection, DifferenceStage, Frame, ReferenceStage, SpecializedStage } from '@noscope/engine';
import type { Plan } from '@noscope/plan';
import type { Decision, Interval, Query, Stage } from '@noscope/query';
import type { Audit, AuditOutcome, AuditSummary } from './audit.ts';

/** One plan with its opened stages. The executor does not close them. */
export interface CascadeRun {
  /** Unique among the cascades of one execution. */
  id: string;
  query: Query;
  plan: Plan;
  /** The stream's usual frame interval in seconds (the bundle names it): the length of a last frame, and what is a gap. */
  frameIntervalS: number;
  /** Needed where the plan has a detector. Stages of equal id are taken to be the same and score each frame once. */
  difference: DifferenceStage | null;
  /** Needed where the plan has a model. */
  specialized: SpecializedStage | null;
}

/**
 * Who is asked. Every `ReferenceStage` is one; a remote one may also answer null for a frame that it gave up, and may
 * `close()` a frame as soon as it has taken what it needs, however long the answer takes.
 */
export interface ReferenceAnswers {
  readonly id: string;
  readonly batchSize: ReferenceStage['batchSize'];
  detect(frames: readonly Frame[], signal?: AbortSignal): Promise<readonly (Detection | null)[]>;
}

export interface ExecuteOptions {
  /** Closed by the executor, each once, as soon as no stage can need it. Ids must rise. */
  frames: AsyncIterable<Frame>;
  cascades: readonly CascadeRun[];
  /** Null: nobody can be asked, uncertain frames are unresolved. */
  reference: ReferenceAnswers | null;
  /** Frames on which the reference is asked whatever the cascade thinks; needs a reference. */
  audit?: Audit;
  /** How many frames a stage scores at once, at most; 64 suits files, a few a live camera. */
  batchSize?: number;
  /** How long a frame waits for its batch to fill, in seconds. Set it for live streams; absent: until it is full. */
  latencyS?: number;
  /** How many frames may wait for the reference; default 4 of its batches, at least 32. */
  maxPendingReference?: number;
  /** At that bound: `wait` reads no further frames, `give-up` leaves the oldest question unresolved. Default `wait`. */
  whenFull?: 'wait' | 'give-up';
  /** How many calls of the reference run at a time; default 2, so that one prepares its input while the other computes. */
  referenceConcurrency?: number;
  /**
   * How many pictures may be open at a time; default as many as fill 192 MiB, at most what
   * the other bounds can use.
   */
  maxOpenFrames?: number;
  signal?: AbortSignal;
  /** Decisions made or revised, in the order in which that happened. First decisions come in the stream's order. */
  onDecisions?(cascadeId: string, decisions: Decision[]): void;
  /** Intervals in order, once everything up to their end is final. */
  onInterval?(cascadeId: string, interval: Interval): void;
  /** Stretches without frames, in order. */
  onGap?(cascadeId: string, gap: Interval): void;
  /** Each answer of the reference, once. */
  onAnswer?(frameId: number, detection: Detection): void;
  onAudit?(cascadeId: string, outcome: AuditOutcome): void;
  /** A call of the reference failed; its frames are given up. */
  onReferenceError?(error: unknown, frameIds: number[]): void;
  /** Keep each frame's last decision for the summary; memory then grows with the stream. Default false. */
  keepDecisions?: boolean;
  /** Keep intervals and gaps for the summary; switch off for a camera that never ends. Default true. */
  keepIntervals?: boolean;
}

/** Wall time of each stage in seconds; stages overlap, so they may sum to more than the whole. */
export interface StageSeconds {
  /** Waiting for the next frame. */
  decodeWaitS: number;
  smallFrameS: number;
  differenceS: number;
  specializedS: number;
  /** Time during which at least one call of the reference ran. */
  referenceS: number;
}

export interface RunSummary {
  cascadeId: string;
  frames: number;
  /** Frames looked at. */
  sampled: number;
  /** How many frames each stage decided. */
  counts: Record<Stage, number>;
  /** Frames on which this plan asked the reference, the audit's not counted. */
  asked: number;
  /** Questions that were given up. */
  givenUp: number;
  /** Frames whose label hangs from one of those: guesses, outside the promise. */
  unresolved: number;
  /** Empty without `keepIntervals`. */
  intervals: Interval[];
  /** Stretches without frames; empty without `keepIntervals`. */
  gaps: Interval[];
  /** Null without an audit. */
  audit: AuditSummary | null;
  /** The same for every plan of one execution, because they share stages. */
  stageSeconds: StageSeconds;
  /** Frames on which the reference was asked by any plan or the audit; each was asked once. */
  referenceFrames: number;
  /** Calls of the reference that failed, and what the first said. */
  referenceErrors: { calls: number; first: string | null };
  wallS: number;
  /** With `keepDecisions`: the last decision on every frame, in the stream's order. */
  decisions?: Decision[];
}
