/** Which frames show what a stage does: of both answers, typical ones and close ones, spread over the time. */
import type { Stage } from '@noscope/query';
import type { LoggedDecision } from '../run.ts';

/** Frames shown of each stage, half of them with the object where there are any. */
const EACH = 4;
/** Pictures nearer in time than this show the same thing. */
const APART_S = 2;

export const STAGE_ORDER: readonly Stage[] = ['skipped', 'difference', 'specialized', 'reference'];

export function chooseSamples(decisions: readonly LoggedDecision[]): Record<Stage, LoggedDecision[]> {
  const samples: Record<Stage, LoggedDecision[]> = { skipped: [], difference: [], specialized: [], reference: [] };
  for (const stage of STAGE_ORDER) {
    const decided = decisions.filter((decision) => decision.stage === stage && decision.state === 'final');
    const present = ranked(decided.filter(({ label }) => label));
    const absent = ranked(decided.filter(({ label }) => !label));
    const half = EACH / 2;
    const chosen: LoggedDecision[] = [];
    pick(present, Math.max(half, EACH - absent.length), chosen);
    pick(absent, EACH - chosen.length, chosen);
    samples[stage] = chosen.sort((a, b) => a.timestampS - b.timestampS);
  }
  return samples;
}

/** From the clearest score to the closest to a threshold; without scores by time. */
function ranked(decisions: LoggedDecision[]): LoggedDecision[] {
  const doubt = ({ stage, score, label }: LoggedDecision): number =>
    score === null ? 0 : stage === 'specialized' && label ? -score : score;
  return decisions.toSorted((a, b) => doubt(a) - doubt(b));
}

/** Adds `count` of them: from the middle of the ranking and from its far end, then from between, apart in time. */
function pick(from: readonly LoggedDecision[], count: number, chosen: LoggedDecision[]): void {
  const isNear = (one: LoggedDecision) => chosen.some((other) => Math.abs(other.timestampS - one.timestampS) < APART_S);
  for (let i = 0; i < count && from.length > 0; i++) {
    const start = Math.floor(((from.length - 1) * (i + 1)) / Math.max(2, count));
    const order = Array.from({ length: from.length }, (_, k) => from[(start + from.length - k) % from.length]);
    const next = order.find((one) => !isNear(one));
    if (next === undefined) return;
    chosen.push(next);
  }
}
