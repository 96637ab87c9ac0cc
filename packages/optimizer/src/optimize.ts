/**
 * The choice: the cheapest plan that keeps FP* and FN* on the *optimize* split.
 *
 * The sweep counts wrong frames, the targets are meant over windows, and windows couple c_low with c_high. So the
 * cheapest plans by frames are replayed and scored over windows; where none meets the targets, the frame budget is
 * bisected (the sweep ran under all its eighths at once); where none does then, the reference model answers alone.
 */
import type { Plan } from '@noscope/plan';
import type { Targets } from '@noscope/query';
import { Levels } from './budgets.ts';
import { sweepGrid } from './candidates.ts';
import { Chooser, type PlanChoice } from './chooser.ts';
import type { PlanEstimate } from './estimate.ts';
import { checkInput, type OptimizeInput, refused } from './input.ts';
import type { Budget } from './search.ts';

/** Targets of the published frontier, FP* = FN*; the user's own stand beside them. */
export const FRONTIER_TARGETS = [0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25] as const;

/** What a plan may have beside the reference model, in the order of a frame's way. */
export const PLAN_STAGES = ['skip', 'detector', 'model'] as const;
export type PlanStage = (typeof PLAN_STAGES)[number];

export interface FrontierPoint extends PlanChoice {
  targets: Targets;
  /** The point that the user asked for. */
  isOwn: boolean;
  /** No point with stricter targets costs as little. */
  isNonDominated: boolean;
}

export interface Choice {
  plan: Plan;
  expected: PlanEstimate;
  /** From the strictest targets to the loosest, the user's own among them. */
  frontier: FrontierPoint[];
  /** The best plan that has to do without one stage. */
  lesions: (PlanChoice & { without: PlanStage })[];
  /** The best plan of the reference alone, then with one stage more at a time. */
  factors: (PlanChoice & { stages: PlanStage[] })[];
  outcome: 'met' | 'bisected' | 'reference-alone';
  /** The outcome in words. */
  reason: string;
  /** What a reader has to know before trusting the estimate, in words. */
  warnings: string[];
}

/** Into how many parts the user's frame budget is cut for bisecting. */
const PARTS = 8;

/**
 * Chooses a plan. Deterministic: no clock, disk or random. Throws `bad-input` on input that means nothing (scores that
 * are not numbers among it) and `aborted`. Progress is in combinations swept.
 */
export async function optimize(input: OptimizeInput): Promise<Choice> {
  checkInput(input);
  const { targets, replays = 64 } = input;
  if (!Number.isInteger(replays) || replays < 1) throw refused(`replays is ${replays}; give a whole number from 1`);
  const levels = new Levels(input.recording.label);
  const own = unique(
    Array.from({ length: PARTS + 1 }, (_, part) => {
      const share = (PARTS - part) / PARTS;
      return levels.indexOf({ fp: targets.fp * share, fn: targets.fn * share });
    }),
  );
  const points = FRONTIER_TARGETS.map((rate) => ({ rate, level: levels.indexOf({ fp: rate, fn: rate }) }));
  const chooser = new Chooser(input, input.recording.label.length === 0 ? [] : await sweepGrid(input, levels.budgets));

  // every search adds to one pool of replayed plans, so that in the end a looser target never costs more
  const found = await chooser.explore(targets, own, replays, anyPlan);
  const fewer = Math.max(1, replays >> 2);
  for (const [i, { rate }] of points.entries()) {
    const stricter = unique(points.slice(0, i + 1).map(({ level }) => level)).reverse();
    await chooser.explore({ fp: rate, fn: rate }, stricter, fewer, anyPlan);
  }
  for (const stage of PLAN_STAGES) await chooser.explore(targets, own, fewer, lacking([stage]));
  for (const missing of [
    ['detector', 'model'],
    ['skip', 'model'],
    ['skip', 'detector'],
  ] as const) {
    await chooser.explore(targets, own, fewer, lacking(missing));
  }

  const chosen = chooser.best(targets, anyPlan);
  const outcome = chosen === chooser.reference ? 'reference-alone' : found === own[0] ? 'met' : 'bisected';
  return {
    plan: chosen.plan,
    expected: chosen.estimate,
    frontier: frontierOf(chooser, targets),
    lesions: PLAN_STAGES.map((without) => ({ without, ...chooser.best(targets, lacking([without])) })),
    factors: [0, 1, 2, 3].map((count) => ({
      stages: PLAN_STAGES.slice(0, count),
      ...chooser.best(targets, lacking(PLAN_STAGES.slice(count))),
    })),
    outcome,
    reason: reasonOf(outcome, input, chooser, levels.budgets, own, found),
    warnings: warningsOf(input, chosen),
  };
}

