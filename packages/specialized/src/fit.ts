/** Training one candidate from where it stands, and judging it on the way. */
import type { SmallView } from '@noscope/engine';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import type { Architecture } from './architecture.ts';
import { Batches } from './batches.ts';
import { makeModel, type TrainedModel } from './model.ts';
import { type Quality, qualityOf } from './ranking.ts';
import type { LabelledFrames, SearchHost } from './search-options.ts';
import type { TrainerState } from './trainer.ts';
import type { TrainingOptions } from './training-options.ts';

/** Some of a set of frames. */
export interface Subset {
  frames: LabelledFrames;
  indices: Int32Array;
}

export interface FitContext {
  host: SearchHost;
  /** Trained on. */
  fit: Subset;
  /** Judged by. */
  judges: Subset;
  mean: [number, number, number];
  view: SmallView;
  seed: number;
  training: TrainingOptions;
  signal?: AbortSignal;
  /** Called after every step. */
  onStep(): void;
}

export interface Candidate {
  architecture: Architecture;
  state: TrainerState;
  model: TrainedModel;
  quality: Quality;
}

export interface Schedule {
  steps: number;
  /** Steps between two looks at the candidate; the last step is always followed by one. */
  look: number;
  /** The learning rate of a step, counted from 1 over all rounds. */
  rate(step: number): number;
  /** Tells the batches of one round from another's. */
  round: number;
}

/** Goes on from `state`; `seen` gets the candidate at each look and ends the training by answering true. */
export async function fitCandidate(
  context: FitContext,
  architecture: Architecture,
  state: TrainerState,
  schedule: Schedule,
  seen: (candidate: Candidate) => boolean,
): Promise<void> {
  const { fit, host, mean, seed, signal, training } = context;
  const { batch, augmentation, dropout, labelSmoothing, positiveShare } = training;
  const drawn = {
    size: architecture.inputSize,
    batch,
    mean,
    denseUnits: architecture.denseUnits,
    augmentation,
    dropout,
    labelSmoothing,
    positiveShare,
  };
  const batches = new Batches(fit.frames, fit.indices, drawn, seed + 7919 * schedule.round);
  let breathed = host.now();
  const trainer = await host.openTrainer(architecture, state, batch);
  try {
    for (let step = 1; step <= schedule.steps; step++) {
      const loss = await untilAborted(() => trainer.step(batches.next(), schedule.rate(state.steps + step)), signal);
      if (!Number.isFinite(loss)) {
        throw new NoScopeError('bad-input', `${architecture.id}: training diverged; lower the learning rate`);
      }
      context.onStep();
      if (host.now() - breathed > 50) {
        await breathe(signal);
        breathed = host.now();
      }
      if (step % schedule.look === 0 || step === schedule.steps) {
        if (seen(await judge(context, architecture, await trainer.state()))) return;
      }
    }
  } finally {
    const closing = trainer.close();
    // After an abort a step may still be running; it ends on its own and nobody waits for it.
    if (signal?.aborted) closing.catch(() => undefined);
    else await closing;
  }
}

async function judge(context: FitContext, architecture: Architecture, state: TrainerState): Promise<Candidate> {
  const { host, judges, mean, seed, signal, view } = context;
  const { frames, indices } = judges;
  const model = makeModel({ architecture, view, mean, weights: state.weights, seed });
  const stage = await host.openModel(model);
  try {
    const confidence = new Float32Array(indices.length);
    for (let at = 0; at < confidence.length; at += LOOK) {
      throwIfAborted(signal);
      const some = Array.from(indices.subarray(at, at + LOOK), (index) => frames.small(index));
      confidence.set(await stage.score(some), at);
    }
    const label = Uint8Array.from(indices, (index) => frames.label[index]);
    return { architecture, state, model, quality: qualityOf(confidence, label) };
  } finally {
    await stage.close();
  }
}

/** Frames scored between two looks at the signal: under a second for the largest of the paper's nets. */
const LOOK = 32;

/** Lets timers and events run: engines that compute on this thread never give way by themselves. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve));
  throwIfAborted(signal);
}

/** A step of a large net may take seconds; an abort does not wait for it. */
function untilAborted<T>(begin: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfAborted(signal);
  const work = begin();
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new NoScopeError('aborted', 'stopped on request', { cause: signal.reason }));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
