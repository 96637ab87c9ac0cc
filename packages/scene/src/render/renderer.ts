/**
 * Draws a frame: the still street under the moment's light, shadows and reflections on it, then everything from far to
 * near, the weather, and at last the sensor. It remembers only what can be made again, so any frame may be asked for.
 */
import { seesSun, shadowCasters } from '../background/relight.ts';
import { exposureStep, type Lighting, lightingAt, sunShare } from '../light.ts';
import type { Rgb } from '../models/mesh.ts';
import { overlap } from '../order.ts';
import type { Bounds, Projected } from '../project.ts';
import type { Scene, SceneFrame } from '../scene.ts';
import type { StaticThing } from '../standing.ts';
import { drawFigure } from './figures.ts';
import { createHalos, drawGlows, drawRain, drawReflections, drawRoadLight, vehicleGlows } from './glow.ts';
import { createLayers } from './layers.ts';
import { clockText, stampText } from './overlay.ts';
import { drawPole, type Glow } from './poles.ts';
import { createSensor } from './sensor.ts';
import { css, type Local, type Moment, shadeFace } from './shade.ts';
import { addSunShadows, drawContact } from './shadows.ts';
import type { Context2D, MakeSurface, Pixels } from './surface.ts';
import { createTreePainter } from './trees.ts';
import { addPolygon, drawMesh } from './vehicles.ts';

/** What to leave out; for tests that look at one thing, and for the curious. */
export interface RenderParts {
  /** Shadows, reflections and glows of what moves. */
  effects?: boolean;
  /** Exposure, noise, clock. */
  sensor?: boolean;
  /** Only these things, by id; all when absent. */
  only?: readonly number[];
}

export interface Renderer {
  /** RGBA [height, width, 4]; valid until the next call. */
  render(frame: SceneFrame, parts?: RenderParts): Pixels;
}

