/** Average precision as in PASCAL VOC 2010 and later: the area under precision, made monotonic, over recall. */

import type { Box } from '@noscope/query';
import { intersectionOverUnion } from '@noscope/reference';

export interface JudgedPicture {
  detections: readonly Box[];
  /** Boxes to be found. */
  counted: readonly Box[];
  /** Boxes neither to be found nor wrong to be found. */
  ignored: readonly Box[];
  /** A detection lower than this, in pixels, that finds nothing counted is ignored too. */
  leastHeight: number;
}

export interface ClassFigures {
  className: string;
  /** Counted boxes. */
  boxes: number;
  /** NaN without boxes. */
  averagePrecision: number;
}

const LEAST_OVERLAP = 0.5;

/** Strongest detections choose first; a counted box is found once, further detections of it are wrong. */
export function averagePrecision(pictures: readonly JudgedPicture[], className: string): ClassFigures {
  const isOfClass = (box: Box): boolean => box.className === className;
  const judged = pictures.map(({ detections, counted, ignored, leastHeight }) => ({
    counted: counted.filter(isOfClass),
    ignored: ignored.filter(isOfClass),
    found: new Set<Box>(),
    detections: detections.filter(isOfClass),
    leastHeight,
  }));
  const boxes = judged.reduce((sum, { counted }) => sum + counted.length, 0);
  const ranked = judged
    .flatMap((picture) => picture.detections.map((box) => ({ box, picture })))
    .sort((a, b) => b.box.confidence - a.box.confidence);
  const precision: number[] = [];
  const recall: number[] = [];
  let [right, wrong] = [0, 0];
  for (const { box, picture } of ranked) {
    const match = likest(
      box,
      picture.counted.filter((truth) => !picture.found.has(truth)),
    );
    if (match !== null) {
      picture.found.add(match);
      right++;
    } else if (likest(box, picture.ignored) !== null || box.h < picture.leastHeight) {
      continue;
    } else {
      wrong++;
    }
    precision.push(right / (right + wrong));
    recall.push(right / boxes);
  }
  let [area, best] = [0, 0];
  for (let i = precision.length - 1; i >= 0; i--) {
    best = Math.max(best, precision[i]);
    area += best * (recall[i] - (i > 0 ? recall[i - 1] : 0));
  }
  return { className, boxes, averagePrecision: boxes > 0 ? area : Number.NaN };
}

function likest(box: Box, truths: readonly Box[]): Box | null {
  let [most, match]: [number, Box | null] = [LEAST_OVERLAP, null];
  for (const truth of truths) {
    const overlap = intersectionOverUnion(box, truth);
    if (overlap >= most) [most, match] = [overlap, truth];
  }
  return match;
}

/** Mean over the classes that have boxes. */
export function meanAveragePrecision(figures: readonly ClassFigures[]): number {
  const known = figures.filter(({ boxes }) => boxes > 0);
  return known.reduce((sum, figure) => sum + figure.averagePrecision, 0) / known.length;
}
