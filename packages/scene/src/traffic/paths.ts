/**
 * The ways through the crossing. A path is an approach, a piece inside the crossing and an exit; a vehicle is a number
 * `s` (metres along the path), so that the simulation needs only exact arithmetic and geometry enters when drawing.
 */
import { BICYCLE_STRIP_M, LANE_M, type Layout, STOP_LINE_M, ZEBRA_FROM_M } from '../layout.ts';

export type Approach = 'S' | 'N' | 'W' | 'E';
export type Turn = 'straight' | 'right' | 'left';

export interface Path {
  index: number;
  approach: Approach;
  /** The arm it leaves by. */
  exit: Approach;
  turn: Turn;
  /** Counted from the middle of the road; `strip` is the bicycle strip. */
  lane: number;
  strip: boolean;
  road: 'A' | 'B';
  /** Paths with equal keys share the approach, paths with equal exit keys the exit. */
  entryKey: string;
  exitKey: string;
  /** Where a vehicle's front stops for red, where it has entered the crossing, where it has left it, and the end. */
  stopS: number;
  enterS: number;
  leaveS: number;
  endS: number;
  /** Where the front stops before the zebra of the exit arm. */
  exitZebraS: number;
  points: Point2[];
  /** Cumulative length at each point. */
  lengths: number[];
}

interface Point2 {
  x: number;
  y: number;
}

export interface Conflict {
  /** Where the ways cross, along this path and along the other. */
  s: number;
  otherS: number;
  other: number;
  /** This path must wait for traffic on the other even while both have green. */
  yields: boolean;
}

const OPPOSITE: Record<Approach, Approach> = { S: 'N', N: 'S', W: 'E', E: 'W' };
/** The arm a right turn leads into. */
const RIGHT: Record<Approach, Approach> = { S: 'E', E: 'N', N: 'W', W: 'S' };
const REACH_M = 105;

/** Every path of the layout, lane by lane. */
export function createPaths(layout: Layout): Path[] {
  const paths: Path[] = [];
  for (const approach of ['S', 'N', 'W', 'E'] as const) {
    const isA = approach === 'S' || approach === 'N';
    const lanes = Math.round(((isA ? layout.halfA : layout.halfB) - BICYCLE_STRIP_M) / LANE_M);
    const exitLanes = Math.round(((isA ? layout.halfB : layout.halfA) - BICYCLE_STRIP_M) / LANE_M);
    for (let lane = 0; lane < lanes; lane++) {
      const offset = (lane + 0.5) * LANE_M;
      add(approach, OPPOSITE[approach], 'straight', lane, offset, offset, false);
      if (lane === lanes - 1) add(approach, RIGHT[approach], 'right', lane, offset, (exitLanes - 0.5) * LANE_M, false);
      if (lane === 0) add(approach, OPPOSITE[RIGHT[approach]], 'left', lane, offset, 0.5 * LANE_M, false);
    }
    const strip = lanes * LANE_M + BICYCLE_STRIP_M * 0.45;
    add(approach, OPPOSITE[approach], 'straight', lanes, strip, strip, true);
  }
  return paths;

  function add(
    approach: Approach,
    exit: Approach,
    turn: Turn,
    lane: number,
    offset: number,
    exitOffset: number,
    strip: boolean,
  ): void {
    const isA = approach === 'S' || approach === 'N';
    const points = [
      ...approachPoints(layout, approach, offset),
      ...turnPoints(layout, approach, exit, turn, offset, exitOffset),
      ...exitPoints(layout, exit, exitOffset),
    ];
    const lengths = [0];
    for (let i = 1; i < points.length; i++) {
      // Rounded, so that the last bits of an engine's sine never reach the simulation.
      const step = Math.hypot(points[i].x - points[i - 1].x, points[i].y - points[i - 1].y);
      lengths.push(lengths[i - 1] + Math.round(step * 1024) / 1024);
    }
    const inbound = approachPoints(layout, approach, offset).length;
    const outbound = exitPoints(layout, exit, exitOffset).length;
    const stopS = lengths[inbound - 1];
    const leaveS = lengths[points.length - outbound];
    paths.push({
      index: paths.length,
      approach,
      exit,
      turn,
      lane,
      strip,
      road: isA ? 'A' : 'B',
      entryKey: `${approach}${lane}`,
      exitKey: `${exit}${exitOffset}`,
      stopS,
      enterS: stopS + STOP_LINE_M,
      leaveS,
      endS: lengths[lengths.length - 1],
      exitZebraS: leaveS - (STOP_LINE_M - ZEBRA_FROM_M) - 0.8,
      points,
      lengths,
    });
  }
}

/** Approaches end and exits begin at the stop line's distance, plus what a right turn needs. */
const edgeOf = (layout: Layout, isA: boolean): number => (isA ? layout.halfB : layout.halfA) + STOP_LINE_M;

/** Turns "distance from the crossing, offset to the right of travel" on an arm into world coordinates. */
function onArm(arm: Approach, out: number, right: number): Point2 {
  switch (arm) {
    case 'N':
      return { x: right, y: out };
    case 'S':
      return { x: -right, y: -out };
    case 'E':
      return { x: out, y: -right };
    case 'W':
      return { x: -out, y: right };
    default:
      return arm satisfies never;
  }
}

