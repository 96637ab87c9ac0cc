/** What the encoders of videos and of single pictures share. */
import { NoScopeError } from '@noscope/query';
import {
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUVJ420P,
  AVCOL_RANGE_JPEG,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_RGB,
  AVERROR_ENOENT,
  AVERROR_ENOSPC,
  FF_QP2LAMBDA,
  type FFEncoderCodec,
} from 'node-av/constants';
import { Codec, type CodecContext, Frame } from 'node-av/lib';
import { describeCode } from './libav.ts';
import type { Colour } from './scaler.ts';

/** JPEG's colour. */
export const FULL: Colour = { format: AV_PIX_FMT_YUVJ420P, range: AVCOL_RANGE_JPEG, space: AVCOL_SPC_BT470BG };

/** A picture as FFmpeg takes it; the caller frees it. */
export function rgbFrame(rgb: Uint8Array, width: number, height: number): Frame {
  if (rgb.length !== width * height * 3) {
    throw new NoScopeError(
      'bad-input',
      `a ${width}×${height} RGB picture has ${width * height * 3} bytes; got ${rgb.length}`,
    );
  }
  const frame = Frame.fromVideoBuffer(Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength), {
    width,
    height,
    format: AV_PIX_FMT_RGB24,
  });
  frame.colorRange = AVCOL_RANGE_JPEG;
  frame.colorSpace = AVCOL_SPC_RGB;
  return frame;
}

/** `quality` is the quantizer; H.264 has its own scale and PNG none. */
export function setQuality(context: CodecContext, codec: string, quality = 3): void {
  if (codec === 'h264' || codec === 'png') return;
  context.setFlags(AV_CODEC_FLAG_QSCALE);
  context.globalQuality = quality * FF_QP2LAMBDA;
}

export function encoderNamed(name: FFEncoderCodec): Codec {
  const codec = Codec.findEncoderByName(name);
  if (codec) return codec;
  throw new NoScopeError('unsupported', `this build of FFmpeg has no encoder ${name}`);
}

export function checkSize(width: number, height: number): void {
  const isSide = (side: number) => Number.isInteger(side) && side > 0 && side <= 16_384;
  if (!isSide(width) || !isSide(height)) {
    throw new NoScopeError('bad-input', `a picture has 1 to 16384 pixels a side; got ${width}×${height}`);
  }
}

/** Throws FFmpeg's negative codes. */
export function check(code: number, message: string): void {
  if (code >= 0) return;
  const isDisk = code === AVERROR_ENOSPC || code === AVERROR_ENOENT;
  throw new NoScopeError(isDisk ? 'resource' : 'unsupported', `${message}: ${describeCode(code)}`);
}
