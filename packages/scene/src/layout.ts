/**
 * The place: two roads that cross at the origin, pavements, the buildings around them, trees and street furniture.
 * Road A runs north, away from the camera, and ends at a cross street before a row of houses (so nothing drives off to a
 * speck on the horizon); road B runs east to west. South of B the corners stay low, the camera looks across them.
 */
import type { ResolvedOptions } from './options.ts';
import { createRandom, type Random } from './random.ts';

export const LANE_M = 3.2;
/** Strip for bicycles at each kerb. */
export const BICYCLE_STRIP_M = 1.5;
export const CORNER_RADIUS_M = 4.5;
/** From the edge of the crossed road to the near and far edge of a zebra, and to the stop line. */
export const ZEBRA_FROM_M = 3.5;
export const ZEBRA_TO_M = 6.5;
export const STOP_LINE_M = 7.6;
/** Half width of the street that closes the far arm. */
export const FAR_STREET_HALF_M = 7;

export type BoxKind = 'building' | 'hedge' | 'wall' | 'shelter' | 'bin' | 'planter' | 'cabinet' | 'roofbox';

/** An upright box of the static scene. */
export interface StaticBox {
  kind: BoxKind;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  /** Top; bottoms stand at `z0`, mostly the ground. */
  z0: number;
  z1: number;
  /** Seed of its look. */
  look: number;
}

export interface Tree {
  x: number;
  y: number;
  height: number;
  /** Radius of the crown. */
  crown: number;
  look: number;
}

export interface Pole {
  kind: 'lamp' | 'signal' | 'sign';
  x: number;
  y: number;
  height: number;
  /** Unit direction of the arm that reaches over the road, and its length (0: none). */
  armX: number;
  armY: number;
  arm: number;
  /** For signals: which road's light it shows. */
  road: 'A' | 'B';
  look: number;
}

export interface ParkedCar {
  x: number;
  y: number;
  /** Heading in radians, 0 east, counter-clockwise. */
  heading: number;
  look: number;
}

export interface Layout {
  /** Half widths of road A and road B, bicycle strips included. */
  halfA: number;
  halfB: number;
  pavement: number;
  farEnd: number;
  boxes: StaticBox[];
  trees: Tree[];
  poles: Pole[];
  parked: ParkedCar[];
  /** Red-painted bicycle strips. */
  paintedStrips: boolean;
  /** What lies beyond the pavements. */
  verge: 'grass' | 'paving';
}

export function createLayout(options: ResolvedOptions): Layout {
  const { roads, traffic, camera } = options.parameters;
  const random = createRandom(options.seed, 20);
  const halfA = roads.lanesA * LANE_M + BICYCLE_STRIP_M;
  const halfB = roads.lanesB * LANE_M + BICYCLE_STRIP_M;
  const layout: Layout = {
    halfA,
    halfB,
    pavement: roads.pavement,
    farEnd: roads.farEnd,
    boxes: [],
    trees: [],
    poles: [],
    parked: [],
    paintedStrips: random.chance(0.3),
    verge: random.chance(0.6) ? 'grass' : 'paving',
  };
  addBuildings(layout, random);
  addFurniture(layout, random);
  addTrees(layout, random, camera.x, camera.y);
  addPoles(layout, random);
  addParked(layout, random, traffic.parkedCars);
  const [cx, cy] = [camera.x, camera.y];
  // What stands where the camera hangs would fill the picture.
  layout.boxes = layout.boxes.filter((box) => awayFrom(box, cx, cy, 9));
  layout.poles = layout.poles.filter((pole) => Math.hypot(pole.x - cx, pole.y - cy) > 7);
  return layout;
}

const awayFrom = (box: StaticBox, x: number, y: number, distance: number): boolean =>
  box.kind === 'building' ||
  Math.hypot(Math.max(box.x0 - x, 0, x - box.x1), Math.max(box.y0 - y, 0, y - box.y1)) > distance;

