/**
 * Getting to the start of a range without decoding what lies before it, while ids stay those of a decode from frame 0.
 *
 * Packets are read, not decoded, from the beginning (about a hundredth of the cost), and the keyframe that the range
 * needs is found with the number of frames before it. That number is exact where every packet becomes one frame in the
 * order of its timestamps, so it is only trusted for H.264 and HEVC in MP4 and Matroska, with a timestamp on every
 * packet, none discarded by an edit list or damaged, and no frame from before a keyframe shown after it. Everything else
 * is decoded from the start.
 */
import { throwIfAborted } from '@noscope/query';
import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
} from 'node-av/constants';
import { Packet } from 'node-av/lib';
import type { FrameRange } from '../video.ts';
import type { Input } from './input.ts';

/** A keyframe to start decoding at. */
export interface StartPoint {
  /** In the stream's time base. */
  timestamp: bigint;
  /** The keyframe's id. */
  id: number;
  /** The keyframe's packet; the input continues after it. */
  packet: Packet;
}

const CONTAINERS = ['mov,mp4,m4a,3gp,3g2,mj2', 'matroska,webm'];
const CODECS: number[] = [AV_CODEC_ID_H264, AV_CODEC_ID_HEVC];
/** Below these a decode from the start is as quick. */
const WORTH_IT = { frames: 100, seconds: 4 };

export function mayStartLate(input: Input, range: FrameRange): boolean {
  const isFarIn = (range.startFrame ?? 0) > WORTH_IT.frames || (range.startS ?? 0) > WORTH_IT.seconds;
  return (
    isFarIn &&
    input.address.path !== null &&
    CONTAINERS.includes(input.formatName) &&
    CODECS.includes(input.stream.codecpar.codecId)
  );
}

/**
 * Reads through `input` and leaves it after the returned keyframe. Null: ids could not be told, or the range starts in
 * the first group of pictures; the input is then somewhere and has to be opened again.
 */
export async function findStart(input: Input, range: FrameRange, signal?: AbortSignal): Promise<StartPoint | null> {
  const packet = new Packet();
  packet.alloc();
  try {
    const keyframe = await scan(input, range, packet, signal);
    if (keyframe === null || !(await input.seek(keyframe.timestamp))) return null;
    while ((await input.read(packet)) >= 0) {
      const isVideo = packet.streamIndex === input.stream.index;
      if (isVideo && packet.pts === keyframe.timestamp && packet.isKeyframe) {
        const first = packet.clone();
        return first && { ...keyframe, packet: first };
      }
      if (isVideo && packet.isKeyframe && packet.pts > keyframe.timestamp) return null;
      packet.unref();
    }
    return null;
  } finally {
    packet.free();
  }
}

async function scan(
  input: Input,
  range: FrameRange,
  packet: Packet,
  signal: AbortSignal | undefined,
): Promise<{ timestamp: bigint; id: number } | null> {
  const { timeBase, index } = input.stream;
  const startFrame = range.startFrame ?? 0;
  const startAt = ((range.startS ?? Number.NEGATIVE_INFINITY) * timeBase.den) / timeBase.num;
  const unusable = Number(AV_PKT_FLAG_CORRUPT) | Number(AV_PKT_FLAG_DISCARD);
  let best: { timestamp: bigint; id: number } | null = null;
  /** The keyframe whose group is being read; frames of it that are shown earlier raise its id. */
  let group: { timestamp: bigint; id: number } | null = null;
  let isFirstGroup = true;
  let count = 0;
  let latest = AV_NOPTS_VALUE;

  const closeGroup = (): boolean => {
    if (group === null) return true;
    const isAtOrBefore = group.id <= startFrame || Number(group.timestamp) <= startAt;
    // Both bounds hold: the range begins at the later one, so either being past the keyframe will do.
    if (isAtOrBefore && !isFirstGroup) best = group;
    isFirstGroup = false;
    return isAtOrBefore;
  };

  for (let read = 1; ; read++) {
    if (read % 256 === 0) {
      await new Promise(setImmediate);
      throwIfAborted(signal);
    }
    if ((await input.read(packet)) < 0) break;
    if (packet.streamIndex !== index) {
      packet.unref();
      continue;
    }
    const timestamp = packet.pts;
    if (timestamp === AV_NOPTS_VALUE || (Number(packet.flags) & unusable) !== 0) return null;
    if (packet.isKeyframe) {
      if (latest !== AV_NOPTS_VALUE && latest >= timestamp) return null;
      if (!closeGroup()) return best;
      group = { timestamp, id: count };
    } else if (group === null) {
      return null;
    } else if (timestamp < group.timestamp) {
      if (isFirstGroup) return null;
      group.id++;
    }
    if (timestamp > latest) latest = timestamp;
    count++;
    packet.unref();
  }
  closeGroup();
  return best;
}
