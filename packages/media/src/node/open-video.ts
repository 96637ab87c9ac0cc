/** Opens a file, an HLS or an RTSP address through FFmpeg. */
import { availableParallelism } from 'node:os';
import { type Frame, loadKernels } from '@noscope/engine';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import { avGetCodecName } from 'node-av/lib';
import { prefetch } from '../prefetch.ts';
import { RangeFilter } from '../range.ts';
import type { FrameRange, Video, VideoDamage, VideoInfo, VideoWarning } from '../video.ts';
import { checkLocalFile, parseAddress } from './address.ts';
import { decode, openDecoder } from './decode.ts';
import type { FrameContext, VideoFrame } from './frame.ts';
import { Input } from './input.ts';
import { type Rotation, rotationOf } from './rotation.ts';
import { ColourScaler } from './scaler.ts';
import { findStart, mayStartLate, type StartPoint } from './start.ts';

export interface OpenOptions {
  /** Stops opening and every iteration, also one that waits for the network. */
  signal?: AbortSignal;
  /** Decoder threads; default: one a core, at most 8. */
  threads?: number;
}

/**
 * Opens a video.
 *
 * @param address a path, a `file:` address, or any address FFmpeg knows (`http…/x.m3u8`, `rtsp://…`)
 * @throws NoScopeError `not-found`, `bad-input` (a folder, no video in it), `corrupt` (recognised and unreadable),
 * `unsupported` (protocol, codec, odd rotation), `unavailable` (a source that does not answer), `aborted`
 * @example
 * const video = await openVideo('street.mp4');
 * for await (const frame of video.frames({ everyS: 1 })) {
 *   const small = await frame.view({ kind: 'small', size: 50 });
 *   frame.close();
 * }
 * await video.close();
 */
export async function openVideo(address: string, options: OpenOptions = {}): Promise<Video> {
  const { signal } = options;
  throwIfAborted(signal);
  const parsed = parseAddress(address);
  if (parsed.path !== null) await checkLocalFile(parsed.path);
  const kernels = await loadKernels();
  const input = await Input.open(parsed, signal);
  try {
    const rotation = rotationOf(input.stream);
    const threads = options.threads ?? Math.min(availableParallelism(), 8);
    // Fails now rather than at the first frame where there is no decoder.
    (await openDecoder(input, threads)).freeContext();
    const context = { kernels, scaler: new ColourScaler(), rotation };
    return new FileOrStream(input, describe(input, rotation), context, threads, signal);
  } catch (error) {
    await input.close();
    throw error;
  }
}

function describe(input: Input, rotation: Rotation): VideoInfo {
  const { codecpar, avgFrameRate, rFrameRate, nbFrames } = input.stream;
  const isTurned = rotation === 90 || rotation === 270;
  const rates = [avgFrameRate, rFrameRate].map(({ num, den }) => num / den);
  // MPEG-TS without a rate gives its clock of 90 kHz.
  const nominalFps = rates.find((rate) => rate > 0 && rate <= 1000) ?? null;
  const durationS = input.isLive ? null : input.durationS;
  const estimate = durationS !== null && nominalFps !== null ? Math.round(durationS * nominalFps) : null;
  return {
    width: isTurned ? codecpar.height : codecpar.width,
    height: isTurned ? codecpar.width : codecpar.height,
    durationS,
    nominalFps,
    codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
    frameCountHint: nbFrames > 0n ? Number(nbFrames) : estimate,
    isLive: input.isLive,
  };
}

class FileOrStream implements Video {
  readonly info: VideoInfo;
  damage: VideoDamage | null = null;
  readonly #warnings = new Map<VideoWarning['code'], VideoWarning>();
  readonly #first: Input;
  readonly #context: Omit<FrameContext, 'release'>;
  readonly #threads: number;
  readonly #signal: AbortSignal | undefined;
  readonly #iterations = new Map<Iteration, { stop: () => void; frames: AsyncGenerator<Frame, void, undefined> }>();
  #isFirstUsed = false;
  #isOpen = true;

  constructor(
    input: Input,
    info: VideoInfo,
    context: Omit<FrameContext, 'release'>,
    threads: number,
    signal: AbortSignal | undefined,
  ) {
    this.#first = input;
    this.info = info;
    this.#context = context;
    this.#threads = threads;
    this.#signal = signal;
  }

  get warnings(): readonly VideoWarning[] {
    return [...this.#warnings.values()];
  }

  frames(options: FrameRange & { prefetch?: number } = {}): AsyncIterableIterator<Frame> {
    const { prefetch: depth = 4, ...range } = options;
    if (!Number.isInteger(depth) || depth < 1) {
      throw new NoScopeError('bad-input', `prefetch is a whole number from 1; got ${depth}`);
    }
    const filter = new RangeFilter(range);
    if (!this.#isOpen) throw new NoScopeError('bad-input', 'the video is closed: open it again');
    if (this.info.isLive && this.#isFirstUsed) {
      throw new NoScopeError('unsupported', 'a live stream can be read once: open it again for a second reading');
    }
    const iteration: Iteration = { input: this.#isFirstUsed ? null : this.#first, isStopped: false };
    this.#isFirstUsed = true;
    const stop = () => {
      iteration.isStopped = true;
      iteration.input?.interrupt();
    };
    const frames = prefetch(this.#decode(iteration, range, filter), depth, (frame) => frame.close(), stop);
    this.#iterations.set(iteration, { stop, frames });
    return frames;
  }

  async *#decode(
    iteration: Iteration,
    range: FrameRange,
    filter: RangeFilter,
  ): AsyncGenerator<VideoFrame, void, undefined> {
    const signal = this.#signal;
    const reopen = async () => {
      iteration.input = await Input.open(this.#first.address, signal);
      return iteration.input;
    };
    let input = iteration.input ?? (await reopen());
    try {
      let start: StartPoint | null = null;
      if (mayStartLate(input, range)) {
        start = await findStart(input, range, signal);
        if (start === null) {
          await input.close();
          input = await reopen();
        }
      }
      this.damage = null;
      yield* decode(input, {
        filter,
        start,
        signal,
        threads: this.#threads,
        nominalFps: this.info.nominalFps,
        context: this.#context,
        isWanted: () => !iteration.isStopped,
        onDamage: (damage) => {
          this.damage = damage;
        },
        onWarning: (warning) => {
          if (!this.#warnings.has(warning.code)) this.#warnings.set(warning.code, warning);
        },
      });
    } finally {
      await input.close();
      this.#iterations.delete(iteration);
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const iterations = [...this.#iterations.values()];
    this.#iterations.clear();
    for (const { stop } of iterations) stop();
    await Promise.all(iterations.map(({ frames }) => frames.return()));
    this.#context.scaler.close();
    await this.#first.close();
  }
}

/** One reading of the video. */
interface Iteration {
  input: Input | null;
  isStopped: boolean;
}
