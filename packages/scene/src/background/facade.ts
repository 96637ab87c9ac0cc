/** What upright things look like at a point of a wall: houses with windows and shops, hedges, walls, cabinets. */
import type { StaticBox } from '../layout.ts';
import { type Rgb, rgb } from '../models/mesh.ts';
import { clamp, fractal2, hash2, noise2 } from '../random.ts';

const PLASTERS: Rgb[] = [
  rgb(196, 184, 160),
  rgb(176, 168, 158),
  rgb(204, 196, 182),
  rgb(160, 150, 138),
  rgb(188, 164, 132),
  rgb(150, 84, 64),
  rgb(132, 78, 62),
  rgb(120, 122, 124),
  rgb(182, 176, 166),
  rgb(168, 140, 116),
];
const SHOPS: Rgb[] = [
  rgb(120, 34, 30),
  rgb(32, 60, 92),
  rgb(40, 74, 52),
  rgb(60, 58, 56),
  rgb(178, 140, 50),
  rgb(90, 44, 70),
];

export interface WallPoint {
  r: number;
  g: number;
  b: number;
  /** Share of mirror: window panes. */
  glass: number;
  /** Brightness of a lit room behind it, at night. */
  glow: number;
  /** Lies back behind the wall's face, so the sky reaches it less. */
  recess: number;
}

/** `u`: metres along the wall, `length` its length, `z` metres above the ground. `face`: a number per side. */
export function wallAt(box: StaticBox, face: number, u: number, length: number, z: number, out: WallPoint): void {
  out.glass = 0;
  out.glow = 0;
  out.recess = 0;
  switch (box.kind) {
    case 'building':
      house(box, face, u, length, z, out);
      return;
    case 'hedge': {
      const level = 0.6 + 0.8 * noise2(u * 7, z * 7 + face * 31, box.look);
      colour(out, 0.035 * level, 0.06 * level, 0.022 * level);
      return;
    }
    case 'wall': {
      const level = 0.8 + 0.4 * fractal2(u * 2, z * 4, box.look);
      colour(out, 0.23 * level, 0.2 * level, 0.17 * level);
      return;
    }
    case 'shelter': {
      const frame = z > box.z1 - 0.18 || z < 0.1 || ((u % 1.3) + 1.3) % 1.3 < 0.07;
      colour(out, frame ? 0.08 : 0.1, frame ? 0.085 : 0.12, frame ? 0.09 : 0.13);
      out.glass = frame ? 0 : 0.35;
      return;
    }
    case 'bin':
      colour(out, 0.03, z > box.z1 - 0.15 ? 0.05 : 0.04, 0.04);
      return;
    case 'cabinet':
      colour(out, 0.16, 0.18, 0.155);
      return;
    case 'planter':
      if (z > box.z1 - 0.35) colour(out, 0.05, 0.09 * (0.6 + 0.8 * noise2(u * 9, z * 9, box.look)), 0.035);
      else colour(out, 0.2, 0.19, 0.175);
      return;
    case 'roofbox':
      colour(out, 0.19, 0.19, 0.2);
      return;
    default:
      box.kind satisfies never;
  }
}

function colour(out: WallPoint, r: number, g: number, b: number): void {
  out.r = r;
  out.g = g;
  out.b = b;
}

function house(box: StaticBox, face: number, u: number, length: number, z: number, out: WallPoint): void {
  const { look } = box;
  const pick = (n: number): number => hash2(look, n, 77);
  const base = PLASTERS[Math.floor(pick(0) * PLASTERS.length)];
  const bricks = base[0] > base[1] * 1.9;
  let level = 0.9 + 0.22 * (fractal2(u * 0.5, z * 0.5, look) - 0.5);
  if (bricks) level *= 0.92 + 0.16 * hash2(Math.floor(u * 4 + (Math.floor(z * 9) % 2) * 0.5), Math.floor(z * 9), look);
  // Rain and soot run down from sills.
  level *= 1 - 0.18 * clamp(fractal2(u * 1.4, z * 0.12, look + 3) * 1.6 - 0.7, 0, 1);
  colour(out, base[0] * level, base[1] * level, base[2] * level);
  const shopHeight = 3.6;
  const top = box.z1 - z;
  if (top < 0.5) {
    const k = top < 0.14 ? 1.15 : 0.78;
    colour(out, base[0] * level * k, base[1] * level * k, base[2] * level * k);
    return;
  }
  if (z < shopHeight) {
    if (pick(1) < 0.62) shop(box, u, length, z, shopHeight, out);
    else groundFloor(u, length, z, level, base, look, out);
    return;
  }
  windows(u, length, z - shopHeight, level, base, look, face, box.z1 - shopHeight, out);
}

function groundFloor(
  u: number,
  length: number,
  z: number,
  level: number,
  base: Rgb,
  look: number,
  out: WallPoint,
): void {
  if (z < 0.7) {
    colour(out, base[0] * 0.5 * level, base[1] * 0.5 * level, base[2] * 0.52 * level);
    return;
  }
  const count = Math.max(2, Math.round(length / 3.2));
  const cell = (u / length) * count;
  const i = Math.floor(cell);
  const f = cell - i;
  if (f > 0.28 && f < 0.72 && z > 1.05 && z < 2.75) {
    pane(out, f, (z - 1.05) / 1.7, hash2(i, 0, look), hash2(i, 1, look));
    return;
  }
  if (f > 0.25 && f < 0.75 && z > 0.98 && z < 2.84) colour(out, 0.5 * level, 0.49 * level, 0.46 * level);
}

