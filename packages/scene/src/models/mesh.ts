/**
 * Shapes of things that move: a few parts, each a nearly convex skin of flat faces in metres (x ahead, y left, z up,
 * the origin on the road under the middle). Flat details that lie on a face (windows, lamps, plates) are its decals:
 * they are drawn right after it and vanish with it.
 */

/** Linear reflectance. */
export type Rgb = readonly [number, number, number];

export type Finish =
  /** Car paint: mirrors some sky. */
  | 'gloss'
  | 'matte'
  /** Window: dark inside, mirrors the sky. */
  | 'glass'
  /** Shines by itself: by night, when braking, always. */
  | 'headlight'
  | 'taillight'
  | 'sign';

export interface Material {
  colour: Rgb;
  finish: Finish;
}

export interface Face {
  /** Vertex numbers, in order round the face. */
  corners: number[];
  nx: number;
  ny: number;
  nz: number;
  material: Material;
  decals: Face[];
}

export interface Part {
  faces: Face[];
  /** Along x, for the order of parts that stand behind one another. */
  x: number;
  /** Drawn from back to front along x, before those of a higher layer. */
  layer: number;
  /** Wheels: 1 left, -1 right. From the other side, or from right ahead, the body hides them. */
  side: -1 | 0 | 1;
}

export interface Mesh {
  /** x, y, z of each vertex. */
  vertices: Float64Array;
  parts: Part[];
  /** Vertex numbers whose silhouette stands for the shape in shadows and visibility, one list per part. */
  hulls: number[][];
  length: number;
  width: number;
  height: number;
}

export type Point3 = readonly [number, number, number];

export class MeshBuilder {
  readonly #points: number[] = [];
  readonly #parts: Part[] = [];
  readonly #hulls: number[][] = [];

