/**
 * A decoded AVFrame as the kernels take it. The usual formats are handed over where they lie; all others (more bits,
 * packed, RGB with alpha, matrices beyond BT.601 and BT.709) go through FFmpeg's scaler at their own size, which converts
 * the colour and nothing else.
 */
import type { PixelFormat, Planes } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import {
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_NV12,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV422P,
  AV_PIX_FMT_YUV444P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  AVCOL_RANGE_JPEG,
  AVCOL_RANGE_UNSPECIFIED,
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_FCC,
  AVCOL_SPC_RGB,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_UNSPECIFIED,
  type AVPixelFormat,
} from 'node-av/constants';
import { avcodecFindBestPixFmtOfList, type Frame } from 'node-av/lib';
import type { ColourScaler } from './scaler.ts';

const FORMATS = new Map<number, PixelFormat>([
  [AV_PIX_FMT_YUV420P, 'i420'],
  [AV_PIX_FMT_YUVJ420P, 'i420'],
  [AV_PIX_FMT_YUV422P, 'i422'],
  [AV_PIX_FMT_YUVJ422P, 'i422'],
  [AV_PIX_FMT_YUV444P, 'i444'],
  [AV_PIX_FMT_YUVJ444P, 'i444'],
  [AV_PIX_FMT_NV12, 'nv12'],
  [AV_PIX_FMT_RGB24, 'rgb24'],
  [AV_PIX_FMT_GRAY8, 'gray'],
]);
const FULL_RANGE_BY_NAME: number[] = [AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P];
const LIKE_BT601: number[] = [AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M, AVCOL_SPC_FCC];
const CONVERTED_TO = [AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV444P, AV_PIX_FMT_RGB24, AV_PIX_FMT_GRAY8];

/** What is to be known of a picture that the kernels take, but the picture. */
export interface Layout extends Omit<Planes, 'planes'> {
  /** FFmpeg's name of `format`. */
  pixelFormat: AVPixelFormat;
}

/** How the picture in `frame` lies; null where it has to be converted first. */
export function layoutOf(frame: Frame): Layout | null {
  const pixelFormat = frame.format as AVPixelFormat;
  const format = FORMATS.get(pixelFormat);
  if (format === undefined) return null;
  const isColour = format !== 'rgb24' && format !== 'gray';
  const matrix = matrixOf(frame);
  if (isColour && matrix === null) return null;
  return {
    format,
    pixelFormat,
    width: frame.width,
    height: frame.height,
    matrix: matrix ?? 'bt601',
    range: isFullRange(frame, format) ? 'full' : 'limited',
  };
}

/** The picture in `frame` without a copy, valid as long as the frame is; null where it has to be converted first. */
export function planesOf(frame: Frame, layout: Layout | null = layoutOf(frame)): Planes | null {
  if (layout === null) return null;
  const data = frame.data;
  if (data === null) throw new NoScopeError('corrupt', 'the decoder gave out a frame without a picture');
  const strides = frame.linesize;
  // Pictures stored from the bottom up have negative strides; the scaler turns them over.
  if (data.some((_, i) => strides[i] <= 0)) return null;
  const { format, width, height, matrix, range } = layout;
  const planes = data.map((plane, i) => ({ data: plane, stride: strides[i] }));
  return { format, width, height, planes, matrix, range };
}

function matrixOf(frame: Frame): Planes['matrix'] | null {
  const space: number = frame.colorSpace;
  return space === AVCOL_SPC_BT709 ? 'bt709' : LIKE_BT601.includes(space) ? 'bt601' : null;
}

function isFullRange(frame: Frame, format: PixelFormat): boolean {
  if (FULL_RANGE_BY_NAME.includes(frame.format) || frame.colorRange === AVCOL_RANGE_JPEG) return true;
  // FFmpeg's scaler takes grey without a range for full, YUV without one for limited.
  return format === 'gray' && frame.colorRange === AVCOL_RANGE_UNSPECIFIED;
}

/** The picture converted to a format that `planesOf` takes; the caller frees it. */
export function toKnownFormat(frame: Frame, scaler: ColourScaler): Frame {
  const isOddMatrix = matrixOf(frame) === null && frame.colorSpace !== AVCOL_SPC_RGB;
  const format =
    isOddMatrix || FORMATS.has(frame.format)
      ? AV_PIX_FMT_RGB24
      : avcodecFindBestPixFmtOfList(CONVERTED_TO, frame.format as AVPixelFormat);
  return format === AV_PIX_FMT_RGB24
    ? scaler.convert(frame, { format, range: AVCOL_RANGE_JPEG, space: AVCOL_SPC_RGB })
    : scaler.convert(frame, { format, range: frame.colorRange, space: frame.colorSpace });
}
