/** The moving things of one moment: where they are, which way they face, what they are doing. */
import type { Layout } from './layout.ts';
import type { ResolvedOptions } from './options.ts';
import { pointAt } from './traffic/paths.ts';
import { placeAt } from './traffic/pedestrians.ts';
import { lengthOf, type Simulation, STEPS_PER_S } from './traffic/simulation.ts';

export const CLASSES = ['car', 'bus', 'truck', 'bicycle', 'person'] as const;
export type ClassName = (typeof CLASSES)[number];

export interface Actor {
  /** Stays with the thing as long as it is in the world. */
  id: number;
  className: ClassName;
  x: number;
  y: number;
  /** Radians, 0 east, counter-clockwise. */
  heading: number;
  /** Metres. */
  length: number;
  width: number;
  look: number;
  /** m/s */
  speed: number;
  /** Metres gone, for legs and pedals. */
  travelled: number;
  braking: boolean;
  parked: boolean;
}

const WIDTHS: Record<ClassName, number> = { car: 1.84, bus: 2.54, truck: 2.46, bicycle: 0.55, person: 0.55 };

/** Who is where at a frame's time; between the simulation's steps everything goes on at its speed. */
export function actorsAt(simulation: Simulation, options: ResolvedOptions, index: number): Actor[] {
  const steps = (index * STEPS_PER_S) / options.fps;
  const step = Math.floor(steps + 1e-9);
  const restS = Math.max(0, steps - step) / STEPS_PER_S;
  simulation.seek(step);
  const actors: Actor[] = parkedCars(simulation.layout);
  const front = { x: 0, y: 0 };
  const back = { x: 0, y: 0 };
  for (const vehicle of simulation.vehicles) {
    const s = vehicle.s + vehicle.v * restS;
    // Both axles follow the way, so a long vehicle cuts its corners.
    pointAt(vehicle.path, s - vehicle.length * 0.2, front);
    pointAt(vehicle.path, s - vehicle.length * 0.8, back);
    const dx = front.x - back.x;
    const dy = front.y - back.y;
    const reach = Math.sqrt(dx * dx + dy * dy) || 1;
    actors.push({
      id: vehicle.id,
      className: vehicle.kind,
      x: (front.x + back.x) / 2 + (dy / reach) * vehicle.aside,
      y: (front.y + back.y) / 2 - (dx / reach) * vehicle.aside,
      heading: Math.atan2(dy, dx),
      length: vehicle.length,
      width: WIDTHS[vehicle.kind],
      look: vehicle.look,
      speed: vehicle.v,
      travelled: s,
      braking: vehicle.a < -0.7 || vehicle.v < 0.2,
      parked: false,
    });
  }
  for (const person of simulation.people) {
    const s = person.s + person.v * restS;
    placeAt(person, s, front);
    // Looking a step back and ahead rounds the corners of the route.
    const at = { x: front.x, y: front.y };
    placeAt(person, s + 0.35, front);
    placeAt(person, s - 0.35, back);
    actors.push({
      id: person.id,
      className: 'person',
      x: at.x,
      y: at.y,
      heading: Math.atan2(front.y - back.y, front.x - back.x),
      length: 0.5,
      width: WIDTHS.person,
      look: person.look,
      speed: person.v,
      travelled: person.walked + person.v * restS,
      braking: false,
      parked: false,
    });
  }
  return actors;
}

function parkedCars(layout: Layout): Actor[] {
  return layout.parked.map((car, i) => ({
    id: -1 - i,
    className: 'car',
    x: car.x,
    y: car.y,
    heading: car.heading,
    length: lengthOf('car', car.look),
    width: WIDTHS.car,
    look: car.look,
    speed: 0,
    travelled: 0,
    braking: false,
    parked: true,
  }));
}
