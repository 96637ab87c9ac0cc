/** A synthetic camera: frames by number, each with the exact boxes of what it shows. Drawing is the renderer's. */
import { type Actor, actorsAt } from './actors.ts';
import { type Camera, createCamera } from './camera.ts';
import { createLayout, type Layout } from './layout.ts';
import { type ResolvedOptions, resolveOptions, type SceneOptions } from './options.ts';
import { overlap, paintOrder, type Standing } from './order.ts';
import { type Projected, projectActor } from './project.ts';
import { noise2 } from './random.ts';
import { type StaticThing, staticThings } from './standing.ts';
import type { Light } from './traffic/signals.ts';
import { Simulation } from './traffic/simulation.ts';
import { boxesOf, type SceneBox, type Stamp } from './visibility.ts';

export interface SceneFrame {
  /** From 0. */
  index: number;
  /** `index / fps`: a synthetic camera has no clock of its own. */
  timestampS: number;
  width: number;
  height: number;
  /** Everything of which at least something can be seen, in no particular order. */
  boxes: SceneBox[];
  /** What the renderer draws, from far to near. */
  view: FrameView;
}

export type PaintItem = { kind: 'actor'; projected: Projected } | { kind: 'static'; thing: StaticThing };

export interface FrameView {
  items: PaintItem[];
  /** Sway of the mast in pixels. */
  shift: [number, number];
  lights: { A: Light; B: Light };
}

export interface Scene {
  readonly options: ResolvedOptions;
  readonly camera: Camera;
  readonly layout: Layout;
  /**
   * The frame at `index / fps` seconds. Any order is allowed and gives the same frames; going forward is fast, going
   * back replays the traffic from the start.
   */
  frameAt(index: number): SceneFrame;
  /** Frames `from` to `to` (not included), one after another. */
  frames(from?: number, to?: number): IterableIterator<SceneFrame>;
}

/** Throws `bad-input` for options that make no scene. */
export function createScene(options: SceneOptions): Scene {
  const resolved = resolveOptions(options);
  const layout = createLayout(resolved);
  const camera = createCamera(resolved.parameters.camera, resolved.width, resolved.height);
  const simulation = new Simulation(resolved, layout);
  const things = staticThings(layout, camera);

  function frameAt(index: number): SceneFrame {
    if (!Number.isInteger(index) || index < 0) throw new RangeError(`frame numbers start at 0, got ${index}`);
    const actors = actorsAt(simulation, resolved, index);
    const timestampS = index / resolved.fps;
    const shift = swayAt(resolved, timestampS);
    const view: FrameView = {
      items: arrange(actors, things, camera, resolved.parameters.weather.rain, shift),
      shift,
      lights: { A: simulation.signals.light('A'), B: simulation.signals.light('B') },
    };
    const stamps = view.items.map((item): Stamp => {
      if (item.kind === 'actor') return { actor: item.projected };
      return { cover: item.thing.outlines };
    });
    return {
      index,
      timestampS,
      width: camera.width,
      height: camera.height,
      boxes: boxesOf(stamps, camera.width, camera.height),
      view,
    };
  }

  return {
    options: resolved,
    camera,
    layout,
    frameAt,
    *frames(from = 0, to = Number.POSITIVE_INFINITY) {
      for (let index = from; index < to; index++) yield frameAt(index);
    },
  };
}

function arrange(
  actors: readonly Actor[],
  things: readonly StaticThing[],
  camera: Camera,
  rain: number,
  shift: readonly [number, number],
): PaintItem[] {
  const picture = { x0: 0, y0: 0, x1: camera.width, y1: camera.height };
  const projected = actors
    .map((actor) => projectActor(actor, camera, rain, shift))
    .filter((one): one is Projected => one !== null && overlap(one.bounds, picture));
  // Boxes are part of the background; only those that meet something that moves take part.
  const statics = things.filter(
    (thing) => thing.kind !== 'box' || projected.some((one) => overlap(one.bounds, thing.bounds)),
  );
  const standing: Standing[] = [
    ...projected.map(
      (one): Standing => ({
        x: one.actor.x,
        y: one.actor.y,
        cos: one.cos,
        sin: one.sin,
        halfLength: one.actor.length / 2,
        halfWidth: one.actor.width / 2,
        bounds: one.bounds,
      }),
    ),
    ...statics,
  ];
  return paintOrder(standing, camera.position[0], camera.position[1]).map((i): PaintItem => {
    if (i < projected.length) return { kind: 'actor', projected: projected[i] };
    return { kind: 'static', thing: statics[i - projected.length] };
  });
}

/** Wind moves the mast a little. */
function swayAt({ seed, width, parameters }: ResolvedOptions, timeS: number): [number, number] {
  const amplitude = (parameters.sensor.shakePx * width) / 640;
  const at = (speed: number, lane: number): number => noise2(timeS * speed, lane, seed + 200) - 0.5;
  return [
    2 * amplitude * (0.6 * at(0.9, 0.5) + 0.4 * at(3.1, 1.5)),
    1.4 * amplitude * (0.6 * at(1.1, 2.5) + 0.4 * at(3.7, 3.5)),
  ];
}
