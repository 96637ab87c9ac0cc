/** What the ground looks like at a point: asphalt, paint, kerbs, slabs, grass. Linear reflectance. */
import {
  BICYCLE_STRIP_M,
  CORNER_RADIUS_M,
  kerbDistance,
  LANE_M,
  type Layout,
  STOP_LINE_M,
  ZEBRA_FROM_M,
  ZEBRA_TO_M,
} from '../layout.ts';
import { clamp, fractal2, hash2, noise2, smoothstep } from '../random.ts';

/** Writes r, g, b and, at 3, how mirror-like the ground gets when wet. `footprint`: metres that a pixel covers. */
export function groundAt(
  layout: Layout,
  x: number,
  y: number,
  footprint: number,
  seed: number,
  out: Float64Array,
): void {
  const d = kerbDistance(layout, x, y);
  if (d < 0) asphalt(layout, x, y, d, footprint, seed, out);
  else if (d < 0.2) kerb(d, x, y, seed, out);
  else if (d < layout.pavement) slabs(x, y, d, footprint, seed, out);
  else beyond(layout, x, y, d - layout.pavement, footprint, seed, out);
}

function set(out: Float64Array, r: number, g: number, b: number, wet: number): void {
  out[0] = r;
  out[1] = g;
  out[2] = b;
  out[3] = wet;
}

/** Fine detail fades where a pixel covers more than the detail's size. */
const fine = (footprint: number, size: number): number => clamp(size / Math.max(footprint, 1e-3), 0, 1);

function asphalt(
  layout: Layout,
  x: number,
  y: number,
  d: number,
  footprint: number,
  seed: number,
  out: Float64Array,
): void {
  let level = 0.105 * (0.8 + 0.42 * fractal2(x * 0.33, y * 0.33, seed));
  level *= 1 + (noise2(x * 19, y * 19, seed + 9) - 0.5) * 0.32 * fine(footprint, 0.06);
  // Repairs: rectangles of newer or older asphalt.
  const [cx, cy] = [Math.floor(x / 7), Math.floor(y / 9)];
  const repair = hash2(cx, cy, seed + 40);
  if (repair < 0.2) {
    const [px, py] = [x - cx * 7 - 1.2, y - cy * 9 - 1.5];
    const [w, h] = [1.2 + 3.5 * hash2(cx, cy, seed + 41), 1 + 5 * hash2(cx, cy, seed + 42)];
    if (px > 0 && px < w && py > 0 && py < h) {
      const edge = Math.min(px, py, w - px, h - py);
      level *= edge < 0.06 ? 0.62 : repair < 0.13 ? 0.78 : 1.2;
    }
  }
  const crack = Math.abs(fractal2(x * 0.55 + 31, y * 0.55, seed + 13) - 0.5);
  if (crack < 0.012) level *= 1 - 0.4 * fine(footprint, 0.06);
  // Tyres polish two tracks of each lane, oil drips between them.
  const across = Math.abs(y) > layout.halfB || Math.abs(x) > layout.halfA ? (Math.abs(y) > layout.halfB ? x : y) : null;
  if (across !== null) {
    const inLane = (((across % LANE_M) + LANE_M) % LANE_M) - LANE_M / 2;
    const track = Math.exp(-(((Math.abs(inLane) - 0.78) / 0.3) ** 2));
    level *= 1 + 0.12 * track - 0.16 * Math.exp(-((inLane / 0.28) ** 2)) * fractal2(x * 0.2, y * 0.2, seed + 3);
  } else {
    level *= 0.94;
  }
  const stain = fractal2(x * 0.9, y * 0.9, seed + 21);
  if (stain > 0.68) level *= 0.82;
  level *= 1 - 0.3 * smoothstep(-0.7, 0, d) * (0.5 + 0.5 * noise2(x * 2, y * 2, seed + 4));
  set(out, level * 1.02, level, level * 0.985, 1);
  manhole(x, y, seed, out);
  if (layout.paintedStrips && stripAt(layout, x, y)) {
    set(out, out[0] * 1.75 + 0.03, out[1] * 0.85, out[2] * 0.72, 0.9);
  }
  const paint = markings(layout, x, y);
  if (paint > 0) {
    const wear = clamp(
      1.15 - 0.95 * fractal2(x * 1.7, y * 1.7, seed + 17) ** 2 - 0.3 * noise2(x * 9, y * 9, seed + 18),
      0.15,
      1,
    );
    const k = paint * wear;
    for (let i = 0; i < 3; i++) out[i] += (0.6 - out[i]) * k;
  }
}

function manhole(x: number, y: number, seed: number, out: Float64Array): void {
  const [cx, cy] = [Math.floor(x / 11), Math.floor(y / 11)];
  if (hash2(cx, cy, seed + 60) > 0.4) return;
  const r = Math.hypot(x - cx * 11 - 2 - 7 * hash2(cx, cy, seed + 61), y - cy * 11 - 2 - 7 * hash2(cx, cy, seed + 62));
  if (r > 0.36) return;
  const level = r > 0.31 ? 0.05 : 0.085;
  set(out, level, level, level * 0.96, 1);
}

