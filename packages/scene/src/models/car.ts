/** Passenger cars: a lofted lower body and a greenhouse, in five body styles. */
import { createRandom, type Random } from '../random.ts';
import {
  addWheel,
  DARK,
  type Face,
  GLASS,
  HEADLIGHT,
  HUB,
  type Material,
  type Mesh,
  MeshBuilder,
  PLATE,
  type Point3,
  type Rgb,
  rgb,
  TAILLIGHT,
  TRIM,
} from './mesh.ts';

interface Style {
  height: number;
  width: number;
  /** As fractions of the length from the middle: windscreen foot, roof's front and rear end, rear window's foot. */
  cowl: number;
  roofFront: number;
  roofRear: number;
  tail: number;
  /** Heights of bonnet and waist as fractions of the height. */
  bonnet: number;
  waist: number;
  boot: number;
}

const STYLES: Record<'saloon' | 'hatchback' | 'estate' | 'suv' | 'mpv', Style> = {
  saloon: {
    height: 1.45,
    width: 1.8,
    cowl: 0.2,
    roofFront: 0.05,
    roofRear: -0.2,
    tail: -0.35,
    bonnet: 0.58,
    waist: 0.65,
    boot: 0.66,
  },
  hatchback: {
    height: 1.48,
    width: 1.76,
    cowl: 0.23,
    roofFront: 0.08,
    roofRear: -0.34,
    tail: -0.455,
    bonnet: 0.6,
    waist: 0.65,
    boot: 0.64,
  },
  estate: {
    height: 1.5,
    width: 1.8,
    cowl: 0.2,
    roofFront: 0.06,
    roofRear: -0.39,
    tail: -0.47,
    bonnet: 0.58,
    waist: 0.64,
    boot: 0.64,
  },
  suv: {
    height: 1.72,
    width: 1.88,
    cowl: 0.21,
    roofFront: 0.08,
    roofRear: -0.39,
    tail: -0.475,
    bonnet: 0.62,
    waist: 0.66,
    boot: 0.66,
  },
  mpv: {
    height: 1.68,
    width: 1.84,
    cowl: 0.29,
    roofFront: 0.1,
    roofRear: -0.4,
    tail: -0.475,
    bonnet: 0.58,
    waist: 0.61,
    boot: 0.62,
  },
};

const PAINTS: [number, Rgb][] = [
  [22, rgb(222, 224, 224)],
  [19, rgb(26, 27, 30)],
  [17, rgb(92, 96, 101)],
  [15, rgb(160, 164, 167)],
  [6, rgb(38, 62, 112)],
  [4, rgb(62, 104, 158)],
  [7, rgb(142, 26, 26)],
  [2, rgb(94, 30, 34)],
  [3, rgb(172, 160, 134)],
  [2, rgb(46, 78, 58)],
  [1, rgb(204, 146, 34)],
  [2, rgb(118, 84, 58)],
];

export function createCar(look: number, length: number): Mesh {
  const random = createRandom(look, 1);
  const names = ['saloon', 'hatchback', 'estate', 'suv', 'mpv'] as const;
  const style = STYLES[names[random.weighted(length > 4.4 ? [4, 0.6, 3, 3, 2] : [1, 6, 0.5, 3, 1])]];
  const tint = random.between(0.9, 1.1);
  const base = PAINTS[random.weighted(PAINTS.map(([weight]) => weight))][1];
  const paint: Material = { colour: [base[0] * tint, base[1] * tint, base[2] * tint], finish: 'gloss' };
  return build(style, length, paint, random);
}

