/** Street lamps, traffic lights and signs. */
import type { Camera } from '../camera.ts';
import type { Pole } from '../layout.ts';
import { project } from '../standing.ts';
import type { Light } from '../traffic/signals.ts';
import { css, type Moment } from './shade.ts';
import type { Context2D } from './surface.ts';

export interface Glow {
  x: number;
  y: number;
  /** Pixels. */
  radius: number;
  kind: 'white' | 'warm' | 'red' | 'green' | 'amber';
  strength: number;
}

/** Draws the pole and returns the lights on it that glow. */
export function drawPole(
  ctx: Context2D,
  pole: Pole,
  camera: Camera,
  moment: Moment,
  lights: { A: Light; B: Light },
  shift: readonly [number, number],
): Glow[] {
  const { ambient, sun, night } = moment.light;
  const steel = (k: number): string =>
    css(
      k * (ambient[0] * 0.8 + sun[0] * 0.4 * moment.share),
      k * (ambient[1] * 0.8 + sun[1] * 0.4 * moment.share),
      k * (ambient[2] * 0.85 + sun[2] * 0.4 * moment.share),
    );
  const at = (x: number, y: number, z: number): [number, number, number] | null => {
    const p = project(camera, x, y, z);
    return p === null ? null : [p[0] + shift[0], p[1] + shift[1], p[2]];
  };
  const foot = at(pole.x, pole.y, 0);
  const top = at(pole.x, pole.y, pole.height);
  if (foot === null || top === null) return [];
  const scale = camera.focal / foot[2];
  ctx.lineCap = 'butt';
  const line = (p: readonly number[], q: readonly number[], metres: number, colour: string): void => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = Math.max(0.9, metres * scale);
    ctx.beginPath();
    ctx.moveTo(p[0], p[1]);
    ctx.lineTo(q[0], q[1]);
    ctx.stroke();
  };
  line(foot, top, 0.13, steel(pole.kind === 'signal' ? 0.09 : 0.15));
  const glows: Glow[] = [];
  const tip = at(pole.x + pole.armX * pole.arm, pole.y + pole.armY * pole.arm, pole.height);
  if (pole.arm > 0 && tip !== null) line(top, tip, 0.09, steel(0.12));
  if (pole.kind === 'lamp' && tip !== null) {
    const back = at(pole.x + pole.armX * (pole.arm - 0.7), pole.y + pole.armY * (pole.arm - 0.7), pole.height);
    if (back !== null) line(back, tip, 0.2, steel(0.2));
    if (night > 0.05)
      glows.push({ x: tip[0], y: tip[1] + 0.1 * scale, radius: 1.5 * scale, kind: 'warm', strength: night });
  }
  if (pole.kind === 'sign') {
    ctx.fillStyle = css(...signColour(pole.look, ambient));
    ctx.beginPath();
    ctx.arc(top[0], top[1], 0.3 * scale, 0, 7);
    ctx.fill();
  }
  if (pole.kind === 'signal') {
    const heads = tip !== null && pole.arm > 0 ? [tip, at(pole.x, pole.y, 3)] : [top];
    for (const head of heads) if (head !== null) glows.push(...signalHead(ctx, head, scale, pole, lights, camera));
  }
  return glows;
}

const signColour = (look: number, ambient: readonly [number, number, number]): [number, number, number] => {
  const colours: [number, number, number][] = [
    [0.5, 0.5, 0.48],
    [0.05, 0.12, 0.4],
    [0.45, 0.05, 0.04],
    [0.5, 0.36, 0.04],
  ];
  const [r, g, b] = colours[look % 4];
  return [r * ambient[0], g * ambient[1], b * ambient[2]];
};

function signalHead(
  ctx: Context2D,
  at: readonly number[],
  scale: number,
  pole: Pole,
  lights: { A: Light; B: Light },
  camera: Camera,
): Glow[] {
  const [w, h] = [0.32 * scale, 0.95 * scale];
  ctx.fillStyle = '#15171a';
  ctx.fillRect(at[0] - w / 2, at[1] - h * 0.75, w, h);
  // Heads face the traffic that arrives; the camera sees the lamps of those that face it.
  const facesCamera =
    pole.road === 'A' ? pole.y < 0 : pole.x > 0 === camera.position[0] > 0 && Math.abs(camera.position[0]) > 12;
  if (!facesCamera) return [];
  const light = lights[pole.road];
  const place = { red: 0, yellow: 1, green: 2 }[light];
  const y = at[1] - h * 0.75 + h * (0.2 + 0.3 * place);
  const paint = { red: '#ff5a46', yellow: '#ffc24a', green: '#7dffc0' }[light];
  ctx.fillStyle = paint;
  ctx.beginPath();
  ctx.arc(at[0], y, Math.max(0.8, 0.12 * scale), 0, 7);
  ctx.fill();
  return [
    {
      x: at[0],
      y,
      radius: 0.7 * scale,
      kind: light === 'red' ? 'red' : light === 'green' ? 'green' : 'amber',
      strength: 0.35,
    },
  ];
}
