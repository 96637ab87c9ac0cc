/**
 * The traffic over time: arrivals, lights, vehicles, people. It is stepped at a fixed rate from well before the first
 * frame, so a frame's state depends on the seed and its time only; going back means starting over.
 */
import type { Layout } from '../layout.ts';
import type { ResolvedOptions } from '../options.ts';
import { createRandom, type Random } from '../random.ts';
import { type Approach, createConflicts, createPartings, createPaths, type Path, type Turn } from './paths.ts';
import { createPedestrian, type Pedestrian, stepPedestrian, zebraBusy } from './pedestrians.ts';
import { Signals } from './signals.ts';
import { type Rules, stepVehicles, type Vehicle, type VehicleKind } from './vehicles.ts';

export const STEPS_PER_S = 15;
const WARM_UP_STEPS = 75 * STEPS_PER_S;
const DT_S = 1 / STEPS_PER_S;

export class Simulation {
  vehicles: Vehicle[] = [];
  people: Pedestrian[] = [];
  signals: Signals;
  readonly layout: Layout;
  readonly paths: Path[];
  readonly #rules: Rules;
  readonly #options: ResolvedOptions;
  #random: Random;
  #steps = 0;
  #nextId = 0;
  #nextBusS = 0;
  #waiting: Vehicle[] = [];

  constructor(options: ResolvedOptions, layout: Layout) {
    this.#options = options;
    this.layout = layout;
    this.paths = createPaths(layout);
    this.#rules = { conflicts: createConflicts(this.paths), partings: createPartings(this.paths) };
    this.signals = new Signals(options.parameters.roads);
    this.#random = createRandom(options.seed, 30);
    this.#restart();
  }

  /** Brings the state to `step` (0: the first frame's time). */
  seek(step: number): void {
    if (step < this.#steps) this.#restart();
    while (this.#steps < step) this.#step();
  }

  #restart(): void {
    this.#random = createRandom(this.#options.seed, 30);
    this.vehicles = [];
    this.people = [];
    this.#waiting = [];
    this.signals = new Signals(this.#options.parameters.roads);
    this.#nextId = 0;
    this.#steps = -WARM_UP_STEPS;
    this.#nextBusS = this.#random.between(0, this.#options.parameters.traffic.busEveryS[1]) - WARM_UP_STEPS * DT_S;
    const people = this.#options.parameters.traffic.personsPerMinute;
    for (let i = 0; i < people; i++) {
      this.people.push(createPedestrian(this.#nextId++, this.layout, this.#random, true));
    }
    while (this.#steps < 0) this.#step();
  }

  #step(): void {
    const { traffic } = this.#options.parameters;
    const random = this.#random;
    const arrives = (perMinute: number): boolean => random.chance((perMinute / 60) * DT_S);
    if (arrives(traffic.carsPerMinute)) this.#send('car');
    if (arrives(traffic.trucksPerMinute)) this.#send('truck');
    if (arrives(traffic.bicyclesPerMinute)) this.#send('bicycle');
    if (this.#steps * DT_S >= this.#nextBusS) {
      this.#send('bus');
      this.#nextBusS += random.between(traffic.busEveryS[0], traffic.busEveryS[1]);
    }
    if (arrives(traffic.personsPerMinute)) {
      this.people.push(createPedestrian(this.#nextId++, this.layout, random, false));
    }
    this.#waiting = this.#waiting.filter((vehicle) => !this.#enter(vehicle));

    this.signals.step(DT_S, traffic.busPriority ? this.#arrivingBus() : null);
    stepVehicles(this.vehicles, this.#rules, this.signals, (path) => zebraBusy(this.people, path, this.layout), DT_S);
    this.vehicles = this.vehicles.filter((vehicle) => vehicle.s - vehicle.length < vehicle.path.endS);
    this.people = this.people.filter((person) => stepPedestrian(person, this.layout, this.signals, DT_S));
    this.#steps++;
  }

  #send(kind: VehicleKind): void {
    const random = this.#random;
    const look = random.int(1 << 30);
    const approach = (['S', 'N', 'W', 'E'] as const)[random.weighted(kind === 'bus' ? [3, 4, 1, 1] : [3, 3, 2, 2])];
    const turn: Turn =
      kind === 'bus' || kind === 'bicycle'
        ? 'straight'
        : (['straight', 'right', 'left'] as const)[random.weighted([7, 2, 1.4])];
    const path = this.#pathFor(approach, turn, kind);
    const slow = kind === 'bicycle';
    this.#waiting.push({
      id: this.#nextId++,
      kind,
      path,
      s: 0,
      v: 0,
      a: 0,
      length: lengthOf(kind, look),
      wanted: slow ? random.between(4, 6) : kind === 'car' ? random.between(9.5, 13.5) : random.between(9, 11),
      aside: slow ? random.between(-0.3, 0.25) : random.between(-0.2, 0.2),
      look,
      passing: false,
    });
  }

  #pathFor(approach: Approach, turn: Turn, kind: VehicleKind): Path {
    const strip = kind === 'bicycle';
    const fit = this.paths.filter((path) => path.approach === approach && path.turn === turn && path.strip === strip);
    // Heavy vehicles keep to the kerb lane.
    return kind === 'bus' || kind === 'truck' ? fit[fit.length - 1] : this.#random.pick(fit);
  }

  /** Lets a waiting vehicle onto its path when there is room behind the last one. */
  #enter(vehicle: Vehicle): boolean {
    let room = Number.POSITIVE_INFINITY;
    let speed = vehicle.wanted * 0.9;
    for (const other of this.vehicles) {
      if (other.path.entryKey !== vehicle.path.entryKey || other.s > 80) continue;
      const gap = other.s - other.length - vehicle.length;
      if (gap < room) {
        room = gap;
        speed = Math.min(speed, other.v + 1);
      }
    }
    if (room < 3 + speed) return false;
    vehicle.s = vehicle.length;
    vehicle.v = speed;
    this.vehicles.push(vehicle);
    return true;
  }

  #arrivingBus(): 'A' | 'B' | null {
    for (const vehicle of this.vehicles) {
      const left = vehicle.path.stopS - vehicle.s;
      if (vehicle.kind === 'bus' && left > -2 && left < 95) return vehicle.path.road;
    }
    return null;
  }
}

/** Outer lengths that the models are built to. */
export function lengthOf(kind: VehicleKind, look: number): number {
  const t = (look % 997) / 997;
  switch (kind) {
    case 'car':
      return 3.9 + 0.9 * t;
    case 'bus':
      return 11 + 1.5 * t;
    case 'truck':
      return 6.6 + 3.2 * t;
    case 'bicycle':
      return 1.8;
    default:
      return kind satisfies never;
  }
}
