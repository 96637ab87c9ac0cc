/**
 * What one plan has decided about one stream: the pure heart of the executor. No frames, no promises, no clock; it is
 * told what the stages measured and what the reference answered, and says what that means.
 *
 * A frame's source is fixed once (`skip`, `look`), in the stream's order. The source is answered by its own confidence
 * (`decide`) or later, in any order, by the reference (`answer`, `giveUp`), which revises every frame that hangs from it.
 * Held are: frames without a last word, and what follows them up to the newest frame, because intervals go out in order.
 * A source that is settled and that no later frame is compared with is held by nobody: memory does not grow with the
 * stream.
 */
import {
  ABSENT,
  checkPlan,
  decideByModel,
  IntervalBuilder,
  longestStepS,
  midpointLabel,
  type Plan,
  rootOf,
} from '@noscope/plan';
import type { Decision, Interval, Stage } from '@noscope/query';
import { type Audit, AuditBook, type AuditOutcome, drawsFrame } from './audit.ts';

/** The root from which labels hang: a frame, or the reference image. */
export interface Source {
  /** ABSENT for the reference image. */
  readonly frameId: number;
  label: boolean;
  /** `open`: its confidence is not known yet; `asked`: the reference has not answered. */
  state: 'open' | 'asked' | 'final' | 'unresolved';
  /** The frames to revise when the reference answers. */
  hanging: Entry[];
}

/** A frame whose source is fixed. */
export interface Entry {
  readonly frameId: number;
  readonly timestampS: number;
  readonly source: Source;
  stage: Stage;
  score: number | null;
  revision: number;
}

export interface LedgerOptions {
  plan: Plan;
  /** The stream's usual frame interval in seconds. */
  frameIntervalS: number;
  /** False: there is no reference, what would be asked is unresolved at once. */
  canAsk: boolean;
  audit?: Audit;
  onAudit?: (outcome: AuditOutcome) => void;
}

export class DecisionLedger {
  readonly #plan: Plan;
  readonly #frameIntervalS: number;
  readonly #canAsk: boolean;
  readonly #audit: Audit | undefined;
  readonly #book: AuditBook | null;
  readonly #builder: IntervalBuilder;
  readonly #absent: Source = { frameId: ABSENT, label: false, state: 'final', hanging: [] };
  /** Sources that wait for the reference, by frame. */
  readonly #asked = new Map<number, Source>();
  /** Decided frames at or behind the watermark, in order; those before `#head` are gone. */
  #behind: Entry[] = [];
  #head = 0;
  #lastSource: Source = this.#absent;
  #lastS: number | null = null;
  #decisions: Decision[] = [];
  #intervals: Interval[] = [];
  #gaps: Interval[] = [];
  readonly counts: Record<Stage, number> = { skipped: 0, difference: 0, specialized: 0, reference: 0 };
  frames = 0;
  /** Frames looked at. */
  sampled = 0;
  /** Sources about which the reference was asked. */
  asked = 0;
  /** Sources whose question was given up. */
  givenUp = 0;
  /** Frames that hang from those. */
  unresolved = 0;

  constructor(options: LedgerOptions) {
    checkPlan(options.plan);
    this.#plan = options.plan;
    this.#frameIntervalS = options.frameIntervalS;
    this.#canAsk = options.canAsk;
    this.#audit = options.audit;
    this.#book = options.audit === undefined ? null : new AuditBook(options.onAudit);
    this.#builder = new IntervalBuilder(options.frameIntervalS);
  }

  /** Frames that are held: those without a last word, and those after the first of them. */
  get held(): number {
    return this.#behind.length - this.#head;
  }

  /** Sources that wait for the reference. */
  get waiting(): number {
    return this.#asked.size;
  }

  /** Up to here, in seconds, everything is final and intervals were given out; null before the first frame. */
  get watermarkS(): number | null {
    return this.#lastS;
  }

  /** A frame that the plan does not look at: it takes the answer of the last one that it did. */
  skip(frameId: number, timestampS: number): Entry {
    return { frameId, timestampS, source: this.#lastSource, stage: 'skipped', score: null, revision: 0 };
  }

  /**
   * A frame that the plan looks at.
   *
   * @param difference what the difference detector measured, null where it could not or there is none
   * @param earlier source of the frame that it was compared with
   */
  look(frameId: number, timestampS: number, difference: number | null, earlier: Source | null): Entry {
    const root = rootOf(this.#plan.detector, {
      frame: frameId,
      difference,
      pairRoot: earlier === null ? null : earlier.frameId,
    });
    this.sampled++;
    const isOwn = root === frameId;
    if (isOwn) this.#lastSource = { frameId, label: false, state: 'open', hanging: [] };
    else this.#lastSource = earlier !== null && root === earlier.frameId ? earlier : this.#absent;
    return {
      frameId,
      timestampS,
      source: this.#lastSource,
      stage: isOwn ? 'specialized' : 'difference',
      score: isOwn ? null : difference,
      revision: 0,
    };
  }

  /** Whether the frame has to be answered itself: its confidence, where there is a model, is wanted. */
  isOpen(entry: Entry): boolean {
    return entry.source.state === 'open' && entry.source.frameId === entry.frameId;
  }

