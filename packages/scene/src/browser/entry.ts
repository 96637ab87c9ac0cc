/** What the parity test runs in a page: one frame's boxes and picture. */
import type { SceneOptions } from '../options.ts';
import { createRenderer } from '../render/renderer.ts';
import { createScene } from '../scene.ts';
import type { SceneBox } from '../visibility.ts';
import { makeOffscreenSurface } from './surface.ts';

export interface DrawnFrame {
  boxes: SceneBox[];
  /** RGBA, one character a byte. */
  pixels: string;
}

export function drawFrames(options: SceneOptions, numbers: readonly number[]): DrawnFrame[] {
  const scene = createScene(options);
  const renderer = createRenderer(scene, makeOffscreenSurface);
  return numbers.map((index) => {
    const frame = scene.frameAt(index);
    const { data } = renderer.render(frame);
    let pixels = '';
    for (const byte of data) pixels += String.fromCharCode(byte);
    return { boxes: frame.boxes, pixels };
  });
}
