/** People on the pavements: each follows a route of corners and zebras, and waits at the kerb for its green. */
import { BICYCLE_STRIP_M, FAR_STREET_HALF_M, type Layout, ZEBRA_FROM_M, ZEBRA_TO_M } from '../layout.ts';
import { clamp, type Random } from '../random.ts';
import type { Approach, Path } from './paths.ts';
import type { Signals } from './signals.ts';

interface Point2 {
  x: number;
  y: number;
}

export interface Pedestrian {
  id: number;
  /** Corners of the route with the offset of this person added. */
  points: Point2[];
  lengths: number[];
  /** For a piece that is a zebra, the arm it crosses. */
  zebras: (Approach | null)[];
  /** The piece on which the person is. */
  piece: number;
  s: number;
  v: number;
  wanted: number;
  /** Metres walked, for the gait. */
  walked: number;
  look: number;
}

export const ARMS = ['N', 'E', 'S', 'W'] as const;

/** Draws a route from one arm's end to another, at most two zebras long. */
export function createPedestrian(id: number, layout: Layout, random: Random, atStart: boolean): Pedestrian {
  const offsetX = random.between(-0.85, 0.85);
  const offsetY = random.between(-0.85, 0.85);
  const from = drawArm(random);
  let [sx, sy] = corner(from, random.chance(0.5) ? 1 : -1);
  const points: Point2[] = [...endOf(layout, from, sx, sy), hub(layout, sx, sy)];
  const zebras: (Approach | null)[] = points.map(() => null);
  let leave: Approach = from;
  for (let crossings = 0; crossings < 2; crossings++) {
    const arms: [Approach, Approach] = [sy > 0 ? 'N' : 'S', sx > 0 ? 'E' : 'W'];
    const others = arms.filter((arm) => arm !== leave && arm !== from);
    if (others.length > 0 && (crossings === 1 || random.chance(0.35))) {
      leave = random.pick(others);
      break;
    }
    const arm = random.pick(arms);
    const [a, b] = zebraEnds(layout, arm, sx, sy);
    points.push(a, b);
    zebras.push(null, arm);
    if (arm === 'N' || arm === 'S') sx = -sx;
    else sy = -sy;
    points.push(hub(layout, sx, sy));
    zebras.push(null);
    leave = arm;
  }
  if (leave === from) leave = sx > 0 ? 'E' : 'W';
  if ((leave === 'N' || leave === 'S') !== (sy > 0 ? leave === 'N' : leave === 'S')) leave = sx > 0 ? 'E' : 'W';
  const out = endOf(layout, leave, sx, sy).reverse();
  points.push(...out);
  zebras.push(...out.map(() => null));

  const moved = points.map(({ x, y }) => ({ x: round(x + offsetX), y: round(y + offsetY) }));
  const lengths = [0];
  for (let i = 1; i < moved.length; i++) {
    const dx = moved[i].x - moved[i - 1].x;
    const dy = moved[i].y - moved[i - 1].y;
    lengths.push(lengths[i - 1] + Math.max(0.01, Math.sqrt(dx * dx + dy * dy)));
  }
  const wanted = random.between(1.05, 1.65);
  // At the start of the video people are everywhere on their ways.
  const s = atStart ? random.between(0, lengths[lengths.length - 1]) : 0;
  const person = {
    id,
    points: moved,
    lengths,
    zebras,
    piece: 1,
    s,
    v: wanted,
    wanted,
    walked: s,
    look: random.int(1 << 30),
  };
  while (person.piece < lengths.length - 1 && lengths[person.piece] <= s) person.piece++;
  return person;
}

const round = (value: number): number => Math.round(value * 1024) / 1024;
/** Most people come along the street in view. */
const drawArm = (random: Random): Approach => ARMS[random.weighted([0.34, 0.26, 0.14, 0.26])];

function corner(arm: Approach, side: 1 | -1): [number, number] {
  switch (arm) {
    case 'N':
      return [side, 1];
    case 'S':
      return [side, -1];
    case 'E':
      return [1, side];
    case 'W':
      return [-1, side];
    default:
      return arm satisfies never;
  }
}

