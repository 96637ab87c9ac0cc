/** Draws vehicles face by face, from the far part to the near. */
import type { Camera } from '../camera.ts';
import type { Face, Part } from '../models/mesh.ts';
import { cutFace, type ProjectedMesh } from '../project.ts';
import { type Local, type Moment, shadeFace } from './shade.ts';
import type { Context2D } from './surface.ts';

export function drawMesh(
  ctx: Context2D,
  projected: ProjectedMesh,
  moment: Moment,
  local: Local,
  camera: Camera,
  shift: readonly [number, number],
): void {
  const { mesh, actor, cos, sin } = projected;
  const dx = camera.position[0] - actor.x;
  const dy = camera.position[1] - actor.y;
  // The camera in the vehicle's own axes decides which faces look at it.
  const eye = { x: dx * cos + dy * sin, y: dy * cos - dx * sin, z: camera.position[2] };
  const layerOf = ({ layer, side }: Part): number => (side !== 0 && side * eye.y < mesh.width / 2 ? -2 : layer);
  const parts = mesh.parts
    .slice()
    .sort((a, b) => layerOf(a) - layerOf(b) || Math.abs(b.x - eye.x) - Math.abs(a.x - eye.x));
  const small = projected.bounds.x1 - projected.bounds.x0 < 26;
  for (const part of parts) drawPart(ctx, projected, part, eye, moment, local, camera, shift, small);
}

function drawPart(
  ctx: Context2D,
  projected: ProjectedMesh,
  part: Part,
  eye: { x: number; y: number; z: number },
  moment: Moment,
  local: Local,
  camera: Camera,
  shift: readonly [number, number],
  small: boolean,
): void {
  const { mesh, inCamera } = projected;
  const { vertices } = mesh;
  const visible: { face: Face; depth: number }[] = [];
  for (const face of part.faces) {
    const v = face.corners[0] * 3;
    const towards =
      face.nx * (eye.x - vertices[v]) + face.ny * (eye.y - vertices[v + 1]) + face.nz * (eye.z - vertices[v + 2]);
    if (towards <= 0) continue;
    let depth = 0;
    for (const corner of face.corners) depth += inCamera[corner * 3 + 2];
    visible.push({ face, depth: depth / face.corners.length });
  }
  if (visible.length > 1) visible.sort((a, b) => b.depth - a.depth);
  ctx.lineWidth = 0.7;
  ctx.lineJoin = 'round';
  for (const { face } of visible) {
    const low = vertices[face.corners[0] * 3 + 2];
    const dim = low < 0.55 && face.nz < 0.5 ? 0.72 : 1;
    const colour = shadeFace(face.material, face.nx, face.ny, face.nz, moment, local, dim);
    if (!trace(ctx, face, projected, camera, shift)) continue;
    ctx.fillStyle = colour;
    ctx.fill();
    // A hair of the same colour closes the seam to the next face.
    if (visible.length > 1) {
      ctx.strokeStyle = colour;
      ctx.stroke();
    }
    for (const decal of face.decals) {
      if (small && decal.material.finish === 'matte' && decal.corners.length < 6) continue;
      if (!trace(ctx, decal, projected, camera, shift)) continue;
      ctx.fillStyle = shadeFace(decal.material, face.nx, face.ny, face.nz, moment, local, dim);
      ctx.fill();
    }
  }
}

function trace(
  ctx: Context2D,
  face: Face,
  projected: ProjectedMesh,
  camera: Camera,
  shift: readonly [number, number],
): boolean {
  const { inPicture, inCamera, cut } = projected;
  if (cut) {
    const points = cutFace(face.corners, inCamera, inPicture, camera, shift);
    return tracePolygon(ctx, points);
  }
  const { corners } = face;
  ctx.beginPath();
  ctx.moveTo(inPicture[corners[0] * 2], inPicture[corners[0] * 2 + 1]);
  for (let k = 1; k < corners.length; k++) ctx.lineTo(inPicture[corners[k] * 2], inPicture[corners[k] * 2 + 1]);
  ctx.closePath();
  return true;
}

export function tracePolygon(ctx: Context2D, points: Float64Array | readonly number[]): boolean {
  if (points.length < 6) return false;
  ctx.beginPath();
  addPolygon(ctx, points);
  return true;
}

/** Adds to the path that is open. */
export function addPolygon(ctx: Context2D, points: Float64Array | readonly number[]): void {
  ctx.moveTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) ctx.lineTo(points[i], points[i + 1]);
  ctx.closePath();
}
