/** An opened container and the video stream in it: packets out, no decoding. */
import { NoScopeError, throwIfAborted } from '@noscope/query';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AVERROR_DEMUXER_NOT_FOUND,
  AVERROR_EACCES,
  AVERROR_ENOENT,
  AVERROR_EOF,
  AVERROR_HTTP_NOT_FOUND,
  AVERROR_INVALIDDATA,
  AVERROR_PROTOCOL_NOT_FOUND,
  AVMEDIA_TYPE_VIDEO,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants';
import { Dictionary, FormatContext, type Packet, type Stream } from 'node-av/lib';
import { type Address, announcedContainer } from './address.ts';
import { describeCode } from './libav.ts';

/** Streams of these protocols have no end and no second reading. */
const LIVE_PROTOCOLS = ['rtsp', 'rtsps', 'rtmp', 'rtmps', 'rtp', 'srtp', 'udp', 'srt', 'rist'];
/** After this long without a byte, a network source counts as gone. */
const NETWORK_TIMEOUT_US = '15000000';

export class Input {
  readonly address: Address;
  readonly stream: Stream;
  readonly isLive: boolean;
  readonly #context: FormatContext;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt: () => void;
  #closed = false;

  private constructor(
    address: Address,
    context: FormatContext,
    stream: Stream,
    signal: AbortSignal | undefined,
    interrupt: () => void,
  ) {
    this.address = address;
    this.#context = context;
    this.stream = stream;
    this.#signal = signal;
    this.#interrupt = interrupt;
    const isPlaylist = context.iformat?.name?.includes('hls') === true;
    const isNetwork = address.protocol !== null;
    this.isLive =
      (isNetwork && LIVE_PROTOCOLS.includes(address.protocol ?? '')) || (isPlaylist && this.durationS === null);
  }

  static async open(address: Address, signal?: AbortSignal): Promise<Input> {
    throwIfAborted(signal);
    const context = new FormatContext();
    // Without it an interrupt has nothing to reach while the connection is being made.
    context.allocContext();
    const interrupt = () => context.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    try {
      const opened = await context.openInput(address.url, null, openOptions(address));
      throwIfAborted(signal);
      if (opened < 0) throw await openError(address, opened);
      try {
        const read = await context.findStreamInfo(null);
        throwIfAborted(signal);
        if (read < 0) throw await openError(address, read);
        return new Input(address, context, videoStream(context, address), signal, interrupt);
      } catch (error) {
        await context.closeInput();
        throw error;
      }
    } catch (error) {
      signal?.removeEventListener('abort', interrupt);
      throw error;
    }
  }

  /** Seconds, or null where neither stream nor container says. */
  get durationS(): number | null {
    const { duration, timeBase } = this.stream;
    if (duration > 0n) return (Number(duration) * timeBase.num) / timeBase.den;
    return this.#context.duration > 0n ? Number(this.#context.duration) / 1e6 : null;
  }

  get streamCount(): number {
    return this.#context.nbStreams;
  }

  get formatName(): string {
    return this.#context.iformat?.name ?? '';
  }

  /**
   * The next packet of any stream, into `packet`; 0, or FFmpeg's negative code at the end. A local file is read in place,
   * since that costs less than handing the call to another thread; the network is waited for elsewhere.
   */
  read(packet: Packet): number | Promise<number> {
    return this.address.path !== null ? this.#context.readFrameSync(packet) : this.#context.readFrame(packet);
  }

  /** Back to the keyframe at or before `timestamp` (in the stream's time base); false where the container cannot. */
  async seek(timestamp: bigint): Promise<boolean> {
    return (await this.#context.seekFrame(this.stream.index, timestamp, AVSEEK_FLAG_BACKWARD)) >= 0;
  }

  /** Makes a read that waits for the network return; the input can only be closed afterwards. */
  interrupt(): void {
    if (!this.#closed) this.#interrupt();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#interrupt);
    await this.#context.closeInput();
  }
}

function openOptions({ protocol }: Address): Dictionary | null {
  if (protocol === null) return null;
  // UDP loses packets under load, and a lost packet is a smeared picture that the difference detector takes for change.
  if (protocol.startsWith('rtsp')) {
    return Dictionary.fromObject({ rtsp_transport: 'tcp', timeout: NETWORK_TIMEOUT_US });
  }
  return Dictionary.fromObject({ rw_timeout: NETWORK_TIMEOUT_US });
}

function videoStream(context: FormatContext, { url }: Address): Stream {
  const index = context.findBestStream(AVMEDIA_TYPE_VIDEO);
  const stream = index >= 0 ? context.streams[index] : undefined;
  const isCover = stream !== undefined && (Number(stream.disposition) & Number(AV_DISPOSITION_ATTACHED_PIC)) !== 0;
  // FFmpeg "plays" any text file as a terminal recording.
  const isText = context.iformat?.name === 'tty';
  if (stream === undefined || isCover || isText) {
    throw new NoScopeError('bad-input', `${shown(url)} has no video in it: name a video file or stream`);
  }
  if (stream.codecpar.width <= 0 || stream.codecpar.height <= 0) {
    throw new NoScopeError('corrupt', `${shown(url)} announces a video without a picture size: it is damaged`);
  }
  return stream;
}

async function openError(address: Address, code: number): Promise<NoScopeError> {
  const name = shown(address.url);
  if (code === AVERROR_ENOENT || code === AVERROR_HTTP_NOT_FOUND) {
    return new NoScopeError('not-found', `there is nothing at ${name}`);
  }
  if (code === AVERROR_EACCES) return new NoScopeError('resource', `${name} may not be read: check its permissions`);
  if (code === AVERROR_PROTOCOL_NOT_FOUND) {
    return new NoScopeError(
      'unsupported',
      `addresses that start with "${address.protocol}://" are not known: use a file, http(s), rtsp, rtmp or srt`,
    );
  }
  if (address.path === null) {
    return new NoScopeError('unavailable', `${name} cannot be opened (${describeCode(code)}): is the source running?`);
  }
  if (code === AVERROR_INVALIDDATA || code === AVERROR_EOF || code === AVERROR_DEMUXER_NOT_FOUND) {
    const container = await announcedContainer(address.path);
    return container === null
      ? new NoScopeError('bad-input', `${name} is not a video that FFmpeg can read`)
      : new NoScopeError(
          'corrupt',
          `${name} begins as ${container} and its index cannot be read: it was cut off or altered; copy it again or repair it`,
        );
  }
  return new NoScopeError('corrupt', `${name} cannot be opened: ${describeCode(code)}`);
}

/** Without FFmpeg's prefix and without a password. */
const shown = (url: string) => url.replace(/^file:/, '').replace(/\/\/[^/@]*@/, '//');
