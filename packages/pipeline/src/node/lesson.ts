/** What `query` and `train` share: from a video to everything that a bundle is made of. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EngineId, ReferenceStage } from '@noscope/engine';
import { chooseEngine } from '@noscope/engine/node';
import { splitByTime, splitLearning } from '@noscope/optimizer';
import type { OnProgress, Query } from '@noscope/query';
import { z } from 'zod';
import { type MeasuredCosts, measureCosts } from './costs.ts';
import { coverageWarnings, type Warning } from './coverage.ts';
import type { Journal } from './journal.ts';
import { type Labelled, labelVideo } from './label.ts';
import { type Learned, learn } from './learn.ts';
import { type LearningSet, learningSet, type Range } from './learning-set.ts';
import { viewFor } from './view.ts';
import { WorkFolder } from './work-folder.ts';

export interface LessonOptions {
  video: string;
  query: Query;
  reference: ReferenceStage;
  /** False where the reference reads its answers from a file; its cost is then `referenceS` or an assumption. */
  referenceIsModel: boolean;
  /** Seconds a frame that the reference is taken to cost; measured where it is absent. */
  referenceS?: number;
  /** `default`, `paper`, or architectures by id. */
  grid: 'default' | 'paper' | readonly string[];
  seed: number;
  /** Where labels, models and costs are kept between runs. */
  workFolder: string;
  /** Only frames before this time are labelled, in seconds; null: all. */
  endS: number | null;
  /** Into which parts the labelled frames are divided, by time. */
  parts: 'train-optimize' | 'train-optimize-test';
  /** What trains and runs specialized models; chosen by probing where it is absent. */
  engine?: EngineId;
  warn(...warnings: Warning[]): void;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

export interface Lesson {
  journal: Journal;
  labelled: Labelled;
  /** Frames a second at which the reference model labelled, decoding included; an assumption where it read a file. */
  referenceFps: number;
  set: LearningSet;
  train: Range;
  optimize: Range;
  test: Range | null;
  costs: MeasuredCosts;
  learned: Learned;
  /** What trained the specialized models, and runs them. */
  engine: EngineId;
  /** What computed which stage, and why it was chosen. */
  engines: Record<string, string>;
}

/** What no plan may carry over a cut between parts, in seconds: the shortest reuse that plans are tried with. */
const LEFT_OUT_S = 10;

/** The journal stays open; the caller closes it. */
export async function labelAndLearn(options: LessonOptions): Promise<Lesson> {
  const { video, query, reference, endS, warn, signal, onProgress } = options;
  const part = endS === null ? 'every frame' : `the first ${Math.round(endS)} s`;
  onProgress?.({ kind: 'stage', stage: 'label', message: `${reference.id} answers for ${part}` });
  const work = new WorkFolder(options.workFolder);
  const labelled = await labelVideo({
    video,
    reference,
    folder: join(work.path, 'labels'),
    view: viewFor(query),
    endS,
    signal,
    onProgress,
  });
  const { journal } = labelled;
  try {
    if (labelled.damage !== null) warn({ code: 'damaged-video', message: labelled.damage.message });
    const set = await learningSet(journal, query);
    const costs = await work.remember(`costs-${options.referenceS ?? 'measured'}.json`, () =>
      measureCosts({
        video,
        view: set.view,
        reference: options.referenceIsModel ? reference : null,
        referenceS: options.referenceS,
        signal,
      }),
    );
    const labellingFps = options.referenceIsModel ? rateOfLabelling(work, labelled) : null;
    const referenceFps = labellingFps ?? 1 / costs.referenceS;
    const use = { maxReuseS: LEFT_OUT_S };
    const parts =
      options.parts === 'train-optimize'
        ? { ...splitLearning(set.timestampS, set.label, use), test: null }
        : splitByTime(set.timestampS, set.label, use);
    const learnWork = new WorkFolder(join(work.path, `learn-${settingsHash(options, set)}`));
    const { engine, reason } = await chooseEngine(options.engine);
    const learned = await learn({ ...options, ...parts, set, costs, engine, work: learnWork });
    warn(...coverageWarnings(set, parts.train, parts.optimize));
    warn(...learned.choice.warnings.map((message) => ({ code: 'not-shown-in-choosing', message })));
    const engines = { reference: reference.id, specialized: engine, kernels: learned.kernels, reason };
    return { journal, labelled, referenceFps, set, ...parts, costs, learned, engine, engines };
  } catch (error) {
    journal.close();
    throw error;
  }
}

/** Over every run that labelled: one that goes on where another was stopped labels little, or nothing. */
function rateOfLabelling(work: WorkFolder, { framesNow, wallS }: Labelled): number | null {
  const kept = work.read('labelling.json');
  const before = kept === null ? { frames: 0, wallS: 0 } : labellingSchema.parse(JSON.parse(decoder.decode(kept)));
  const all = { frames: before.frames + framesNow, wallS: before.wallS + wallS };
  if (framesNow > 0) work.write('labelling.json', JSON.stringify(all));
  return all.frames === 0 ? null : all.frames / all.wallS;
}

const labellingSchema = z.object({ frames: z.number(), wallS: z.number() });
const decoder = new TextDecoder();

/** Equal hashes: training and choosing again would give the same. */
function settingsHash({ query, grid, seed, engine }: LessonOptions, set: LearningSet): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([query, grid, seed, engine ?? null, set.view]));
  hash.update(set.label);
  hash.update(new Uint8Array(set.timestampS.buffer));
  return hash.digest('hex').slice(0, 16);
}