  /**
   * The first decision on a frame; to be called for every frame once, in the order in which sources were fixed.
   *
   * @param confidence what the specialized model measured, for frames that `isOpen` says so of; null without a model
   * @returns whether the reference has to be asked about this frame
   */
  decide(entry: Entry, confidence: number | null): boolean {
    const { source } = entry;
    let asks = false;
    if (source.state === 'open') asks = this.#open(entry, confidence);
    this.frames++;
    this.counts[entry.stage]++;
    if (source.state === 'unresolved') this.unresolved++;
    if (source.state === 'asked') source.hanging.push(entry);
    this.#say(entry);
    if (source.state !== 'asked' && this.held === 0) this.#pass(entry);
    else this.#behind.push(entry);
    return asks;
  }

  /** The reference's answer about a frame that was asked; ignored when it was given up before. */
  answer(frameId: number, label: boolean): void {
    const source = this.#asked.get(frameId);
    if (source === undefined) return;
    source.label = label;
    this.#settle(source, 'final');
  }

  /** The reference will not answer about this frame: the label stays the guess that it is. */
  giveUp(frameId: number): void {
    const source = this.#asked.get(frameId);
    if (source === undefined) return;
    this.givenUp++;
    this.unresolved += source.hanging.length;
    this.#settle(source, 'unresolved');
  }

  /** The reference's answer about a frame that the audit drew; null when it gave none. */
  auditAnswer(frameId: number, truth: boolean | null): void {
    this.#book?.answered(frameId, truth);
  }

  /** What the audit found so far; null without one. */
  get auditSummary(): ReturnType<AuditBook['summary']> | null {
    return this.#book?.summary() ?? null;
  }

  /** The decisions made or revised since the last call, in the order in which that happened. */
  takeDecisions(): Decision[] {
    const decisions = this.#decisions;
    this.#decisions = [];
    return decisions;
  }

  /** The intervals that ended before the watermark since the last call. */
  takeIntervals(): Interval[] {
    const intervals = this.#intervals;
    this.#intervals = [];
    return intervals;
  }

  /** The stretches without frames since the last call. */
  takeGaps(): Interval[] {
    const gaps = this.#gaps;
    this.#gaps = [];
    return gaps;
  }

  /** The stream ended and every question is settled: closes the last interval. */
  end(): void {
    this.#intervals.push(...this.#builder.end());
  }

  #open(entry: Entry, confidence: number | null): boolean {
    const { source } = entry;
    const { model } = this.#plan;
    const verdict = decideByModel(model, confidence);
    entry.score = model === null ? null : confidence;
    switch (verdict) {
      case 'no':
      case 'yes':
        source.label = verdict === 'yes';
        source.state = 'final';
        return false;
      case 'ask':
        entry.stage = 'reference';
        source.label = midpointLabel(model, confidence);
        if (this.#canAsk) {
          this.asked++;
          source.state = 'asked';
          this.#asked.set(source.frameId, source);
          return true;
        }
        this.givenUp++;
        source.state = 'unresolved';
        return false;
      default:
        return verdict satisfies never;
    }
  }

  #settle(source: Source, state: 'final' | 'unresolved'): void {
    source.state = state;
    this.#asked.delete(source.frameId);
    for (const entry of source.hanging) {
      entry.revision++;
      this.#say(entry);
    }
    source.hanging = [];
    while (this.#head < this.#behind.length && this.#behind[this.#head].source.state !== 'asked') {
      this.#pass(this.#behind[this.#head++]);
    }
    // Cut off in bulk: shifting an array costs its length.
    if (this.#head === this.#behind.length) {
      this.#behind = [];
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#behind.length) {
      this.#behind = this.#behind.slice(this.#head);
      this.#head = 0;
    }
  }

  #say(entry: Entry): void {
    const { source, frameId } = entry;
    const audit = this.#audit;
    const isDrawn = audit !== undefined && drawsFrame(audit, frameId);
    const asksItself = entry.stage === 'reference';
    const isLast = source.state !== 'asked';
    this.#decisions.push({
      frameId,
      timestampS: entry.timestampS,
      label: source.label,
      stage: entry.stage,
      score: entry.score,
      sourceFrameId: source.frameId,
      state: source.state === 'final' || source.state === 'unresolved' ? source.state : 'provisional',
      revision: entry.revision,
      reason: isDrawn && !asksItself ? 'audit' : 'cascade',
      probability: asksItself ? 1 : (audit?.probability ?? 0),
    });
    if (isDrawn && isLast) this.#book?.decided(frameId, source.state === 'final' ? source.label : null);
  }

  /** Moves the watermark past a frame. */
  #pass(entry: Entry): void {
    const { timestampS } = entry;
    if (this.#lastS !== null && timestampS - this.#lastS > longestStepS(this.#frameIntervalS)) {
      this.#gaps.push({ startS: this.#lastS + this.#frameIntervalS, endS: timestampS });
    }
    this.#lastS = timestampS;
    this.#builder.push(timestampS, entry.source.label);
    const closed = this.#builder.closed();
    if (closed.length > 0) this.#intervals.push(...closed);
  }
}
