/**
 * Light on the traced surfaces: one picture as the sky alone lights it, one of what the sun adds, one of what lamps and
 * lit windows add. The renderer mixes them anew for each frame, so clouds and dusk cost nothing.
 */
import type { Layout, Pole, StaticBox, Tree } from '../layout.ts';
import { type Lighting, tone } from '../light.ts';
import { hash2, noise2, smoothstep } from '../random.ts';
import { NORMALS, type Surfaces } from './trace.ts';

export interface LitLayers {
  /** RGBA [height, width, 4] each; the second and third are added to the first. */
  sky: Uint8ClampedArray;
  sun: Uint8ClampedArray | null;
  lamps: Uint8ClampedArray | null;
}

/** `rain` 0..1 darkens and mirrors the ground. */
export function relight(
  surfaces: Surfaces,
  layout: Layout,
  light: Lighting,
  rain: number,
  cloud: number,
  camera: readonly [number, number, number],
): LitLayers {
  const { width, height, albedo, position } = surfaces;
  const count = width * height;
  const sky = new Uint8ClampedArray(count * 4);
  const sun = light.sun[0] > 0.01 ? new Uint8ClampedArray(count * 4) : null;
  const lamps = light.night > 0.02 ? new Uint8ClampedArray(count * 4) : null;
  const casters = sun === null ? null : shadowCasters(layout);
  const heads = lampHeads(layout);
  for (let i = 0; i < count; i++) {
    const o = i * 4;
    sky[o + 3] = 255;
    const [x, y, z] = [position[i * 3], position[i * 3 + 1], position[i * 3 + 2]];
    const code = surfaces.normal[i];
    const normal = NORMALS[code];
    const distance = Math.hypot(x - camera[0], y - camera[1], z - camera[2]);
    const veil = 1 - Math.exp(-distance * light.haze);
    const clear = surfaces.sky[i];
    const solid = 1 - clear;
    const glass = surfaces.glass[i];
    const wet = code === 0 ? surfaces.wet[i] * rain * (0.55 + 0.6 * puddle(x, y)) : 0;
    const open = surfaces.open[i];
    const facing = code === 0 ? 1 : 0.85;
    const mirror = glass * 0.4 + wet * fresnel(distance, camera[2] - z);
    const dark = 1 - 0.45 * Math.min(wet, 1);
    let share = 0;
    let slope = 0;
    if (casters !== null && solid > 0) {
      slope = normal[0] * light.toSun[0] + normal[1] * light.toSun[1] + normal[2] * light.toSun[2];
      if (slope > 0) share = sunlight(casters, light.toSun, x, y, z, normal, i);
    }
    let lamp = 0;
    if (lamps !== null && solid > 0) lamp = lampLight(heads, x, y, z, normal);
    const cloudy = cloudiness(surfaces.cloud[i], clear, cloud);
    for (let c = 0; c < 3; c++) {
      const a = albedo[i * 3 + c] * dark;
      const air = light.horizon[c] * 0.62;
      let base =
        a * light.ambient[c] * open * facing +
        mirror * (code === 0 ? light.horizon[c] * 0.75 : light.zenith[c]) * open * 0.8;
      base = base * (1 - veil) + solid * air * veil;
      const up = smoothstep(-0.05, 0.5, surfaces.rise[i]);
      const blue = light.horizon[c] * (1 - up) + light.zenith[c] * up;
      base += clear * (blue * (1 - cloudy) + light.horizon[c] * (0.8 + 0.35 * cloudy) * cloudy);
      const shaded = tone(base);
      sky[o + c] = shaded;
      if (sun !== null) {
        const added = a * light.sun[c] * slope * share * (1 - veil) + glass * share * light.sun[c] * 0.05;
        sun[o + c] = tone(base + added) - shaded;
      }
      if (lamps !== null) {
        const warm = c === 0 ? 1 : c === 1 ? 0.78 : 0.45;
        const added = (a * light.lamp[c] * lamp + surfaces.glow[i] * 0.16 * warm * light.night) * (1 - veil);
        lamps[o + c] = tone(base + added) - shaded;
      }
    }
    if (sun !== null) sun[o + 3] = 255;
    if (lamps !== null) lamps[o + 3] = 255;
  }
  return { sky, sun, lamps };
}

const puddle = (x: number, y: number): number =>
  noise2(x * 0.35, y * 0.35, 901) * 0.7 + noise2(x * 1.1, y * 1.1, 902) * 0.5;

/** Flatter views of a wet road mirror more. */
function fresnel(distance: number, height: number): number {
  const grazing = 1 - height / Math.max(distance, 0.1);
  return 0.04 + 0.5 * grazing ** 4;
}

