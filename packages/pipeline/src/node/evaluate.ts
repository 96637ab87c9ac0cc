/** A bundle over a video whose labels are known: they stand for the reference model, and for the truth. */
import type { Bundle, RunSummary } from '@noscope/cascade';
import { openVideo } from '@noscope/media/node';
import {
  isPresent,
  isPromised,
  type OnProgress,
  type Score,
  scoreFrames,
  scoreWindows,
  windowsOf,
} from '@noscope/query';
import { type LabelledFrame, referenceFromLabels } from '@noscope/reference';
import { openBundleCascade } from './publish.ts';
import { DecisionLog, type RunResult, runCascades } from './run.ts';

export interface Evaluation {
  frames: Score;
  windows: Score;
  promised: boolean;
  summary: RunSummary;
  /** Where the video is damaged, or null; nothing behind it was scored. */
  damage: RunResult['damage'];
}

export async function evaluateBundle(options: {
  bundle: Bundle;
  video: string;
  labels: readonly LabelledFrame[];
  signal?: AbortSignal;
  onProgress?: OnProgress;
}): Promise<Evaluation> {
  const { bundle, video, labels, signal, onProgress } = options;
  const opened = await openVideo(video, { signal });
  const { width, height } = opened.info;
  await opened.close();
  const { query } = bundle.manifest.decides;
  const log = new DecisionLog();
  const cascade = await openBundleCascade(bundle);
  try {
    const { summaries, damage } = await runCascades({
      video,
      cascades: [cascade.run],
      reference: referenceFromLabels(labels, { width, height }, 'labels'),
      onDecisions: (_, decisions) => log.add(decisions),
      signal,
      onProgress,
    });
    const present = new Set(
      labels.filter(({ boxes }) => isPresent(query, boxes, { width, height })).map(({ frame }) => frame),
    );
    const truth = Uint8Array.from(log.frameIds, (id) => (present.has(id) ? 1 : 0));
    const windows = scoreWindows(windowsOf(log.timestampS), truth, log.label);
    return {
      frames: scoreFrames(truth, log.label),
      windows,
      promised: isPromised(windows, query.targets),
      summary: summaries[0],
      damage,
    };
  } finally {
    await cascade.close();
  }
}
