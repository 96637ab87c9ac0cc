/**
 * What stands still, seen once: for each pixel what surface it shows, so that the light can change later without
 * tracing again. Four rays a pixel average the surface's colour; light is computed for one of them.
 */
import type { Camera } from '../camera.ts';
import type { Layout, StaticBox } from '../layout.ts';
import { clamp, fractal2, noise2 } from '../random.ts';
import { type WallPoint, wallAt } from './facade.ts';
import { groundAt } from './ground.ts';

/** Codes of `normal`: up, then the four sides of a box. */
export const NORMALS: readonly (readonly [number, number, number])[] = [
  [0, 0, 1],
  [1, 0, 0],
  [-1, 0, 0],
  [0, 1, 0],
  [0, -1, 0],
];

export interface Surfaces {
  width: number;
  height: number;
  /** Linear reflectance [height, width, 3]. */
  albedo: Float32Array;
  /** World position [height, width, 3] of the pixel's surface. */
  position: Float32Array;
  normal: Uint8Array;
  /** Shares 0..1 [height, width]. */
  sky: Float32Array;
  cloud: Float32Array;
  glass: Float32Array;
  glow: Float32Array;
  wet: Float32Array;
  /** Sky light that reaches the surface, 0..1. */
  open: Float32Array;
  /** Height of the ray through a sky pixel: sine of its elevation. */
  rise: Float32Array;
}

const OFFSETS = [
  [0.375, 0.125],
  [0.875, 0.375],
  [0.125, 0.625],
  [0.625, 0.875],
] as const;
/** Beyond this a far line of trees closes the view. */
const HORIZON_M = 150;

interface Hit {
  t: number;
  box: StaticBox | null;
  face: number;
}

export function traceSurfaces(camera: Camera, layout: Layout, seed: number): Surfaces {
  const { width, height } = camera;
  const count = width * height;
  const surfaces: Surfaces = {
    width,
    height,
    albedo: new Float32Array(count * 3),
    position: new Float32Array(count * 3),
    normal: new Uint8Array(count),
    sky: new Float32Array(count),
    cloud: new Float32Array(count),
    glass: new Float32Array(count),
    glow: new Float32Array(count),
    wet: new Float32Array(count),
    open: new Float32Array(count),
    rise: new Float32Array(count),
  };
  const ray = new Float64Array(3);
  const ground = new Float64Array(4);
  const wall: WallPoint = { r: 0, g: 0, b: 0, glass: 0, glow: 0, recess: 0 };
  const hit: Hit = { t: 0, box: null, face: 0 };
  for (let py = 0; py < height; py++) {
    const boxes = boxesInRow(layout.boxes, camera, py);
    for (let px = 0; px < width; px++) {
      const i = py * width + px;
      let placed = false;
      for (const [ox, oy] of OFFSETS) {
        camera.ray(px + ox, py + oy, ray);
        const norm = Math.hypot(ray[0], ray[1], ray[2]);
        find(camera.position, ray, boxes, hit);
        const flat = Math.hypot(ray[0], ray[1]);
        if (hit.t * flat > HORIZON_M) hit.t = Number.POSITIVE_INFINITY;
        if (hit.t === Number.POSITIVE_INFINITY) {
          backdrop(surfaces, i, ray, norm, camera.position[2], seed);
          continue;
        }
        const x = camera.position[0] + hit.t * ray[0];
        const y = camera.position[1] + hit.t * ray[1];
        const z = camera.position[2] + hit.t * ray[2];
        let open = 1;
        if (hit.box === null) {
          const footprint = (hit.t * norm) / camera.focal / Math.max(0.12, -ray[2] / norm);
          groundAt(layout, x, y, Math.min(footprint, (hit.t * norm * 3) / camera.focal), seed, ground);
          add(surfaces, i, ground[0], ground[1], ground[2]);
          surfaces.wet[i] += ground[3] / 4;
          if (!placed) open = openAt(layout.boxes, x, y);
        } else {
          const { box, face } = hit;
          if (face === 0) {
            const level =
              box.kind === 'hedge' || box.kind === 'planter' ? 0.07 : 0.16 * (0.8 + 0.4 * noise2(x, y, box.look));
            add(surfaces, i, level * (level < 0.1 ? 0.7 : 1), level, level * (level < 0.1 ? 0.4 : 1));
          } else {
            const along = face <= 2 ? y - box.y0 : x - box.x0;
            const length = face <= 2 ? box.y1 - box.y0 : box.x1 - box.x0;
            wallAt(box, face, along, length, z, wall);
            add(surfaces, i, wall.r, wall.g, wall.b);
            surfaces.glass[i] += wall.glass / 4;
            surfaces.glow[i] += wall.glow / 4;
            open = (1 - 0.5 * wall.recess) * (0.55 + 0.45 * clamp(z / 4, 0, 1)) * 0.72;
          }
        }
        if (!placed) {
          placed = true;
          surfaces.position[i * 3] = x;
          surfaces.position[i * 3 + 1] = y;
          surfaces.position[i * 3 + 2] = z;
          surfaces.normal[i] = hit.face;
          surfaces.open[i] = open;
        }
      }
    }
  }
  return surfaces;
}

