/** The colour of a face under the moment's light, as CSS text. */
import { type Lighting, tone } from '../light.ts';
import type { Material, Rgb } from '../models/mesh.ts';

export interface Moment {
  light: Lighting;
  /** Share of the sun that passes the clouds. */
  share: number;
}

/** Light at one object: the sun and the camera seen from its own axes, and how much of the sun and lamps reaches it. */
export interface Local {
  sunX: number;
  sunY: number;
  sunZ: number;
  /** Unit vector towards the camera. */
  eyeX: number;
  eyeY: number;
  eyeZ: number;
  /** 0..1, clouds and shadows taken in. */
  sun: number;
  lamp: number;
  distance: number;
  braking: boolean;
}

// Tone through a table: a face costs three look-ups instead of three exponentials and roots.
const STEPS = 2048;
const TABLE = Uint8Array.from({ length: STEPS + 1 }, (_, i) => Math.round(tone((i / STEPS) ** 2 * 4)));

export const toned = (value: number): number =>
  value <= 0 ? 0 : value >= 4 ? TABLE[STEPS] : TABLE[Math.round(Math.sqrt(value / 4) * STEPS)];

export const css = (r: number, g: number, b: number): string => `rgb(${toned(r)},${toned(g)},${toned(b)})`;

export function shadeFace(
  material: Material,
  nx: number,
  ny: number,
  nz: number,
  { light, share }: Moment,
  local: Local,
  dim = 1,
): string {
  const { ambient, sun, zenith, horizon } = light;
  const direct = Math.max(0, nx * local.sunX + ny * local.sunY + nz * local.sunZ) * local.sun;
  // Level faces see the whole sky, upright ones half of it and some of the street.
  const skyward = (0.56 + 0.44 * nz) * dim;
  const bounce = (0.5 - 0.5 * nz) * 0.16 * (1 + share);
  const veil = 1 - Math.exp(-local.distance * light.haze);
  const toEye = Math.max(0, nx * local.eyeX + ny * local.eyeY + nz * local.eyeZ);
  let mirror = 0;
  let glint = 0;
  let emit: Rgb = BLACK;
  switch (material.finish) {
    case 'gloss': {
      mirror = 0.035 + 0.2 * (1 - toEye) ** 4 + 0.05 * Math.max(0, nz);
      const hx = local.sunX + local.eyeX;
      const hy = local.sunY + local.eyeY;
      const hz = local.sunZ + local.eyeZ;
      const half = Math.max(0, (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz + 1e-9));
      glint = 0.5 * half ** 60 * local.sun;
      break;
    }
    case 'glass':
      mirror = 0.1 + 0.2 * Math.max(0, nz) + 0.35 * (1 - toEye) ** 3;
      break;
    case 'headlight':
      emit = light.night > 0.3 ? [3.2, 3.0, 2.6] : [0.25, 0.25, 0.25];
      break;
    case 'taillight':
      emit = local.braking ? [1.1, 0.09, 0.06] : light.night > 0.3 ? [0.5, 0.03, 0.025] : BLACK;
      break;
    case 'sign':
      emit = light.night > 0.3 ? [0.75, 0.42, 0.1] : [0.22, 0.12, 0.03];
      break;
    case 'matte':
      break;
    default:
      material.finish satisfies never;
  }
  const { colour } = material;
  const level = (c: 0 | 1 | 2): number => {
    const diffuse =
      colour[c] *
      (ambient[c] * (skyward + bounce) + sun[c] * direct + light.lamp[c] * local.lamp * (0.4 + 0.6 * Math.max(0, nz)));
    const seen = nz > 0.35 ? zenith[c] * 0.6 + horizon[c] * 0.3 : horizon[c] * (0.28 + 0.45 * Math.max(0, nz)) * dim;
    return (diffuse + mirror * seen + glint * sun[c] + emit[c]) * (1 - veil) + horizon[c] * 0.62 * veil;
  };
  return css(level(0), level(1), level(2));
}

const BLACK: Rgb = [0, 0, 0];
