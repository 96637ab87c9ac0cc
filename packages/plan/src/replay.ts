/**
 * What a plan would have answered, from recorded scores alone. The executor must give exactly these labels, stages and
 * sources on the same frames.
 */
import type { Stage } from '@noscope/query';
import { checkPlan, wrong } from './check.ts';
import { decideByModel } from './decide.ts';
import { sameEpoch } from './pairing.ts';
import type { Plan } from './plan.ts';
import type { Recording } from './recording.ts';
import { ABSENT, rootOf } from './root.ts';
import { sampledIndices } from './sampling.ts';

/** The stages in the order of a frame's way through the cascade; `Replay.stage` holds indices of this. */
export const STAGES = ['skipped', 'difference', 'specialized', 'reference'] as const satisfies readonly Stage[];

const SKIPPED = STAGES.indexOf('skipped');
const DIFFERENCE = STAGES.indexOf('difference');
const SPECIALIZED = STAGES.indexOf('specialized');
const REFERENCE = STAGES.indexOf('reference');

/** The paper's fractions: of all frames looked at, of those changed, of those asked. 0 where there is nothing to divide. */
export interface Fractions {
  /** f_s: frames looked at / frames. */
  fs: number;
  /** f_m: frames that the difference detector passes on / frames looked at. */
  fm: number;
  /** f_c: frames on which the reference is asked / frames that the detector passes on. */
  fc: number;
}

export interface Replay extends Fractions {
  /** 0 or 1, every frame. */
  label: Uint8Array;
  /** Index into STAGES, every frame. */
  stage: Uint8Array;
  /** Index of the root frame, or ABSENT, every frame. */
  source: Int32Array;
  /** Share of all frames that each stage decided; they sum to 1, or to 0 when there are no frames. */
  fractions: Record<Stage, number>;
  /** Frames on which the reference was asked. */
  asked: number;
}

/**
 * Runs a plan over a recording. Throws `bad-input` when the plan contradicts itself or the recording does not fit it
 * (other frames sampled, lengths that differ, a partner that is not earlier).
 */
export function replay(plan: Plan, recording: Recording): Replay {
  checkPlan(plan);
  const { timestampS, label: truth } = recording;
  const frames = timestampS.length;
  const sampled = sampledIndices(timestampS, plan.tSkipS, plan.toleranceS);
  const roots = sampledRoots(plan, recording, sampled);
  const confidence = plan.model === null ? null : recording.confidence(plan.model.id);
  if (truth.length !== frames || (confidence !== null && confidence.length !== frames)) {
    throw wrong('the recording’s labels and confidences must cover the same frames as its timestamps');
  }

  const label = new Uint8Array(frames);
  const stage = new Uint8Array(frames);
  const source = new Int32Array(frames);
  const counts = [0, 0, 0, 0];
  for (let k = 0; k < sampled.length; k++) {
    const frame = sampled[k];
    const root = roots[k];
    source[frame] = root;
    if (root !== frame) {
      stage[frame] = DIFFERENCE;
      label[frame] = root === ABSENT ? 0 : label[root];
    } else {
      const verdict = decideByModel(plan.model, confidence === null ? null : confidence[frame]);
      stage[frame] = verdict === 'ask' ? REFERENCE : SPECIALIZED;
      label[frame] = verdict === 'ask' ? truth[frame] : verdict === 'yes' ? 1 : 0;
    }
    counts[stage[frame]]++;
    const next = k + 1 < sampled.length ? sampled[k + 1] : frames;
    for (let i = frame + 1; i < next; i++) {
      stage[i] = SKIPPED;
      label[i] = label[frame];
      source[i] = root;
    }
    counts[SKIPPED] += next - frame - 1;
  }

  const passedOn = counts[SPECIALIZED] + counts[REFERENCE];
  return {
    label,
    stage,
    source,
    fractions: {
      skipped: share(counts[SKIPPED], frames),
      difference: share(counts[DIFFERENCE], frames),
      specialized: share(counts[SPECIALIZED], frames),
      reference: share(counts[REFERENCE], frames),
    },
    asked: counts[REFERENCE],
    fs: share(sampled.length, frames),
    fm: share(passedOn, sampled.length),
    fc: share(counts[REFERENCE], passedOn),
  };
}

/** The root of every frame looked at. */
function sampledRoots(plan: Plan, recording: Recording, sampled: Int32Array): Int32Array {
  const { detector } = plan;
  if (detector === null) return sampled;
  const trace = recording.difference(detector.id, plan.tSkipS);
  if (
    trace.sampled.length !== sampled.length ||
    trace.pair.length !== sampled.length ||
    trace.difference.length !== sampled.length ||
    !trace.sampled.every((frame, k) => frame === sampled[k])
  ) {
    throw wrong(
      `the recording of detector ${detector.id} holds other frames than the plan looks at; record it with the plan’s t_skip and tolerance`,
    );
  }
  const { timestampS } = recording;
  const roots = new Int32Array(sampled.length);
  for (let k = 0; k < sampled.length; k++) {
    const frame = sampled[k];
    let difference: number | null = trace.difference[k];
    let pairRoot: number | null = null;
    if (detector.against === 'earlier') {
      const pair = trace.pair[k];
      if (pair >= k) throw wrong(`detector ${detector.id} compares frame ${frame} with one that is not earlier`);
      if (pair >= 0 && sameEpoch(timestampS[sampled[pair]], timestampS[frame], detector.maxReuseS)) {
        pairRoot = roots[pair];
      } else {
        difference = null;
      }
    }
    roots[k] = rootOf(detector, { frame, difference, pairRoot });
  }
  return roots;
}

const share = (part: number, of: number): number => (of === 0 ? 0 : part / of);
