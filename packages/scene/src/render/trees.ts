/** Trees: a trunk, and a crown of leaf clusters that sway each in their own time. */
import type { Camera } from '../camera.ts';
import type { Tree } from '../layout.ts';
import type { Lighting } from '../light.ts';
import type { Rgb } from '../models/mesh.ts';
import { createRandom, hash2, noise2 } from '../random.ts';
import { project } from '../standing.ts';
import { css, type Moment } from './shade.ts';
import type { Context2D, MakeSurface, Surface } from './surface.ts';

const SPRITE = 96;
const KINDS = 3;

interface Cluster {
  dx: number;
  dy: number;
  dz: number;
  radius: number;
  kind: number;
}

/** Leaves as the sky lights them, and what the sun adds, for the light of one key moment. */
export interface Leaves {
  sky: Surface[];
  sun: Surface[];
}

/** `dayOfYear` turns the leaves in autumn. */
export function createLeaves(make: MakeSurface, light: Lighting, dayOfYear: number, seed: number): Leaves {
  const autumn = dayOfYear > 265 && dayOfYear < 330 ? 1 : 0;
  const leaves: Leaves = { sky: [], sun: [] };
  for (let kind = 0; kind < KINDS; kind++) {
    const [sky, sun] = [make(SPRITE, SPRITE), make(SPRITE, SPRITE)];
    const random = createRandom(seed, 400 + kind);
    const spots = Array.from({ length: 230 }, () => {
      const angle = random.between(0, 2 * Math.PI);
      const r = Math.sqrt(random.next()) * 0.43 * SPRITE;
      return {
        x: SPRITE / 2 + r * Math.cos(angle),
        y: SPRITE / 2 + r * Math.sin(angle) * 0.92,
        size: random.between(1.6, 4.4),
        turn: random.between(0, 3),
        tone: random.between(0.55, 1.3),
        warm: random.next(),
      };
    });
    // The lower leaves first, the upper ones over them and brighter.
    spots.sort((a, b) => b.y - a.y);
    for (const spot of spots) {
      const high = 1 - spot.y / SPRITE;
      const base: Rgb =
        autumn === 1 && spot.warm < 0.7 ? [0.16, 0.085, 0.02] : [0.045 + 0.02 * spot.warm, 0.085, 0.022];
      const a = spot.tone * (0.35 + 0.75 * high);
      const level = (c: 0 | 1 | 2): number => base[c] * light.ambient[c] * a + base[c] * light.lamp[c] * 0.8 * a;
      const added = (c: 0 | 1 | 2): number =>
        base[c] * light.sun[c] * spot.tone * Math.max(0.08, high * 1.1 - 0.15) * 0.75;
      for (const [surface, paint] of [
        [sky, css(level(0), level(1), level(2))],
        [sun, css(added(0), added(1), added(2))],
      ] as const) {
        surface.context.fillStyle = paint;
        surface.context.beginPath();
        surface.context.ellipse(spot.x, spot.y, spot.size, spot.size * 0.55, spot.turn, 0, 7);
        surface.context.fill();
      }
    }
    leaves.sky.push(sky);
    leaves.sun.push(sun);
  }
  return leaves;
}

const crowns = new WeakMap<Tree, Cluster[]>();

function clustersOf(tree: Tree): Cluster[] {
  const known = crowns.get(tree);
  if (known !== undefined) return known;
  const random = createRandom(tree.look, 6);
  const clusters: Cluster[] = [];
  for (let i = 0; i < 13; i++) {
    const angle = (i * 2.4) % (2 * Math.PI);
    const up = (i / 12) * 1.5 - 0.65;
    const out = Math.sqrt(Math.max(0.05, 1 - up * up)) * random.between(0.35, 0.75) * tree.crown;
    clusters.push({
      dx: out * Math.cos(angle),
      dy: out * Math.sin(angle),
      dz: up * tree.crown * 0.85,
      radius: tree.crown * random.between(0.5, 0.72),
      kind: random.int(KINDS),
    });
  }
  crowns.set(tree, clusters);
  return clusters;
}

export interface TreePainter {
  draw(
    ctx: Context2D,
    tree: Tree,
    leaves: Leaves,
    moment: Moment,
    wind: number,
    timeS: number,
    shift: readonly [number, number],
  ): void;
}

