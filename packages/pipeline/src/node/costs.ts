/**
 * What a frame costs at each stage on this machine, in seconds. Measured once, before anything is chosen, and frozen:
 * a plan chosen on one day's costs must be the same plan when the job is resumed.
 */
import type { Frame, ReferenceStage, SmallView } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { NoScopeError } from '@noscope/query';

export interface MeasuredCosts {
  decodeS: number;
  smallFrameS: number;
  referenceS: number;
  /** False where the reference's answers were read from a file: then `referenceS` is an assumption. */
  referenceMeasured: boolean;
}

/**
 * A frame of YOLOv2 at 608×608 on one core through ONNX Runtime: what a reference of unknown speed is taken to cost.
 * `test/bench/stages.bench.ts` measures it again.
 */
export const ASSUMED_REFERENCE_S = 0.29;

/** Enough frames for a stable mean on a small machine, few enough not to be noticed. */
const FRAMES = 200;
const PICTURES = 32;

/** Costs of decoding, of the small frame and of the reference, over the first frames of the video. */
export async function measureCosts(options: {
  video: string;
  view: SmallView;
  /** The reference to time, or null when its answers come from a file. */
  reference: ReferenceStage | null;
  /** Takes the place of a measurement, in seconds a frame. */
  referenceS?: number;
  signal?: AbortSignal;
}): Promise<MeasuredCosts> {
  const { signal, view } = options;
  const video = await openVideo(options.video, { signal });
  const kept: Frame[] = [];
  try {
    let decoded = 0;
    let startedMs = 0;
    let endedMs = 0;
    for await (const frame of video.frames({ endFrame: FRAMES })) {
      // The first frames pay for opening the codec.
      if (decoded === 10) startedMs = performance.now();
      if (kept.length < PICTURES) kept.push(frame);
      else frame.close();
      decoded++;
      endedMs = performance.now();
    }
    if (decoded < 20)
      throw new NoScopeError(
        'bad-input',
        `${options.video} has only ${decoded} frames; a cascade needs minutes of video to learn from`,
      );
    const decodeS = (endedMs - startedMs) / 1000 / (decoded - 10);
    const smallFrameS = await secondsEach(kept.length, async () => {
      for (const frame of kept) await frame.view(view);
    });
    return { decodeS, smallFrameS, ...(await referenceCost(options, kept)) };
  } finally {
    for (const frame of kept) frame.close();
    await video.close();
  }
}

async function referenceCost(
  { reference, referenceS, signal }: { reference: ReferenceStage | null; referenceS?: number; signal?: AbortSignal },
  frames: Frame[],
): Promise<{ referenceS: number; referenceMeasured: boolean }> {
  if (referenceS !== undefined) return { referenceS, referenceMeasured: false };
  if (reference === null) return { referenceS: ASSUMED_REFERENCE_S, referenceMeasured: false };
  const batch = frames.slice(0, Math.min(frames.length, 2 * reference.batchSize));
  await reference.detect(batch.slice(0, 1), signal);
  const measured = await secondsEach(batch.length, async () => {
    for (let i = 0; i < batch.length; i += reference.batchSize) {
      await reference.detect(batch.slice(i, i + reference.batchSize), signal);
    }
  });
  return { referenceS: measured, referenceMeasured: true };
}

/** Seconds per item of the fastest of repeated runs: other work on the machine only ever adds. */
export async function secondsEach(items: number, run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const startedMs = performance.now();
  for (let round = 0; round < 5 && (round < 2 || performance.now() - startedMs < 1000); round++) {
    const roundMs = performance.now();
    await run();
    best = Math.min(best, (performance.now() - roundMs) / 1000);
  }
  return best / Math.max(1, items);
}
