/** RGB pictures → a video file, through FFmpeg's encoders. For the demo's camera and tests. */
import { rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_YUV420P,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVFMT_GLOBALHEADER,
  type FFEncoderCodec,
} from 'node-av/constants';
import { CodecContext, Dictionary, FormatContext, Packet, Rational, type Stream } from 'node-av/lib';
import { check, checkSize, encoderNamed, FULL, rgbFrame, setQuality } from './encoder.ts';
import { type Colour, ColourScaler } from './scaler.ts';

export interface EncodeOptions {
  width: number;
  height: number;
  /** Nominal frames a second. Frames keep their own timestamps; AVI rounds them to this grid. */
  fps: number;
  codec: 'h264' | 'mjpeg' | 'mpeg4';
  /** h264: CRF, 0 (lossless) to 51, default 20; mjpeg and mpeg4: quantizer, 1 (best) to 31, default 3. */
  quality?: number;
  /** Most seconds from keyframe to keyframe; default 2. */
  keyframeS?: number;
  /** Degrees clockwise by which players are to turn the picture; written as rotation metadata. */
  rotation?: 0 | 90 | 180 | 270;
  signal?: AbortSignal;
}

export interface RgbFrame {
  /** [height, width, 3], interleaved RGB. */
  rgb: Uint8Array;
  /** Seconds; must rise. */
  timestampS: number;
}

const CONTAINERS: Record<string, string> = {
  '.mp4': 'mp4',
  '.mov': 'mov',
  '.mkv': 'matroska',
  '.avi': 'avi',
  '.ts': 'mpegts',
};
const LIMITED: Colour = { format: AV_PIX_FMT_YUV420P, range: AVCOL_RANGE_MPEG, space: AVCOL_SPC_SMPTE170M };
/** FFmpeg's encoders by codec, and the finest clock that each codec can write. */
const ENCODERS: Record<EncodeOptions['codec'], { name: FFEncoderCodec; colour: Colour; ticksAS: number }> = {
  h264: { name: 'libx264' as FFEncoderCodec, colour: LIMITED, ticksAS: 90_000 },
  mjpeg: { name: 'mjpeg' as FFEncoderCodec, colour: FULL, ticksAS: 90_000 },
  mpeg4: { name: 'mpeg4' as FFEncoderCodec, colour: LIMITED, ticksAS: 60_000 },
};

/**
 * Writes a video; the container follows from the path's ending (.mp4, .mov, .mkv, .avi, .ts). The file appears under its
 * name only when it is whole.
 *
 * @returns the number of frames written
 * @throws NoScopeError `bad-input` (size, ending, timestamps that do not rise), `unsupported` (no such encoder),
 * `resource` (disk full, no permission), `aborted`
 */
export async function encodeVideo(
  path: string,
  options: EncodeOptions,
  frames: AsyncIterable<RgbFrame> | Iterable<RgbFrame>,
): Promise<number> {
  const container = CONTAINERS[extname(path).toLowerCase()];
  if (container === undefined) {
    throw new NoScopeError(
      'bad-input',
      `${path}: the ending names the container; use ${Object.keys(CONTAINERS).join(', ')}`,
    );
  }
  checkOptions(options);
  throwIfAborted(options.signal);
  const partial = `${path}.part`;
  const writer = await Writer.open(partial, container, options);
  let count = 0;
  try {
    for await (const frame of frames) {
      throwIfAborted(options.signal);
      await writer.write(frame);
      count++;
    }
    await writer.finish();
  } catch (error) {
    await writer.close();
    await rm(partial, { force: true });
    throw error;
  }
  await writer.close();
  await rename(partial, path);
  return count;
}

class Writer {
  readonly #options: EncodeOptions;
  readonly #format: FormatContext;
  readonly #stream: Stream;
  readonly #encoder: CodecContext;
  readonly #colour: Colour;
  readonly #scaler = new ColourScaler();
  readonly #packet = new Packet();
  #last: bigint | null = null;
  #isOpen = true;

  private constructor(options: EncodeOptions, format: FormatContext, stream: Stream, encoder: CodecContext) {
    this.#options = options;
    this.#format = format;
    this.#stream = stream;
    this.#encoder = encoder;
    this.#colour = ENCODERS[options.codec].colour;
    this.#packet.alloc();
  }

