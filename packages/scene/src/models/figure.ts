/**
 * People and bicycles: round limbs (capsules), and bodies as the hull of a few points, posed by the distance gone.
 * Metres, x ahead, y left, z up, the origin on the ground.
 */
import { createRandom, type Random } from '../random.ts';
import { type Point3, type Rgb, rgb } from './mesh.ts';

export type Piece =
  | { kind: 'limb'; a: Point3; b: Point3; radius: number; colour: Rgb }
  | { kind: 'ball'; a: Point3; radius: number; colour: Rgb }
  | { kind: 'hull'; points: Point3[]; colour: Rgb }
  /** A wheel: a thin upright ring in the x–z plane. */
  | { kind: 'ring'; a: Point3; radius: number; width: number; colour: Rgb };

export interface Clothes {
  size: number;
  top: Rgb;
  legs: Rgb;
  shoes: Rgb;
  skin: Rgb;
  hair: Rgb;
  longCoat: boolean;
  skirt: boolean;
  bag: 'none' | 'backpack' | 'shoulder';
  umbrella: Rgb | null;
  hat: boolean;
  bulk: number;
}

const TOPS = [
  rgb(34, 36, 42),
  rgb(52, 58, 74),
  rgb(96, 98, 102),
  rgb(196, 194, 188),
  rgb(150, 36, 38),
  rgb(44, 82, 128),
  rgb(70, 92, 66),
  rgb(168, 146, 110),
  rgb(222, 220, 214),
  rgb(180, 96, 40),
  rgb(96, 62, 92),
  rgb(210, 176, 60),
];
const LEGS = [
  rgb(36, 42, 58),
  rgb(30, 30, 33),
  rgb(64, 74, 94),
  rgb(110, 100, 84),
  rgb(80, 80, 82),
  rgb(150, 138, 112),
];
const SKINS = [rgb(224, 182, 150), rgb(202, 152, 116), rgb(142, 98, 70), rgb(90, 60, 44)];
const HAIRS = [rgb(30, 24, 20), rgb(62, 44, 30), rgb(120, 92, 60), rgb(150, 146, 140), rgb(20, 20, 22)];
const UMBRELLAS = [rgb(28, 28, 32), rgb(28, 28, 32), rgb(130, 26, 32), rgb(36, 60, 110), rgb(190, 188, 180)];

export function createClothes(look: number, rain: number): Clothes {
  const random: Random = createRandom(look, 4);
  const child = random.chance(0.07);
  return {
    size: child ? random.between(0.68, 0.8) : random.between(0.92, 1.08),
    top: random.pick(TOPS),
    legs: random.pick(LEGS),
    shoes: random.pick([rgb(26, 26, 28), rgb(70, 52, 38), rgb(190, 190, 188)]),
    skin: random.pick(SKINS),
    hair: random.pick(HAIRS),
    longCoat: random.chance(0.22),
    skirt: random.chance(0.1),
    bag: (['none', 'backpack', 'shoulder'] as const)[random.weighted([6, 2, 2])],
    umbrella: random.chance(rain * 0.75) ? random.pick(UMBRELLAS) : null,
    hat: random.chance(0.12),
    bulk: random.between(0.9, 1.2),
  };
}

/** `walked`: metres gone; `speed` 0 stands still. */
export function posePerson(clothes: Clothes, walked: number, speed: number): Piece[] {
  const k = clothes.size;
  const step = speed > 0.05 ? 1 : 0;
  const phase = (walked / (0.74 * k)) * Math.PI;
  const swing = 0.46 * step;
  const bob = 0.025 * k * Math.cos(2 * phase) * step;
  const pieces: Piece[] = [];
  const hip = 0.92 * k + bob;
  const b = clothes.bulk;
  for (const side of [1, -1]) {
    const angle = swing * Math.sin(phase) * side;
    const bend = step * Math.max(0, -Math.cos(phase) * side) * 0.7;
    const h: Point3 = [0, side * 0.09 * k, hip];
    const knee: Point3 = [h[0] + 0.45 * k * Math.sin(angle), h[1], hip - 0.45 * k * Math.cos(angle)];
    const shin = angle - bend;
    const foot: Point3 = [
      knee[0] + 0.43 * k * Math.sin(shin),
      h[1],
      Math.max(0.06 * k, knee[2] - 0.43 * k * Math.cos(shin)),
    ];
    pieces.push(
      { kind: 'limb', a: knee, b: foot, radius: 0.058 * k * b, colour: clothes.skirt ? clothes.skin : clothes.legs },
      { kind: 'limb', a: h, b: knee, radius: 0.082 * k * b, colour: clothes.legs },
      {
        kind: 'limb',
        a: foot,
        b: [foot[0] + 0.13 * k, foot[1], foot[2] - 0.02],
        radius: 0.045 * k,
        colour: clothes.shoes,
      },
    );
    const arm = clothes.umbrella !== null && side > 0 ? 1.5 : -angle * 0.85;
    const shoulder: Point3 = [0, side * 0.215 * k * b, 1.42 * k + bob];
    const elbow: Point3 = [
      shoulder[0] + 0.29 * k * Math.sin(arm) * 0.8,
      side * 0.25 * k * b,
      shoulder[2] - 0.29 * k * Math.cos(arm * 0.6),
    ];
    const hand: Point3 = [
      elbow[0] + 0.26 * k * Math.sin(arm + 0.25),
      elbow[1] - side * 0.03,
      elbow[2] - 0.26 * k * Math.cos(arm + 0.25) * (arm > 1 ? -1 : 1),
    ];
    pieces.push(
      { kind: 'limb', a: shoulder, b: elbow, radius: 0.055 * k * b, colour: clothes.top },
      { kind: 'limb', a: elbow, b: hand, radius: 0.045 * k * b, colour: clothes.top },
      { kind: 'ball', a: hand, radius: 0.045 * k, colour: clothes.skin },
    );
  }
  pieces.push(...torso(clothes, 0, hip, 1.45 * k + bob, 0));
  pieces.push(...head(clothes, 0.02, 1.45 * k + bob));
  if (clothes.umbrella !== null) pieces.push(...umbrella(clothes.umbrella, k));
  return pieces;
}