function addBuildings(layout: Layout, random: Random): void {
  const { halfA, halfB, pavement, farEnd } = layout;
  const setback = pavement + random.between(0, 1.5);
  const south = halfB + setback;
  const north = farEnd - FAR_STREET_HALF_M - pavement;
  const house = (x0: number, x1: number, y0: number, y1: number, low: number, high: number): void => {
    const z1 = Math.round(random.between(low, high) / 3.1) * 3.1 + 1.2;
    layout.boxes.push({ kind: 'building', x0, x1, y0, y1, z0: 0, z1, look: random.int(1 << 30) });
    if (random.chance(0.5)) {
      const x = x0 + (x1 - x0) * random.between(0.2, 0.6);
      layout.boxes.push({ kind: 'roofbox', x0: x, x1: x + 2.5, y0: y0 + 1.5, y1: y0 + 4, z0: z1, z1: z1 + 2, look: 1 });
    }
  };
  for (const side of [-1, 1]) {
    const edge = halfA + setback;
    // Along road B, from the corner outwards; the corner house also faces road A.
    let from = edge;
    while (from < 115) {
      const wide = random.between(11, 19);
      const [a, b] = side > 0 ? [from, from + wide] : [-from - wide, -from];
      house(a, b, south, Math.min(south + random.between(11, 14), north - 2), 9, 19);
      from += wide + (random.chance(0.12) ? 4 : 0);
    }
    // Along road A, behind the corner house.
    let y = south + 14.2;
    while (y < north - 4) {
      const deep = Math.min(random.between(9, 15), north - y);
      const [a, b] = side > 0 ? [edge, edge + 12] : [-edge - 12, -edge];
      house(a, b, y, y + deep, 9, 17);
      y += deep;
    }
  }
  // The row that closes the far arm.
  let x = -130;
  while (x < 130) {
    const wide = random.between(10, 17);
    house(x, x + wide, farEnd + FAR_STREET_HALF_M + pavement, farEnd + FAR_STREET_HALF_M + pavement + 12, 13, 25);
    x += wide;
  }
}

function addFurniture(layout: Layout, random: Random): void {
  const { halfA, halfB, pavement } = layout;
  const put = (kind: BoxKind, x: number, y: number, w: number, d: number, h: number): void => {
    layout.boxes.push({
      kind,
      x0: x - w / 2,
      x1: x + w / 2,
      y0: y - d / 2,
      y1: y + d / 2,
      z0: 0,
      z1: h,
      look: random.int(9999),
    });
  };
  for (const side of [-1, 1]) {
    if (random.chance(0.6))
      put('hedge', side * (halfA + pavement + 9), -(halfB + pavement + 0.8), random.between(8, 14), 1.1, 1.1);
    if (random.chance(0.5))
      put('wall', side * (halfA + pavement + 0.5), -(halfB + pavement + random.between(7, 9)), 0.4, 8, 0.8);
    if (random.chance(0.6)) put('bin', side * (halfA + 1.1), halfB + random.between(8, 12), 0.5, 0.5, 1);
    if (random.chance(0.6))
      put('cabinet', side * (halfA + pavement - 0.5), -(halfB + random.between(9, 11)), 0.5, 1.1, 1.3);
    if (random.chance(0.5))
      put('planter', side * (halfA + pavement - 0.7), halfB + random.between(6, 12), 0.8, 1.8, 0.9);
  }
  if (random.chance(0.5))
    put('shelter', (random.chance(0.5) ? 1 : -1) * (halfA + pavement - 0.7), halfB + 16, 1.2, 4, 2.5);
}

function addTrees(layout: Layout, random: Random, cameraX: number, cameraY: number): void {
  const { halfA, halfB, farEnd, pavement } = layout;
  const density = random.between(0.35, 0.9);
  const place = (x: number, y: number): void => {
    if (!random.chance(density)) return;
    const tree = { x, y, height: random.between(5.5, 8.5), crown: random.between(1.7, 2.6), look: random.int(1 << 30) };
    if (Math.hypot(x - cameraX, y - cameraY) > 13 && !hidesCrossing(tree, cameraX, cameraY)) layout.trees.push(tree);
  };
  for (const side of [-1, 1]) {
    for (let y = halfB + 13; y < farEnd - 8; y += random.between(8, 11)) place(side * (halfA + 0.9), y);
    for (let x = halfA + 13; x < 60; x += random.between(8, 12)) place(side * x, halfB + 0.9);
    for (let x = halfA + pavement + 5; x < 40; x += random.between(9, 14)) place(side * x, -(halfB + pavement + 3.5));
  }
}

