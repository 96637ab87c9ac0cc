/** Buses and trucks. */
import { createRandom } from '../random.ts';
import {
  addWheel,
  DARK,
  type Face,
  GLASS,
  HEADLIGHT,
  HUB,
  type LoftFaces,
  type Material,
  type Mesh,
  MeshBuilder,
  type PartBuilder,
  PLATE,
  type Point3,
  type Rgb,
  rgb,
  TAILLIGHT,
  TRIM,
} from './mesh.ts';

const gloss = (colour: Rgb): Material => ({ colour, finish: 'gloss' });
const matte = (colour: Rgb): Material => ({ colour, finish: 'matte' });

const LIVERIES: { body: Rgb; skirt: Rgb; roof: Rgb }[] = [
  { body: rgb(168, 28, 30), skirt: rgb(120, 20, 24), roof: rgb(210, 208, 204) },
  { body: rgb(218, 170, 32), skirt: rgb(70, 72, 76), roof: rgb(222, 218, 205) },
  { body: rgb(216, 218, 216), skirt: rgb(36, 84, 150), roof: rgb(222, 224, 224) },
  { body: rgb(42, 110, 78), skirt: rgb(226, 224, 208), roof: rgb(220, 220, 212) },
  { body: rgb(222, 222, 218), skirt: rgb(196, 96, 30), roof: rgb(214, 214, 210) },
];
const SIGN: Material = { colour: rgb(242, 158, 40), finish: 'sign' };

/** A quad on the plane y = side · w. */
const onSide = (side: number, w: number, x0: number, x1: number, z0: number, z1: number): Point3[] => [
  [x0, side * w, z0],
  [x1, side * w, z0],
  [x1, side * w, z1],
  [x0, side * w, z1],
];
const onEnd = (x: number, y0: number, y1: number, z0: number, z1: number): Point3[] => [
  [x, y0, z0],
  [x, y1, z0],
  [x, y1, z1],
  [x, y0, z1],
];

export function createBus(look: number, length: number): Mesh {
  const random = createRandom(look, 2);
  // One operator runs most of a street's buses, others pass now and then.
  const livery = LIVERIES[random.int(LIVERIES.length)];
  const [l, w, h] = [length / 2, 1.27, random.between(2.95, 3.15)];
  const body = gloss(livery.body);
  const skirt = gloss(livery.skirt);
  const roof = gloss(livery.roof);
  const builder = new MeshBuilder();
  const hull = builder.part(0, 0);
  const section = (x: number, half: number, bottom: number, top: number): { x: number; rim: [number, number][] } => ({
    x,
    rim: [
      [half * w * 0.99, bottom],
      [half * w, 0.98],
      [half * w * 0.99, h - 0.42],
      [half * w * 0.95, top - 0.12],
      [half * w * 0.8, top],
    ],
  });
  const skin = hull.loft(
    [
      section(l, 0.88, 0.36, h - 0.14),
      section(l - 0.12, 0.98, 0.3, h - 0.03),
      section(l - 0.35, 1, 0.28, h),
      section(-l + 0.3, 1, 0.28, h),
      section(-l + 0.08, 0.97, 0.32, h - 0.02),
      section(-l, 0.92, 0.42, h - 0.1),
    ],
    (strip) => (strip === 0 ? skirt : strip >= 3 ? roof : body),
  );
  busSides(hull, skin, l, w, h, random.chance(0.5) ? 3 : 2);
  busEnds(hull, skin, l, w, h, body);
  const unit = builder.part(0, 2);
  unit.box(-l * 0.5, -l * 0.05, 0.75, h - 0.02, h + 0.24, matte(rgb(188, 190, 188)));
  const [front, rear] = [l - 2.6, -l + 3.1];
  for (const at of [front, rear]) {
    for (const [side, strips] of [
      [1, skin.left[2]],
      [-1, skin.right[2]],
    ] as const) {
      const arch = Array.from({ length: 9 }, (_, i): Point3 => {
        const angle = (i * Math.PI) / 8;
        return [at + 0.62 * Math.cos(angle), side * w, 0.36 + 0.62 * Math.sin(angle)];
      });
      hull.decal(strips[0], arch, DARK);
    }
    addWheel(builder, at, w * 0.985, 0.48, 1, HUB);
  }
  return builder.build(length, w * 2);
}

