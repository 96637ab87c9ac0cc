/**
 * The search over the ladder (paper, section 6.1): every candidate is trained a little, the best few go on.
 *
 * Round one gives each candidate one epoch. Round two goes on with the best, looks at frames
 * held out as it goes and remembers each at its best moment: on a short clip a net soon knows the few passages by
 * heart. (Training the best anew with the frames held out was tried on cdnet-highway and gained nothing.)
 */
import { NoScopeError, type OnProgress, throwIfAborted } from '@noscope/query';
import type { Architecture } from './architecture.ts';
import { breathe, type Candidate, type FitContext, fitCandidate, type Schedule, type Subset } from './fit.ts';
import type { TrainedModel } from './model.ts';
import { compareQuality } from './ranking.ts';
import type { LabelledFrames, SearchHost, SearchOptions } from './search-options.ts';
import { chooseFrames, holdOutTail } from './selection.ts';
import type { TrainerState } from './trainer.ts';
import { TRAINING_DEFAULTS, type TrainingOptions } from './training-options.ts';
import { initialWeights } from './weights.ts';

const STAGE = 'specialized';
/** With fewer frames of either class there is nothing to learn from. */
const LEAST_OF_A_CLASS = 8;

/**
 * Trains the candidates and returns the best, best first; none when all were dropped. The same options give the same
 * models on the same engine.
 * @throws NoScopeError `bad-input` when a class is missing or almost so, or sizes do not fit; `aborted`.
 */
export async function searchModels(host: SearchHost, options: SearchOptions): Promise<TrainedModel[]> {
  const { architectures, signal, onProgress, seed, view, keep = 3, epochs = 4 } = options;
  const training: TrainingOptions = { ...TRAINING_DEFAULTS, ...options.training };
  check(options);
  throwIfAborted(signal);
  const { fit, judges } = divide(options);
  const mean = await meanOf(fit, signal);
  const epoch = Math.ceil(fit.indices.length / training.batch);
  const first = Math.max(epoch, training.leastSteps);
  const inAll = Math.max(epoch * epochs, training.leastStepsInAll, first);
  const further = inAll - first;
  const progress = progressOver(host, onProgress, training.batch);
  const context: FitContext = { host, fit, judges, mean, view, seed, training, signal, onStep: progress.step };

  // One cosine over both rounds: a rate that stays high until round two learns the few passages by heart.
  const rate = (step: number): number =>
    training.learningRate * Math.min(1, step / training.warmUp) * ((1 + Math.cos((Math.PI * (step - 1)) / inAll)) / 2);
  const one: Schedule = { steps: first, look: first, rate, round: 1 };
  const two: Schedule = {
    steps: further,
    look: Math.max(25, Math.min(epoch, Math.ceil(further / 8))),
    rate,
    round: 2,
  };
  const dropped = async (architecture: Architecture, soFar: TrainedModel | null): Promise<boolean> => {
    throwIfAborted(signal);
    if (!(await options.shouldDrop?.(architecture, soFar))) return false;
    onProgress?.({
      kind: 'stage',
      stage: STAGE,
      message: `${architecture.id} is dropped: it cannot beat the best plan`,
    });
    return true;
  };
  const begin = (architecture: Architecture): TrainerState => ({
    weights: initialWeights(architecture, seed),
    moments: null,
    steps: 0,
  });

  progress.plan(architectures.length * first + Math.min(keep, architectures.length) * further);
  const candidates: Candidate[] = [];
  for (const architecture of architectures) {
    if (await dropped(architecture, null)) {
      progress.plan(-first);
      continue;
    }
    await fitCandidate(context, architecture, begin(architecture), one, (candidate) => {
      candidates.push(candidate);
      announce(onProgress, candidate, 'one epoch');
      return true;
    });
  }

  const best: Candidate[] = [];
  for (const candidate of candidates.sort(byQuality).slice(0, keep)) {
    const { architecture } = candidate;
    if (await dropped(architecture, candidate.model)) {
      progress.plan(-further);
      continue;
    }
    let found = candidate;
    let stale = 0;
    let left = further;
    if (further > 0) {
      await fitCandidate(context, architecture, candidate.state, two, (next) => {
        const isBetter = compareQuality(next.quality, found.quality) < 0;
        if (isBetter) found = next;
        stale = isBetter ? 0 : stale + 1;
        left = inAll - next.state.steps;
        return stale >= training.patience;
      });
      progress.plan(-left);
    }
    best.push(found);
    announce(onProgress, found, 'in all');
  }
  return best.sort(byQuality).map(({ model }) => model);
}