/** Hull between hips and shoulders; `lean` moves the shoulders ahead. */
function torso(clothes: Clothes, x: number, hip: number, shoulder: number, lean: number): Piece[] {
  const k = clothes.size;
  const b = clothes.bulk;
  const ring = (cx: number, z: number, halfY: number, halfX: number): Point3[] =>
    Array.from({ length: 6 }, (_, i): Point3 => {
      const angle = (i * Math.PI) / 3;
      return [cx + halfX * k * b * Math.cos(angle), halfY * k * b * Math.sin(angle), z];
    });
  const low = clothes.longCoat ? hip - 0.36 * k : clothes.skirt ? hip - 0.05 : hip - 0.06 * k;
  const pieces: Piece[] = [];
  if (clothes.skirt && !clothes.longCoat) {
    pieces.push({
      kind: 'hull',
      points: [...ring(x, hip - 0.34 * k, 0.23, 0.2), ...ring(x, hip + 0.05, 0.16, 0.11)],
      colour: clothes.legs,
    });
  }
  pieces.push({
    kind: 'hull',
    points: [
      ...ring(x, low, clothes.longCoat ? 0.2 : 0.175, clothes.longCoat ? 0.17 : 0.125),
      ...ring(x + lean * 0.8, hip + (shoulder - hip) * 0.72, 0.215, 0.135),
      ...ring(x + lean, shoulder + 0.02, 0.15, 0.09),
    ],
    colour: clothes.top,
  });
  if (clothes.bag === 'backpack') {
    const z = hip + (shoulder - hip) * 0.55;
    const points: Point3[] = [];
    for (const dz of [-0.2, 0.22])
      for (const y of [-0.14, 0.14])
        for (const dx of [-0.13, -0.27]) points.push([x + lean * 0.6 + dx * k, y * k, z + dz * k]);
    pieces.push({
      kind: 'hull',
      points,
      colour: [clothes.legs[0] * 0.7, clothes.legs[1] * 0.8, clothes.legs[2] * 0.9],
    });
  }
  if (clothes.bag === 'shoulder') {
    const points: Point3[] = [];
    for (const dz of [-0.12, 0.14])
      for (const y of [-0.3, -0.22]) for (const dx of [-0.14, 0.16]) points.push([x + dx * k, y * k, hip + dz * k]);
    pieces.push({ kind: 'hull', points, colour: clothes.shoes });
  }
  return pieces;
}

function head(clothes: Clothes, x: number, neck: number): Piece[] {
  const k = clothes.size < 0.85 ? 0.95 : clothes.size;
  const z = neck + 0.17 * k;
  return [
    { kind: 'limb', a: [x, 0, neck], b: [x + 0.01, 0, z], radius: 0.055 * k, colour: clothes.skin },
    { kind: 'ball', a: [x + 0.02, 0, z + 0.01], radius: 0.108 * k, colour: clothes.skin },
    {
      kind: 'ball',
      a: [x - 0.025, 0, z + 0.045],
      radius: 0.104 * k,
      colour: clothes.hat ? clothes.legs : clothes.hair,
    },
  ];
}

function umbrella(colour: Rgb, k: number): Piece[] {
  const [x, y, z] = [0.12, 0.12, 1.86 * k];
  const rim = Array.from(
    { length: 8 },
    (_, i): Point3 => [x + 0.5 * Math.cos((i * Math.PI) / 4), y + 0.5 * Math.sin((i * Math.PI) / 4), z],
  );
  return [
    { kind: 'limb', a: [x, y, 1.25 * k], b: [x, y, z + 0.2], radius: 0.012, colour: rgb(60, 60, 62) },
    { kind: 'hull', points: [...rim, [x, y, z + 0.24], [x - 0.2, y, z + 0.2], [x + 0.2, y, z + 0.2]], colour },
  ];
}

