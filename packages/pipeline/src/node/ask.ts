/** Asks the reference about chosen frames of a video: what audits and verification rest on. */
import type { Detection, Frame, ReferenceStage } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { type OnProgress, throwIfAborted } from '@noscope/query';
import { RateMeter } from './rate.ts';

export interface AskOptions {
  video: string;
  startS: number;
  reference: ReferenceStage;
  /** Ids of the frames to ask about; null: every frame from `startS` on. */
  wanted: ReadonlySet<number> | null;
  /** How many answers to expect, for progress. */
  total: number;
  /** Called with each answer while its frame is still open. */
  onAnswer?(frame: Frame, detection: Detection): Promise<void>;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

/** What the reference sees on each frame, by frame id. */
export async function askReference(options: AskOptions): Promise<Map<number, Detection>> {
  const { reference, wanted, total, signal, onProgress } = options;
  const answers = new Map<number, Detection>();
  const meter = new RateMeter();
  const video = await openVideo(options.video, { signal });
  let asked: Frame[] = [];
  let seen = 0;
  let waiting: { frames: Frame[]; answer: ReturnType<ReferenceStage['detect']> } | null = null;
  const take = async () => {
    if (waiting === null) return;
    const { frames, answer } = waiting;
    const detections = await answer;
    for (const [i, frame] of frames.entries()) {
      answers.set(frame.id, detections[i]);
      await options.onAnswer?.(frame, detections[i]);
      frame.close();
    }
    waiting = null;
    onProgress?.({
      kind: 'progress',
      stage: 'audit',
      done: answers.size,
      total,
      unit: 'frames',
      perSecond: meter.add(frames.length),
    });
  };
  const send = () => {
    const answer = reference.detect(asked, signal);
    // Awaited in `take`; a failure meanwhile must not count as unhandled.
    answer.catch(() => undefined);
    waiting = { frames: asked, answer };
    asked = [];
  };
  try {
    for await (const frame of video.frames({ startS: options.startS })) {
      throwIfAborted(signal);
      if (wanted !== null && !wanted.has(frame.id)) {
        frame.close();
        continue;
      }
      asked.push(frame);
      seen++;
      if (asked.length === reference.batchSize) {
        await take();
        send();
      }
      if (seen === wanted?.size) break;
    }
    await take();
    if (asked.length > 0) send();
    await take();
    return answers;
  } finally {
    for (const frame of asked) frame.close();
    await video.close();
  }
}
