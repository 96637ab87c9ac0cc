/** A video as the stages of the pipeline see it: what is known when it is opened, and its frames, in order, as handles. */
import type { Frame } from '@noscope/engine';

export interface VideoInfo {
  /** Pixels, after rotation metadata is applied. */
  width: number;
  height: number;
  /** Seconds; null for a live stream and where the container does not say. */
  durationS: number | null;
  /** Frames a second as the container states them; the frames' own timestamps decide. */
  nominalFps: number | null;
  /** FFmpeg's name of the codec, such as `h264`. */
  codec: string;
  /** How many frames to expect, for progress; null where nothing says. */
  frameCountHint: number | null;
  /** A stream without an end, which can be read once only. */
  isLive: boolean;
}

/** Which frames are given out. All bounds and steps combine. */
export interface FrameRange {
  /** From the first frame with this timestamp or a later one, in seconds. */
  startS?: number;
  /** Up to before the first frame with this timestamp or a later one, in seconds. */
  endS?: number;
  /** From the frame with this id. */
  startFrame?: number;
  /** Up to before the frame with this id. */
  endFrame?: number;
  /** The first frame of the range, then the first frame at or after each further multiple of this many seconds. */
  everyS?: number;
  /** The first frame of the range, then every n-th. */
  everyN?: number;
}

/** What a fallback did; never silent. */
export interface VideoWarning {
  code: 'no-timestamps' | 'damaged-packets' | 'timestamps-run-back';
  message: string;
}

/** Where a video broke off. */
export interface VideoDamage {
  /** Timestamp of the last frame before the break, in seconds. */
  atS: number;
  /** Id of the first frame that is missing. */
  frame: number;
  message: string;
}

export interface Video {
  readonly info: VideoInfo;
  /**
   * The frames in the order of their timestamps. Ids count every frame of the video from 0, also those that a range or a
   * step leaves out. Each frame is the caller's to `close()`; up to `prefetch` (default 4) further ones are decoded
   * ahead. Each call of a file reads from the start again. Throws `corrupt` when nothing at all can be decoded, `aborted`
   * by the signal given at opening; a video that breaks off ends there and says so in `damage`.
   */
  frames(options?: FrameRange & { prefetch?: number }): AsyncIterableIterator<Frame>;
  /** Set after an iteration that met the end before it should be. */
  readonly damage: VideoDamage | null;
  readonly warnings: readonly VideoWarning[];
  /** Ends all iterations and gives back files, connections and decoders. Frames already given out stay. Idempotent. */
  close(): Promise<void>;
}
