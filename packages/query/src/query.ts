/**
 * The question a person asks of a fixed camera, and what it means for one frame's boxes.
 *
 * Zones are polygons in 0..1 coordinates of the picture, so that a query survives a change of resolution; boxes are in
 * pixels of the picture they were found in, as every label format in use writes them.
 */
import { z } from 'zod';

/** A point in 0..1 coordinates: `[x, y]`, origin top left. */
export type Point = [number, number];

const fraction = z.number().min(0).max(1);

/** Polygon of at least three points that encloses an area, in 0..1 coordinates. */
export const zoneSchema = z
  .array(z.tuple([fraction, fraction]))
  .min(3, 'a zone needs at least three points')
  .refine((zone) => Math.abs(signedArea(zone)) > 1e-6, 'the zone encloses no area: its points lie on a line');

/** Targets as rates in 0..1: at most `fp` of the negatives and `fn` of the positives answered wrongly. */
export const targetsSchema = z.object({ fp: fraction, fn: fraction });

export const querySchema = z.object({
  /** Class names of the reference model; a box of any of them counts. */
  objects: z.array(z.string().min(1)).min(1),
  /** A box counts when its bottom centre lies inside. Absent: the whole picture. */
  zone: zoneSchema.optional(),
  /** Least height of a box as a fraction of the picture's height. */
  minHeight: fraction.optional(),
  /** Least confidence of a box. */
  confidence: fraction,
  targets: targetsSchema,
});

export type Query = z.infer<typeof querySchema>;
export type Targets = z.infer<typeof targetsSchema>;

/** A box in pixels of its picture; `x`, `y` is the top left corner and may lie outside the picture. */
export interface Box {
  className: string;
  /** 0..1 */
  confidence: number;
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Size {
  width: number;
  height: number;
}

/** The boxes that answer the query with yes. */
export function matchingBoxes(query: Query, boxes: readonly Box[], picture: Size): Box[] {
  return boxes.filter(
    (box) =>
      box.confidence >= query.confidence &&
      query.objects.includes(box.className) &&
      (query.minHeight === undefined || box.h >= query.minHeight * picture.height) &&
      (query.zone === undefined ||
        insideZone(query.zone, [(box.x + box.w / 2) / picture.width, (box.y + box.h) / picture.height])),
  );
}

/** The reference's answer to the query on one frame. */
export function isPresent(query: Query, boxes: readonly Box[], picture: Size): boolean {
  return matchingBoxes(query, boxes, picture).length > 0;
}

/**
 * Even-odd rule. A bottom centre below the picture's edge (a box cut by the frame) counts as on the edge, otherwise a
 * zone that reaches the bottom would lose the nearest objects.
 */
export function insideZone(zone: readonly Point[], point: Point): boolean {
  const edge = 1 - 1e-6;
  const x = Math.min(Math.max(point[0], 1e-6), edge);
  const y = Math.min(Math.max(point[1], 1e-6), edge);
  let inside = false;
  for (let i = 0, j = zone.length - 1; i < zone.length; j = i++) {
    const [xi, yi] = zone[i];
    const [xj, yj] = zone[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function signedArea(zone: readonly Point[]): number {
  let sum = 0;
  for (let i = 0, j = zone.length - 1; i < zone.length; j = i++) {
    sum += zone[j][0] * zone[i][1] - zone[i][0] * zone[j][1];
  }
  return sum / 2;
}