  part(x: number, layer: number, side: -1 | 0 | 1 = 0): PartBuilder {
    const part: Part = { faces: [], x, layer, side };
    const hull: number[] = [];
    this.#parts.push(part);
    this.#hulls.push(hull);
    return new PartBuilder(part, hull, this.#points);
  }

  build(length: number, width: number): Mesh {
    let height = 0;
    for (let i = 2; i < this.#points.length; i += 3) height = Math.max(height, this.#points[i]);
    return {
      vertices: Float64Array.from(this.#points),
      parts: this.#parts,
      hulls: this.#hulls.map((hull) => this.#distinct(hull)),
      length,
      width,
      height,
    };
  }

  /** Neighbouring faces have corners of their own at the same places: one of each is enough for an outline. */
  #distinct(hull: readonly number[]): number[] {
    const seen = new Set<string>();
    return hull.filter((i) => {
      const place = [0, 1, 2].map((c) => this.#points[i * 3 + c].toFixed(3)).join();
      if (seen.has(place)) return false;
      seen.add(place);
      return true;
    });
  }
}

export class PartBuilder {
  readonly #part: Part;
  readonly #hull: number[];
  readonly #points: number[];

  constructor(part: Part, hull: number[], points: number[]) {
    this.#part = part;
    this.#hull = hull;
    this.#points = points;
  }

  /** A face whose normal points away from `inside`. `null` for flat things: the corners' order decides. */
  face(corners: readonly Point3[], material: Material, inside: Point3 | null, outline = true): Face {
    const face = this.#make(corners, material);
    if (inside !== null) {
      const [p] = corners;
      const outward = face.nx * (p[0] - inside[0]) + face.ny * (p[1] - inside[1]) + face.nz * (p[2] - inside[2]);
      if (outward < 0) {
        face.nx = -face.nx;
        face.ny = -face.ny;
        face.nz = -face.nz;
        face.corners.reverse();
      }
    }
    if (outline) this.#hull.push(...face.corners);
    this.#part.faces.push(face);
    return face;
  }

  /** Something flat on a face. */
  decal(on: Face, corners: readonly Point3[], material: Material): void {
    const decal = this.#make(corners, material);
    decal.nx = on.nx;
    decal.ny = on.ny;
    decal.nz = on.nz;
    on.decals.push(decal);
  }

  /** An upright box; returns its faces in the order front, back, left, right, top. */
  box(x0: number, x1: number, halfWidth: number, z0: number, z1: number, material: Material): Face[] {
    const w = halfWidth;
    const inside: Point3 = [(x0 + x1) / 2, 0, (z0 + z1) / 2];
    const quad = (a: Point3, b: Point3, c: Point3, d: Point3) => this.face([a, b, c, d], material, inside);
    return [
      quad([x1, -w, z0], [x1, w, z0], [x1, w, z1], [x1, -w, z1]),
      quad([x0, -w, z0], [x0, w, z0], [x0, w, z1], [x0, -w, z1]),
      quad([x0, w, z0], [x1, w, z0], [x1, w, z1], [x0, w, z1]),
      quad([x0, -w, z0], [x1, -w, z0], [x1, -w, z1], [x0, -w, z1]),
      quad([x0, -w, z1], [x1, -w, z1], [x1, w, z1], [x0, w, z1]),
    ];
  }

  /**
   * A skin over cross-sections from front to back. Each section lists (half width, height) from the bottom up; the
   * left side mirrors the right, and the last points of both sides are joined over the top.
   */
  loft(sections: readonly Section[], material: Material | ((strip: number) => Material)): LoftFaces {
    const of = typeof material === 'function' ? material : () => material;
    const middle = sections[sections.length >> 1];
    const inside: Point3 = [0, 0, (middle.rim[0][1] + middle.rim[middle.rim.length - 1][1]) / 2];
    const left: Face[][] = [];
    const right: Face[][] = [];
    const top: Face[] = [];
    for (let i = 0; i + 1 < sections.length; i++) {
      const [a, b] = [sections[i], sections[i + 1]];
      const here: Point3 = [(a.x + b.x) / 2, 0, inside[2]];
      const strips: [Face[], Face[]] = [[], []];
      for (let j = 0; j + 1 < a.rim.length; j++) {
        for (const [side, list] of [
          [1, strips[0]],
          [-1, strips[1]],
        ] as const) {
          list.push(
            this.face(
              [
                [a.x, side * a.rim[j][0], a.rim[j][1]],
                [b.x, side * b.rim[j][0], b.rim[j][1]],
                [b.x, side * b.rim[j + 1][0], b.rim[j + 1][1]],
                [a.x, side * a.rim[j + 1][0], a.rim[j + 1][1]],
              ],
              of(j),
              here,
            ),
          );
        }
      }
      left.push(strips[0]);
      right.push(strips[1]);
      const [ta, tb] = [a.rim[a.rim.length - 1], b.rim[b.rim.length - 1]];
      top.push(
        this.face(
          [
            [a.x, -ta[0], ta[1]],
            [a.x, ta[0], ta[1]],
            [b.x, tb[0], tb[1]],
            [b.x, -tb[0], tb[1]],
          ],
          of(a.rim.length - 1),
          [here[0], 0, here[2] - 2],
        ),
      );
    }
    const cap = (section: Section): Face => {
      const rim: Point3[] = [
        ...section.rim.map(([w, z]): Point3 => [section.x, w, z]),
        ...section.rim.map(([w, z]): Point3 => [section.x, -w, z]).reverse(),
      ];
      return this.face(rim, of(1), inside);
    };
    return { left, right, top, front: cap(sections[0]), back: cap(sections[sections.length - 1]) };
  }

  #make(corners: readonly Point3[], material: Material): Face {
    const first = this.#points.length / 3;
    for (const point of corners) this.#points.push(point[0], point[1], point[2]);
    // Newell's method: right for slightly bent faces too.
    let [nx, ny, nz] = [0, 0, 0];
    for (let i = 0; i < corners.length; i++) {
      const p = corners[i];
      const q = corners[(i + 1) % corners.length];
      nx += (p[1] - q[1]) * (p[2] + q[2]);
      ny += (p[2] - q[2]) * (p[0] + q[0]);
      nz += (p[0] - q[0]) * (p[1] + q[1]);
    }
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
    return {
      corners: corners.map((_, i) => first + i),
      nx: nx / length,
      ny: ny / length,
      nz: nz / length,
      material,
      decals: [],
    };
  }
}

export interface Section {
  x: number;
  /** (half width, height) from the bottom up. */
  rim: [number, number][];
}

export interface LoftFaces {
  /** Per gap between sections, the strips from the bottom up. */
  left: Face[][];
  right: Face[][];
  top: Face[];
  front: Face;
  back: Face;
}

/** sRGB 0..255 to linear reflectance. */
export function rgb(r: number, g: number, b: number): Rgb {
  return [(r / 255) ** 2.2, (g / 255) ** 2.2, (b / 255) ** 2.2];
}

export const TRIM: Material = { colour: rgb(38, 39, 42), finish: 'matte' };
export const DARK: Material = { colour: rgb(18, 18, 20), finish: 'matte' };
export const GLASS: Material = { colour: rgb(24, 28, 32), finish: 'glass' };
export const HUB: Material = { colour: rgb(140, 142, 145), finish: 'matte' };
export const PLATE: Material = { colour: rgb(225, 224, 210), finish: 'matte' };
export const HEADLIGHT: Material = { colour: rgb(205, 210, 215), finish: 'headlight' };
export const TAILLIGHT: Material = { colour: rgb(140, 20, 18), finish: 'taillight' };

/** A wheel at (x, ±y): tyre, rim, and the tread seen from before and behind. */
export function addWheel(builder: MeshBuilder, x: number, y: number, radius: number, layer: number, rim = HUB): void {
  for (const side of [1, -1] as const) {
    const part = builder.part(x, layer, side);
    const ring = (r: number, count: number, out: number): Point3[] =>
      Array.from({ length: count }, (_, i): Point3 => {
        const angle = ((side > 0 ? -i : i) * 2 * Math.PI) / count;
        return [x + r * Math.cos(angle), side * (y + out), radius + r * Math.sin(angle)];
      });
    for (const end of [1, -1]) {
      const at = x + end * radius * 0.82;
      const inner = side * (y - 0.22);
      const outer = side * y;
      const corners: Point3[] = [
        [at, inner, 0.02],
        [at, outer, 0.02],
        [at, outer, radius * 1.1],
        [at, inner, radius * 1.1],
      ];
      part.face(corners, DARK, [x, side * (y - 0.1), radius], false);
    }
    const tyre = part.face(ring(radius, 12, 0), DARK, [x, 0, radius]);
    part.decal(tyre, ring(radius * 0.62, 8, 0.01), rim);
    part.decal(tyre, ring(radius * 0.2, 5, 0.012), TRIM);
  }
}