  static async open(path: string, container: string, options: EncodeOptions): Promise<Writer> {
    const { name, colour, ticksAS } = ENCODERS[options.codec];
    const codec = encoderNamed(name);
    const format = new FormatContext();
    check(format.allocOutputContext2(null, container, path), `${path} cannot be written`);
    const encoder = new CodecContext();
    try {
      encoder.allocContext3(codec);
      encoder.width = options.width;
      encoder.height = options.height;
      encoder.pixelFormat = colour.format;
      encoder.colorRange = colour.range;
      encoder.colorSpace = colour.space;
      // AVI has no timestamps, only a rate: the clock ticks once a frame.
      const rate = rational(options.fps);
      encoder.timeBase = container === 'avi' ? new Rational(rate.den, rate.num) : new Rational(1, ticksAS);
      encoder.framerate = rate;
      encoder.gopSize = Math.max(1, Math.round(options.fps * (options.keyframeS ?? 2)));
      encoder.threadCount = Math.min(availableParallelism(), 8);
      if (format.oformat?.hasFlags(AVFMT_GLOBALHEADER)) encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
      setQuality(encoder, options.codec, options.quality);
      const tuning = options.codec === 'h264' ? { preset: 'veryfast', crf: String(options.quality ?? 20) } : {};
      check(await encoder.open2(codec, Dictionary.fromObject(tuning)), 'the encoder does not start');
      const stream = format.newStream(null);
      check(stream.codecpar.fromContext(encoder), 'the encoder does not fit the container');
      stream.timeBase = encoder.timeBase;
      stream.avgFrameRate = rate;
      if (options.rotation)
        stream.codecpar.addCodedSideData(AV_PKT_DATA_DISPLAYMATRIX, displayMatrix(options.rotation));
      check(await format.openOutput(), `${path} cannot be written`);
      check(await format.writeHeader(null), `${path} cannot be written`);
      return new Writer(options, format, stream, encoder);
    } catch (error) {
      encoder.freeContext();
      await format.closeOutput();
      throw error;
    }
  }

  async write({ rgb, timestampS }: RgbFrame): Promise<void> {
    const { width, height } = this.#options;
    const { num, den } = this.#encoder.timeBase;
    let pts = BigInt(Math.round((timestampS * den) / num));
    // On a grid of frames two timestamps may meet; the later frame takes the next place.
    if (this.#format.oformat?.name === 'avi' && this.#last !== null && pts <= this.#last) pts = this.#last + 1n;
    if (!Number.isFinite(timestampS) || (this.#last !== null && pts <= this.#last)) {
      throw new NoScopeError('bad-input', `timestamps have to rise; after ${this.#last} ticks came ${timestampS} s`);
    }
    this.#last = pts;
    const picture = rgbFrame(rgb, width, height);
    const frame = this.#scaler.convert(picture, this.#colour);
    picture.free();
    frame.pts = pts;
    frame.quality = this.#encoder.globalQuality;
    check(await this.#encoder.sendFrame(frame), 'a frame cannot be encoded');
    frame.free();
    await this.#drain();
  }

  async finish(): Promise<void> {
    await this.#encoder.sendFrame(null);
    await this.#drain();
    check(await this.#format.writeTrailer(), 'the file cannot be finished');
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#packet.free();
    this.#scaler.close();
    this.#encoder.freeContext();
    await this.#format.closeOutput();
  }

  async #drain(): Promise<void> {
    for (;;) {
      const code = await this.#encoder.receivePacket(this.#packet);
      if (code === AVERROR_EAGAIN || code === AVERROR_EOF) return;
      check(code, 'a frame cannot be encoded');
      this.#packet.streamIndex = this.#stream.index;
      if (this.#packet.duration <= 0n) {
        const { num, den } = this.#encoder.timeBase;
        this.#packet.duration = BigInt(Math.max(1, Math.round(den / num / this.#options.fps)));
      }
      this.#packet.rescaleTs(this.#encoder.timeBase, this.#stream.timeBase);
      check(await this.#format.interleavedWriteFrame(this.#packet), 'the file cannot be written');
    }
  }
}

function checkOptions({ width, height, fps, codec }: EncodeOptions): void {
  checkSize(width, height);
  if (width % 2 !== 0 || height % 2 !== 0) {
    throw new NoScopeError('bad-input', `${codec} takes even sizes; got ${width}×${height}`);
  }
  if (!(Number.isFinite(fps) && fps > 0 && fps <= 1000)) {
    throw new NoScopeError('bad-input', `fps is a number up to 1000; got ${fps}`);
  }
}

/** 29.97 → 30000/1001; others to a thousandth. */
function rational(fps: number): Rational {
  const ntsc = Math.round((fps * 1001) / 1000);
  if (Math.abs((ntsc * 1000) / 1001 - fps) < 0.005 && !Number.isInteger(fps)) return new Rational(ntsc * 1000, 1001);
  return Number.isInteger(fps) ? new Rational(fps, 1) : new Rational(Math.round(fps * 1000), 1000);
}

/** ISO/IEC 14496-12: a, b, u, c, d, v, x, y, w, of which u, v, w are 2.30 and the rest 16.16 fixed point. */
function displayMatrix(degrees: number): Buffer {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)].map(Math.round);
  const matrix = Buffer.alloc(36);
  for (const [i, value] of [cos, sin, 0, -sin, cos].entries()) matrix.writeInt32LE(value * 65536, 4 * i);
  matrix.writeInt32LE(1 << 30, 32);
  return matrix;
}