function build(style: Style, length: number, paint: Material, random: Random): Mesh {
  const { height: h } = style;
  const w = style.width / 2;
  const l = length;
  const builder = new MeshBuilder();
  const wheel = 0.3 + (h - 1.45) * 0.16;
  const axle = 0.305 * l;
  const sill = h > 1.6 ? 0.28 : 0.19;
  const section = (at: number, half: number, bottom: number, belt: number): { x: number; rim: [number, number][] } => ({
    x: at * l,
    rim: [
      [half * w * 0.95, bottom],
      [half * w, bottom + (belt - bottom) * 0.42],
      [half * w * 0.985, belt - (belt - bottom) * 0.16],
      [half * w * 0.88, belt],
    ],
  });
  const waist = style.waist * h;
  const bonnet = style.bonnet * h;
  const boot = style.boot * h;
  const cladding = h > 1.6 && random.chance(0.6);
  const body = builder.part(0, 0);
  const skin = body.loft(
    [
      section(0.5, 0.68, sill + 0.1, bonnet * 0.74),
      section(0.478, 0.86, sill + 0.02, bonnet * 0.84),
      section(0.4, 0.97, sill, bonnet * 0.95),
      section(style.cowl, 1, sill, waist * 0.985),
      section(-0.1, 1, sill, waist),
      section(style.tail + 0.03, 0.99, sill, waist + 0.02),
      section(-0.475, 0.93, sill + 0.03, boot * 0.99),
      section(-0.5, 0.78, sill + 0.14, boot * 0.93),
    ],
    (strip) => (strip === 0 && cladding ? TRIM : paint),
  );
  lamps(body, skin.front, skin.back, { l, w, bonnet, boot, sill });
  for (const side of [skin.left, skin.right]) {
    const sign = side === skin.left ? 1 : -1;
    // Dark arches over the wheels, drawn on the body's lower strips.
    for (const at of [axle, -axle]) {
      const on = nearest(
        side.map((strips) => strips[1]),
        at,
      );
      const arch = Array.from({ length: 9 }, (_, i): Point3 => {
        const angle = (i * Math.PI) / 8;
        return [at + wheel * 1.22 * Math.cos(angle), sign * w * 0.995, wheel * 0.9 + wheel * 1.2 * Math.sin(angle)];
      });
      body.decal(on, arch, DARK);
    }
    // Gaps of the doors.
    for (const at of [style.cowl - 0.035, -0.045, -0.235]) {
      const x = at * l;
      const on = nearest(
        side.map((strips) => strips[1]),
        x,
      );
      const seam: Point3[] = [
        [x - 0.012, sign * w, sill + 0.1],
        [x + 0.012, sign * w, sill + 0.1],
        [x + 0.012, sign * w * 0.985, waist - 0.1],
        [x - 0.012, sign * w * 0.985, waist - 0.1],
      ];
      body.decal(on, seam, {
        colour: [paint.colour[0] * 0.35, paint.colour[1] * 0.35, paint.colour[2] * 0.35],
        finish: 'matte',
      });
    }
  }
  greenhouse(builder, style, { l, w, h, waist }, paint, random);
  addWheel(builder, axle, w * 0.99, wheel, 1, random.chance(0.25) ? TRIM : HUB);
  addWheel(builder, -axle, w * 0.99, wheel, 1, random.chance(0.25) ? TRIM : HUB);
  return builder.build(l, w * 2);

  function nearest(faces: Face[], x: number): Face {
    // Sections run from front to back; the strip that holds x.
    const cuts = [0.5, 0.478, 0.4, style.cowl, -0.1, style.tail + 0.03, -0.475, -0.5];
    let i = 0;
    while (i < faces.length - 1 && cuts[i + 1] * l > x) i++;
    return faces[i];
  }
}

interface Sizes {
  l: number;
  w: number;
  bonnet: number;
  boot: number;
  sill: number;
}

function lamps(
  body: ReturnType<MeshBuilder['part']>,
  front: Face,
  back: Face,
  { l, w, bonnet, boot, sill }: Sizes,
): void {
  const quad = (x: number, y0: number, y1: number, z0: number, z1: number): Point3[] => [
    [x, y0, z0],
    [x, y1, z0],
    [x, y1, z1],
    [x, y0, z1],
  ];
  const f = l * 0.5 + 0.002;
  body.decal(front, quad(f, -w * 0.62, w * 0.62, sill + 0.12, sill + 0.24), DARK);
  body.decal(front, quad(f, -w * 0.36, w * 0.36, bonnet * 0.56, bonnet * 0.7), DARK);
  body.decal(front, quad(f, -0.26, 0.26, sill + 0.2, sill + 0.31), PLATE);
  for (const side of [1, -1]) {
    body.decal(front, quad(f, side * w * 0.42, side * w * 0.67, bonnet * 0.58, bonnet * 0.71), HEADLIGHT);
    body.decal(back, quad(-f, side * w * 0.48, side * w * 0.77, boot * 0.66, boot * 0.86), TAILLIGHT);
  }
  body.decal(back, quad(-f, -0.26, 0.26, boot * 0.6, boot * 0.6 + 0.12), PLATE);
  body.decal(back, quad(-f, -w * 0.74, w * 0.74, sill + 0.15, sill + 0.24), DARK);
}