export function createRenderer(scene: Scene, make: MakeSurface): Renderer {
  const { camera, options, layout } = scene;
  const { parameters, seed } = options;
  const { weather } = parameters;
  const { width, height } = camera;
  const stage = make(width, height);
  const mask = make(Math.ceil(width / 2), Math.ceil(height / 2));
  const shadow = make(width, height);
  const layers = createLayers(scene, make);
  const halos = createHalos(make);
  const trees = createTreePainter(camera, make);
  const sensor = createSensor(parameters.sensor, width, height, seed);
  const share = (timeS: number): number => sunShare(weather, seed, timeS);

  function render(frame: SceneFrame, { effects = true, sensor: withSensor = true, only }: RenderParts = {}): Pixels {
    const ctx = stage.context;
    const { view, timestampS } = frame;
    const { shift } = view;
    const moment: Moment = { light: lightingAt(parameters, timestampS), share: share(timestampS) };
    const { light } = moment;
    const leaves = layers.mix(timestampS, moment.share);
    const moving = view.items.flatMap((item) =>
      item.kind === 'actor' && (only === undefined || only.includes(item.projected.actor.id)) ? [item.projected] : [],
    );
    const wet = weather.rain;

    ctx.globalAlpha = 1;
    ctx.globalCompositeOperation = 'source-over';
    ctx.drawImage(layers.lit.canvas, 0, 0);
    // The copy before covers the hair of rim that the sway leaves open.
    if (shift[0] !== 0 || shift[1] !== 0) ctx.drawImage(layers.lit.canvas, shift[0], shift[1]);
    if (effects) {
      if (moment.share > 0.03 && light.sun[0] > 0.02) castShadows(ctx, moving, light, shift);
      if (wet > 0.05) drawReflections(ctx, moving, camera, wet, (one) => reflectionColour(one, moment), shift);
      drawRoadLight(ctx, moving, camera, light.night, wet, halos, shift);
      drawContact(ctx, moving, camera, shift, 1 - 0.35 * wet);
    }

    const glows: Glow[] = [];
    const painted: Projected[] = [];
    const shown = new Set(moving);
    for (const item of view.items) {
      if (item.kind === 'actor') {
        const { projected } = item;
        if (!shown.has(projected)) continue;
        painted.push(projected);
        const local = localLight(projected, moment);
        if (projected.kind === 'mesh') drawMesh(ctx, projected, moment, local, camera, shift);
        else drawFigure(ctx, projected, moment, local);
        // Halos are painted with their vehicle, so what stands before it hides them too.
        if (effects) drawGlows(ctx, vehicleGlows(projected, camera, light.night, shift), halos);
        continue;
      }
      const { thing } = item;
      if (thing.kind === 'tree') trees.draw(ctx, thing.tree, leaves, moment, weather.wind, timestampS, shift);
      else if (thing.kind === 'pole') glows.push(...drawPole(ctx, thing.pole, camera, moment, view.lights, shift));
      else restoreStreet(ctx, thing, painted, shift);
    }
    drawGlows(ctx, glows, halos);
    if (effects && wet > 0.02) {
      drawRain(ctx, width, height, wet, weather.wind, frame.index + seed, Math.min(1, light.ambient[1] * 1.4));
    }
    if (withSensor) soften(ctx);
    const pixels = ctx.getImageData(0, 0, width, height);
    if (withSensor) {
      sensor.expose(pixels, exposureStep(light, weather, seed, timestampS), light.gain, frame.index);
      if (parameters.sensor.overlay) {
        const edge = Math.round(width / 64);
        stampText(pixels, clockText(options, timestampS), edge, edge);
        stampText(pixels, `CAM ${String((((seed % 90) + 90) % 90) + 1).padStart(2, '0')}`, -edge, -edge);
      }
    }
    return pixels;
  }

  /** The sunless street shows through where something stands between it and the sun. */
  function castShadows(
    ctx: Context2D,
    moving: readonly Projected[],
    light: Lighting,
    shift: readonly [number, number],
  ): void {
    const cut = mask.context;
    cut.setTransform(1, 0, 0, 1, 0, 0);
    cut.clearRect(0, 0, mask.width, mask.height);
    cut.setTransform(0.5, 0, 0, 0.5, 0, 0);
    cut.fillStyle = '#000';
    cut.beginPath();
    addSunShadows(cut, moving, light, camera, shift);
    cut.fill();
    const out = shadow.context;
    out.globalCompositeOperation = 'source-over';
    out.clearRect(0, 0, width, height);
    out.drawImage(mask.canvas, 0, 0, width, height);
    out.globalCompositeOperation = 'source-in';
    out.drawImage(layers.shaded.canvas, shift[0], shift[1]);
    ctx.globalAlpha = 0.94;
    ctx.drawImage(shadow.canvas, 0, 0);
    ctx.globalAlpha = 1;
  }

  /** Puts a house or hedge back over what passed behind it. */
  function restoreStreet(
    ctx: Context2D,
    thing: StaticThing,
    painted: readonly Projected[],
    shift: readonly [number, number],
  ): void {
    let area: Bounds | null = null;
    for (const { bounds } of painted) {
      if (!overlap(bounds, thing.bounds)) continue;
      area = area === null ? { ...bounds } : around(area, bounds);
    }
    if (area === null) return;
    const x = Math.max(0, Math.floor(Math.max(area.x0, thing.bounds.x0) - 2));
    const y = Math.max(0, Math.floor(Math.max(area.y0, thing.bounds.y0) - 2));
    const w = Math.min(width, Math.ceil(Math.min(area.x1, thing.bounds.x1) + 2)) - x;
    const h = Math.min(height, Math.ceil(Math.min(area.y1, thing.bounds.y1) + 2)) - y;
    if (w <= 0 || h <= 0) return;
    ctx.save();
    ctx.beginPath();
    addPolygon(
      ctx,
      thing.outlines[0].map((value, i) => value + shift[i & 1]),
    );
    ctx.clip();
    ctx.drawImage(layers.lit.canvas, x, y, w, h, x + shift[0], y + shift[1], w, h);
    ctx.restore();
  }

  // Poles are too thin and bins too low to shade a vehicle.
  const all = shadowCasters(layout);
  const casters = { boxes: all.boxes.filter(({ kind }) => kind === 'building'), trees: all.trees, poles: [] };

  function localLight(one: Projected, { light, share: through }: Moment): Local {
    const { actor, cos, sin, distance } = one;
    let sun = 0;
    if (through > 0.01 && light.toSun[2] > 0) {
      for (const k of [-0.3, 0.3]) {
        const [x, y] = [actor.x + k * actor.length * cos, actor.y + k * actor.length * sin];
        sun += seesSun(casters, light.toSun[0], light.toSun[1], light.toSun[2], x, y, 1) / 2;
      }
    }
    const turn = (x: number, y: number): [number, number] => [x * cos + y * sin, y * cos - x * sin];
    const [sunX, sunY] = turn(light.toSun[0], light.toSun[1]);
    const [eyeX, eyeY] = turn(camera.position[0] - actor.x, camera.position[1] - actor.y);
    return {
      sunX,
      sunY,
      sunZ: light.toSun[2],
      eyeX: eyeX / distance,
      eyeY: eyeY / distance,
      eyeZ: camera.position[2] / distance,
      sun: sun * through,
      lamp: light.night > 0.02 ? 0.8 : 0,
      distance,
      braking: actor.braking,
    };
  }

  function reflectionColour(one: Projected, moment: Moment): string {
    const local = localLight(one, moment);
    if (one.kind === 'mesh') {
      const face = one.mesh.parts.find((part) => part.layer === 0)?.faces[2];
      if (face !== undefined) return shadeFace(face.material, 0, 0, 0.1, moment, local, 0.7);
    }
    const dark: Rgb = [0.03, 0.03, 0.035];
    const { ambient } = moment.light;
    return css(dark[0] * ambient[0], dark[1] * ambient[1], dark[2] * ambient[2]);
  }

  /** A lens that is not quite sharp: the picture over itself, a little aside. */
  function soften(ctx: Context2D): void {
    const { softness } = parameters.sensor;
    if (softness < 0.02) return;
    // Whole pixels: a canvas is copied several times as fast without interpolation.
    const reach = Math.max(1, Math.round(width / 640));
    ctx.globalAlpha = 0.26 * softness;
    ctx.drawImage(stage.canvas, reach, 0);
    ctx.drawImage(stage.canvas, -reach, 0);
    ctx.drawImage(stage.canvas, 0, reach);
    ctx.globalAlpha = 1;
  }

  return { render };
}

const around = (a: Bounds, b: Bounds): Bounds => ({
  x0: Math.min(a.x0, b.x0),
  y0: Math.min(a.y0, b.y0),
  x1: Math.max(a.x1, b.x1),
  y1: Math.max(a.y1, b.y1),
});
