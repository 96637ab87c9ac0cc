import { describe, expect, it } from 'vitest';
import { type Actor, actorsAt } from '../actors.ts';
import { createLayout } from '../layout.ts';
import { resolveOptions } from '../options.ts';
import { Simulation } from './simulation.ts';

function simulate(
  preset: 'street' | 'rush-hour',
  seed: number,
): { simulation: Simulation; at: (k: number) => Actor[] } {
  const options = resolveOptions({ seed, preset });
  const simulation = new Simulation(options, createLayout(options));
  return { simulation, at: (index) => actorsAt(simulation, options, index) };
}

describe('traffic', () => {
  it('keeps its distance: vehicles hardly ever touch', () => {
    const { at } = simulate('rush-hour', 2);
    let touching = 0;
    let vehicles = 0;
    for (let k = 0; k < 4500; k += 10) {
      const near = at(k).filter(({ className, x, y }) => className !== 'person' && Math.hypot(x, y) < 40);
      vehicles += near.length;
      for (let i = 0; i < near.length; i++) for (let j = 0; j < i; j++) if (touch(near[i], near[j])) touching++;
    }
    expect(vehicles).toBeGreaterThan(1000);
    expect(touching / vehicles).toBeLessThan(0.004);
  });

  it('stops at red', () => {
    const { simulation } = simulate('rush-hour', 3);
    let stopped = 0;
    const before = new Map<number, number>();
    for (let k = 0; k < 3000; k++) {
      simulation.seek(k);
      for (const { id, path, s, v, passing } of simulation.vehicles) {
        const last = before.get(id);
        if (last !== undefined && last < path.stopS && s >= path.stopS && !passing) {
          expect(simulation.signals.light(path.road)).not.toBe('red');
        }
        if (v < 0.1 && simulation.signals.light(path.road) === 'red' && s < path.stopS) stopped++;
        before.set(id, s);
      }
    }
    expect(stopped).toBeGreaterThan(1000);
  });

  it('lets people cross only while traffic on the road they cross waits', () => {
    const { simulation } = simulate('rush-hour', 4);
    let crossing = 0;
    for (let k = 0; k < 3000; k++) {
      simulation.seek(k);
      for (const { zebras, piece, v } of simulation.people) {
        const arm = zebras[piece];
        if (arm === null || v === 0) continue;
        crossing++;
        expect(simulation.signals.light(arm === 'N' || arm === 'S' ? 'A' : 'B')).not.toBe('green');
      }
    }
    expect(crossing).toBeGreaterThan(200);
  });

  it('goes on for hours without jamming', () => {
    const { simulation } = simulate('street', 1);
    for (const minute of [10, 60, 120]) {
      simulation.seek(minute * 60 * 15);
      expect(simulation.vehicles.length).toBeLessThan(40);
      expect(simulation.people.length).toBeLessThan(60);
    }
  });
});

/** Footprints a little smaller than the bodies. */
function touch(p: Actor, q: Actor): boolean {
  for (const [a, b] of [
    [p, q],
    [q, p],
  ]) {
    const [c, s] = [Math.cos(a.heading), Math.sin(a.heading)];
    const [cb, sb] = [Math.cos(b.heading), Math.sin(b.heading)];
    for (const [nx, ny, half] of [
      [c, s, a.length / 2 - 0.3],
      [-s, c, a.width / 2 - 0.15],
    ]) {
      const middle = Math.abs((b.x - a.x) * nx + (b.y - a.y) * ny);
      const reach =
        (b.length / 2 - 0.3) * Math.abs(cb * nx + sb * ny) + (b.width / 2 - 0.15) * Math.abs(cb * ny - sb * nx);
      if (middle > reach + half) return false;
    }
  }
  return true;
}
