/** Arguments of the kernels, checked once and in words: WASM would read past its memory instead. */
import { NoScopeError } from '@noscope/query';
import type { Planes } from './kernels.ts';

const MOST_PIXELS_A_SIDE = 16_384;
const MOST_CELLS_A_SIDE = 4_096;

/** Bytes of a row and number of rows of each plane. */
export function planeShapes(
  picture: Pick<Planes, 'format' | 'width' | 'height'>,
): { rowBytes: number; rows: number }[] {
  const { width, height } = picture;
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const luma = { rowBytes: width, rows: height };
  switch (picture.format) {
    case 'i420':
      return [luma, { rowBytes: halfWidth, rows: halfHeight }, { rowBytes: halfWidth, rows: halfHeight }];
    case 'i422':
      return [luma, { rowBytes: halfWidth, rows: height }, { rowBytes: halfWidth, rows: height }];
    case 'i444':
      return [luma, luma, luma];
    case 'nv12':
      return [luma, { rowBytes: 2 * halfWidth, rows: halfHeight }];
    case 'gray':
      return [luma];
    case 'rgb24':
      return [{ rowBytes: 3 * width, rows: height }];
    default:
      throw new NoScopeError('bad-input', `pixel format ${String(picture.format satisfies never)} is not known`);
  }
}

export function checkPlanes(picture: Planes): void {
  const { width, height } = picture;
  if (!isCount(width, MOST_PIXELS_A_SIDE) || !isCount(height, MOST_PIXELS_A_SIDE)) {
    throw new NoScopeError(
      'bad-input',
      `a picture has 1 to ${MOST_PIXELS_A_SIDE} pixels a side; got ${width}×${height}`,
    );
  }
  const shapes = planeShapes(picture);
  if (picture.planes.length !== shapes.length) {
    throw new NoScopeError(
      'bad-input',
      `${picture.format} has ${shapes.length} plane(s); got ${picture.planes.length}`,
    );
  }
  for (const [i, { rowBytes, rows }] of shapes.entries()) {
    const { data, stride } = picture.planes[i];
    if (!Number.isInteger(stride) || stride < rowBytes || data.length < stride * (rows - 1) + rowBytes) {
      throw new NoScopeError(
        'bad-input',
        `plane ${i} of a ${width}×${height} ${picture.format} picture needs ${rows} rows of ${rowBytes} bytes; ` +
          `got ${data.length} bytes at a stride of ${stride}`,
      );
    }
  }
}

export function checkSize(name: string, size: number): void {
  if (!isCount(size, MOST_CELLS_A_SIDE)) {
    throw new NoScopeError('bad-input', `${name} is a whole number from 1 to ${MOST_CELLS_A_SIDE}; got ${size}`);
  }
}

export function checkRoom(bytes: number): void {
  if (!isCount(bytes, 3 * MOST_PIXELS_A_SIDE ** 2)) {
    throw new NoScopeError('bad-input', `room is for 1 to ${3 * MOST_PIXELS_A_SIDE ** 2} bytes; got ${bytes}`);
  }
}

export function checkPair(a: Uint8Array, b: Uint8Array): void {
  if (a.length !== b.length || a.length === 0) {
    throw new NoScopeError(
      'bad-input',
      `two frames of one size are compared; got ${a.length} and ${b.length} bytes: do they come from the same view?`,
    );
  }
}

export function checkBlocks(a: Uint8Array, b: Uint8Array, size: number, blocks: number, out: Float32Array): void {
  checkPair(a, b);
  checkSize('size', size);
  if (a.length !== size * size * 3) {
    throw new NoScopeError('bad-input', `a frame of ${size}×${size} has ${size * size * 3} bytes; got ${a.length}`);
  }
  if (!isCount(blocks, size) || out.length < blocks * blocks) {
    throw new NoScopeError(
      'bad-input',
      `a frame of ${size}×${size} has 1 to ${size} blocks a side, and the result one number a block; ` +
        `got ${blocks} blocks a side and room for ${out.length} numbers`,
    );
  }
}

const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
