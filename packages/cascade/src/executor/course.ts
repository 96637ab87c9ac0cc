/** One plan on its way through a stream: what it looks at, what it decided, what it has told. */
import { Pairing, Sampler } from '@noscope/plan';
import type { Decision, Interval } from '@noscope/query';
import type { Item } from './batch.ts';
import { DecisionLedger } from './ledger.ts';
import type { CascadeRun, ExecuteOptions, RunSummary } from './run.ts';

export class Course {
  readonly run: CascadeRun;
  readonly sampler: Sampler;
  /** Null where no frame is compared with an earlier one. */
  readonly pairing: Pairing<Item> | null;
  readonly ledger: DecisionLedger;
  readonly #options: ExecuteOptions;
  readonly #intervals: Interval[] = [];
  readonly #gaps: Interval[] = [];
  readonly #decisions: Map<number, Decision> | null;

  constructor(run: CascadeRun, options: ExecuteOptions) {
    const { plan, frameIntervalS } = run;
    this.run = run;
    this.#options = options;
    this.sampler = new Sampler(plan);
    this.pairing =
      plan.detector?.against === 'earlier' ? new Pairing({ ...plan.detector, toleranceS: plan.toleranceS }) : null;
    this.ledger = new DecisionLedger({
      plan,
      frameIntervalS,
      canAsk: options.reference !== null,
      audit: options.audit,
      onAudit: (outcome) => options.onAudit?.(run.id, outcome),
    });
    this.#decisions = options.keepDecisions ? new Map() : null;
  }

  /** Hands out what is new in the ledger. */
  tell(): void {
    const { onDecisions, onInterval, onGap, keepIntervals = true } = this.#options;
    const { id } = this.run;
    const decisions = this.ledger.takeDecisions();
    if (this.#decisions !== null) for (const decision of decisions) this.#decisions.set(decision.frameId, decision);
    if (decisions.length > 0) onDecisions?.(id, decisions);
    for (const gap of this.ledger.takeGaps()) {
      if (keepIntervals) this.#gaps.push(gap);
      onGap?.(id, gap);
    }
    for (const interval of this.ledger.takeIntervals()) {
      if (keepIntervals) this.#intervals.push(interval);
      onInterval?.(id, interval);
    }
  }

  summary(common: Pick<RunSummary, 'stageSeconds' | 'referenceFrames' | 'referenceErrors' | 'wallS'>): RunSummary {
    const { frames, sampled, counts, asked, givenUp, unresolved, auditSummary } = this.ledger;
    const summary: RunSummary = {
      cascadeId: this.run.id,
      frames,
      sampled,
      counts: { ...counts },
      asked,
      givenUp,
      unresolved,
      intervals: this.#intervals,
      gaps: this.#gaps,
      audit: auditSummary,
      ...common,
    };
    if (this.#decisions !== null) summary.decisions = [...this.#decisions.values()];
    return summary;
  }
}
