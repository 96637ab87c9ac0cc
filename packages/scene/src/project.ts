/**
 * From things in the world to outlines in the picture. Drawing, boxes and visibility all start from the same projected
 * points, so the boxes bound what is drawn.
 */
import type { Actor } from './actors.ts';
import { type Camera, NEAR_M } from './camera.ts';
import { convexHull } from './geometry.ts';
import { createCar } from './models/car.ts';
import { createClothes, type Piece, poseCyclist, posePerson } from './models/figure.ts';
import { createBus, createTruck } from './models/heavy.ts';
import type { Mesh, Part } from './models/mesh.ts';

export interface Bounds {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

interface Common {
  actor: Actor;
  cos: number;
  sin: number;
  /** Metres from the camera to the middle. */
  distance: number;
  /** In pixels, not clipped to the picture. */
  bounds: Bounds;
  /** Convex outlines whose union is the silhouette. */
  outlines: Float64Array[];
}

export interface ProjectedMesh extends Common {
  kind: 'mesh';
  mesh: Mesh;
  /** Camera coordinates and picture coordinates of every vertex. */
  inCamera: Float64Array;
  inPicture: Float64Array;
  /** Some vertices lie behind the camera's near plane: faces must be cut. */
  cut: boolean;
}

export interface ProjectedPiece {
  piece: Piece;
  depth: number;
  /** Pixels per metre at the piece. */
  scale: number;
  /** Picture coordinates: two for a limb, one for a ball, the hull for a hull, the ring's ellipse for a ring. */
  points: Float64Array;
}

export interface ProjectedFigure extends Common {
  kind: 'figure';
  /** From far to near. */
  pieces: ProjectedPiece[];
}

export type Projected = ProjectedMesh | ProjectedFigure;

/** Meshes by class, look and length; a street has a few dozen at a time. */
const meshes = new Map<string, Mesh>();

function meshFor(actor: Actor): Mesh {
  const key = `${actor.className}/${actor.look}/${actor.length}`;
  const known = meshes.get(key);
  if (known !== undefined) return known;
  if (meshes.size > 400) meshes.clear();
  const create = actor.className === 'car' ? createCar : actor.className === 'bus' ? createBus : createTruck;
  const mesh = create(actor.look, actor.length);
  meshes.set(key, mesh);
  return mesh;
}

/** Null when nothing of it lies in front of the camera. `rain` opens umbrellas; `shift`: sway of the mast in pixels. */
export function projectActor(
  actor: Actor,
  camera: Camera,
  rain: number,
  shift: readonly [number, number],
): Projected | null {
  const dx = actor.x - camera.position[0];
  const dy = actor.y - camera.position[1];
  const common = {
    actor,
    cos: Math.cos(actor.heading),
    sin: Math.sin(actor.heading),
    distance: Math.sqrt(dx * dx + dy * dy + camera.position[2] ** 2),
    bounds: empty(),
    outlines: [],
  };
  // A quick look at the middle spares what is far behind.
  const middle = new Float64Array(3);
  camera.toCamera(actor.x, actor.y, 1, middle, 0);
  if (middle[2] < -actor.length) return null;
  switch (actor.className) {
    case 'person':
      return projectFigure(
        posePerson(createClothes(actor.look, rain), actor.travelled, actor.speed),
        common,
        camera,
        shift,
      );
    case 'bicycle':
      return projectFigure(poseCyclist(actor.look, actor.travelled, actor.speed), common, camera, shift);
    case 'car':
    case 'bus':
    case 'truck':
      return projectMesh(meshFor(actor), common, camera, shift);
    default:
      return actor.className satisfies never;
  }
}

const empty = (): Bounds => ({
  x0: Number.POSITIVE_INFINITY,
  y0: Number.POSITIVE_INFINITY,
  x1: Number.NEGATIVE_INFINITY,
  y1: Number.NEGATIVE_INFINITY,
});

function extend(bounds: Bounds, points: Float64Array | number[], pad = 0): void {
  for (let i = 0; i < points.length; i += 2) {
    bounds.x0 = Math.min(bounds.x0, points[i] - pad);
    bounds.x1 = Math.max(bounds.x1, points[i] + pad);
    bounds.y0 = Math.min(bounds.y0, points[i + 1] - pad);
    bounds.y1 = Math.max(bounds.y1, points[i + 1] + pad);
  }
}

function projectMesh(
  mesh: Mesh,
  common: Common,
  camera: Camera,
  shift: readonly [number, number],
): ProjectedMesh | null {
  const { actor, cos, sin, bounds } = common;
  const { vertices } = mesh;
  const count = vertices.length / 3;
  const inCamera = new Float64Array(count * 3);
  const inPicture = new Float64Array(count * 2);
  let behind = 0;
  for (let i = 0; i < count; i++) {
    const [x, y] = [vertices[i * 3], vertices[i * 3 + 1]];
    camera.toCamera(actor.x + x * cos - y * sin, actor.y + x * sin + y * cos, vertices[i * 3 + 2], inCamera, i * 3);
    const depth = inCamera[i * 3 + 2];
    if (depth < NEAR_M) behind++;
    else {
      camera.toPicture(inCamera[i * 3], inCamera[i * 3 + 1], depth, inPicture, i * 2);
      inPicture[i * 2] += shift[0];
      inPicture[i * 2 + 1] += shift[1];
    }
  }
  if (behind === count) return null;
  const outlines: Float64Array[] = [];
  mesh.parts.forEach((part, index) => {
    const points =
      behind === 0 ? pick(inPicture, mesh.hulls[index]) : cutPart(part, inCamera, inPicture, camera, shift);
    if (points.length < 6) return;
    const outline = convexHull(points);
    outlines.push(outline);
    extend(bounds, outline);
  });
  if (outlines.length === 0) return null;
  return { ...common, kind: 'mesh', mesh, inCamera, inPicture, cut: behind > 0, outlines };
}

function pick(points: Float64Array, indices: readonly number[]): number[] {
  const picked: number[] = [];
  for (const i of indices) picked.push(points[i * 2], points[i * 2 + 1]);
  return picked;
}

function cutPart(
  part: Part,
  inCamera: Float64Array,
  inPicture: Float64Array,
  camera: Camera,
  shift: readonly [number, number],
): number[] {
  const points: number[] = [];
  for (const face of part.faces) points.push(...cutFace(face.corners, inCamera, inPicture, camera, shift));
  return points;
}

/** Picture coordinates of a face's part in front of the near plane. */
export function cutFace(
  corners: readonly number[],
  inCamera: Float64Array,
  inPicture: Float64Array,
  camera: Camera,
  shift: readonly [number, number],
): number[] {
  const points: number[] = [];
  const spot = new Float64Array(2);
  for (let k = 0; k < corners.length; k++) {
    const [i, j] = [corners[k], corners[(k + 1) % corners.length]];
    const [a, b] = [inCamera[i * 3 + 2] - NEAR_M, inCamera[j * 3 + 2] - NEAR_M];
    if (a >= 0) points.push(inPicture[i * 2], inPicture[i * 2 + 1]);
    if (a >= 0 === b >= 0) continue;
    const t = a / (a - b);
    const between = (c: number): number => inCamera[i * 3 + c] + (inCamera[j * 3 + c] - inCamera[i * 3 + c]) * t;
    camera.toPicture(between(0), between(1), NEAR_M, spot, 0);
    points.push(spot[0] + shift[0], spot[1] + shift[1]);
  }
  return points;
}

function projectFigure(
  pieces: readonly Piece[],
  common: Common,
  camera: Camera,
  shift: readonly [number, number],
): ProjectedFigure | null {
  const { actor, cos, sin, bounds, outlines } = common;
  const spot = new Float64Array(3);
  const flat = new Float64Array(2);
  let depth = 0;
  const project = (x: number, y: number, z: number, into: number[]): void => {
    camera.toCamera(actor.x + x * cos - y * sin, actor.y + x * sin + y * cos, z, spot, 0);
    depth = spot[2];
    camera.toPicture(spot[0], spot[1], Math.max(depth, NEAR_M), flat, 0);
    into.push(flat[0] + shift[0], flat[1] + shift[1]);
  };
  const projected: ProjectedPiece[] = [];
  for (const piece of pieces) {
    const points: number[] = [];
    let far = 0;
    switch (piece.kind) {
      case 'limb':
        project(piece.a[0], piece.a[1], piece.a[2], points);
        far = depth;
        project(piece.b[0], piece.b[1], piece.b[2], points);
        depth = (far + depth) / 2;
        break;
      case 'ball':
        project(piece.a[0], piece.a[1], piece.a[2], points);
        break;
      case 'hull':
        for (const point of piece.points) {
          project(point[0], point[1], point[2], points);
          far += depth / piece.points.length;
        }
        depth = far;
        break;
      case 'ring':
        for (let k = 0; k < 14; k++) {
          const angle = (k * Math.PI) / 7;
          project(
            piece.a[0] + piece.radius * Math.cos(angle),
            piece.a[1],
            piece.a[2] + piece.radius * Math.sin(angle),
            points,
          );
        }
        break;
      default:
        piece satisfies never;
    }
    // A person half behind the lens is not worth cutting.
    if (depth < NEAR_M * 3) return null;
    const scale = camera.focal / depth;
    const pad = piece.kind === 'hull' ? 0 : piece.kind === 'ring' ? (piece.width / 2) * scale : piece.radius * scale;
    extend(bounds, points, pad);
    projected.push({
      piece,
      depth,
      scale,
      points: piece.kind === 'hull' ? convexHull(points) : Float64Array.from(points),
    });
  }
  projected.sort((a, b) => b.depth - a.depth);
  for (const { piece, points, scale } of projected) outlines.push(outlineOf(piece, points, scale));
  return { ...common, kind: 'figure', pieces: projected };
}

function outlineOf(piece: Piece, points: Float64Array, scale: number): Float64Array {
  if (piece.kind === 'hull' || piece.kind === 'ring') return convexHull(points);
  const r = piece.radius * scale;
  const around: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    for (let k = 0; k < 6; k++) {
      around.push(points[i] + r * Math.cos((k * Math.PI) / 3), points[i + 1] + r * Math.sin((k * Math.PI) / 3));
    }
  }
  return convexHull(around);
}
