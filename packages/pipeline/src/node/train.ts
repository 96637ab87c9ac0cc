/** A whole labelled video to a bundle: train, optimize, and test on the part that neither has seen. */
import type { Bundle } from '@noscope/cascade';
import { writeBundle } from '@noscope/cascade/node';
import { loadKernels } from '@noscope/engine';
import { replay } from '@noscope/plan';
import { isPromised, type Score, scoreFrames, scoreWindows, windowsOf } from '@noscope/query';
import type { Warning } from './coverage.ts';
import { type Lesson, type LessonOptions, labelAndLearn } from './lesson.ts';
import { bundleOf } from './publish.ts';
import { record } from './recording.ts';
import { openModels } from './stages.ts';

export interface TrainOptions extends Omit<LessonOptions, 'endS' | 'parts' | 'warn'> {
  bundleFolder: string;
  now: () => Date;
}

export interface Trained {
  bundle: Bundle;
  lesson: Lesson;
  test: { frames: Score; windows: Score; reference: number };
  warnings: Warning[];
}

export async function trainCascade(options: TrainOptions): Promise<Trained> {
  const warnings: Warning[] = [];
  const warn = (...more: Warning[]) => {
    for (const warning of more) {
      warnings.push(warning);
      options.onProgress?.({ kind: 'warning', ...warning });
    }
  };
  const lesson = await labelAndLearn({ ...options, endS: null, parts: 'train-optimize-test', warn });
  try {
    const test = await scoreTest(lesson);
    const promised = isPromised(test.windows, options.query.targets);
    const bundle = bundleOf({
      ...lesson,
      query: options.query,
      seed: options.seed,
      durationS: lesson.set.timestampS[lesson.set.timestampS.length - 1] - lesson.set.timestampS[0],
      accuracy: {
        scored: test.frames.positives + test.frames.negatives,
        frames: test.frames,
        windows: test.windows,
        promised,
      },
      warnings: warnings.map(({ message }) => message),
      createdAt: options.now(),
    });
    await writeBundle(options.bundleFolder, bundle, { signal: options.signal });
    return { bundle, lesson, test, warnings };
  } finally {
    lesson.journal.close();
  }
}

/** The chosen plan on the test part: nothing of it was seen in training or choosing. */
async function scoreTest({ set, test, learned, engine }: Lesson): Promise<Trained['test']> {
  if (test === null) throw new Error('the lesson has no test part');
  const { plan } = learned.choice;
  const stages = await openModels(
    learned.models.filter(({ id }) => id === plan.model?.id),
    engine,
  );
  try {
    const recording = await record({
      set,
      range: test,
      detectors: learned.detectors.filter(({ id }) => id === plan.detector?.id),
      models: stages,
      skipsS: [plan.tSkipS],
      toleranceS: learned.toleranceS,
      kernels: await loadKernels(),
    });
    const { label, fractions } = replay(plan, recording);
    return {
      frames: scoreFrames(recording.label, label),
      windows: scoreWindows(windowsOf(recording.timestampS), recording.label, label),
      reference: fractions.reference,
    };
  } finally {
    await Promise.all(stages.map((stage) => stage.close()));
  }
}
