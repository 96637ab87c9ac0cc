/** The static things that can hide others: trees, poles, boxes, with their outlines in the picture. */
import type { Camera } from './camera.ts';
import { convexHull } from './geometry.ts';
import type { Layout, Pole, StaticBox, Tree } from './layout.ts';
import type { Standing } from './order.ts';
import type { Bounds } from './project.ts';

export type StaticThing = Standing & { outlines: Float64Array[] } & (
    | { kind: 'tree'; tree: Tree; distance: number }
    | { kind: 'pole'; pole: Pole; distance: number }
    | { kind: 'box'; box: StaticBox }
  );

/** Those in view; what reaches behind the camera is left out. */
export function staticThings(layout: Layout, camera: Camera): StaticThing[] {
  const things: StaticThing[] = [];
  for (const tree of layout.trees) {
    const centre = project(camera, tree.x, tree.y, tree.height - tree.crown * 0.9);
    if (centre === null) continue;
    const r = (tree.crown * camera.focal) / centre[2];
    const crown = new Float64Array(20);
    for (let k = 0; k < 10; k++) {
      crown[k * 2] = centre[0] + r * 0.9 * Math.cos((k * Math.PI) / 5);
      crown[k * 2 + 1] = centre[1] + r * 0.95 * Math.sin((k * Math.PI) / 5);
    }
    const outlines: Float64Array[] = [crown];
    const trunk = upright(camera, tree.x, tree.y, 0, tree.height - tree.crown, 0.16);
    if (trunk !== null) outlines.push(trunk);
    const distance = Math.hypot(tree.x - camera.position[0], tree.y - camera.position[1]);
    things.push({ kind: 'tree', tree, distance, outlines, ...stand(tree.x, tree.y, 0.3, 0.3, outlines) });
  }
  for (const pole of layout.poles) {
    const post = upright(camera, pole.x, pole.y, 0, pole.height, 0.07);
    if (post === null) continue;
    const distance = Math.hypot(pole.x - camera.position[0], pole.y - camera.position[1]);
    things.push({ kind: 'pole', pole, distance, outlines: [post], ...stand(pole.x, pole.y, 0.12, 0.12, [post]) });
  }
  for (const box of layout.boxes) {
    const points: number[] = [];
    for (let k = 0; k < 8; k++) {
      const at = project(camera, k & 1 ? box.x1 : box.x0, k & 2 ? box.y1 : box.y0, k & 4 ? box.z1 : box.z0);
      if (at !== null) points.push(at[0], at[1]);
    }
    if (points.length < 16) continue;
    const outline = convexHull(points);
    const [halfX, halfY] = [(box.x1 - box.x0) / 2, (box.y1 - box.y0) / 2];
    things.push({
      kind: 'box',
      box,
      outlines: [outline],
      ...stand((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, halfX, halfY, [outline]),
    });
  }
  return things.filter(
    ({ bounds }) => bounds.x1 > 0 && bounds.x0 < camera.width && bounds.y1 > 0 && bounds.y0 < camera.height,
  );
}

function stand(x: number, y: number, halfLength: number, halfWidth: number, outlines: Float64Array[]): Standing {
  const bounds: Bounds = {
    x0: Number.POSITIVE_INFINITY,
    y0: Number.POSITIVE_INFINITY,
    x1: Number.NEGATIVE_INFINITY,
    y1: Number.NEGATIVE_INFINITY,
  };
  for (const outline of outlines) {
    for (let i = 0; i < outline.length; i += 2) {
      bounds.x0 = Math.min(bounds.x0, outline[i]);
      bounds.x1 = Math.max(bounds.x1, outline[i]);
      bounds.y0 = Math.min(bounds.y0, outline[i + 1]);
      bounds.y1 = Math.max(bounds.y1, outline[i + 1]);
    }
  }
  return { x, y, cos: 1, sin: 0, halfLength, halfWidth, bounds };
}

/** Picture x, y and depth, or null behind the camera. */
export function project(camera: Camera, x: number, y: number, z: number): [number, number, number] | null {
  const out = new Float64Array(3);
  camera.toCamera(x, y, z, out, 0);
  const depth = out[2];
  if (depth < 0.6) return null;
  camera.toPicture(out[0], out[1], depth, out, 0);
  return [out[0], out[1], depth];
}

function upright(camera: Camera, x: number, y: number, z0: number, z1: number, half: number): Float64Array | null {
  const low = project(camera, x, y, z0);
  const high = project(camera, x, y, z1);
  if (low === null || high === null) return null;
  const [a, b] = [(half * camera.focal) / low[2], (half * camera.focal) / high[2]];
  return Float64Array.of(low[0] - a, low[1], low[0] + a, low[1], high[0] + b, high[1], high[0] - b, high[1]);
}