const FRAMES = [rgb(30, 30, 34), rgb(150, 30, 30), rgb(40, 90, 140), rgb(190, 190, 186), rgb(50, 100, 70)];

/** A bicycle with its rider: one object. */
export function poseCyclist(look: number, ridden: number, speed: number): Piece[] {
  const random = createRandom(look, 5);
  const clothes = { ...createClothes(look, 0), longCoat: false, skirt: false };
  const frame = random.pick(FRAMES);
  const sporty = random.chance(0.3);
  const lean = sporty ? 0.42 : 0.2;
  const helmet = random.chance(0.5);
  const r = 0.34;
  const [rear, front]: [Point3, Point3] = [
    [-0.52, 0, r],
    [0.53, 0, r],
  ];
  const crank: Point3 = [-0.08, 0, 0.3];
  const seat: Point3 = [-0.2, 0, 0.92];
  const bars: Point3 = [0.4, 0, 1.02];
  const tube = (a: Point3, b: Point3, radius = 0.022): Piece => ({ kind: 'limb', a, b, radius, colour: frame });
  const pieces: Piece[] = [
    { kind: 'ring', a: rear, radius: r, width: 0.04, colour: rgb(22, 22, 24) },
    { kind: 'ring', a: front, radius: r, width: 0.04, colour: rgb(22, 22, 24) },
    tube(rear, crank),
    tube(rear, seat, 0.018),
    tube(crank, seat),
    tube(crank, [0.36, 0, 0.82]),
    tube(seat, [0.36, 0, 0.85]),
    tube(front, bars),
    { kind: 'limb', a: [bars[0], 0.24, bars[2]], b: [bars[0], -0.24, bars[2]], radius: 0.018, colour: rgb(40, 40, 42) },
    {
      kind: 'limb',
      a: [seat[0] - 0.1, 0, seat[2] + 0.02],
      b: [seat[0] + 0.1, 0, seat[2] + 0.02],
      radius: 0.05,
      colour: rgb(28, 28, 30),
    },
  ];
  const hip: Point3 = [-0.18, 0, 1.0];
  const turn = speed > 0.3 ? ridden / 0.9 : 0.6;
  for (const side of [1, -1]) {
    const angle = turn + (side > 0 ? 0 : Math.PI);
    const pedal: Point3 = [crank[0] + 0.17 * Math.cos(angle), side * 0.1, crank[2] + 0.17 * Math.sin(angle)];
    const knee = kneeOf([hip[0], side * 0.1, hip[2]], pedal, 0.45, 0.45);
    pieces.push(
      { kind: 'limb', a: [hip[0], side * 0.1, hip[2]], b: knee, radius: 0.08, colour: clothes.legs },
      { kind: 'limb', a: knee, b: [pedal[0], pedal[1], pedal[2] + 0.05], radius: 0.056, colour: clothes.legs },
      {
        kind: 'limb',
        a: [pedal[0] - 0.05, pedal[1], pedal[2] + 0.02],
        b: [pedal[0] + 0.13, pedal[1], pedal[2] + 0.02],
        radius: 0.042,
        colour: clothes.shoes,
      },
    );
    const shoulder: Point3 = [hip[0] + lean, side * 0.2, 1.52 - lean * 0.28];
    const elbow: Point3 = [(shoulder[0] + bars[0]) / 2, side * 0.27, (shoulder[2] + bars[2]) / 2 - 0.07];
    pieces.push(
      { kind: 'limb', a: shoulder, b: elbow, radius: 0.055, colour: clothes.top },
      { kind: 'limb', a: elbow, b: [bars[0] + 0.02, side * 0.22, bars[2] + 0.03], radius: 0.045, colour: clothes.skin },
    );
  }
  const rider = { ...clothes, size: 1 };
  pieces.push(...torso(rider, hip[0], hip[2], 1.52 - lean * 0.28, lean));
  pieces.push(
    ...head(
      { ...rider, hat: helmet, legs: helmet ? random.pick(TOPS) : rider.legs },
      hip[0] + lean + 0.05,
      1.52 - lean * 0.26,
    ),
  );
  return pieces;
}

/** The joint between two points at given distances, bent forward. */
function kneeOf(a: Point3, b: Point3, la: number, lb: number): Point3 {
  const dx = b[0] - a[0];
  const dz = b[2] - a[2];
  const d = Math.min(Math.sqrt(dx * dx + dz * dz), la + lb - 0.01);
  const along = (la * la - lb * lb + d * d) / (2 * d);
  const off = Math.sqrt(Math.max(0, la * la - along * along));
  const ux = dx / d;
  const uz = dz / d;
  return [a[0] + ux * along - uz * off, a[1], a[2] + uz * along + ux * off];
}
