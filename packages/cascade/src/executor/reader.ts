/** Reads a stream of frames until it ends, breaks off or is stopped. */
import type { Frame } from '@noscope/engine';
import { Breather } from './lane.ts';

export interface Reading {
  frames: AsyncIterable<Frame>;
  /** Its reason is what the reading rejects with. */
  stop: AbortSignal;
  /** Whether the next frame may be asked for at once; else `makeRoom` is awaited first. */
  hasRoom(): boolean;
  makeRoom(): Promise<void>;
  see(frame: Frame): void;
  /** Told how long each frame was waited for, in seconds. */
  onWait(seconds: number): void;
}

const BREATHE_EVERY_MS = 50;

/** Resolves with what the stream broke off with, or null; rejects when it was stopped or a callback threw. */
export async function readFrames(reading: Reading): Promise<{ error: unknown } | null> {
  const { stop } = reading;
  const breather = new Breather(BREATHE_EVERY_MS);
  const iterator = reading.frames[Symbol.asyncIterator]();
  let isPending = false;
  try {
    for (;;) {
      if (!reading.hasRoom()) await reading.makeRoom();
      if (breather.isDue) await breather.breathe();
      if (stop.aborted) throw stop.reason;
      const sinceMs = performance.now();
      isPending = true;
      const next = await orStopped(iterator.next(), stop);
      isPending = false;
      reading.onWait((performance.now() - sinceMs) / 1000);
      if ('error' in next) return next;
      if (next.done) return null;
      reading.see(next.value);
    }
  } catch (error) {
    const returned = iterator.return?.().catch(() => undefined);
    // A source that is stuck in `next` would not return either.
    if (!isPending) await returned;
    throw error;
  }
}

/**
 * The next frame, or the error of a stream that breaks off; rejects when the run stops first, and the frame is closed
 * when it comes. Not `Promise.race` with one promise of the stop: every frame would leave a reaction on that for good.
 */
function orStopped(
  next: Promise<IteratorResult<Frame>>,
  stop: AbortSignal,
): Promise<IteratorResult<Frame> | { error: unknown; done?: never }> {
  return new Promise((resolve, reject) => {
    let isStopped = false;
    const stopped = (): void => {
      isStopped = true;
      reject(stop.reason);
    };
    stop.addEventListener('abort', stopped, { once: true });
    next.then(
      (result) => {
        stop.removeEventListener('abort', stopped);
        if (isStopped && !result.done) result.value.close();
        resolve(result);
      },
      (error) => {
        stop.removeEventListener('abort', stopped);
        resolve({ error });
      },
    );
  });
}