const anyPlan = (): boolean => true;

const lacking =
  (missing: readonly PlanStage[]) =>
  (plan: Plan): boolean =>
    missing.every((stage) => !hasStage(plan, stage));

function hasStage(plan: Plan, stage: PlanStage): boolean {
  switch (stage) {
    case 'skip':
      return plan.tSkipS > 0;
    case 'detector':
      return plan.detector !== null;
    case 'model':
      return plan.model !== null;
    default:
      return stage satisfies never;
  }
}

function frontierOf(chooser: Chooser, own: Targets): FrontierPoint[] {
  const isOwn = ({ fp, fn }: Targets): boolean => fp === own.fp && fn === own.fn;
  const all: Targets[] = FRONTIER_TARGETS.map((rate) => ({ fp: rate, fn: rate }));
  if (!all.some(isOwn)) all.push(own);
  const points = all
    .sort((a, b) => a.fp + a.fn - (b.fp + b.fn))
    .map((targets) => ({ targets, isOwn: isOwn(targets), ...chooser.best(targets, anyPlan) }));
  return points.map((point, i) => ({
    ...point,
    isNonDominated: !points
      .slice(0, i)
      .some(
        ({ targets, estimate }) =>
          targets.fp <= point.targets.fp && targets.fn <= point.targets.fn && estimate.costS <= point.estimate.costS,
      ),
  }));
}

function reasonOf(
  outcome: Choice['outcome'],
  input: OptimizeInput,
  chooser: Chooser,
  budgets: readonly Budget[],
  own: readonly number[],
  found: number | null,
): string {
  switch (outcome) {
    case 'met':
      return 'met: the cheapest plan within the frame budget meets the targets over windows';
    case 'bisected': {
      if (found === null) return 'budget bisected: only a plan found for stricter targets meets them over windows';
      return `budget bisected: the frame budget of ${words(budgets[own[0]])} was bisected to ${words(budgets[found])} before a plan met the targets over windows`;
    }
    case 'reference-alone': {
      const because =
        input.recording.label.length === 0
          ? 'there are no frames to choose by'
          : own.some((level) => chooser.hasCandidates(level))
            ? `the cheaper plans that were replayed miss the targets over windows${input.budget === 'bound' ? ' at 95% confidence; a longer optimize split would show more' : ''}`
            : `no plan within ${words(budgets[own[0]])} costs less`;
      return `reference alone because ${because}`;
    }
    default:
      return outcome satisfies never;
  }
}

const words = ({ fp, fn }: Budget): string => `${fp} false positive and ${fn} false negative frames`;

function warningsOf(input: OptimizeInput, { estimate }: PlanChoice): string[] {
  const warnings: string[] = [];
  const { frames, windows } = estimate;
  if (frames.positives === 0) warnings.push('the optimize split never shows the object: misses cannot be judged');
  if (frames.negatives === 0)
    warnings.push('the optimize split always shows the object: false alarms cannot be judged');
  for (const [name, rate, target] of [
    ['FP', windows.fp, input.targets.fp],
    ['FN', windows.fn, input.targets.fn],
  ] as const) {
    if (rate.bound > target) {
      warnings.push(
        `${name}: ${rate.wrong} of ${rate.of} windows wrong on the optimize split; that shows at most ${percent(rate.bound)} at 95% confidence, not ${percent(target)}`,
      );
    }
  }
  return warnings;
}

const percent = (rate: number): string => `${Number((rate * 100).toPrecision(3))}%`;

const unique = (values: readonly number[]): number[] => [...new Set(values)];