function stripAt(layout: Layout, x: number, y: number): boolean {
  const onA = Math.abs(y) > layout.halfB + ZEBRA_TO_M && Math.abs(x) > layout.halfA - BICYCLE_STRIP_M;
  const onB = Math.abs(x) > layout.halfA + ZEBRA_TO_M && Math.abs(y) > layout.halfB - BICYCLE_STRIP_M;
  return (onA && Math.abs(x) < layout.halfA) || (onB && Math.abs(y) < layout.halfB);
}

/** Coverage by white paint, 0..1. */
function markings(layout: Layout, x: number, y: number): number {
  const { halfA, halfB, farEnd } = layout;
  if (Math.abs(x) < halfA && Math.abs(y) > halfB && y < farEnd - 6) {
    return y > 0 ? onArm(-x, y - halfB, halfA) : onArm(x, -y - halfB, halfA);
  }
  if (Math.abs(y) < halfB && Math.abs(x) > halfA) {
    return x > 0 ? onArm(y, x - halfA, halfB) : onArm(-y, -x - halfA, halfB);
  }
  return 0;
}

/** `across`: metres from the middle, positive on the inbound side; `out`: metres from the crossed road's edge. */
function onArm(across: number, out: number, half: number): number {
  const side = Math.abs(across);
  const lanes = half - BICYCLE_STRIP_M;
  if (out > ZEBRA_FROM_M && out < ZEBRA_TO_M) {
    return side < half - 0.25 && (((across + 0.25) % 1) + 1) % 1 < 0.5 ? 1 : 0;
  }
  if (out < STOP_LINE_M) return 0;
  if (out < STOP_LINE_M + 0.4) return across > 0.1 && side < half - 0.1 ? 1 : 0;
  const dash = (out % 9) / 9 < 0.36;
  if (side < 0.28) return out < 32 ? (side > 0.1 && side < 0.24 ? 1 : 0) : dash && side < 0.08 ? 1 : 0;
  if (Math.abs(side - lanes) < 0.07) return out < 18 || (out % 2) / 2 < 0.5 ? 0.9 : 0;
  if (side > lanes) return 0;
  const between = Math.abs(((side + LANE_M / 2) % LANE_M) - LANE_M / 2);
  if (between < 0.07) return (across > 0 && out < 24) || dash ? 0.95 : 0;
  if (across > 0) {
    const u = Math.abs((side % LANE_M) - LANE_M / 2);
    const v = out - STOP_LINE_M - 3;
    if (v > 0.9 && v < 3.2 && u < 0.09) return 0.9;
    if (v > 0 && v < 1 && u < 0.1 + v * 0.34) return 0.9;
  }
  return 0;
}

function kerb(d: number, x: number, y: number, seed: number, out: Float64Array): void {
  const joint = hash2(Math.floor(x), Math.floor(y), seed + 5);
  const level = d < 0.05 ? 0.09 : (0.26 + 0.08 * joint) * (0.85 + 0.3 * noise2(x * 3, y * 3, seed));
  set(out, level, level * 0.99, level * 0.96, 0.4);
}

function slabs(x: number, y: number, d: number, footprint: number, seed: number, out: Float64Array): void {
  const size = 0.5;
  const [ix, iy] = [Math.floor(x / size), Math.floor(y / size)];
  const tint = hash2(ix, iy, seed + 50);
  let level = 0.2 * (0.86 + 0.2 * tint * fine(footprint, 0.4) + 0.3 * (fractal2(x * 0.5, y * 0.5, seed + 51) - 0.4));
  const [fx, fy] = [x / size - ix, y / size - iy];
  if (Math.min(fx, fy) < 0.06) level *= 1 - 0.32 * fine(footprint, 0.06);
  if (noise2(x * 1.3, y * 1.3, seed + 52) > 0.8) level *= 0.85;
  level *= 0.88 + 0.12 * smoothstep(0.2, 1, d);
  set(out, level * 1.04, level, level * 0.93, 0.45);
}

function beyond(
  layout: Layout,
  x: number,
  y: number,
  d: number,
  footprint: number,
  seed: number,
  out: Float64Array,
): void {
  const open = y < -(layout.halfB + CORNER_RADIUS_M);
  if (layout.verge === 'grass' && open) {
    const blades =
      0.75 +
      0.5 * noise2(x * 6, y * 6, seed + 70) * fine(footprint, 0.15) +
      0.35 * (fractal2(x * 0.4, y * 0.4, seed + 71) - 0.5);
    const dry = smoothstep(0.45, 0.75, fractal2(x * 0.15, y * 0.15, seed + 72));
    const bare = d < 0.5 ? 0.5 : 0;
    set(
      out,
      (0.06 + 0.06 * dry + 0.05 * bare) * blades,
      (0.095 + 0.02 * dry) * blades,
      (0.032 + 0.02 * dry + 0.02 * bare) * blades,
      0.1,
    );
    return;
  }
  const level = 0.17 * (0.8 + 0.4 * fractal2(x * 0.6, y * 0.6, seed + 73));
  const line = Math.min((((x % 2) + 2) % 2) / 2, (((y % 2) + 2) % 2) / 2) < 0.02 ? 0.75 : 1;
  set(out, level * line * 1.05, level * line, level * line * 0.92, 0.5);
}