function greenhouse(
  builder: MeshBuilder,
  style: Style,
  { l, w, h, waist }: { l: number; w: number; h: number; waist: number },
  paint: Material,
  random: Random,
): void {
  const part = builder.part(0, 2);
  const foot = w * 0.88;
  const roof = w * 0.7;
  const z = waist - 0.02;
  const x = { cowl: style.cowl * l, front: style.roofFront * l, rear: style.roofRear * l, tail: style.tail * l };
  const middle = (x.front + x.rear) / 2;
  const inside: Point3 = [middle, 0, z + 0.1];
  const A = (s: number): Point3 => [x.cowl, s * foot, z];
  const B = (s: number): Point3 => [x.front, s * roof, h - 0.035];
  const M = (s: number): Point3 => [middle, s * roof, h];
  const C = (s: number): Point3 => [x.rear, s * roof, h - 0.05];
  const D = (s: number): Point3 => [x.tail, s * foot * 0.96, z + 0.02];
  const black = random.chance(0.12) ? TRIM : paint;
  const mix = (p: Point3, q: Point3, t: number): Point3 => [
    p[0] + (q[0] - p[0]) * t,
    p[1] + (q[1] - p[1]) * t,
    p[2] + (q[2] - p[2]) * t,
  ];
  /** A pane within a quad given as foot left, foot right, top right, top left. */
  const pane = (
    on: Face,
    q: [Point3, Point3, Point3, Point3],
    u0: number,
    u1: number,
    v0: number,
    v1: number,
  ): void => {
    const at = (u: number, v: number) => mix(mix(q[0], q[1], u), mix(q[3], q[2], u), v);
    part.decal(on, [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)], GLASS);
  };

  part.face([M(-1), M(1), C(1), C(-1)], black, [middle, 0, 0]);
  part.face([B(-1), B(1), M(1), M(-1)], black, [middle, 0, 0]);
  const rear = part.face([C(-1), C(1), D(1), D(-1)], paint, inside);
  pane(rear, [D(-1), D(1), C(1), C(-1)], 0.07, 0.93, 0.16, 0.92);
  for (const s of [1, -1]) {
    const side = part.face([A(s), B(s), M(s), C(s), D(s)], black, inside);
    const b = -0.045 * l;
    const top = (at: number): Point3 => [at, s * roof, h - 0.05];
    const low = (at: number): Point3 => [at, s * foot, z];
    // Front and rear door, leaning with windscreen and rear window.
    pane(side, [low(x.cowl - 0.06), low(b), top(b), top(x.front)], 0.06, 0.96, 0.1, 0.9);
    pane(side, [low(b), low(x.tail + 0.25), top(x.rear + 0.12), top(b)], 0.05, 0.96, 0.1, 0.9);
  }
  const screen = part.face([A(-1), A(1), B(1), B(-1)], paint, inside);
  pane(screen, [A(-1), A(1), B(1), B(-1)], 0.06, 0.94, 0.05, 0.94);
  for (const s of [1, -1] as const) {
    const mirror = builder.part(0, 2, s);
    const m = x.cowl - 0.22;
    const corners = (at: number): Point3[] => [
      [at, s * w * 0.93, z],
      [at, s * (w + 0.13), z],
      [at, s * (w + 0.13), z + 0.15],
      [at, s * w * 0.93, z + 0.15],
    ];
    mirror.face(corners(m + 0.06), paint, [m, s * w, z]);
    mirror.face(corners(m - 0.02), DARK, [m + 0.05, s * w, z]);
  }
}
