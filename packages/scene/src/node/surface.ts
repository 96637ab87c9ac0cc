/** Canvases for Node: prebuilt Skia from npm. */
import { createCanvas } from '@napi-rs/canvas';
import type { MakeSurface } from '../render/surface.ts';

export const makeNodeSurface: MakeSurface = (width, height) => {
  const canvas = createCanvas(width, height);
  return { canvas, context: canvas.getContext('2d'), width, height };
};
