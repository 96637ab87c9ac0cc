/**
 * Vehicles as points on paths: the Intelligent Driver Model (Treiber, Hennecke, Helbing 2000) towards the nearest of
 * what one must keep behind: the vehicle ahead, a red light, a crossing way, a zebra with people on it.
 * Only + - * / and sqrt, which every engine rounds alike.
 */
import type { Conflict, Path } from './paths.ts';
import type { Signals } from './signals.ts';

export type VehicleKind = 'car' | 'bus' | 'truck' | 'bicycle';

export interface Vehicle {
  id: number;
  kind: VehicleKind;
  path: Path;
  /** Metres along the path of the front. */
  s: number;
  /** m/s */
  v: number;
  /** m/s² of the last step. */
  a: number;
  length: number;
  /** Desired speed. */
  wanted: number;
  /** Sideways in the lane, metres to the right. */
  aside: number;
  /** Seed of its shape and colour. */
  look: number;
  /** Committed to pass the light. */
  passing: boolean;
}

const HEADWAY_S = 1.2;
const GAP_M = 2;

/** Half width of the carriageway piece that a turning vehicle must find free of people, seen from the lane's middle. */
export type ZebraBusy = (path: Path) => boolean;

/** What the layout says about pairs of paths. */
export interface Rules {
  conflicts: readonly Conflict[][];
  /** See `createPartings`. */
  partings: readonly number[][];
}

/** One step of `dtS` for all vehicles; accelerations first, so that the order in the list does not matter. */
export function stepVehicles(
  vehicles: readonly Vehicle[],
  rules: Rules,
  signals: Signals,
  zebraBusy: ZebraBusy,
  dtS: number,
): void {
  for (const vehicle of vehicles) vehicle.a = acceleration(vehicle, vehicles, rules, signals, zebraBusy);
  for (const vehicle of vehicles) {
    const v = Math.max(0, vehicle.v + vehicle.a * dtS);
    vehicle.s += ((vehicle.v + v) / 2) * dtS;
    vehicle.v = v;
  }
}

function acceleration(
  me: Vehicle,
  vehicles: readonly Vehicle[],
  rules: Rules,
  signals: Signals,
  zebraBusy: ZebraBusy,
): number {
  const { path } = me;
  const quick = me.kind === 'car' ? 1.7 : me.kind === 'bicycle' ? 0.9 : 1.1;
  let result = towards(me, speedLimit(me), quick, Number.POSITIVE_INFINITY, 0);
  const keep = (gap: number, speed: number): void => {
    result = Math.min(result, towards(me, speedLimit(me), quick, gap, speed));
  };

  for (const other of vehicles) {
    if (other === me) continue;
    const at = positionOnMyPath(path, other, rules.partings);
    if (at === null || at < me.s || (at === me.s && other.id > me.id)) continue;
    keep(at - other.length - me.s - GAP_M, other.v);
  }

  if (me.s < path.stopS && !me.passing) {
    const gap = path.stopS - me.s;
    const light = signals.light(path.road);
    const canStop = (me.v * me.v) / (2 * Math.max(gap, 0.1)) < 3.2;
    if (light === 'red' || (light === 'yellow' && canStop)) keep(gap, 0);
    else if (light === 'yellow') me.passing = true;
    // Nobody drives into a crossing that others have not left.
    else if (gap < 12 && occupied(me, vehicles, rules.conflicts[path.index])) keep(gap, 0);
  }
  if (me.s < path.leaveS) {
    for (const conflict of rules.conflicts[path.index]) {
      const gap = conflict.s - 2.4 - me.s;
      if (!conflict.yields || gap < -0.6 || gap > 30) continue;
      if (vehicles.some((other) => comes(other, conflict))) keep(Math.max(gap, 0.05), 0);
    }
    const zebra = path.exitZebraS - me.s;
    if (path.turn !== 'straight' && zebra > -0.8 && zebra < 25 && zebraBusy(path)) keep(Math.max(zebra, 0.05), 0);
  }
  return result;
}

/** Slower before and in a turn. */
function speedLimit(me: Vehicle): number {
  const { path } = me;
  if (path.turn === 'straight' || me.s > path.leaveS) return farBend(me);
  const inTurn = me.kind === 'car' ? 5.2 : 4;
  const before = Math.max(0, path.stopS - me.s);
  return Math.min(me.wanted, Math.sqrt(inTurn * inTurn + 2 * 1.3 * before));
}

/** The far arm ends in a bend, at its start and its end. */
function farBend(me: Vehicle): number {
  const { path } = me;
  const bend = 5.5;
  if (path.exit === 'N' && me.s > path.leaveS) {
    const before = Math.max(0, path.endS - 68 - me.s);
    return Math.min(me.wanted, Math.sqrt(bend * bend + 2 * 1.2 * before));
  }
  if (path.approach === 'N' && me.s < 66) return Math.min(me.wanted, bend + 2);
  return me.wanted;
}

function towards(me: Vehicle, wanted: number, quick: number, gap: number, speed: number): number {
  const ratio = me.v / wanted;
  const free = 1 - ratio * ratio * ratio * ratio;
  if (gap === Number.POSITIVE_INFINITY) return Math.max(quick * free, -3);
  const brake = 2;
  const desired = Math.max(0, me.v * HEADWAY_S + (me.v * (me.v - speed)) / (2 * Math.sqrt(quick * brake)));
  const near = (0.4 + desired) / Math.max(gap + 0.4, 0.1);
  return Math.max(quick * (free - near * near), -7.5);
}

/** Where another vehicle's front counts on my path, or null when it is on none of my lanes. */
function positionOnMyPath(path: Path, other: Vehicle, partings: readonly number[][]): number | null {
  const theirs = other.path;
  if (theirs === path) return other.s;
  // Ways from one lane part slowly: until the tail is out of the way the other is still in front.
  if (theirs.entryKey === path.entryKey && other.s - other.length < partings[theirs.index][path.index]) return other.s;
  if (theirs.exitKey === path.exitKey && other.s > theirs.enterS - 2) return path.leaveS + (other.s - theirs.leaveS);
  return null;
}

function occupied(me: Vehicle, vehicles: readonly Vehicle[], conflicts: readonly Conflict[]): boolean {
  return conflicts.some(
    (conflict) =>
      !conflict.yields &&
      vehicles.some(
        (other) =>
          other !== me &&
          other.path.index === conflict.other &&
          other.path.road !== me.path.road &&
          other.s > other.path.stopS + 0.5 &&
          other.s - other.length < conflict.otherS + 1,
      ),
  );
}

function comes(other: Vehicle, conflict: Conflict): boolean {
  if (other.path.index !== conflict.other) return false;
  const ahead = conflict.otherS - other.s;
  if (ahead < 0) return other.s - other.length < conflict.otherS + 1.5;
  // Those who wait at red do not come.
  if (other.s < other.path.stopS && other.v < 0.5 && other.a <= 0.05) return false;
  return ahead < Math.max(8, other.v * 5.2);
}
