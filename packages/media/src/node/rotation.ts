/** Rotation metadata: how phones and some cameras record upright pictures lying down. */
import type { Kernels, Planes } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import { AV_PKT_DATA_DISPLAYMATRIX } from 'node-av/constants';
import type { Stream } from 'node-av/lib';

/** Degrees by which the coded picture is turned clockwise to be shown. */
export type Rotation = 0 | 90 | 180 | 270;

/** Reads the stream's display matrix (ISO/IEC 14496-12, 16.16 fixed point); throws `unsupported` where it is no quarter turn. */
export function rotationOf(stream: Stream): Rotation {
  const matrix = stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
  if (matrix === null || matrix.length < 36) return 0;
  const [a, b, c, d] = [0, 4, 12, 16].map((at) => matrix.readInt32LE(at) / 65536);
  const degrees = (Math.round((Math.atan2(b, a) * 180) / Math.PI) + 360) % 360;
  const isMirrored = a * d - b * c < 0;
  if (!isMirrored && (degrees === 0 || degrees === 90 || degrees === 180 || degrees === 270)) return degrees;
  throw new NoScopeError(
    'unsupported',
    `the video asks to be shown ${isMirrored ? 'mirrored' : `turned by ${degrees}°`}; ` +
      'only quarter turns are supported: convert it first, for example with ffmpeg -i IN OUT',
  );
}

/** The picture as it is to be shown, as `rgb24`: turning subsampled chroma of odd sizes would not be exact. */
export function rotate(kernels: Kernels, picture: Planes, rotation: 90 | 180 | 270): Planes {
  const rgb = kernels.rgb(picture);
  const { width, height } = picture;
  const out = new Uint8Array(rgb.length);
  const outWidth = rotation === 180 ? width : height;
  const outHeight = rotation === 180 ? height : width;
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      const outX = rotation === 90 ? height - 1 - y : rotation === 180 ? width - 1 - x : y;
      const outY = rotation === 90 ? x : rotation === 180 ? height - 1 - y : width - 1 - x;
      const to = (outY * outWidth + outX) * 3;
      out[to] = rgb[from];
      out[to + 1] = rgb[from + 1];
      out[to + 2] = rgb[from + 2];
    }
  }
  return {
    format: 'rgb24',
    width: outWidth,
    height: outHeight,
    planes: [{ data: out, stride: outWidth * 3 }],
    matrix: 'bt601',
    range: 'full',
  };
}
