/** Which of the scene's boxes count, in training and in the figures. */

import type { TruthBox } from '@noscope/reference';
import { CLASSES } from '@noscope/scene';
import type { TrainingSample } from '@noscope/scene/node';
import { HEIGHT, WIDTH } from './pictures.ts';

export type SceneBox = TrainingSample['boxes'][number];

/** Least visible share and least height at the network's scale of the boxes that training asks for; others are ignored. */
const TRAINED = { visible: 0.3, heightPx: 9 };
/** Of the boxes that the figures count; others are neither to be found nor wrong to be found. */
export const COUNTED = { visible: 0.5, heightPx: 12 };

export const isCounted = (box: SceneBox, networkHeight: number): boolean =>
  box.visible >= COUNTED.visible && (box.h * networkHeight) / HEIGHT >= COUNTED.heightPx;

/** A part of the 640×360 picture in pixels. */
export interface Window {
  x: number;
  y: number;
  w: number;
  h: number;
}

export const WHOLE: Window = { x: 0, y: 0, w: WIDTH, h: HEIGHT };

/** The boxes as training wants them when the network sees `window` of the picture. */
export function trainingBoxes(
  boxes: readonly SceneBox[],
  window: Window,
  networkHeight: number,
  flip: boolean,
): TruthBox[] {
  return boxes.flatMap((box) => {
    const left = Math.max(0, box.x - window.x);
    const top = Math.max(0, box.y - window.y);
    const w = Math.min(window.w, box.x + box.w - window.x) - left;
    const h = Math.min(window.h, box.y + box.h - window.y) - top;
    if (w < 1 || h < 1) return [];
    const visible = (box.visible * w * h) / (box.w * box.h);
    const heightPx = (h * networkHeight) / window.h;
    const x = (left + w / 2) / window.w;
    return [
      {
        classIndex: CLASSES.indexOf(box.className),
        x: flip ? 1 - x : x,
        y: (top + h / 2) / window.h,
        w: w / window.w,
        h: h / window.h,
        ignored: visible < TRAINED.visible || heightPx < TRAINED.heightPx,
      },
    ];
  });
}
