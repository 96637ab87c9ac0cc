/** Replays the cheapest candidates and keeps what was learned, so that every question is answered from one pool. */
import { type Plan, referenceOnly } from '@noscope/plan';
import { type Targets, throwIfAborted, type Windows, windowsOf } from '@noscope/query';
import type { Candidate } from './candidates.ts';
import { type EstimateUse, estimate, meets, type PlanEstimate } from './estimate.ts';
import type { OptimizeInput } from './input.ts';
import { centred, tightened, widened } from './thresholds.ts';

export interface PlanChoice {
  plan: Plan;
  estimate: PlanEstimate;
}

/** A choice with its estimate on every recording that it must meet the targets on; `estimate` is the last of them. */
interface Judged extends PlanChoice {
  estimates: PlanEstimate[];
}

export type PlanFilter = (plan: Plan) => boolean;

/** Plans that share detector and model err alike: after a few of them another pair is tried. */
const MOST_OF_A_PAIR = 4;

export class Chooser {
  readonly reference: PlanChoice;
  readonly #input: OptimizeInput;
  /** What a plan must meet the targets on: all that was swept, and the judge; the last is what it is estimated on. */
  readonly #judges: { use: EstimateUse; windows: Windows }[];
  /** Cheaper than the reference alone, ascending by cost. */
  readonly #candidates: Candidate[];
  readonly #replayed = new Map<Candidate, Judged>();

  constructor(input: OptimizeInput, candidates: readonly Candidate[]) {
    this.#input = input;
    const recordings = input.judge === undefined ? [input.recording] : [input.recording, input.judge];
    this.#judges = recordings.map((recording) => ({
      use: { ...input, recording },
      windows: windowsOf(recording.timestampS),
    }));
    const plan = referenceOnly(input.toleranceS);
    const alone = this.#judged(plan).estimate;
    // without frames there are no fractions to sum, the reference costs what it costs all the same
    this.reference = { plan, estimate: { ...alone, costS: input.costs.decodeS + input.costs.referenceS } };
    this.#candidates = candidates
      .filter(({ costS }) => costS < this.reference.estimate.costS)
      .sort((a, b) => a.costS - b.costS);
  }

  /** Whether any plan under this budget costs less than the reference alone. */
  hasCandidates(level: number): boolean {
    return this.#candidates.some(({ budget }) => budget === level);
  }

  /**
   * Looks for plans that meet the targets: among the `replays` cheapest under the first level's budget, and where none
   * does by bisecting the rest. Returns the loosest level at which one did, or null.
   * @param levels of the budgets, loosest first
   */
  async explore(
    targets: Targets,
    levels: readonly number[],
    replays: number,
    accept: PlanFilter,
  ): Promise<number | null> {
    if (await this.#exploreLevel(targets, levels[0], replays, accept)) return levels[0];
    let found: number | null = null;
    let low = 1;
    let high = levels.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (await this.#exploreLevel(targets, levels[middle], replays, accept)) {
        found = levels[middle];
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return found;
  }

  /** The cheapest of all plans replayed so far that meets the targets; the reference alone always does. */
  best(targets: Targets, accept: PlanFilter): PlanChoice {
    const cheapest = this.#cheapest(targets, accept);
    const { simplerWithin = 0 } = this.#input;
    if (cheapest.plan.detector === null || simplerWithin === 0) return cheapest;
    const simpler = this.#cheapest(targets, (plan) => plan.detector === null && accept(plan));
    return simpler.estimate.costS <= cheapest.estimate.costS * (1 + simplerWithin) ? simpler : cheapest;
  }

  #cheapest(targets: Targets, accept: PlanFilter): PlanChoice {
    let best: PlanChoice = this.reference;
    for (const choice of this.#replayed.values()) {
      const isCheaper = choice.estimate.costS < best.estimate.costS;
      if (isCheaper && accept(choice.plan) && this.#meets(choice, targets)) best = choice;
    }
    return best === this.reference ? best : { plan: best.plan, estimate: best.estimate };
  }

  async #exploreLevel(targets: Targets, level: number, replays: number, accept: PlanFilter): Promise<boolean> {
    const tried = new Map<string, number>();
    let left = replays;
    for (const candidate of this.#candidates) {
      if (left === 0) return false;
      if (candidate.budget !== level || !accept(candidate.plan)) continue;
      const pair = JSON.stringify([candidate.plan.detector?.id, candidate.plan.model?.id]);
      const count = tried.get(pair) ?? 0;
      if (count === MOST_OF_A_PAIR) continue;
      tried.set(pair, count + 1);
      left--;
      if (this.#meets(await this.#replay(candidate), targets)) return true;
    }
    return false;
  }

  #meets({ estimates }: Judged, targets: Targets): boolean {
    return estimates.every((estimate) => meets(estimate, targets, this.#input.budget ?? 'rate'));
  }

  async #replay(candidate: Candidate): Promise<Judged> {
    const known = this.#replayed.get(candidate);
    if (known !== undefined) return known;
    throwIfAborted(this.#input.signal);
    // replays of long recordings take a while each: let timers and an abort in between
    if (this.#input.recording.label.length > 100_000) await new Promise((resolve) => setTimeout(resolve, 0));
    const choice = this.#widen(this.#tighten(this.#judged(centred(candidate.plan, this.#input.recording))));
    this.#replayed.set(candidate, choice);
    return choice;
  }

  #judged(plan: Plan): Judged {
    const estimates = this.#judges.map(({ use, windows }) => estimate(plan, use, windows));
    return { plan, estimate: estimates[estimates.length - 1], estimates };
  }

  /** A lower δ leaves more to the model, which is cheap, and less to resemblance; where windows tip, it stays. */
  #tighten(choice: Judged): Judged {
    const { tightenFrames = 0, recording } = this.#input;
    const more = Math.floor(tightenFrames * recording.label.length);
    if (more === 0 || choice.plan.detector === null) return choice;
    return orIfWorse(this.#judged(tightened(choice.plan, recording, more)), choice);
  }

  /**
   * Wider thresholds only ever repair frames one by one; windows may tip the other way, and then they stay. Scores of
   * frames that a stage was trained on crowd at the ends, so a step that is small there may be large elsewhere: the
   * share holds on every recording.
   */
  #widen(choice: Judged): Judged {
    const { widen = 0, widenFrames = 0 } = this.#input;
    const most = choice.estimates.map(
      ({ asked, frames }) =>
        Math.floor(widen * asked) + Math.floor(widenFrames * (frames.positives + frames.negatives)),
    );
    for (let more = most[0]; more > 0; more >>= 1) {
      const wider = this.#judged(widened(choice.plan, this.#input.recording, more));
      if (wider.estimates.some(({ asked }, i) => asked - choice.estimates[i].asked > most[i])) continue;
      return orIfWorse(wider, choice);
    }
    return choice;
  }
}

/** `changed`, or `before` where the change makes more windows wrong on any recording. */
function orIfWorse(changed: Judged, before: Judged): Judged {
  const isNoWorse = changed.estimates.every(({ windows }, i) => {
    const { fp, fn } = before.estimates[i].windows;
    return windows.fp.wrong <= fp.wrong && windows.fn.wrong <= fn.wrong;
  });
  return isNoWorse ? changed : before;
}
