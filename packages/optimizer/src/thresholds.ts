/**
 * From ranks to thresholds that generalise. The sweep knows which scores lie on which side; where exactly between two
 * scores a threshold lies makes no difference to the recording and all the difference to the next day. So thresholds
 * are put into the middle between the neighbouring scores of roots, the only frames that the model decides about.
 */
import { type ModelUse, type Plan, type Recording, replay, STAGES } from '@noscope/plan';
import { argsort, midpoint, nextDown, nextUp, Scratch } from './float32.ts';

/** Scores of the roots in ascending order, with what hangs from each. */
interface RootScores {
  score: Float32Array;
  positives: Int32Array;
  negatives: Int32Array;
}

/** c_low such that the first `low` of the ascending scores are "no". */
export function lowAt(score: Float32Array, low: number): number {
  if (score.length === 0) return 0;
  if (low === 0) return Math.min(0, score[0]);
  const last = score[low - 1];
  return midpoint(last, low < score.length ? score[low] : nextUp(last));
}

/** c_high such that the ascending scores from `high` on are "yes". */
export function highAt(score: Float32Array, high: number): number {
  if (score.length === 0) return 1;
  if (high === score.length) return Math.max(1, score[high - 1]);
  return midpoint(high > 0 ? score[high - 1] : nextDown(score[0]), score[high]);
}

/**
 * The plan with its model's thresholds centred between the roots' scores; every decision on this recording stays.
 * Where `cLow` > `cHigh` the budgets let "no" and "yes" meet anywhere between: they meet where the fewest frames are
 * wrong, in the widest gap of those places.
 */
export function centred(plan: Plan, recording: Recording): Plan {
  if (plan.model === null) return plan;
  const { model } = plan;
  const roots = rootScores(plan, recording);
  const { score } = roots;
  const below = countWhile(score, (c) => c < model.cLow);
  const notYes = countWhile(score, (c) => c <= model.cHigh);
  if (model.cLow <= model.cHigh) return { ...plan, model: between(model.id, score, below, notYes) };
  const cut = bestCut(roots, Math.min(below, notYes), Math.max(below, notYes));
  return { ...plan, model: between(model.id, score, cut, cut) };
}

/**
 * A confidence this near to 0 or 1 is no near miss. A trained model's answers crowd there, a quarter of all frames
 * between 0.9999 and 1 is nothing unusual, so a threshold moved among them asks few frames today and any number tomorrow.
 */
const CERTAIN = 0.01;

const logOdds = (c: number): number => {
  const inside = Math.min(1 - 1e-7, Math.max(1e-7, c));
  return Math.log(inside / (1 - inside));
};

/** How far a step goes, as a model counts: from 0.9 to 0.99 is as far as from 0.5 to 0.92. */
const distance = ({ from, to }: { from: number; to: number }): number => Math.abs(logOdds(from) - logOdds(to));

/**
 * Moves the thresholds outward over the roots nearest to them until `more` further questions would be asked; equal
 * scores move together or not at all, and none that the model is certain of.
 */
export function widened(plan: Plan, recording: Recording, more: number): Plan {
  if (plan.model === null || more < 1) return plan;
  const { model } = plan;
  const { score } = rootScores(plan, recording);
  let low = countWhile(score, (c) => c < model.cLow);
  let high = countWhile(score, (c) => c <= model.cHigh);
  let left = more;
  for (;;) {
    const lower = low === 0 ? low : countWhile(score, (c) => c < score[low - 1]);
    const upper = high === score.length ? high : countWhile(score, (c) => c <= score[high]);
    const steps = [
      { count: low - lower, to: score[low - 1], from: model.cLow, isLow: true },
      { count: upper - high, to: score[high], from: model.cHigh, isLow: false },
    ].filter(({ count, to }) => count > 0 && count <= left && to >= CERTAIN && to <= 1 - CERTAIN);
    if (steps.length === 0) break;
    const nearest = steps.reduce((a, b) => (distance(b) < distance(a) ? b : a));
    if (nearest.isLow) low = lower;
    else high = upper;
    left -= nearest.count;
  }
  return { ...plan, model: between(model.id, score, low, high) };
}

/**
 * Lowers δ until at least `more` further frames, where so many are reused, go on to the model; equal differences move
 * together.
 */
export function tightened(plan: Plan, recording: Recording, more: number): Plan {
  if (plan.detector === null || more < 1) return plan;
  const { stage } = replay(plan, recording);
  const { sampled, difference } = recording.difference(plan.detector.id, plan.tSkipS);
  const isReused = STAGES.indexOf('difference');
  const reused = difference.filter((_, k) => stage[sampled[k]] === isReused).sort();
  const kept = countWhile(reused, (d) => d < reused[Math.max(0, reused.length - more)]);
  if (reused.length === 0) return plan;
  const delta = kept === 0 ? nextDown(reused[0]) : midpoint(reused[kept - 1], reused[kept]);
  return { ...plan, detector: { ...plan.detector, delta } };
}

/** Thresholds with the first `low` scores "no" and those from `high` on "yes". */
function between(id: string, score: Float32Array, low: number, high: number): ModelUse {
  const cLow = lowAt(score, low);
  const cHigh = highAt(score, high);
  // where everything is "yes" the two edges would cross: nothing lies between them
  if (high === 0) return { id, cLow: Math.min(cLow, cHigh), cHigh };
  return { id, cLow, cHigh: Math.max(cLow, cHigh) };
}

function bestCut({ score, positives, negatives }: RootScores, from: number, to: number): number {
  let wrong = 0;
  for (let i = 0; i < score.length; i++) wrong += i < from ? positives[i] : negatives[i];
  let best = from;
  let fewest = wrong;
  let widest = gapAt(score, from);
  for (let cut = from + 1; cut <= to; cut++) {
    wrong += positives[cut - 1] - negatives[cut - 1];
    if (cut < score.length && score[cut] === score[cut - 1]) continue;
    const gap = gapAt(score, cut);
    if (wrong < fewest || (wrong === fewest && gap > widest)) {
      best = cut;
      fewest = wrong;
      widest = gap;
    }
  }
  return best;
}

const gapAt = (score: Float32Array, cut: number): number =>
  cut === 0 || cut >= score.length ? 0 : score[cut] - score[cut - 1];

/** Length of the ascending array's head for which the condition holds. */
function countWhile(ascending: Float32Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(ascending[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rootScores(plan: Plan, recording: Recording): RootScores {
  const { model } = plan;
  const { stage, source } = replay({ ...plan, model: null }, recording);
  const confidence = model === null ? new Float32Array(stage.length) : recording.confidence(model.id);
  const isRoot = STAGES.indexOf('reference');
  let count = 0;
  const ordinal = new Int32Array(stage.length);
  for (let i = 0; i < stage.length; i++) if (stage[i] === isRoot) ordinal[i] = count++;
  const unordered = new Float32Array(count);
  const p = new Int32Array(count);
  const n = new Int32Array(count);
  for (let i = 0; i < stage.length; i++) {
    if (stage[i] === isRoot) unordered[ordinal[i]] = confidence[i];
    if (source[i] < 0) continue;
    if (recording.label[i] === 1) p[ordinal[source[i]]]++;
    else n[ordinal[source[i]]]++;
  }
  const order = new Int32Array(count);
  argsort(unordered, order, new Scratch());
  return {
    score: Float32Array.from(order, (at) => unordered[at]),
    positives: Int32Array.from(order, (at) => p[at]),
    negatives: Int32Array.from(order, (at) => n[at]),
  };
}