function shop(box: StaticBox, u: number, length: number, z: number, height: number, out: WallPoint): void {
  const { look } = box;
  const count = Math.max(1, Math.round(length / 6.5));
  const cell = (u / length) * count;
  const i = Math.floor(cell);
  const f = cell - i;
  const theme = SHOPS[Math.floor(hash2(look, i + 5, 3) * SHOPS.length)];
  if (z > height - 0.22) {
    colour(out, 0.22, 0.21, 0.2);
    return;
  }
  if (z > height - 0.95 && f > 0.04 && f < 0.96) {
    // The sign: a dark board with letters too far away to read.
    const letters =
      z > height - 0.78 &&
      z < height - 0.38 &&
      f > 0.2 &&
      f < 0.62 &&
      hash2(Math.floor(u * 5.5), Math.floor(z * 6), look) > 0.42;
    colour(out, letters ? 0.55 : theme[0] + 0.01, letters ? 0.53 : theme[1] + 0.01, letters ? 0.48 : theme[2] + 0.01);
    out.glow = 0.25;
    return;
  }
  if (z < 0.45 || f < 0.045 || f > 0.955) {
    colour(out, theme[0] * 0.6 + 0.03, theme[1] * 0.6 + 0.03, theme[2] * 0.6 + 0.03);
    return;
  }
  const mullion = Math.abs(f - 0.42) < 0.012 || Math.abs(f - 0.62) < 0.012;
  if (mullion) {
    colour(out, 0.09, 0.09, 0.09);
    return;
  }
  const goods = 0.03 + 0.13 * clamp(noise2(u * 2.3, z * 2.2, look + i) * 1.7 - 0.7, 0, 1);
  colour(out, goods * 1.15, goods, goods * 0.8);
  out.glass = 0.55;
  out.glow = 0.9 + 0.5 * noise2(u * 1.5, z * 1.5, look);
  out.recess = 0.3;
}

function windows(
  u: number,
  length: number,
  z: number,
  level: number,
  base: Rgb,
  look: number,
  face: number,
  height: number,
  out: WallPoint,
): void {
  const floor = 3.1;
  const row = Math.floor(z / floor);
  const v = z - row * floor;
  const band = hash2(look, 8, 1) < 0.45;
  if (band && v < 0.16) {
    colour(out, base[0] * level * 1.22, base[1] * level * 1.22, base[2] * level * 1.2);
    return;
  }
  if ((row + 1) * floor > height - 0.3) return;
  const pitch = 2.1 + 1.3 * hash2(look, 9, 1);
  const count = Math.max(2, Math.round(length / pitch));
  const cell = (u / length) * count;
  const i = Math.floor(cell);
  const f = cell - i;
  const wide = 0.22 + 0.16 * hash2(look, 10, 1);
  const sill = 0.85;
  const head = 2.45 + 0.2 * hash2(look, 11, 1);
  const off = Math.abs(f - 0.5);
  const id = hash2(i * 3 + face, row, look);
  const balcony = hash2(look, 14, 1) < 0.35 && i % 2 === 1;
  if (balcony && v < 0.95 && off < 0.44) {
    const bars = Math.floor(u * 9) % 2 === 0 ? 0.1 : 0.055;
    colour(out, bars, bars, bars * 1.02);
    return;
  }
  const low = balcony ? 0.1 : sill;
  if (off < wide && v > low && v < head) {
    const frame = off > wide - 0.035 || Math.abs(f - 0.5) < 0.014 || v > head - 0.09 || v < low + 0.07;
    if (frame) {
      const white = hash2(look, 12, 1) < 0.7 ? 0.52 : 0.09;
      colour(out, white, white, white * 0.97);
      return;
    }
    pane(out, (f - 0.5 + wide) / (2 * wide), (v - low) / (head - low), id, hash2(i, row, look + 9));
    return;
  }
  if (off < wide + 0.04 && v > low - 0.12 && v <= low) colour(out, 0.42 * level, 0.41 * level, 0.39 * level);
  else if (off < wide + 0.03 && v >= head && v < head + 0.18)
    colour(out, base[0] * 0.72, base[1] * 0.72, base[2] * 0.74);
}

/** A window pane: dark room, curtain or blind, a mirror of the sky. `f`, `v` in 0..1 across and up. */
function pane(out: WallPoint, f: number, v: number, id: number, other: number): void {
  let level = 0.018 + 0.02 * v;
  out.glass = 0.32 + 0.3 * other;
  if (id < 0.3) level = f < 0.24 || f > 0.76 ? 0.24 : level;
  else if (id < 0.48 && v > 1 - other) {
    level = 0.3;
    out.glass = 0.12;
  }
  colour(out, level, level * 0.99, level * 0.95);
  out.glow = other > 0.58 ? 0.35 + 0.9 * id : 0;
  out.recess = v > 0.82 || f < 0.12 ? 0.55 : 0.15;
}