function busSides(hull: PartBuilder, skin: LoftFaces, l: number, w: number, h: number, doors: number): void {
  const [low, high] = [1.12, h - 0.5];
  for (const [side, strips] of [
    [1, skin.left[2]],
    [-1, skin.right[2]],
  ] as const) {
    const wall = strips[1];
    hull.decal(wall, onSide(side, w * 1.0, -l + 0.35, l - 0.42, low - 0.04, high + 0.04), DARK);
    const step = 1.42;
    for (let x = -l + 0.45; x < l - 1.2; x += step) {
      hull.decal(wall, onSide(side, w * 1.001, x, Math.min(x + step - 0.09, l - 0.5), low, high), GLASS);
    }
    if (side < 0) {
      // Doors on the kerb side.
      for (let i = 0; i < doors; i++) {
        const x = l - 1.55 - i * ((2 * l - 4) / doors);
        hull.decal(wall, onSide(side, w * 1.002, x - 0.1, x + 1.2, 0.98, high + 0.08), DARK);
        for (const half of [0, 0.6]) {
          hull.decal(wall, onSide(side, w * 1.003, x + half, x + half + 0.5, 1, high), GLASS);
          hull.decal(strips[0], onSide(side, w * 1.003, x + half, x + half + 0.5, 0.42, 0.98), GLASS);
        }
      }
    }
  }
}

function busEnds(hull: PartBuilder, skin: LoftFaces, l: number, w: number, h: number, body: Material): void {
  const f = l + 0.003;
  hull.decal(skin.front, onEnd(f, -w * 0.84, w * 0.84, 1.0, h - 0.52), GLASS);
  hull.decal(skin.front, onEnd(f, -w * 0.72, w * 0.72, h - 0.5, h - 0.24), DARK);
  hull.decal(skin.front, onEnd(f, -w * 0.55, w * 0.5, h - 0.45, h - 0.29), SIGN);
  hull.decal(skin.front, onEnd(f, -w * 0.8, w * 0.8, 0.42, 0.56), DARK);
  hull.decal(skin.front, onEnd(f, -0.26, 0.26, 0.46, 0.58), PLATE);
  hull.decal(skin.back, onEnd(-f, -w * 0.66, w * 0.66, h - 1.25, h - 0.45), GLASS);
  const [r, g, b] = body.colour;
  hull.decal(skin.back, onEnd(-f, -w * 0.7, w * 0.7, 0.62, 1.2), gloss([r * 0.6, g * 0.6, b * 0.6]));
  hull.decal(skin.back, onEnd(-f, -0.26, 0.26, 0.62, 0.74), PLATE);
  for (const side of [1, -1]) {
    hull.decal(skin.front, onEnd(f, side * w * 0.5, side * w * 0.8, 0.6, 0.8), HEADLIGHT);
    hull.decal(skin.back, onEnd(-f, side * w * 0.72, side * w * 0.87, 0.9, 1.3), TAILLIGHT);
  }
}

const CABS: Rgb[] = [
  rgb(220, 221, 220),
  rgb(196, 36, 32),
  rgb(40, 74, 140),
  rgb(60, 62, 66),
  rgb(212, 164, 40),
  rgb(58, 110, 76),
];
const BOXES: Rgb[] = [
  rgb(226, 226, 222),
  rgb(226, 226, 222),
  rgb(202, 204, 204),
  rgb(214, 196, 150),
  rgb(60, 92, 140),
  rgb(172, 60, 44),
];

