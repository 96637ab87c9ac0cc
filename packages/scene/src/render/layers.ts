/** The street without what moves: lit at key moments, mixed for the moment between. */
import { type LitLayers, relight } from '../background/relight.ts';
import { type Surfaces, traceSurfaces } from '../background/trace.ts';
import { lightingAt } from '../light.ts';
import type { Scene } from '../scene.ts';
import type { MakeSurface, Surface } from './surface.ts';
import { createLeaves, type Leaves } from './trees.ts';

interface Key {
  sky: Surface;
  sun: Surface | null;
  lamps: Surface | null;
  leaves: Leaves;
}

export interface Layers {
  /** Mixes for a time; afterwards `shaded` (no sun) and `lit` hold the street, `leaves` the trees'. */
  mix(timeS: number, share: number): Leaves;
  readonly shaded: Surface;
  readonly lit: Surface;
}

export function createLayers(scene: Scene, make: MakeSurface): Layers {
  const { options, camera, layout } = scene;
  const { parameters, seed } = options;
  // The sun moves a quarter of a degree a minute; a faster day gets keys as close in light.
  const keyS = Math.max(6, 90 / Math.max(1, parameters.light.dayRate));
  const shaded = make(camera.width, camera.height);
  const lit = make(camera.width, camera.height);
  const keys = new Map<number, Key>();
  let surfaces: Surfaces | null = null;

  function key(index: number): Key {
    const known = keys.get(index);
    if (known !== undefined) return known;
    surfaces ??= traceSurfaces(camera, layout, seed);
    const light = lightingAt(parameters, index * keyS);
    const { rain, cloud } = parameters.weather;
    const layers: LitLayers = relight(surfaces, layout, light, rain, cloud, camera.position);
    const surface = (data: Uint8ClampedArray): Surface => {
      const made = make(camera.width, camera.height);
      const pixels = made.context.createImageData(camera.width, camera.height);
      pixels.data.set(data);
      made.context.putImageData(pixels, 0, 0);
      return made;
    };
    const made: Key = {
      sky: surface(layers.sky),
      sun: layers.sun === null ? null : surface(layers.sun),
      lamps: layers.lamps === null ? null : surface(layers.lamps),
      leaves: createLeaves(make, light, parameters.light.dayOfYear, seed),
    };
    for (const old of keys.keys()) if (Math.abs(old - index) > 1) keys.delete(old);
    keys.set(index, made);
    return made;
  }

  return {
    shaded,
    lit,
    mix(timeS, share) {
      const index = Math.floor(timeS / keyS);
      const t = timeS / keyS - index;
      const [a, b] = [key(index), key(index + 1)];
      const ctx = shaded.context;
      ctx.globalAlpha = 1;
      ctx.globalCompositeOperation = 'source-over';
      ctx.drawImage(a.sky.canvas, 0, 0);
      ctx.globalAlpha = t;
      ctx.drawImage(b.sky.canvas, 0, 0);
      ctx.globalCompositeOperation = 'lighter';
      add(ctx, a.lamps, 1 - t);
      add(ctx, b.lamps, t);
      const out = lit.context;
      out.globalAlpha = 1;
      out.globalCompositeOperation = 'source-over';
      out.drawImage(shaded.canvas, 0, 0);
      out.globalCompositeOperation = 'lighter';
      add(out, a.sun, (1 - t) * share);
      add(out, b.sun, t * share);
      return t < 0.5 ? a.leaves : b.leaves;
    },
  };
}

function add(ctx: Surface['context'], layer: Surface | null, alpha: number): void {
  if (layer === null || alpha < 0.004) return;
  ctx.globalAlpha = alpha;
  ctx.drawImage(layer.canvas, 0, 0);
}
