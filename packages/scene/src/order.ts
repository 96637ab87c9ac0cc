/**
 * Painter's order from far to near for things that stand on the ground. Two upright things whose footprints a line
 * parts never hide each other both ways: the one on the camera's side of the line is painted later. Sorting by distance
 * alone fails for a bus beside a car.
 */
import type { Bounds } from './project.ts';

/** An upright thing: an oriented rectangle on the ground and its bounds in the picture. */
export interface Standing {
  x: number;
  y: number;
  cos: number;
  sin: number;
  halfLength: number;
  halfWidth: number;
  bounds: Bounds;
}

/** Indices of `things` in the order of painting. */
export function paintOrder(things: readonly Standing[], cameraX: number, cameraY: number): number[] {
  const byDistance = things
    .map((thing, index) => ({ index, square: (thing.x - cameraX) ** 2 + (thing.y - cameraY) ** 2 }))
    .sort((a, b) => b.square - a.square || a.index - b.index);
  const rank = new Int32Array(things.length);
  byDistance.forEach(({ index }, place) => {
    rank[index] = place;
  });
  const before: number[][] = things.map(() => []);
  for (let i = 0; i < things.length; i++) {
    for (let j = i + 1; j < things.length; j++) {
      if (!overlap(things[i].bounds, things[j].bounds)) continue;
      const nearer = nearerOf(things[i], things[j], cameraX, cameraY);
      const iNearer = nearer === 0 ? rank[i] > rank[j] : nearer < 0;
      before[iNearer ? i : j].push(iNearer ? j : i);
    }
  }
  const order: number[] = [];
  const seen = new Uint8Array(things.length);
  const visit = (i: number): void => {
    if (seen[i]) return;
    seen[i] = 1;
    for (const j of before[i].sort((a, b) => rank[a] - rank[b])) visit(j);
    order.push(i);
  };
  for (const { index } of byDistance) visit(index);
  return order;
}

export const overlap = (a: Bounds, b: Bounds): boolean => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

/** Negative: `a` is nearer; positive: `b`; 0: no line parts them. */
function nearerOf(a: Standing, b: Standing, cameraX: number, cameraY: number): number {
  return side(a, b, cameraX, cameraY) || -side(b, a, cameraX, cameraY);
}

/** Tries the four edges of `a`: 0 when none parts the two. */
function side(a: Standing, b: Standing, cameraX: number, cameraY: number): number {
  for (const [nx, ny, half] of [
    [a.cos, a.sin, a.halfLength],
    [-a.sin, a.cos, a.halfWidth],
  ]) {
    const middle = (b.x - a.x) * nx + (b.y - a.y) * ny;
    const reach = b.halfLength * Math.abs(b.cos * nx + b.sin * ny) + b.halfWidth * Math.abs(b.cos * ny - b.sin * nx);
    const gap = Math.abs(middle) - reach - half;
    if (gap < -0.05) continue;
    const sign = middle > 0 ? 1 : -1;
    const camera = ((cameraX - a.x) * nx + (cameraY - a.y) * ny) * sign;
    return camera > half ? 1 : -1;
  }
  return 0;
}
