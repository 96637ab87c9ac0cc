/** Refuses plans and scores that mean nothing, before they decide about a single frame. */
import { NoScopeError } from '@noscope/query';
import type { Plan } from './plan.ts';

/**
 * Throws `bad-input` when a plan's numbers contradict each other or are not numbers. A plan that passes can be sampled,
 * paired and decided.
 */
export function checkPlan(plan: Plan): void {
  requireAtLeastZero('tSkipS', plan.tSkipS);
  requireAtLeastZero('toleranceS', plan.toleranceS);
  const { detector, model } = plan;
  if (detector !== null) {
    if (Number.isNaN(detector.delta)) throw wrong('the detector’s delta is not a number; choose thresholds again');
    if (detector.against === 'earlier') {
      requireAtLeastZero('tDiffS', detector.tDiffS);
      requirePositive('maxReuseS', detector.maxReuseS);
    }
  }
  if (model !== null && !(model.cLow <= model.cHigh)) {
    throw wrong(`c_low (${model.cLow}) must not lie above c_high (${model.cHigh}); choose thresholds again`);
  }
}

export function requireAtLeastZero(name: string, seconds: number): void {
  if (!(seconds >= 0) || seconds === Number.POSITIVE_INFINITY) {
    throw wrong(`${name} must be a number of seconds, 0 or more; got ${seconds}`);
  }
}

export function requirePositive(name: string, seconds: number): void {
  if (!(seconds > 0)) throw wrong(`${name} must be more than 0 seconds (Infinity sets no limit); got ${seconds}`);
}

/** A timestamp that is not a number would compare false with everything and silently never be sampled again. */
export function requireTimestamp(timestampS: number): void {
  if (!Number.isFinite(timestampS)) {
    throw wrong(`a frame's timestamp is ${timestampS}; give every frame its decoder timestamp in seconds`);
  }
}

export const wrong = (message: string): NoScopeError => new NoScopeError('bad-input', message);
