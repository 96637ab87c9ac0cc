/**
 * The clips on which whole queries are judged: what is asked of each, and, where somebody looked or painted masks, the
 * truth that no detector made.
 */
import { readFileSync } from 'node:fs';
import type { Point, Query } from '@noscope/query';

export interface VerifiedClip {
  name: string;
  file: string;
  objects: string[];
  zone?: Point[];
  /** Most errors a frame as a multiple of the baseline's at the same share of questions; absent: no bar on this clip. */
  baselineRatio?: number;
  /** Presence by frame number, of the frames that were looked at. */
  truth(data: string): Map<number, boolean> | null;
}

const LOWER_HALF: Point[] = [
  [0, 0.5],
  [1, 0.5],
  [1, 1],
  [0, 1],
];

/** The most of the unseen frames on which a clip with a bar may ask, and by how much it may be worse than its reference. */
export const MOST_ASKED = 0.1;
export const MOST_WORSE_THAN_REFERENCE = 0.02;

export const VERIFIED_CLIPS: readonly VerifiedClip[] = [
  {
    name: 'intel-one-by-one-person-detection',
    file: 'intel-one-by-one-person-detection.mp4',
    objects: ['person'],
    baselineRatio: 0.6,
    truth: handIntervals,
  },
  {
    name: 'cdnet-highway',
    file: 'cdnet-highway.mp4',
    objects: ['car', 'truck', 'bus'],
    zone: LOWER_HALF,
    baselineRatio: 1,
    truth: motionMasks,
  },
  { name: 'aboda-video4', file: 'aboda-video4.avi', objects: ['person'], truth: () => null },
  {
    name: 'intel-person-bicycle-car',
    file: 'intel-person-bicycle-car.mp4',
    objects: ['person', 'bicycle', 'car'],
    truth: () => null,
  },
];

export const queryFor = ({ objects, zone }: VerifiedClip): Query => ({
  objects,
  ...(zone === undefined ? {} : { zone }),
  confidence: 0.25,
  targets: { fp: 0.01, fn: 0.01 },
});

/** The labels of yolo-fastest that lie beside the clips. */
export const labelsFile = (data: string, { name }: VerifiedClip): string =>
  `${data}labels/${name}.yolo-fastest-1.1-xl-coco-320.csv`;

/** yolo-fastest as the flags or options that open it. */
export const yoloFastest = (data: string) => ({
  cfg: `${data}weights/yolo-fastest-1.1-xl.cfg`,
  weights: `${data}weights/yolo-fastest-1.1-xl.weights`,
  names: `${data}weights/coco.names`,
});

/** Persons from when to when, by eye; the frames within the marker's tolerance of a border are not judged. */
function handIntervals(data: string): Map<number, boolean> {
  const rows = readRows(`${data}labels/intel-one-by-one-person-detection.groundtruth-hand.csv`);
  const truth = new Map<number, boolean>();
  const frames = readRows(`${data}labels/intel-one-by-one-person-detection.presence.csv`).length;
  const near = (frame: number, border: number, tolerance: number) => Math.abs(frame - border) <= tolerance;
  for (let frame = 0; frame < frames; frame++) {
    const isBorder = rows.some(
      (row) =>
        near(frame, Number(row.start_frame), Number(row.tolerance_frames)) ||
        near(frame, Number(row.end_frame), Number(row.tolerance_frames)),
    );
    if (isBorder) continue;
    truth.set(
      frame,
      rows.some((row) => frame >= Number(row.start_frame) && frame <= Number(row.end_frame)),
    );
  }
  return truth;
}

/**
 * A vehicle is there when at least 50 moving pixels lie in the lower half: the query asks where a box's bottom is, so an
 * object counts as soon as its lowest part is there, wherever its centre may be.
 */
function motionMasks(data: string): Map<number, boolean> {
  const rows = readRows(`${data}labels/cdnet-highway.groundtruth-masks.csv`);
  return new Map(
    rows
      .filter((row) => row.annotated === '1')
      .map((row) => [Number(row.frame), Number(row.motion_px_rows_ge120) >= 50]),
  );
}

function readRows(path: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])));
}

/** Whether a frame lies in one of the intervals; the end of an interval is the first moment after it. */
export const isIn = (intervals: readonly { startS: number; endS: number }[], timestampS: number): boolean =>
  intervals.some(({ startS, endS }) => timestampS >= startS - 1e-6 && timestampS < endS - 1e-6);

/** Share of the judged frames on which an answer differs from the truth. */
export function errorAgainst(truth: ReadonlyMap<number, boolean>, answers: ReadonlyMap<number, boolean>) {
  let wrong = 0;
  let of = 0;
  for (const [frame, answer] of answers) {
    const true_ = truth.get(frame);
    if (true_ === undefined) continue;
    of++;
    if (true_ !== answer) wrong++;
  }
  return { wrong, of, rate: of === 0 ? 0 : wrong / of };
}