function cloudiness(sum: number, clear: number, cloud: number): number {
  if (clear <= 0) return 0;
  return Math.max(smoothstep(0.72 - 0.5 * cloud, 0.95 - 0.5 * cloud, sum / clear), smoothstep(0.7, 1, cloud));
}

export interface Casters {
  boxes: StaticBox[];
  trees: Tree[];
  poles: Pole[];
}

/** Everything that stands: it is little enough to test all of it. */
export const shadowCasters = ({ boxes, trees, poles }: Layout): Casters => ({ boxes, trees, poles });

/** Share of the sun's disk seen from a point: jittered rays make edges soft with distance. */
function sunlight(
  casters: Casters,
  toSun: readonly [number, number, number],
  x: number,
  y: number,
  z: number,
  normal: readonly [number, number, number],
  pixel: number,
): number {
  const [px, py, pz] = [x + normal[0] * 0.03, y + normal[1] * 0.03, z + normal[2] * 0.03];
  const ray = (k: number): number => {
    const jx = (hash2(pixel, k, 5) - 0.5) * 0.016;
    const jz = (hash2(pixel, k, 6) - 0.5) * 0.016;
    return seesSun(casters, toSun[0] + jx, toSun[1] - jx, Math.max(toSun[2] + jz, 0.005), px, py, pz);
  };
  const [a, b] = [ray(0), ray(1)];
  // Only at an edge do the rays disagree.
  return a === b ? a : (a + b + ray(2)) / 3;
}

/** 0 in the shadow of houses and poles, in between under leaves, 1 in the sun. */
export function seesSun(casters: Casters, dx: number, dy: number, dz: number, x: number, y: number, z: number): number {
  const [ix, iy, iz] = [1 / dx, 1 / dy, 1 / dz];
  for (const box of casters.boxes) {
    if (box.z1 <= z) continue;
    const ax = (box.x0 - x) * ix;
    const bx = (box.x1 - x) * ix;
    const ay = (box.y0 - y) * iy;
    const by = (box.y1 - y) * iy;
    const near = Math.max(Math.min(ax, bx), Math.min(ay, by), (box.z0 - z) * iz);
    if (Math.min(Math.max(ax, bx), Math.max(ay, by), (box.z1 - z) * iz) > Math.max(near, 1e-4)) return 0;
  }
  for (const pole of casters.poles) {
    const flat = dx * dx + dy * dy;
    const t = ((pole.x - x) * dx + (pole.y - y) * dy) / flat;
    if (t > 0 && z + t * dz < pole.height && Math.abs((pole.x - x) * dy - (pole.y - y) * dx) < 0.08 * Math.sqrt(flat))
      return 0.15;
  }
  let light = 1;
  for (const tree of casters.trees) {
    const [cx, cy, cz] = [tree.x - x, tree.y - y, tree.height - tree.crown * 0.9 - z];
    const t = cx * dx + cy * dy + cz * dz;
    if (t < 0) continue;
    const off = cx * cx + cy * cy + cz * cz - t * t;
    const r = tree.crown;
    if (off > r * r * 1.15) continue;
    const leaves = noise2(x * 2.6, y * 2.6 + z, tree.look) * 0.5 + noise2(x * 6, y * 6, tree.look + 1) * 0.3;
    const within = 0.55 + 0.6 * leaves - off / (r * r);
    light *= 1 - (0.88 - 0.7 * Math.max(0, leaves - 0.45)) * smoothstep(-0.1, 0.1, within);
  }
  return light;
}

interface Head {
  x: number;
  y: number;
  z: number;
}

const lampHeads = (layout: Layout): Head[] =>
  layout.poles
    .filter((pole) => pole.kind === 'lamp')
    .map((pole) => ({ x: pole.x + pole.armX * pole.arm, y: pole.y + pole.armY * pole.arm, z: pole.height - 0.2 }))
    // Lamps nearer to the camera than the picture's edge still light the street.
    .concat([
      { x: layout.halfA + 1, y: -(layout.halfB + 14), z: 8 },
      { x: -(layout.halfA + 1), y: -(layout.halfB + 9), z: 8 },
    ]);

function lampLight(
  heads: readonly Head[],
  x: number,
  y: number,
  z: number,
  normal: readonly [number, number, number],
): number {
  let sum = 0;
  for (const head of heads) {
    const [dx, dy, dz] = [head.x - x, head.y - y, head.z - z];
    const square = dx * dx + dy * dy + dz * dz;
    if (square > 900 || dz < 0) continue;
    const distance = Math.sqrt(square);
    const cosine = Math.max(0.15, (dx * normal[0] + dy * normal[1] + dz * normal[2]) / distance);
    const beam = dz / distance;
    sum += (64 / square) * cosine * beam * beam;
  }
  return sum;
}
