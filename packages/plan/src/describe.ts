/** A plan in one line, for a person. */
import type { Plan } from './plan.ts';

/** For example "one frame per 0.5 s; same as 1 s earlier (difference ≤ 3.1): keep the label, at most 30 s; …". */
export function describePlan(plan: Plan): string {
  const { detector, model } = plan;
  const steps = [plan.tSkipS > 0 ? `one frame per ${number(plan.tSkipS)} s` : 'every frame'];
  if (detector?.against === 'reference-image') {
    steps.push(`like the reference image (${detector.id}, difference ≤ ${number(detector.delta)}): absent`);
  } else if (detector !== null) {
    steps.push(
      `same as ${number(detector.tDiffS)} s earlier (${detector.id}, difference ≤ ${number(detector.delta)}): keep the label, at most ${number(detector.maxReuseS)} s`,
    );
  }
  if (model !== null) {
    const ends = `${model.id}: no below ${number(model.cLow)}, yes above ${number(model.cHigh)}`;
    steps.push(ends, 'in between asks the reference model');
  } else {
    steps.push(detector === null ? 'asks the reference model' : 'else asks the reference model');
  }
  return steps.join('; ');
}

/** Four digits are enough to recognise a threshold; the plan itself keeps all of them. */
const number = (value: number): string => String(Number(value.toPrecision(4)));
