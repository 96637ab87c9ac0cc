/** Lights in the dark and in the rain: halos, beams on the road, their mirror image on wet asphalt, and the rain itself. */
import type { Camera } from '../camera.ts';
import type { Projected } from '../project.ts';
import { clamp, hash2 } from '../random.ts';
import { project } from '../standing.ts';
import type { Glow } from './poles.ts';
import type { Context2D, MakeSurface, Surface } from './surface.ts';

const SIZE = 64;
const COLOURS: Record<Glow['kind'], string> = {
  white: '255,244,224',
  warm: '255,206,140',
  red: '255,52,34',
  green: '90,255,190',
  amber: '255,180,60',
};

export type Halos = Record<Glow['kind'], Surface>;

export function createHalos(make: MakeSurface): Halos {
  const one = (kind: Glow['kind']): Surface => {
    const surface = make(SIZE, SIZE);
    const fade = surface.context.createRadialGradient(SIZE / 2, SIZE / 2, 0, SIZE / 2, SIZE / 2, SIZE / 2);
    for (const [at, alpha] of [
      [0, 1],
      [0.12, 0.72],
      [0.3, 0.26],
      [0.6, 0.07],
      [1, 0],
    ]) {
      fade.addColorStop(at, `rgba(${COLOURS[kind]},${alpha})`);
    }
    surface.context.fillStyle = fade;
    surface.context.fillRect(0, 0, SIZE, SIZE);
    return surface;
  };
  return { white: one('white'), warm: one('warm'), red: one('red'), green: one('green'), amber: one('amber') };
}

export function drawGlows(ctx: Context2D, glows: readonly Glow[], halos: Halos): void {
  ctx.globalCompositeOperation = 'lighter';
  for (const { x, y, radius, kind, strength } of glows) {
    ctx.globalAlpha = clamp(strength, 0, 1);
    ctx.drawImage(halos[kind].canvas, x - radius, y - radius, radius * 2, radius * 2);
  }
  ctx.globalAlpha = 1;
  ctx.globalCompositeOperation = 'source-over';
}

interface Lamp {
  x: number;
  y: number;
  z: number;
  kind: 'white' | 'red';
  strength: number;
}

/** Lamps of a vehicle that shine towards the camera. */
function lampsOf({ actor, cos, sin, kind, distance }: Projected, camera: Camera, night: number): Lamp[] {
  if (actor.parked || actor.className === 'person') return [];
  const toEye = ((camera.position[0] - actor.x) * cos + (camera.position[1] - actor.y) * sin) / distance;
  const lamps: Lamp[] = [];
  const half = kind === 'figure' ? 0 : actor.width * 0.36;
  const height =
    actor.className === 'bus' || actor.className === 'truck' ? 0.72 : actor.className === 'bicycle' ? 0.9 : 0.62;
  const put = (x: number, y: number, lamp: Lamp['kind'], strength: number): void => {
    lamps.push({ x: actor.x + x * cos - y * sin, y: actor.y + x * sin + y * cos, z: height, kind: lamp, strength });
  };
  const sides = half > 0 ? [half, -half] : [0];
  for (const y of sides) {
    if (toEye > 0.15) put(actor.length / 2, y, 'white', night * (kind === 'figure' ? 0.4 : toEye));
    if (toEye < -0.15) put(-actor.length / 2, y, 'red', night * (actor.braking ? 0.7 : 0.35) * -toEye);
  }
  return lamps;
}

/** Halos of a vehicle's lamps; on a wet road also their streaks, which `addStreaks` draws. */
export function vehicleGlows(
  projected: Projected,
  camera: Camera,
  night: number,
  shift: readonly [number, number],
): Glow[] {
  if (night < 0.05) return [];
  return lampsOf(projected, camera, night).flatMap(({ x, y, z, kind, strength }): Glow[] => {
    const at = project(camera, x, y, z);
    if (at === null) return [];
    const reach = kind === 'white' ? 1.15 : 0.55;
    return [{ x: at[0] + shift[0], y: at[1] + shift[1], radius: (reach * camera.focal) / at[2], kind, strength }];
  });
}