const hub = (layout: Layout, sx: number, sy: number): Point2 => ({
  x: sx * (layout.halfA + 2.8),
  y: sy * (layout.halfB + 2.8),
});

function zebraEnds(layout: Layout, arm: Approach, sx: number, sy: number): [Point2, Point2] {
  const middle = (ZEBRA_FROM_M + ZEBRA_TO_M) / 2;
  if (arm === 'N' || arm === 'S') {
    const y = sy * (layout.halfB + middle);
    const x = sx * (layout.halfA + 1.5);
    return [
      { x, y },
      { x: -x, y },
    ];
  }
  const x = sx * (layout.halfA + middle);
  const y = sy * (layout.halfB + 1.5);
  return [
    { x, y },
    { x, y: -y },
  ];
}

/** Where people come into the world on an arm's pavement, out of the camera's sight, from outside to inside. */
function endOf(layout: Layout, arm: Approach, sx: number, sy: number): Point2[] {
  const middle = Math.min(layout.pavement / 2 + 0.4, 2.4);
  const x = sx * (layout.halfA + middle);
  const y = sy * (layout.halfB + middle);
  switch (arm) {
    case 'N': {
      const row = layout.farEnd - FAR_STREET_HALF_M - 1.6;
      return [
        { x: x + sx * 26, y: row },
        { x, y: row },
      ];
    }
    case 'S':
      return [{ x, y: -70 }];
    case 'E':
      return [{ x: 85, y }];
    case 'W':
      return [{ x: -85, y }];
    default:
      return arm satisfies never;
  }
}

/** One step; returns false once the person has left the world. */
export function stepPedestrian(person: Pedestrian, layout: Layout, signals: Signals, dtS: number): boolean {
  const next = person.lengths[person.piece];
  const ahead = person.zebras[person.piece + 1] ?? null;
  person.v = person.wanted;
  if (ahead !== null && person.s + person.wanted * dtS >= next) {
    // The zebra over road A is walked while A is red, for long enough to reach the other side.
    const road = ahead === 'N' || ahead === 'S' ? 'A' : 'B';
    const width = 2 * (road === 'A' ? layout.halfA : layout.halfB) + 2.2;
    if (signals.redLeftS(road) < width / person.wanted) {
      person.v = 0;
      return true;
    }
  }
  person.s += person.v * dtS;
  person.walked += person.v * dtS;
  while (person.piece < person.lengths.length - 1 && person.s >= person.lengths[person.piece]) person.piece++;
  return person.s < person.lengths[person.lengths.length - 1];
}

/** The place at `s` on the route. */
export function placeAt(person: Pedestrian, s: number, out: Point2): void {
  const { points, lengths } = person;
  const at = clamp(s, 0, lengths[lengths.length - 1]);
  let piece = person.piece;
  while (piece > 1 && lengths[piece - 1] > at) piece--;
  while (piece < lengths.length - 1 && lengths[piece] < at) piece++;
  const t = (at - lengths[piece - 1]) / (lengths[piece] - lengths[piece - 1]);
  out.x = points[piece - 1].x + (points[piece].x - points[piece - 1].x) * t;
  out.y = points[piece - 1].y + (points[piece].y - points[piece - 1].y) * t;
}

/** True while someone walks on the half of the exit arm's zebra that a path leaves over, or is about to. */
export function zebraBusy(people: readonly Pedestrian[], path: Path, layout: Layout): boolean {
  const spot = { x: 0, y: 0 };
  const isA = path.exit === 'N' || path.exit === 'S';
  const outward = path.exit === 'N' || path.exit === 'W' ? 1 : -1;
  const reach = (isA ? layout.halfA : layout.halfB) + 0.6;
  return people.some((person) => {
    if (person.zebras[person.piece] !== path.exit || person.v === 0) return false;
    placeAt(person, person.s, spot);
    const along = isA ? spot.x : spot.y;
    placeAt(person, person.s + 0.2, spot);
    const later = isA ? spot.x : spot.y;
    const right = along * outward;
    const towards = (later - along) * outward > 0;
    return right > -(towards ? BICYCLE_STRIP_M + 1 : 0) && right < reach && (towards || right > -0.2);
  });
}