function approachPoints(layout: Layout, approach: Approach, offset: number): Point2[] {
  const edge = edgeOf(layout, approach === 'S' || approach === 'N');
  const end = onArm(approach, edge, -offset);
  if (approach !== 'N') return [onArm(approach, edge + REACH_M, -offset), end];
  // From the street behind the houses, round the corner.
  const street = layout.farEnd - offset;
  return [{ x: -60, y: street }, ...arc(-offset - FAR_ARC_M, street - FAR_ARC_M, FAR_ARC_M, 90, 0), end];
}

function exitPoints(layout: Layout, exit: Approach, offset: number): Point2[] {
  const edge = edgeOf(layout, exit === 'S' || exit === 'N');
  const start = onArm(exit, edge, offset);
  if (exit !== 'N') return [start, onArm(exit, edge + REACH_M, offset)];
  const street = layout.farEnd - offset;
  return [start, ...arc(offset + FAR_ARC_M, street - FAR_ARC_M, FAR_ARC_M, 180, 90), { x: 60, y: street }];
}

const FAR_ARC_M = 5;

function arc(cx: number, cy: number, radius: number, fromDeg: number, toDeg: number, steps = 8): Point2[] {
  const points: Point2[] = [];
  for (let i = 0; i <= steps; i++) {
    const angle = ((fromDeg + ((toDeg - fromDeg) * i) / steps) * Math.PI) / 180;
    points.push({ x: cx + radius * Math.cos(angle), y: cy + radius * Math.sin(angle) });
  }
  return points;
}

/** The piece inside the crossing, without the approach's last and the exit's first point. */
function turnPoints(
  layout: Layout,
  approach: Approach,
  exit: Approach,
  turn: Turn,
  offset: number,
  exitOffset: number,
): Point2[] {
  if (turn === 'straight') return [];
  // A cubic from lane to lane: its handles are the corner where the two lanes' lines meet.
  const inIsA = approach === 'S' || approach === 'N';
  const exitIsA = !inIsA;
  const start = onArm(approach, (inIsA ? layout.halfB : layout.halfA) + 1.2, -offset);
  const end = onArm(exit, (exitIsA ? layout.halfB : layout.halfA) + 1.2, exitOffset);
  const corner = inIsA ? { x: start.x, y: end.y } : { x: end.x, y: start.y };
  const points: Point2[] = [];
  const k = 0.62;
  for (let i = 0; i <= 10; i++) {
    const t = i / 10;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t ** 3];
    const h1 = { x: start.x + (corner.x - start.x) * k, y: start.y + (corner.y - start.y) * k };
    const h2 = { x: end.x + (corner.x - end.x) * k, y: end.y + (corner.y - end.y) * k };
    points.push({
      x: a * start.x + b * h1.x + c * h2.x + d * end.x,
      y: a * start.y + b * h1.y + c * h2.y + d * end.y,
    });
  }
  return points;
}

/** The point at `s`, held at the ends. */
export function pointAt(path: Path, s: number, out: { x: number; y: number }): void {
  const { points, lengths } = path;
  let low = 0;
  let high = lengths.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lengths[middle] <= s) low = middle;
    else high = middle;
  }
  // Beyond the ends the first and last pieces go on straight.
  const t = (s - lengths[low]) / (lengths[high] - lengths[low]);
  out.x = points[low].x + (points[high].x - points[low].x) * t;
  out.y = points[low].y + (points[high].y - points[low].y) * t;
}

/** For each path, where it crosses others inside the crossing. */
export function createConflicts(paths: readonly Path[]): Conflict[][] {
  return paths.map((path) => {
    const list: Conflict[] = [];
    for (const other of paths) {
      if (other.entryKey === path.entryKey || other.exitKey === path.exitKey) continue;
      const at = crossing(path, other);
      if (at === null) continue;
      const opposing = OPPOSITE[path.approach] === other.approach;
      const yields =
        (path.turn === 'left' && opposing && other.turn !== 'left') ||
        (path.turn === 'right' && other.strip && other.approach === path.approach);
      list.push({ s: at.s, otherS: at.otherS, other: other.index, yields });
    }
    return list;
  });
}

function crossing(a: Path, b: Path): { s: number; otherS: number } | null {
  const step = 0.5;
  const p = { x: 0, y: 0 };
  const q = { x: 0, y: 0 };
  let best: { s: number; otherS: number } | null = null;
  let least = 1.9;
  for (let s = a.stopS; s < a.leaveS; s += step) {
    pointAt(a, s, p);
    for (let t = b.stopS; t < b.leaveS; t += step) {
      pointAt(b, t, q);
      const distance = Math.hypot(p.x - q.x, p.y - q.y);
      if (distance < least - 1e-6) {
        least = distance;
        best = { s, otherS: t };
      }
    }
  }
  return best;
}

/** `apart[a][b]`: where along `a` a way from the same lane has parted from `b` by a vehicle's width. */
export function createPartings(paths: readonly Path[]): number[][] {
  const p = { x: 0, y: 0 };
  const q = { x: 0, y: 0 };
  return paths.map((a) =>
    paths.map((b) => {
      if (a.entryKey !== b.entryKey) return 0;
      if (a === b) return a.endS;
      for (let s = a.stopS; s < a.leaveS; s += 0.5) {
        pointAt(a, s, p);
        let nearest = Number.POSITIVE_INFINITY;
        for (let t = s - 6; t <= s + 6; t += 0.5) {
          pointAt(b, t, q);
          nearest = Math.min(nearest, Math.hypot(p.x - q.x, p.y - q.y));
        }
        if (nearest > 2.5) return s;
      }
      return a.leaveS;
    }),
  );
}