/** Light that vehicles throw on the road ahead, and what a wet road throws back. Drawn before the vehicles. */
export function drawRoadLight(
  ctx: Context2D,
  all: readonly Projected[],
  camera: Camera,
  night: number,
  wet: number,
  halos: Halos,
  shift: readonly [number, number],
): void {
  if (night < 0.05) return;
  ctx.globalCompositeOperation = 'lighter';
  for (const one of all) {
    const { actor, cos, sin } = one;
    if (one.kind === 'figure' || actor.parked) continue;
    // Many faint outlines in one another: brightest before the bumper, gone after a few lengths.
    for (let k = 0; k < 9; k++) {
      const from = 0.9 - 0.06 * k;
      const to = 14 * 0.8 ** k + 1;
      const wide = 2.3 * 0.88 ** k;
      const corners: number[] = [];
      for (const [x, y] of [
        [from, -0.75],
        [to, -wide],
        [to * 1.1, -wide * 0.5],
        [to * 1.1, wide * 0.5],
        [to, wide],
        [from, 0.75],
      ]) {
        const ahead = actor.length / 2 + x;
        const at = project(camera, actor.x + ahead * cos - y * sin, actor.y + ahead * sin + y * cos, 0);
        if (at !== null) corners.push(at[0] + shift[0], at[1] + shift[1]);
      }
      if (corners.length < 12) continue;
      ctx.fillStyle = `rgba(255,236,200,${0.02 * night * night * (1 - 0.4 * wet)})`;
      ctx.beginPath();
      ctx.moveTo(corners[0], corners[1]);
      for (let i = 2; i < corners.length; i += 2) ctx.lineTo(corners[i], corners[i + 1]);
      ctx.fill();
    }
  }
  if (wet > 0.05) for (const one of all) addStreaks(ctx, one, camera, night, wet, halos, shift);
  ctx.globalAlpha = 1;
  ctx.globalCompositeOperation = 'source-over';
}

function addStreaks(
  ctx: Context2D,
  one: Projected,
  camera: Camera,
  night: number,
  wet: number,
  halos: Halos,
  shift: readonly [number, number],
): void {
  for (const { x, y, z, kind, strength } of lampsOf(one, camera, night)) {
    const at = project(camera, x, y, -z);
    if (at === null) continue;
    const scale = camera.focal / at[2];
    const [w, h] = [0.75 * scale, (kind === 'white' ? 3.6 : 2.2) * scale];
    ctx.globalAlpha = clamp(strength * wet * 0.75, 0, 1);
    ctx.drawImage(halos[kind].canvas, at[0] + shift[0] - w / 2, at[1] + shift[1] - h * 0.3, w, h);
  }
}

/** Dark, blurred mirror images of vehicles on a wet road. */
export function drawReflections(
  ctx: Context2D,
  all: readonly Projected[],
  camera: Camera,
  wet: number,
  colourOf: (one: Projected) => string,
  shift: readonly [number, number],
): void {
  for (const one of all) {
    const { actor, cos, sin } = one;
    const [l, w, h] =
      one.kind === 'mesh' ? [actor.length / 2, actor.width / 2, one.mesh.height * 0.8] : [0.15, 0.2, 1.5];
    ctx.fillStyle = colourOf(one);
    for (const [grow, alpha] of [
      [1, 0.1],
      [0.72, 0.12],
    ]) {
      const points: number[] = [];
      for (const [x, y] of [
        [-l, -w],
        [l, -w],
        [l, w],
        [-l, w],
      ]) {
        for (const z of [0, -h * grow]) {
          const at = project(camera, actor.x + x * cos - y * sin, actor.y + x * sin + y * cos, z);
          if (at !== null) points.push(at[0] + shift[0], at[1] + shift[1]);
        }
      }
      if (points.length < 16) continue;
      ctx.globalAlpha = alpha * wet;
      fillHull(ctx, points);
    }
  }
  ctx.globalAlpha = 1;
}

function fillHull(ctx: Context2D, points: readonly number[]): void {
  // Pairs of top and mirrored bottom: the hull of eight points, drawn as the union of the four walls.
  ctx.beginPath();
  for (let i = 0; i < 4; i++) {
    const j = (i + 1) % 4;
    const [a, b, c, d] = [i * 4, j * 4, j * 4 + 2, i * 4 + 2];
    const area =
      (points[b] - points[a]) * (points[d + 1] - points[a + 1]) -
      (points[d] - points[a]) * (points[b + 1] - points[a + 1]);
    const ring = area > 0 ? [a, b, c, d] : [d, c, b, a];
    ctx.moveTo(points[ring[0]], points[ring[0] + 1]);
    for (let k = 1; k < 4; k++) ctx.lineTo(points[ring[k]], points[ring[k] + 1]);
    ctx.closePath();
  }
  ctx.fill();
}

/** Streaks in the air, other ones each frame. */
export function drawRain(
  ctx: Context2D,
  width: number,
  height: number,
  rain: number,
  wind: number,
  frame: number,
  brightness: number,
): void {
  const count = Math.round((110 + 260 * rain) * ((width * height) / 230400));
  const unit = height / 360;
  const level = Math.round(90 + 110 * brightness);
  ctx.strokeStyle = `rgba(${level},${level + 4},${level + 10},${0.16 + 0.14 * rain})`;
  ctx.lineCap = 'butt';
  for (const near of [0, 1]) {
    ctx.lineWidth = (near === 1 ? 1.3 : 0.7) * unit;
    ctx.beginPath();
    for (let k = near; k < count; k += near === 1 ? 5 : 1) {
      const x = hash2(frame, k, 61) * width * 1.1;
      const y = hash2(frame, k, 62) * height * 1.1 - 20;
      const length = (near === 1 ? 22 : 9) * (0.6 + 0.8 * hash2(frame, k, 63)) * unit;
      ctx.moveTo(x, y);
      ctx.lineTo(x - length * (0.06 + 0.22 * wind), y + length);
    }
    ctx.stroke();
  }
}
