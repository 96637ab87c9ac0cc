/**
 * Packets → frames. The one expensive call, handing a packet to the decoder, runs on another thread while this one reads
 * the next packet and the stages compute; FFmpeg's own threads work below it.
 */
import { NoScopeError, throwIfAborted } from '@noscope/query';
import {
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  type AVThreadType,
  FF_THREAD_FRAME,
  FF_THREAD_SLICE,
} from 'node-av/constants';
import { avGetCodecName, Codec, CodecContext, Frame, Packet } from 'node-av/lib';
import type { RangeFilter } from '../range.ts';
import type { VideoDamage, VideoWarning } from '../video.ts';
import { type FrameContext, VideoFrame } from './frame.ts';
import type { Input } from './input.ts';
import { describeCode } from './libav.ts';
import type { StartPoint } from './start.ts';

/** Assumed where neither timestamps nor a rate are coded. */
const FALLBACK_FPS = 25;

export interface DecodeOptions {
  filter: RangeFilter;
  start: StartPoint | null;
  threads: number;
  nominalFps: number | null;
  context: Omit<FrameContext, 'release'>;
  signal: AbortSignal | undefined;
  /** False once nobody takes the frames any more. */
  isWanted(): boolean;
  onDamage(damage: VideoDamage): void;
  onWarning(warning: VideoWarning): void;
}

export async function openDecoder(input: Input, threads: number): Promise<CodecContext> {
  const { codecpar, timeBase } = input.stream;
  const name = avGetCodecName(codecpar.codecId) ?? `number ${codecpar.codecId}`;
  const codec = Codec.findDecoder(codecpar.codecId);
  if (codec === null) {
    throw new NoScopeError(
      'unsupported',
      `this build of FFmpeg has no decoder for ${name}: convert the video to H.264`,
    );
  }
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  decoder.parametersToContext(codecpar);
  decoder.pktTimebase = timeBase;
  decoder.threadCount = threads;
  // Each frame thread delays its frame by one: nothing for a file, too much for a camera that is watched.
  decoder.threadType = (input.isLive ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE) as AVThreadType;
  const code = await decoder.open2(codec, null);
  if (code < 0) {
    decoder.freeContext();
    throw new NoScopeError('corrupt', `the ${name} decoder does not take this video: ${describeCode(code)}`);
  }
  return decoder;
}

/** The frames that the filter gives out. The caller closes `input`. */
export async function* decode(input: Input, options: DecodeOptions): AsyncGenerator<VideoFrame, void, undefined> {
  const decoder = await openDecoder(input, options.threads);
  const run = new Run(input, decoder, options);
  try {
    yield* run.frames();
  } finally {
    await run.close();
  }
}

class Run {
  readonly #input: Input;
  readonly #decoder: CodecContext;
  readonly #options: DecodeOptions;
  readonly #context: FrameContext;
  readonly #spare: Frame[] = [];
  readonly #packets: [Packet, Packet];
  #isClosed = false;
  #nextId: number;
  #lastS = Number.NEGATIVE_INFINITY;
  #decoded = 0;
  #damagedPackets = 0;
  #hasEnded = false;
  #isCutShort = false;
  #reading: number | Promise<number> = 0;

