/** How much of each thing can be seen: outlines stamped from far to near on a grid of half the picture's resolution. */
import type { ClassName } from './actors.ts';
import { clipToPicture, convexHull, polygonArea, scanConvex } from './geometry.ts';
import { overlap } from './order.ts';
import type { Bounds, Projected } from './project.ts';

export interface SceneBox {
  className: ClassName;
  /** Pixels, clipped to the picture, rounded to 0.1. */
  x: number;
  y: number;
  w: number;
  h: number;
  /** Share of the silhouette that can be seen, 0..1: what lies outside the picture or behind others is missing. */
  visible: number;
  /** The same number in every frame that shows the thing. */
  id: number;
}

export type Stamp = { actor: Projected } | { cover: Float64Array[] };

const CELLS_PER_PX = 0.5;

/** `stamps` from far to near. Boxes of less than a pixel or of which nothing can be seen are left out. */
export function boxesOf(stamps: readonly Stamp[], width: number, height: number): SceneBox[] {
  const columns = Math.ceil(width * CELLS_PER_PX);
  const rows = Math.ceil(height * CELLS_PER_PX);
  const grid = new Int16Array(columns * rows);
  const boxes: SceneBox[] = [];
  const totals: number[] = [];
  const owners: number[] = [];
  let stamped = 0;
  for (const stamp of stamps) {
    if ('cover' in stamp) {
      for (const outline of stamp.cover)
        scanConvex(outline, CELLS_PER_PX, columns, rows, (row, from, to) =>
          grid.fill(0, row * columns + from, row * columns + to + 1),
        );
      continue;
    }
    const { actor, bounds, outlines } = stamp.actor;
    const box = clipBounds(bounds, width, height);
    if (box === null) continue;
    const number = ++stamped;
    let cells = 0;
    for (const outline of outlines) {
      scanConvex(outline, CELLS_PER_PX, columns, rows, (row, from, to) => {
        for (let i = row * columns + from; i <= row * columns + to; i++) {
          if (grid[i] !== number) {
            grid[i] = number;
            cells++;
          }
        }
      });
    }
    owners[number] = boxes.length;
    totals.push(cells);
    boxes.push({ className: actor.className, ...box, visible: inPicture(stamp.actor, width, height), id: actor.id });
  }
  const seen = new Int32Array(boxes.length);
  for (const number of grid) if (number > 0) seen[owners[number]]++;
  return boxes
    .map((box, i) => {
      // Things smaller than the cells that find them: seen, unless something covers their middle.
      const share = totals[i] > 0 ? seen[i] / totals[i] : 0;
      return { ...box, visible: Math.round(box.visible * share * 1000) / 1000 };
    })
    .filter((box) => box.visible > 0 && box.w >= 1 && box.h >= 1);
}

function clipBounds(bounds: Bounds, width: number, height: number): Pick<SceneBox, 'x' | 'y' | 'w' | 'h'> | null {
  if (!overlap(bounds, { x0: 0, y0: 0, x1: width, y1: height })) return null;
  const round = (value: number): number => Math.round(value * 10) / 10;
  const [x0, y0] = [round(Math.max(0, bounds.x0)), round(Math.max(0, bounds.y0))];
  const [x1, y1] = [round(Math.min(width, bounds.x1)), round(Math.min(height, bounds.y1))];
  return { x: x0, y: y0, w: round(x1 - x0), h: round(y1 - y0) };
}

/** Share of the whole outline within the picture. */
function inPicture(projected: Projected, width: number, height: number): number {
  const { bounds } = projected;
  if (bounds.x0 >= 0 && bounds.y0 >= 0 && bounds.x1 <= width && bounds.y1 <= height) return 1;
  const all: number[] = [];
  for (const outline of projected.outlines) all.push(...outline);
  const hull = convexHull(all);
  const area = polygonArea(hull);
  return area > 0 ? polygonArea(clipToPicture(hull, width, height)) / area : 0;
}
