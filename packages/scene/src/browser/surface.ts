/** Canvases for the browser, in a page or a worker. Kept in main memory: every frame is read back. */
import { NoScopeError } from '@noscope/query';
import type { MakeSurface } from '../render/surface.ts';

export const makeOffscreenSurface: MakeSurface = (width, height) => {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null)
    throw new NoScopeError('resource', `no memory for a canvas of ${width}×${height}: close other tabs`);
  return { canvas, context, width, height };
};
