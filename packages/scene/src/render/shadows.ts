/** Shadows of what moves: outlines thrown on the road by the sun, and the dark under everything that stands. */
import type { Camera } from '../camera.ts';
import { convexHull } from '../geometry.ts';
import type { Lighting } from '../light.ts';
import type { Mesh } from '../models/mesh.ts';
import type { Projected } from '../project.ts';
import type { Context2D } from './surface.ts';
import { addPolygon } from './vehicles.ts';

/** Adds the outlines of all sun shadows to the open path, in picture pixels. */
export function addSunShadows(
  ctx: Context2D,
  projected: readonly Projected[],
  light: Lighting,
  camera: Camera,
  shift: readonly [number, number],
): void {
  const [sx, sy, sz] = light.toSun;
  if (sz < 0.04) return;
  const [kx, ky] = [sx / sz, sy / sz];
  for (const one of projected) {
    const { actor, cos, sin } = one;
    const place = (x: number, y: number, z: number): [number, number] => [
      actor.x + x * cos - y * sin - kx * z,
      actor.y + x * sin + y * cos - ky * z,
    ];
    for (const block of one.kind === 'mesh' ? blocksOf(one.mesh) : FIGURE) {
      const ground: number[] = [];
      for (const [x, y, z] of block) ground.push(...place(x, y, z));
      addGround(ctx, ground, camera, shift);
    }
  }
}

/** Projects a hull of ground points and adds it; what reaches behind the camera is left out. */
function addGround(ctx: Context2D, ground: readonly number[], camera: Camera, shift: readonly [number, number]): void {
  const spot = new Float64Array(3);
  const flat: number[] = [];
  for (let i = 0; i < ground.length; i += 2) {
    camera.toCamera(ground[i], ground[i + 1], 0, spot, 0);
    if (spot[2] < 1) return;
    camera.toPicture(spot[0], spot[1], spot[2], spot, 0);
    flat.push(spot[0] + shift[0], spot[1] + shift[1]);
  }
  const hull = convexHull(flat);
  if (hull.length >= 6) addPolygon(ctx, hull);
}

type Block = [number, number, number][];

const FIGURE: Block[] = [column(0.12, 0, 0.14, 0.95), column(0.2, 0.85, 0.2, 1.45), column(0.1, 1.45, 0.1, 1.75)];

function column(r0: number, z0: number, r1: number, z1: number): Block {
  const block: Block = [];
  for (let k = 0; k < 6; k++) {
    const [c, s] = [Math.cos((k * Math.PI) / 3), Math.sin((k * Math.PI) / 3)];
    block.push([r0 * c, r0 * s, z0], [r1 * c, r1 * s, z1]);
  }
  return block;
}

const blocks = new WeakMap<Mesh, Block[]>();

/** Every part's bounding block, its top drawn in a little: enough for a shadow. */
function blocksOf(mesh: Mesh): Block[] {
  const known = blocks.get(mesh);
  if (known !== undefined) return known;
  const made: Block[] = [];
  mesh.parts.forEach((part) => {
    if (part.layer === 1 || part.faces.length < 4) return;
    const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const high = low.map((value) => -value);
    for (const face of part.faces) {
      for (const corner of face.corners) {
        for (let c = 0; c < 3; c++) {
          low[c] = Math.min(low[c], mesh.vertices[corner * 3 + c]);
          high[c] = Math.max(high[c], mesh.vertices[corner * 3 + c]);
        }
      }
    }
    const block: Block = [];
    for (let k = 0; k < 8; k++) {
      const top = (k & 4) !== 0;
      const draw = top && part.layer === 2 ? 0.74 : 0.97;
      block.push([
        ((k & 1) !== 0 ? high[0] : low[0]) * draw,
        ((k & 2) !== 0 ? high[1] : low[1]) * draw,
        top ? high[2] : part.layer === 0 ? 0 : low[2],
      ]);
    }
    made.push(block);
  });
  blocks.set(mesh, made);
  return made;
}

/** The dark under vehicles and feet: nested outlines, soft towards the edge. */
export function drawContact(
  ctx: Context2D,
  projected: readonly Projected[],
  camera: Camera,
  shift: readonly [number, number],
  strength: number,
): void {
  ctx.fillStyle = '#060708';
  for (const [grow, alpha] of [
    [0.3, 0.2],
    [0.12, 0.3],
    [-0.06, 0.5],
  ]) {
    ctx.globalAlpha = alpha * strength;
    ctx.beginPath();
    for (const { actor, cos, sin, kind } of projected) {
      const l = kind === 'mesh' ? actor.length / 2 + grow : 0.2 + grow * 0.5;
      const w = kind === 'mesh' ? actor.width / 2 + grow : (actor.className === 'bicycle' ? 0.1 : 0.16) + grow * 0.5;
      const length = actor.className === 'bicycle' ? 0.75 + grow * 0.5 : l;
      const ground: number[] = [];
      for (let k = 0; k < 10; k++) {
        const angle = ((k + 0.5) * Math.PI) / 5;
        // A rounded rectangle.
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const x = length * Math.sign(c) * Math.sqrt(Math.abs(c));
        const y = w * Math.sign(s) * Math.sqrt(Math.abs(s));
        ground.push(actor.x + x * cos - y * sin, actor.y + x * sin + y * cos);
      }
      addGround(ctx, ground, camera, shift);
    }
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}