export function createTruck(look: number, length: number): Mesh {
  const random = createRandom(look, 3);
  const cab = gloss(random.pick(CABS));
  const builder = new MeshBuilder();
  const l = length / 2;
  const w = 1.22;
  const cabLength = 1.9;
  const cabTop = random.between(2.45, 2.8);
  const kind = random.weighted([6, 2, 2]);
  const front = builder.part(l - cabLength / 2, 0);
  const section = (x: number, half: number, bottom: number, top: number): { x: number; rim: [number, number][] } => ({
    x,
    rim: [
      [half * w * 0.97, bottom],
      [half * w * 0.98, 1.35],
      [half * w * 0.9, top - 0.1],
      [half * w * 0.78, top],
    ],
  });
  const skin = front.loft(
    [
      section(l, 0.9, 0.46, cabTop - 0.42),
      section(l - 0.28, 0.98, 0.42, cabTop - 0.06),
      section(l - 0.6, 1, 0.42, cabTop),
      section(l - cabLength, 1, 0.55, cabTop),
    ],
    cab,
  );
  const f = l + 0.003;
  front.decal(skin.front, onEnd(f, -w * 0.8, w * 0.8, 1.36, cabTop - 0.5), GLASS);
  front.decal(skin.front, onEnd(f, -w * 0.6, w * 0.6, 0.85, 1.2), TRIM);
  front.decal(skin.front, onEnd(f, -w * 0.82, w * 0.82, 0.48, 0.62), TRIM);
  front.decal(skin.front, onEnd(f, -0.26, 0.26, 0.5, 0.61), PLATE);
  for (const side of [1, -1]) {
    front.decal(skin.front, onEnd(f, side * w * 0.54, side * w * 0.82, 0.64, 0.82), HEADLIGHT);
    const strips = side > 0 ? skin.left : skin.right;
    front.decal(strips[2][1], onSide(side, w * 0.965, l - 1.35, l - 0.66, 1.42, cabTop - 0.32), GLASS);
    front.decal(strips[2][0], onSide(side, w * 0.985, l - 1.42, l - 1.4, 0.55, 1.35), TRIM);
  }
  const deck = builder.part(-0.5, -1);
  const rear = -l;
  const cut = l - cabLength - 0.12;
  deck.box(rear + 0.1, cut, w * 0.82, 0.55, 0.95, TRIM);
  load(builder, kind, rear, cut, w, random.between(3.05, 3.55), gloss(random.pick(BOXES)), cab, random.next());
  addWheel(builder, l - 1.1, w * 0.98, 0.47, 1);
  addWheel(builder, rear + 1.5, w * 0.98, 0.47, 1);
  if (length > 8) addWheel(builder, rear + 2.6, w * 0.98, 0.47, 1);
  return builder.build(length, w * 2);
}

/** What the truck carries: a closed box, a tipper's trough, or an open flatbed with goods. */
function load(
  builder: MeshBuilder,
  kind: number,
  rear: number,
  cut: number,
  w: number,
  top: number,
  paint: Material,
  cab: Material,
  variety: number,
): void {
  const part = builder.part((rear + cut) / 2, 0);
  const lights = (back: Face, low: number): void => {
    for (const side of [1, -1]) {
      part.decal(back, onEnd(rear - 0.003, side * w * 0.66, side * w * 0.94, low, low + 0.2), TAILLIGHT);
    }
  };
  if (kind === 0) {
    const [, back, left, right] = part.box(rear, cut, w * 1.02, 0.95, top, paint);
    lights(back, 0.97);
    part.decal(back, onEnd(rear - 0.002, -0.02, 0.02, 1.2, top - 0.1), TRIM);
    for (const [side, face] of [
      [1, left],
      [-1, right],
    ] as const) {
      part.decal(face, onSide(side, w * 1.022, rear, cut, 0.95, 1.05), TRIM);
      if (variety > 0.4) {
        const band = { ...cab, colour: variety > 0.75 ? rgb(180, 40, 36) : rgb(40, 80, 140) };
        part.decal(
          face,
          onSide(side, w * 1.023, rear + 1, rear + 1 + (cut - rear) * 0.55, top * 0.58, top * 0.72),
          band,
        );
      }
    }
    return;
  }
  const wall = kind === 1 ? 1.95 : 1.4;
  const material = kind === 1 ? matte(rgb(150, 98, 40)) : matte(rgb(120, 118, 112));
  const [, back, , , topFace] = part.box(rear, cut, w, 0.95, wall, material);
  lights(back, 0.97);
  part.decal(
    topFace,
    [
      [rear + 0.12, -w * 0.9, wall],
      [cut - 0.12, -w * 0.9, wall],
      [cut - 0.12, w * 0.9, wall],
      [rear + 0.12, w * 0.9, wall],
    ],
    matte(kind === 1 ? rgb(120, 104, 84) : rgb(96, 80, 60)),
  );
  if (kind === 2) {
    const goods = builder.part((rear + cut) / 2, 1);
    goods.box(
      rear + 0.5,
      rear + 0.5 + (cut - rear) * (0.4 + 0.4 * variety),
      w * 0.8,
      1.38,
      1.8 + 0.5 * variety,
      matte(rgb(156, 124, 84)),
    );
  }
}
