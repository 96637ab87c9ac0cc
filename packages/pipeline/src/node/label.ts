/**
 * The first step: the reference model answers for every frame of the part to learn from, and the frames' small pictures
 * are kept. Decoding, views and the network overlap: while one batch is in the network the next one is decoded.
 */
import type { Frame, ReferenceStage, SmallView } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { type OnProgress, throwIfAborted } from '@noscope/query';
import { Journal, type JournalEntry } from './journal.ts';
import { RateMeter } from './rate.ts';
import { videoIdentity } from './video.ts';

export interface LabelOptions {
  video: string;
  reference: ReferenceStage;
  /** Where the journal lies; the same folder again goes on where it was left. */
  folder: string;
  /** Keep each frame's small picture in this view; null keeps labels alone. */
  view: SmallView | null;
  /** Label the frames before this time, in seconds; null: all. */
  endS: number | null;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

export interface Labelled {
  journal: Journal;
  /** Frames that this call labelled; the others were there already. */
  framesNow: number;
  /** Wall time of this call's labelling, in seconds. */
  wallS: number;
  /** Where the video is damaged, or null. Labels reach up to there. */
  damage: { atS: number; frame: number; message: string } | null;
}

/** Batches in the network at once: one computes while the other's input is made. */
const IN_FLIGHT = 2;

export async function labelVideo(options: LabelOptions): Promise<Labelled> {
  const { reference, view, signal, onProgress } = options;
  const video = await openVideo(options.video, { signal });
  try {
    const identity = { ...videoIdentity(options.video), width: video.info.width, height: video.info.height };
    const journal = await Journal.open(
      options.folder,
      { version: 1, video: identity, reference: reference.id, view, endS: options.endS },
      { fresh: true },
    );
    const before = journal.count;
    if (before > 0)
      onProgress?.({ kind: 'stage', stage: 'label', message: `going on after ${before} labelled frames` });
    const total = expectedFrames(video.info, options.endS);
    const meter = new RateMeter();
    const pending: Promise<JournalEntry[]>[] = [];
    const store = async () => {
      const entries = await pending.shift();
      if (entries === undefined) return;
      journal.append(entries);
      onProgress?.({
        kind: 'progress',
        stage: 'label',
        done: journal.count,
        total,
        unit: 'frames',
        perSecond: meter.add(entries.length),
      });
    };
    let batch: Frame[] = [];
    const send = () => {
      if (batch.length === 0) return;
      const sent = labelBatch(batch, reference, view, signal);
      // Awaited in order below; this keeps a failure in the second batch from being reported as unhandled meanwhile.
      sent.catch(() => undefined);
      pending.push(sent);
      batch = [];
    };
    try {
      const range = { startFrame: before, endS: options.endS ?? undefined };
      for await (const frame of video.frames(range)) {
        throwIfAborted(signal);
        batch.push(frame);
        if (batch.length < reference.batchSize) continue;
        send();
        if (pending.length >= IN_FLIGHT) await store();
      }
      send();
      while (pending.length > 0) await store();
    } catch (error) {
      await Promise.allSettled(pending);
      journal.close();
      throw error;
    } finally {
      for (const frame of batch) frame.close();
      await Promise.allSettled(pending);
    }
    return { journal, framesNow: journal.count - before, wallS: meter.elapsedS, damage: video.damage };
  } finally {
    await video.close();
  }
}

async function labelBatch(
  frames: Frame[],
  reference: ReferenceStage,
  view: SmallView | null,
  signal?: AbortSignal,
): Promise<JournalEntry[]> {
  try {
    const detecting = reference.detect(frames, signal);
    const pictures = view === null ? [] : await Promise.all(frames.map((frame) => frame.view(view)));
    const detections = await detecting;
    return frames.map((frame, i) => ({
      frame: frame.id,
      timestampS: frame.timestampS,
      boxes: detections[i].boxes,
      small: pictures[i] ?? null,
    }));
  } finally {
    for (const frame of frames) frame.close();
  }
}

function expectedFrames(
  info: { durationS: number | null; nominalFps: number | null; frameCountHint: number | null },
  endS: number | null,
): number | null {
  const { durationS, nominalFps, frameCountHint } = info;
  if (endS === null || durationS === null || endS >= durationS) return frameCountHint;
  return nominalFps === null ? null : Math.round(endS * nominalFps);
}