  constructor(input: Input, decoder: CodecContext, options: DecodeOptions) {
    this.#input = input;
    this.#decoder = decoder;
    this.#options = options;
    this.#nextId = options.start?.id ?? 0;
    this.#context = { ...options.context, release: (native) => this.#release(native) };
    this.#packets = [new Packet(), new Packet()];
    for (const packet of this.#packets) packet.alloc();
  }

  async *frames(): AsyncGenerator<VideoFrame, void, undefined> {
    let [current, next] = this.#packets;
    let code = 0;
    if (this.#options.start) {
      current.ref(this.#options.start.packet);
    } else code = await this.#read(current);
    while (code >= 0) {
      // A packet that the end of the file cuts short would decode to half a picture; it shows only with the next read.
      const isSuspect =
        this.#input.address.path !== null && (Number(current.flags) & Number(AV_PKT_FLAG_CORRUPT)) !== 0;
      if (isSuspect) {
        code = await this.#read(next);
        if (code < 0) {
          this.#isCutShort = true;
          break;
        }
      }
      const sending = this.#decoder.sendPacket(current);
      const reading = isSuspect ? code : this.#read(next);
      this.#reading = reading;
      const sent = await sending;
      if (sent === AVERROR_EAGAIN) {
        yield* this.#drain();
        this.#note(await this.#decoder.sendPacket(current));
      } else this.#note(sent);
      current.unref();
      yield* this.#drain();
      code = await reading;
      this.#check();
      if (this.#hasEnded) return;
      [current, next] = [next, current];
    }
    await this.#decoder.sendPacket(null);
    yield* this.#drain();
    this.#check();
    if (!this.#hasEnded) this.#judgeEnd(code);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Left between two packets: the read under way still writes into one of them.
    await this.#reading;
    for (const frame of this.#spare.splice(0)) frame.free();
    for (const packet of this.#packets) packet.free();
    this.#options.start?.packet.free();
    this.#decoder.freeContext();
  }

  #check(): void {
    throwIfAborted(this.#options.signal);
    if (!this.#options.isWanted()) this.#hasEnded = true;
  }

  /** The next packet of the video, or FFmpeg's negative code. */
  async #read(packet: Packet): Promise<number> {
    for (;;) {
      const outcome = this.#input.read(packet);
      const code = typeof outcome === 'number' ? outcome : await outcome;
      if (code < 0) return code;
      if (packet.streamIndex === this.#input.stream.index) return 0;
      packet.unref();
    }
  }

  /** All frames that the decoder has ready. */
  *#drain(): Generator<VideoFrame, void, undefined> {
    while (!this.#hasEnded) {
      const native = this.#spare.pop() ?? newFrame();
      const code = this.#decoder.receiveFrameSync(native);
      if (code < 0) {
        this.#release(native);
        if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
        this.#damagedPackets++;
        continue;
      }
      const frame = this.#number(native);
      if (frame) yield frame;
    }
  }

  /** Gives the frame its id and time; null, and the picture back, where it is not given out. */
  #number(native: Frame): VideoFrame | null {
    const { start, filter } = this.#options;
    const coded = native.bestEffortTimestamp;
    if (start && coded < start.timestamp) {
      this.#release(native);
      return null;
    }
    const id = this.#nextId++;
    const timestampS = this.#timestamp(id, coded);
    const verdict = filter.next(id, timestampS);
    if (verdict === 'end') this.#hasEnded = true;
    else {
      if (timestampS <= this.#lastS) {
        this.#options.onWarning({
          code: 'timestamps-run-back',
          message: `frame ${id} is at ${timestampS.toFixed(3)} s, not after the frame before it at ${this.#lastS.toFixed(3)} s`,
        });
      }
      this.#decoded++;
      this.#lastS = timestampS;
      if (verdict === 'give') return new VideoFrame(id, timestampS, native, this.#context);
    }
    this.#release(native);
    return null;
  }

  #timestamp(id: number, coded: bigint): number {
    const { timeBase } = this.#input.stream;
    if (coded !== AV_NOPTS_VALUE) return (Number(coded) * timeBase.num) / timeBase.den;
    const fps = this.#options.nominalFps ?? FALLBACK_FPS;
    this.#options.onWarning({
      code: 'no-timestamps',
      message: `frame ${id} has no timestamp in the video; frames without one are taken as 1/${fps} s apart`,
    });
    return this.#lastS === Number.NEGATIVE_INFINITY ? id / fps : this.#lastS + 1 / fps;
  }

  #note(code: number): void {
    if (code < 0 && code !== AVERROR_EOF) this.#damagedPackets++;
  }

  #release(native: Frame): void {
    native.unref();
    if (this.#isClosed || this.#spare.length >= 8) native.free();
    else this.#spare.push(native);
  }

  /** Whether the video ended where it should. */
  #judgeEnd(code: number): void {
    const { onDamage, onWarning } = this.#options;
    const name = this.#input.address.path ?? 'the stream';
    if (this.#decoded === 0 && this.#nextId === (this.#options.start?.id ?? 0)) {
      throw new NoScopeError('corrupt', `${name} holds no frame that can be decoded`);
    }
    const broke = this.#reasonOfBreak(code);
    if (broke !== null) {
      onDamage({
        atS: this.#lastS,
        frame: this.#nextId,
        message: `${name} breaks off after frame ${this.#nextId - 1} at ${this.#lastS.toFixed(3)} s: ${broke}`,
      });
    } else if (this.#damagedPackets > 0) {
      onWarning({
        code: 'damaged-packets',
        message: `${this.#damagedPackets} damaged packets were met in ${name}; ids and pictures around them may be off`,
      });
    }
  }

  #reasonOfBreak(code: number): string | null {
    if (this.#isCutShort) return 'its last packet is cut short';
    if (code !== AVERROR_EOF) return describeCode(code);
    const { stream, formatName, durationS, streamCount } = this.#input;
    const { nominalFps } = this.#options;
    if (durationS === null || nominalFps === null) return null;
    // AVI counts in frames; Matroska's duration may be that of the sound, unless there is none.
    const isExact = formatName === 'avi';
    if (!isExact && !(formatName.startsWith('matroska') && streamCount === 1)) return null;
    const toleranceS = isExact ? 1.75 / nominalFps : Math.max(1, 2 / nominalFps);
    // FFmpeg shortens the duration of a cut AVI by the share of bytes that is missing; the count of frames stays.
    const promisedS = isExact ? Math.max(durationS, Number(stream.nbFrames) / nominalFps) : durationS;
    if (promisedS - this.#lastS > toleranceS) return `its header promises ${promisedS.toFixed(3)} s`;
    return null;
  }
}

function newFrame(): Frame {
  const frame = new Frame();
  frame.alloc();
  return frame;
}