function add(surfaces: Surfaces, i: number, r: number, g: number, b: number): void {
  surfaces.albedo[i * 3] += r / 4;
  surfaces.albedo[i * 3 + 1] += g / 4;
  surfaces.albedo[i * 3 + 2] += b / 4;
}

/** Nearest of ground and boxes along the ray. */
function find(from: readonly [number, number, number], ray: Float64Array, boxes: readonly StaticBox[], hit: Hit): void {
  hit.t = ray[2] < -1e-9 ? -from[2] / ray[2] : Number.POSITIVE_INFINITY;
  hit.box = null;
  hit.face = 0;
  const [ix, iy, iz] = [1 / ray[0], 1 / ray[1], 1 / ray[2]];
  for (const box of boxes) {
    const ax = (box.x0 - from[0]) * ix;
    const bx = (box.x1 - from[0]) * ix;
    const ay = (box.y0 - from[1]) * iy;
    const by = (box.y1 - from[1]) * iy;
    const az = (box.z0 - from[2]) * iz;
    const bz = (box.z1 - from[2]) * iz;
    const nx = Math.min(ax, bx);
    const ny = Math.min(ay, by);
    const nz = Math.min(az, bz);
    const near = Math.max(nx, ny, nz);
    if (near <= 0 || near >= hit.t) continue;
    if (near > Math.min(Math.max(ax, bx), Math.max(ay, by), Math.max(az, bz))) continue;
    hit.t = near;
    hit.box = box;
    hit.face = near === nz ? 0 : near === nx ? (ix > 0 ? 2 : 1) : iy > 0 ? 4 : 3;
  }
}

/** Boxes whose picture reaches this row: spares most of the tests. */
function boxesInRow(boxes: readonly StaticBox[], camera: Camera, row: number): StaticBox[] {
  return boxes.filter((box) => {
    const span = rowSpan(box, camera);
    return span === null || (span[0] <= row + 1 && span[1] >= row);
  });
}

const spans = new WeakMap<StaticBox, [number, number]>();

function rowSpan(box: StaticBox, camera: Camera): [number, number] | null {
  const known = spans.get(box);
  if (known !== undefined) return known;
  const out = new Float64Array(3);
  const at = new Float64Array(2);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < 8; k++) {
    camera.toCamera(k & 1 ? box.x1 : box.x0, k & 2 ? box.y1 : box.y0, k & 4 ? box.z1 : box.z0, out, 0);
    if (out[2] < 0.5) {
      spans.set(box, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
      return null;
    }
    camera.toPicture(out[0], out[1], out[2], at, 0);
    low = Math.min(low, at[1]);
    high = Math.max(high, at[1]);
  }
  spans.set(box, [low, high]);
  return [low, high];
}

/** Sky light on the ground beside boxes. */
function openAt(boxes: readonly StaticBox[], x: number, y: number): number {
  let open = 1;
  for (const box of boxes) {
    const dx = Math.max(box.x0 - x, 0, x - box.x1);
    const dy = Math.max(box.y0 - y, 0, y - box.y1);
    if (dx > 6 || dy > 6) continue;
    const reach = Math.min(5, box.z1 * 0.7);
    const d = Math.sqrt(dx * dx + dy * dy) / reach;
    if (d < 1) open *= 1 - 0.42 * (1 - d) * (1 - d);
  }
  return open;
}

/** Sky with clouds, above a far line of trees. */
function backdrop(surfaces: Surfaces, i: number, ray: Float64Array, norm: number, height: number, seed: number): void {
  const rise = ray[2] / norm;
  const bearing = Math.atan2(ray[0], ray[1]);
  const trees = (7 + 9 * fractal2(bearing * 14, 0.5, seed + 90) - height) / HORIZON_M;
  if (rise < trees) {
    const level = 0.05 + 0.04 * noise2(bearing * 90, rise * 220, seed + 91);
    add(surfaces, i, level * 0.8, level, level * 0.6);
    surfaces.open[i] = Math.max(surfaces.open[i], 0.7);
    if (surfaces.position[i * 3] === 0) {
      surfaces.position[i * 3] = Math.sin(bearing) * HORIZON_M * 2;
      surfaces.position[i * 3 + 1] = Math.cos(bearing) * HORIZON_M * 2;
      surfaces.position[i * 3 + 2] = 5;
    }
    return;
  }
  surfaces.sky[i] += 0.25;
  surfaces.rise[i] = rise;
  const up = Math.max(rise, 0.03);
  surfaces.cloud[i] += 0.25 * fractal2((ray[0] / norm / up) * 0.9, (ray[1] / norm / up) * 0.9, seed + 92);
}
