import { describe, expect, it } from 'vitest';
import type { Actor } from './actors.ts';
import { createCamera } from './camera.ts';
import { paintOrder, type Standing } from './order.ts';
import { type Projected, projectActor } from './project.ts';
import { boxesOf, type Stamp } from './visibility.ts';

const camera = createCamera(
  { x: 0, y: -20, height: 6, pitchDeg: 12, yawDeg: 0, rollDeg: 0, hfovDeg: 60, mirror: false },
  640,
  360,
);

const actor = (changes: Partial<Actor>): Actor => ({
  id: 1,
  className: 'car',
  x: 0,
  y: 5,
  heading: 0,
  length: 4.4,
  width: 1.84,
  look: 12,
  speed: 0,
  travelled: 0,
  braking: false,
  parked: false,
  ...changes,
});

function project(changes: Partial<Actor>): Projected {
  const projected = projectActor(actor(changes), camera, 0, [0, 0]);
  if (projected === null) throw new Error('the test wants something in view');
  return projected;
}

const cover = (x0: number, y0: number, x1: number, y1: number): Stamp => ({
  cover: [Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1)],
});

describe('boxes and visible shares', () => {
  const car = project({});
  const { x0, y0, x1, y1 } = car.bounds;

  it('are whole when nothing is in front', () => {
    const [box] = boxesOf([{ actor: car }], 640, 360);
    expect(box.visible).toBe(1);
    expect(box.x).toBeCloseTo(x0, 1);
    expect(box.y + box.h).toBeCloseTo(y1, 1);
  });

  it('lose what is covered, and the box when all is', () => {
    const half = boxesOf([{ actor: car }, cover(x0 - 5, y0 - 5, (x0 + x1) / 2, y1 + 5)], 640, 360);
    expect(half[0].visible).toBeGreaterThan(0.4);
    expect(half[0].visible).toBeLessThan(0.6);
    expect(boxesOf([{ actor: car }, cover(x0 - 5, y0 - 5, x1 + 5, y1 + 5)], 640, 360)).toEqual([]);
    // What stands behind covers nothing.
    expect(boxesOf([cover(0, 0, 640, 360), { actor: car }], 640, 360)[0].visible).toBe(1);
  });

  it('are hidden by a bus in front', () => {
    const bus = project({ id: 2, className: 'bus', y: 0, length: 12, width: 2.54 });
    const [far] = boxesOf([{ actor: car }, { actor: bus }], 640, 360);
    expect(far.className === 'car' ? far.visible : 0).toBeLessThan(0.35);
  });

  it('leave out what is outside the picture', () => {
    expect(projectActor(actor({ x: 0, y: -60 }), camera, 0, [0, 0])).toBeNull();
    expect(boxesOf([{ actor: project({ x: 60, y: 5 }) }], 640, 360)).toEqual([]);
  });

  it('count what the edge of the picture cuts off', () => {
    const at = project({ x: 15.2 });
    expect(at.bounds.x0).toBeLessThan(640);
    expect(at.bounds.x1).toBeGreaterThan(640);
    const [box] = boxesOf([{ actor: at }], 640, 360);
    expect(box.x + box.w).toBe(640);
    expect(box.visible).toBeCloseTo((640 - at.bounds.x0) / (at.bounds.x1 - at.bounds.x0), 0);
    expect(box.visible).toBeLessThan(1);
  });

  it('cut what reaches behind the camera', () => {
    const bus = project({ className: 'bus', x: 1, y: -16, heading: Math.PI / 2, length: 12, width: 2.54 });
    const [box] = boxesOf([{ actor: bus }], 640, 360);
    expect(box.y + box.h).toBe(360);
    expect(Number.isFinite(box.x + box.y + box.w + box.h)).toBe(true);
  });
});

describe('paint order', () => {
  it('puts a car beside a long bus in front of it, though the bus’s middle is nearer', () => {
    const bounds = { x0: 0, y0: 0, x1: 10, y1: 10 };
    const bus: Standing = { x: 0, y: 10, cos: 0, sin: 1, halfLength: 6, halfWidth: 1.25, bounds };
    const car: Standing = { x: 3, y: 13, cos: 0, sin: 1, halfLength: 2.2, halfWidth: 0.9, bounds };
    // Seen from the right, the car hides the bus; from the left the bus hides the car.
    expect(paintOrder([bus, car], 20, 0)).toEqual([0, 1]);
    expect(paintOrder([bus, car], -20, 0)).toEqual([1, 0]);
  });

  it('goes from far to near', () => {
    const thing = (y: number): Standing => ({
      x: 0,
      y,
      cos: 1,
      sin: 0,
      halfLength: 1,
      halfWidth: 1,
      bounds: { x0: 0, y0: 0, x1: 1, y1: 1 },
    });
    expect(paintOrder([thing(5), thing(20), thing(12)], 0, 0)).toEqual([1, 2, 0]);
  });
});
