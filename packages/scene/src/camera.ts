/** The pinhole camera. World metres: x east, y north, z up, the crossing at the origin; picture pixels: y down. */
import type { CameraParameters } from './options.ts';

export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly position: readonly [number, number, number];
  /** Focal length in pixels. */
  readonly focal: number;
  /** Writes camera coordinates (right, up, depth in metres) of a world point at `out[at..at+2]`. */
  toCamera(x: number, y: number, z: number, out: Float64Array, at: number): void;
  /** Picture coordinates of a point with depth > 0, in camera coordinates. */
  toPicture(right: number, up: number, depth: number, out: Float64Array, at: number): void;
  /** Direction (not normalised) of the ray through a picture point. */
  ray(px: number, py: number, out: Float64Array): void;
}

/** Nearer points are cut off. */
export const NEAR_M = 0.4;

export function createCamera(use: CameraParameters, width: number, height: number): Camera {
  const yaw = (use.yawDeg * Math.PI) / 180;
  const pitch = (use.pitchDeg * Math.PI) / 180;
  const roll = (use.rollDeg * Math.PI) / 180;
  const [sy, cy, sp, cp, sr, cr] = [
    Math.sin(yaw),
    Math.cos(yaw),
    Math.sin(pitch),
    Math.cos(pitch),
    Math.sin(roll),
    Math.cos(roll),
  ];
  const flip = use.mirror ? -1 : 1;
  const focal = width / 2 / Math.tan((use.hfovDeg * Math.PI) / 360);
  const [ox, oy, oz] = [use.x, use.y, use.height];
  const [cx, cyPx] = [width / 2, height / 2];
  return {
    width,
    height,
    position: [ox, oy, oz],
    focal,
    toCamera(x, y, z, out, at) {
      const dx = x - ox;
      const dy = y - oy;
      const dz = z - oz;
      const right = dx * cy - dy * sy;
      const ahead = dx * sy + dy * cy;
      const up = ahead * sp + dz * cp;
      out[at] = flip * (right * cr + up * sr);
      out[at + 1] = up * cr - right * sr;
      out[at + 2] = ahead * cp - dz * sp;
    },
    toPicture(right, up, depth, out, at) {
      out[at] = cx + (focal * right) / depth;
      out[at + 1] = cyPx - (focal * up) / depth;
    },
    ray(px, py, out) {
      const a = (flip * (px - cx)) / focal;
      const b = (cyPx - py) / focal;
      const right = a * cr - b * sr;
      const up = a * sr + b * cr;
      const ahead = up * sp + cp;
      out[0] = right * cy + ahead * sy;
      out[1] = ahead * cy - right * sy;
      out[2] = up * cp - sp;
    },
  };
}