/** True when the tree stands in the sight line to the middle of the crossing. */
function hidesCrossing(tree: Tree, cameraX: number, cameraY: number): boolean {
  const length = Math.hypot(cameraX, cameraY);
  const along = ((tree.x - cameraX) * -cameraX + (tree.y - cameraY) * -cameraY) / length;
  const across = Math.abs((tree.x - cameraX) * -cameraY - (tree.y - cameraY) * -cameraX) / length;
  return along > 0 && along < length + 4 && across < tree.crown + 5;
}

function addPoles(layout: Layout, random: Random): void {
  const { halfA, halfB, farEnd } = layout;
  const armed = random.chance(0.5);
  for (const [sx, sy] of [
    [1, 1],
    [-1, 1],
    [-1, -1],
    [1, -1],
  ]) {
    // Traffic keeps right: the light for northbound A stands south-east of the crossing, and so on round.
    const facesA = sx === sy;
    const road = facesA ? 'B' : 'A';
    const x = sx * (halfA + (road === 'A' ? 0.7 : STOP_LINE_M));
    const y = sy * (halfB + (road === 'A' ? STOP_LINE_M : 0.7));
    const arm = armed ? random.between(2.5, 3.6) : 0;
    layout.poles.push({
      kind: 'signal',
      x,
      y,
      height: arm > 0 ? 5.6 : 3.3,
      armX: road === 'A' ? -sx : 0,
      armY: road === 'A' ? 0 : -sy,
      arm,
      road,
      look: sx * 2 + sy,
    });
  }
  const tall = random.between(7, 9);
  for (const side of [-1, 1]) {
    for (let y = halfB + 17 + (side > 0 ? 9 : 0); y < farEnd - 6; y += 22) {
      layout.poles.push({
        kind: 'lamp',
        x: side * (halfA + 0.6),
        y,
        height: tall,
        armX: -side,
        armY: 0,
        arm: 1.6,
        road: 'A',
        look: 0,
      });
    }
    layout.poles.push({
      kind: 'lamp',
      x: side * (halfA + 15),
      y: halfB + 0.6,
      height: tall,
      armX: 0,
      armY: -1,
      arm: 1.6,
      road: 'B',
      look: 0,
    });
    if (random.chance(0.7)) {
      const y = side * (halfB + random.between(10, 13));
      layout.poles.push({
        kind: 'sign',
        x: side * (halfA + 0.5),
        y,
        height: 2.6,
        armX: 0,
        armY: 0,
        arm: 0,
        road: 'A',
        look: random.int(4),
      });
    }
  }
}

function addParked(layout: Layout, random: Random, count: number): void {
  const { halfA, halfB, pavement } = layout;
  for (let i = 0; i < count; i++) {
    const side = i % 2 === 0 ? 1 : -1;
    const row = Math.floor(i / 2);
    layout.parked.push({
      x: side * (halfA + pavement + 3 + (row % 4) * 2.9),
      y: -(halfB + pavement + 4.5 + Math.floor(row / 4) * 6) + random.between(-0.3, 0.3),
      heading: (random.chance(0.5) ? Math.PI / 2 : -Math.PI / 2) + random.between(-0.06, 0.06),
      look: random.int(1 << 30),
    });
  }
}

/** Distance in metres to the kerb: negative on the carriageway, positive beside it. */
export function kerbDistance(layout: Layout, x: number, y: number): number {
  const crossing = crossDistance(Math.abs(x) - layout.halfA, Math.abs(y) - layout.halfB);
  if (y < layout.halfB + 8) return crossing;
  const far = Math.abs(y - layout.farEnd) - FAR_STREET_HALF_M;
  if (y > layout.farEnd) return far;
  return Math.min(crossing, crossDistance(Math.abs(x) - layout.halfA, far));
}

function crossDistance(a: number, b: number): number {
  if (a <= 0 || b <= 0) return a <= 0 && b <= 0 ? Math.max(a, b) : Math.min(a, b);
  const r = CORNER_RADIUS_M;
  return a < r && b < r ? r - Math.hypot(r - a, r - b) : Math.min(a, b);
}