/** Steps of sunshine for which clusters are kept ready. */
const SUN_STEPS = 16;

/**
 * Clusters are turned and scaled once for a light and then only moved: moving a picture is several times as fast as
 * resampling it.
 */
export function createTreePainter(camera: Camera, make: MakeSurface): TreePainter {
  const ready = new WeakMap<Tree, { leaves: Leaves; step: number; sprites: Surface[] }>();

  function spritesFor(tree: Tree, leaves: Leaves, share: number): Surface[] {
    const step = Math.round(share * SUN_STEPS);
    const known = ready.get(tree);
    if (known !== undefined && known.leaves === leaves && known.step === step) return known.sprites;
    const sprites = clustersOf(tree).map((cluster, i) => {
      const at = project(camera, tree.x + cluster.dx, tree.y + cluster.dy, middleOf(tree) + cluster.dz);
      const depth = at === null ? 1e3 : at[2];
      const wide = Math.max(2, Math.min(400, Math.ceil((cluster.radius * 2.1 * camera.focal) / depth)));
      const surface = make(wide, wide);
      const { context } = surface;
      const turn = (hash2(tree.look, i, 8) - 0.5) * 0.6;
      const [c, s] = [(wide / SPRITE) * Math.cos(turn), (wide / SPRITE) * Math.sin(turn)];
      context.setTransform(c, s, -s, c, wide / 2 - (SPRITE / 2) * (c - s), wide / 2 - (SPRITE / 2) * (c + s));
      context.drawImage(leaves.sky[cluster.kind].canvas, 0, 0);
      if (step > 0) {
        context.globalAlpha = step / SUN_STEPS;
        context.globalCompositeOperation = 'lighter';
        context.drawImage(leaves.sun[cluster.kind].canvas, 0, 0);
      }
      return surface;
    });
    ready.set(tree, { leaves, step, sprites });
    return sprites;
  }

  return {
    draw(ctx, tree, leaves, moment, wind, timeS, shift) {
      const middle = middleOf(tree);
      drawTrunk(ctx, tree, camera, moment, shift);
      const sprites = spritesFor(tree, leaves, moment.share);
      const gust = 0.35 + 1.3 * noise2(timeS / 4, tree.look % 97, 31);
      const placed = clustersOf(tree).map((cluster, i) => {
        const beat = noise2(timeS * (1.1 + 0.25 * (i % 4)), i * 3.7 + (tree.look % 13), 32) - 0.5;
        const sway =
          wind * gust * (0.22 * beat + 0.05 * Math.sin(timeS * 1.9 + tree.x)) * (1 + cluster.dz / tree.crown);
        return {
          sprite: sprites[i],
          at: project(camera, tree.x + cluster.dx + sway, tree.y + cluster.dy, middle + cluster.dz + sway * 0.3),
        };
      });
      placed.sort((p, q) => (q.at?.[2] ?? 0) - (p.at?.[2] ?? 0));
      for (const { sprite, at } of placed) {
        if (at === null) continue;
        ctx.drawImage(sprite.canvas, at[0] + shift[0] - sprite.width / 2, at[1] + shift[1] - sprite.height / 2);
      }
    },
  };
}

const middleOf = (tree: Tree): number => tree.height - tree.crown * 0.9;

function drawTrunk(ctx: Context2D, tree: Tree, camera: Camera, moment: Moment, shift: readonly [number, number]): void {
  const foot = project(camera, tree.x, tree.y, 0);
  const fork = project(camera, tree.x, tree.y, middleOf(tree));
  if (foot === null || fork === null) return;
  const { ambient, sun } = moment.light;
  const bark = [0.055, 0.048, 0.038];
  const level = (c: 0 | 1 | 2): number => bark[c] * (ambient[c] + 0.4 * sun[c] * moment.share);
  ctx.fillStyle = css(level(0), level(1), level(2));
  const [a, b] = [(0.15 * camera.focal) / foot[2], (0.09 * camera.focal) / fork[2]];
  ctx.beginPath();
  ctx.moveTo(foot[0] - a + shift[0], foot[1] + shift[1]);
  ctx.lineTo(foot[0] + a + shift[0], foot[1] + shift[1]);
  ctx.lineTo(fork[0] + b + shift[0], fork[1] + shift[1]);
  ctx.lineTo(fork[0] - b + shift[0], fork[1] + shift[1]);
  ctx.fill();
}