const byQuality = (a: Candidate, b: Candidate): number => compareQuality(a.quality, b.quality);

function check({ architectures, frames, keep = 3, validation, view }: SearchOptions): void {
  if (architectures.length === 0) throw new NoScopeError('bad-input', 'no specialized models to train were named');
  if (keep < 1) throw new NoScopeError('bad-input', 'keep must be 1 or more');
  for (const { id, inputSize } of architectures) {
    if (inputSize === view.size) continue;
    throw new NoScopeError(
      'bad-input',
      `${id} takes frames of ${inputSize} pixels, the frames given have ${view.size}`,
    );
  }
  checkFrames(frames, 'training part', LEAST_OF_A_CLASS);
  if (validation !== undefined) checkFrames(validation, 'validation part', 1);
}

function checkFrames({ count, label }: LabelledFrames, part: string, least: number): void {
  if (label.length !== count) {
    throw new NoScopeError('bad-input', `the ${part} has ${count} frames and ${label.length} labels`);
  }
  let positives = 0;
  for (let i = 0; i < count; i++) if (label[i] !== 0) positives++;
  if (positives >= least && count - positives >= least) return;
  const what =
    positives < least
      ? `the object is in ${positives} of the ${part}'s ${count} frames`
      : `${count - positives} of the ${part}'s ${count} frames are without the object`;
  throw new NoScopeError(
    'bad-input',
    `${what}, too few to learn from (${least} are needed); take a longer or another stretch of video`,
  );
}

/** The frames to learn from and to judge by. */
function divide({ frames, maxFrames = 6000, validation }: SearchOptions): { fit: Subset; judges: Subset } {
  const part = (indices: Int32Array): Subset => ({ frames, indices });
  if (validation !== undefined) {
    const judges = { frames: validation, indices: chooseFrames(validation.label, maxFrames) };
    return { fit: part(chooseFrames(frames.label, maxFrames)), judges };
  }
  const held = holdOutTail(frames.label);
  // Too little of one class to hold any out: judged by what it learnt, which at least ranks what cannot learn at all.
  if (held === null)
    return { fit: part(chooseFrames(frames.label, maxFrames)), judges: part(chooseFrames(frames.label, maxFrames)) };
  const within = (range: Int32Array): Int32Array =>
    chooseFrames(
      Uint8Array.from(range, (index) => frames.label[index]),
      maxFrames,
    ).map((ordinal) => range[ordinal]);
  return { fit: part(within(held.fit)), judges: part(within(held.held)) };
}

/** Mean of each channel, 0..1. */
async function meanOf({ frames, indices }: Subset, signal?: AbortSignal): Promise<[number, number, number]> {
  const sum = [0, 0, 0];
  let pixels = 0;
  for (const [ordinal, index] of indices.entries()) {
    if (ordinal % 1024 === 1023) await breathe(signal);
    const frame = frames.small(index);
    for (let i = 0; i < frame.length; i += 3) {
      sum[0] += frame[i];
      sum[1] += frame[i + 1];
      sum[2] += frame[i + 2];
    }
    pixels += frame.length / 3;
  }
  return [sum[0] / pixels / 255, sum[1] / pixels / 255, sum[2] / pixels / 255];
}

function announce(onProgress: OnProgress | undefined, candidate: Candidate, when: string): void {
  const { architecture, quality, state } = candidate;
  const { asked, auc, loss } = quality;
  onProgress?.({
    kind: 'candidate',
    stage: STAGE,
    id: architecture.id,
    scores: { asked, auc, loss, steps: state.steps, mflop: architecture.mflop },
    message: `${architecture.id} ${when}: ${(100 * asked).toFixed(1)}% uncertain, AUC ${auc.toFixed(4)}, loss ${loss.toFixed(4)}`,
  });
}

/** Counts steps and reports them as frames, at most a few times a second. */
function progressOver(host: SearchHost, onProgress: OnProgress | undefined, batch: number) {
  const start = host.now();
  let reported = start;
  let done = 0;
  let total = 0;
  const report = (now: number): void => {
    reported = now;
    const perSecond = now > start ? (1000 * done * batch) / (now - start) : null;
    onProgress?.({
      kind: 'progress',
      stage: STAGE,
      done: done * batch,
      total: total * batch,
      unit: 'frames',
      perSecond,
    });
  };
  return {
    plan(steps: number): void {
      total += steps;
    },
    step(): void {
      done++;
      const now = host.now();
      if (now - reported >= 250 || done === total) report(now);
    },
  };
}
