/**
 * What a scene is made of, in numbers. A preset gives ranges, the seed draws from them, overrides have the last word:
 * so one seed is one street, and a caller can still say "the same street, in rain".
 */
import { NoScopeError } from '@noscope/query';
import { createRandom, type Random } from './random.ts';

export const PRESETS = ['street', 'dusk-rain', 'rush-hour', 'quiet', 'drift', 'varied'] as const;
/** `varied` is no demo: every seed is another viewpoint, hour and weather, for training a reference model. */
export type PresetName = (typeof PRESETS)[number];

export interface CameraParameters {
  /** Metres east of the middle of the crossing; the camera looks north. */
  x: number;
  /** Metres from the middle of the crossing, negative: south of it. */
  y: number;
  /** Metres above the road. */
  height: number;
  /** Degrees below the horizon. */
  pitchDeg: number;
  /** Degrees clockwise from north. */
  yawDeg: number;
  rollDeg: number;
  /** Horizontal angle of view in degrees. */
  hfovDeg: number;
  /** Mirrors the world: traffic keeps to the left. */
  mirror: boolean;
}

export interface RoadParameters {
  /** Lanes per direction of the road that runs away from the camera. */
  lanesA: 1 | 2;
  /** Lanes per direction of the road that crosses it. */
  lanesB: 1 | 2;
  /** Width of a pavement in metres. */
  pavement: number;
  /** Metres from the crossing to the building that closes the far arm. */
  farEnd: number;
  /** Greens in seconds. */
  greenA: number;
  greenB: number;
}

export interface TrafficParameters {
  /** Arrivals per minute, all approaches together. */
  carsPerMinute: number;
  trucksPerMinute: number;
  bicyclesPerMinute: number;
  personsPerMinute: number;
  /** Seconds between two buses, drawn evenly from this range. */
  busEveryS: [number, number];
  /** The signal waits for an arriving bus, as transit priority does. */
  busPriority: boolean;
  /** Cars parked on the corner lots. */
  parkedCars: number;
}

export interface WeatherParameters {
  /** 0 clear … 1 overcast. */
  cloud: number;
  /** 0 dry … 1 pouring. */
  rain: number;
  /** 0 still … 1 stormy. */
  wind: number;
  /** 0 clear … 1 foggy. */
  haze: number;
}

export interface LightParameters {
  /** Local solar time in hours at the first frame. */
  startTimeOfDayH: number;
  /** Hours of daylight that pass per hour of video. */
  dayRate: number;
  dayOfYear: number;
  latitudeDeg: number;
  /** Degrees by which the street is turned against true north: moves the sun, not the camera. */
  northDeg: number;
}

export interface SensorParameters {
  /** Standard deviation of the noise in grey levels, in daylight. */
  noise: number;
  /** 0 crisp … 1 soft lens. */
  softness: number;
  /** Amplitude of the mast's sway in pixels at 640 wide. */
  shakePx: number;
  saturation: number;
  contrast: number;
  /** Colour cast: negative cold, positive warm. */
  warmth: number;
  /** Strength of the 8×8 block artefacts, 0..1. */
  blocks: number;
  /** Clock and camera name burnt into the picture. */
  overlay: boolean;
}

export interface SceneParameters {
  camera: CameraParameters;
  roads: RoadParameters;
  traffic: TrafficParameters;
  weather: WeatherParameters;
  light: LightParameters;
  sensor: SensorParameters;
}

export type SceneOverrides = { [K in keyof SceneParameters]?: Partial<SceneParameters[K]> };

export interface SceneOptions {
  /** Integer; the same seed gives the same scene everywhere. */
  seed: number;
  /** Default `street`. */
  preset?: PresetName;
  /** Pixels, default 640×360. */
  width?: number;
  height?: number;
  /** Frames per second, default 15. */
  fps?: number;
  /** Hours, 0..24; wins over the preset's and the overrides'. */
  startTimeOfDayH?: number;
  overrides?: SceneOverrides;
}

export interface ResolvedOptions {
  seed: number;
  preset: PresetName;
  width: number;
  height: number;
  fps: number;
  parameters: SceneParameters;
}

/** Throws `bad-input` naming the option at fault. */
export function resolveOptions(options: SceneOptions): ResolvedOptions {
  const { seed, preset = 'street', width = 640, height = 360, fps = 15 } = options;
  if (!Number.isSafeInteger(seed)) throw bad(`seed must be an integer, got ${seed}`);
  if (!PRESETS.includes(preset)) throw bad(`no preset "${preset}"; choose one of ${PRESETS.join(', ')}`);
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (!Number.isInteger(value) || value < 64 || value > 3840 || value % 2 !== 0) {
      throw bad(`${name} must be an even number of pixels in 64..3840, got ${value}`);
    }
  }
  if (!(fps > 0 && fps <= 120)) throw bad(`fps must be in 0..120, got ${fps}`);
  const drawn = drawParameters(seed, preset);
  const parameters: SceneParameters = {
    camera: { ...drawn.camera, ...options.overrides?.camera },
    roads: { ...drawn.roads, ...options.overrides?.roads },
    traffic: { ...drawn.traffic, ...options.overrides?.traffic },
    weather: { ...drawn.weather, ...options.overrides?.weather },
    light: { ...drawn.light, ...options.overrides?.light },
    sensor: { ...drawn.sensor, ...options.overrides?.sensor },
  };
  if (options.startTimeOfDayH !== undefined) parameters.light.startTimeOfDayH = options.startTimeOfDayH;
  check(parameters);
  return { seed, preset, width, height, fps, parameters };
}

function drawParameters(seed: number, preset: PresetName): SceneParameters {
  // Viewpoint and street come from the seed alone, so that presets of one seed show one place.
  const place = preset === 'varied' ? variedPlace(createRandom(seed, 11)) : demoPlace(createRandom(seed, 10));
  const random = createRandom(seed, 12);
  const base = { ...place, ...daytime(random) };
  const r = random;
  switch (preset) {
    case 'street':
      return base;
    case 'rush-hour':
      base.traffic = { ...base.traffic, carsPerMinute: 32, trucksPerMinute: 2, personsPerMinute: 16 };
      base.traffic.busEveryS = [35, 60];
      base.light.startTimeOfDayH = r.between(16.2, 17.2);
      return base;
    case 'quiet':
      base.traffic = { ...base.traffic, carsPerMinute: 4, trucksPerMinute: 0.3, personsPerMinute: 2.5 };
      base.traffic.bicyclesPerMinute = 0.8;
      base.traffic.busEveryS = [110, 170];
      base.light.startTimeOfDayH = r.between(6.4, 7.2);
      return base;
    case 'dusk-rain':
      base.weather = { cloud: 1, rain: r.between(0.55, 0.85), wind: r.between(0.4, 0.8), haze: r.between(0.25, 0.45) };
      base.light = { ...base.light, dayOfYear: 290, startTimeOfDayH: r.between(17.4, 17.6) };
      base.traffic = { ...base.traffic, personsPerMinute: 7, bicyclesPerMinute: 1.2 };
      base.sensor = { ...base.sensor, noise: base.sensor.noise, softness: 0.75 };
      return base;
    case 'drift':
      base.light = { ...base.light, startTimeOfDayH: r.between(8.2, 8.8), dayRate: 9 };
      base.weather = { ...base.weather, cloud: 0.3 };
      return base;
    case 'varied':
      return varied(base, r);
    default:
      return preset satisfies never;
  }
}

function demoPlace(random: Random): Pick<SceneParameters, 'camera' | 'roads'> {
  const side = random.chance(0.5) ? 1 : -1;
  const lanesA = random.chance(0.6) ? 2 : 1;
  const x = side * random.between(9.5, 15) + (lanesA === 2 ? side * 2 : 0);
  const y = -random.between(23, 29);
  const height = random.between(6.2, 8.6);
  return {
    camera: {
      x,
      y,
      height,
      pitchDeg: random.between(12.5, 15.5),
      // Towards the crossing, a little past it, so that the far arm and one side arm are in view.
      yawDeg: (Math.atan2(-x * 0.92, 6 - y) * 180) / Math.PI,
      rollDeg: random.between(-0.9, 0.9),
      hfovDeg: random.between(56, 64),
      mirror: false,
    },
    roads: {
      lanesA,
      lanesB: random.chance(0.35) ? 2 : 1,
      pavement: random.between(3.6, 5),
      farEnd: random.between(40, 50),
      greenA: random.between(20, 26),
      greenB: random.between(12, 16),
    },
  };
}

function variedPlace(random: Random): Pick<SceneParameters, 'camera' | 'roads'> {
  const side = random.chance(0.5) ? 1 : -1;
  const lanesA = random.chance(0.5) ? 2 : 1;
  const x = side * random.between(1, 18);
  const y = -random.between(16, 32);
  const height = random.between(4.2, 12);
  const aim = random.between(-6, 14);
  return {
    camera: {
      x,
      y,
      height,
      pitchDeg: clampPitch(((Math.atan2(height, 8 - y) * 180) / Math.PI) * random.between(0.75, 1.25)),
      yawDeg: (Math.atan2(-x * random.between(0.6, 1.2), aim - y) * 180) / Math.PI + random.between(-7, 7),
      rollDeg: random.between(-2, 2),
      hfovDeg: random.between(46, 72),
      mirror: random.chance(0.5),
    },
    roads: {
      lanesA,
      lanesB: random.chance(0.4) ? 2 : 1,
      pavement: random.between(3.2, 5.5),
      farEnd: random.between(34, 58),
      greenA: random.between(12, 26),
      greenB: random.between(10, 20),
    },
  };
}

const clampPitch = (deg: number): number => Math.min(Math.max(deg, 9), 26);

function daytime(random: Random): Omit<SceneParameters, 'camera' | 'roads'> {
  return {
    traffic: {
      carsPerMinute: 9,
      trucksPerMinute: 0.7,
      bicyclesPerMinute: 1.8,
      personsPerMinute: 6,
      busEveryS: [40, 60],
      busPriority: true,
      parkedCars: 0,
    },
    weather: {
      cloud: random.between(0.2, 0.5),
      rain: 0,
      wind: random.between(0.2, 0.6),
      haze: random.between(0.05, 0.2),
    },
    light: {
      startTimeOfDayH: random.between(9.5, 14.5),
      dayRate: 1,
      dayOfYear: Math.round(random.between(110, 250)),
      latitudeDeg: random.between(38, 52),
      northDeg: random.between(-70, 70),
    },
    sensor: {
      noise: random.between(2.2, 3.4),
      softness: random.between(0.45, 0.7),
      shakePx: random.between(0.15, 0.4),
      saturation: random.between(0.8, 1),
      contrast: random.between(1.0, 1.16),
      warmth: random.between(-0.3, 0.3),
      blocks: random.between(0.25, 0.5),
      overlay: true,
    },
  };
}

function varied(base: SceneParameters, r: Random): SceneParameters {
  const rain = r.chance(0.22) ? r.between(0.3, 1) : 0;
  const dark = r.chance(0.25);
  return {
    ...base,
    traffic: {
      carsPerMinute: r.between(6, 40),
      trucksPerMinute: r.between(3, 9),
      bicyclesPerMinute: r.between(3, 9),
      personsPerMinute: r.between(6, 30),
      busEveryS: [9, 26],
      busPriority: false,
      parkedCars: r.chance(0.4) ? 3 + r.int(8) : 0,
    },
    weather: { cloud: rain > 0 ? 1 : r.next(), rain, wind: r.next(), haze: r.between(0, rain > 0 ? 0.6 : 0.35) },
    light: {
      startTimeOfDayH: dark ? (r.chance(0.5) ? r.between(4.6, 6.6) : r.between(17.5, 21)) : r.between(6.5, 18),
      dayRate: 1,
      dayOfYear: r.int(365),
      latitudeDeg: r.between(30, 55),
      northDeg: r.between(-180, 180),
    },
    sensor: {
      noise: r.between(1, 5),
      softness: r.between(0.1, 1),
      shakePx: r.between(0, 0.8),
      saturation: r.between(0.45, 1.15),
      contrast: r.between(0.8, 1.2),
      warmth: r.between(-1, 1),
      blocks: r.next(),
      overlay: r.chance(0.6),
    },
  };
}

function check({ camera, roads, traffic, weather, light }: SceneParameters): void {
  const within = (name: string, value: number, low: number, high: number): void => {
    if (!(value >= low && value <= high)) throw bad(`${name} must be in ${low}..${high}, got ${value}`);
  };
  within('camera.height', camera.height, 2.5, 40);
  within('camera.pitchDeg', camera.pitchDeg, 3, 80);
  within('camera.hfovDeg', camera.hfovDeg, 15, 110);
  within('camera.y', camera.y, -80, -8);
  within('camera.x', camera.x, -40, 40);
  within('roads.farEnd', roads.farEnd, 30, 120);
  within('roads.pavement', roads.pavement, 2, 8);
  for (const lanes of [roads.lanesA, roads.lanesB]) if (lanes !== 1 && lanes !== 2) throw bad('lanes must be 1 or 2');
  within('roads.greenA', roads.greenA, 5, 120);
  within('roads.greenB', roads.greenB, 5, 120);
  within('traffic.carsPerMinute', traffic.carsPerMinute, 0, 120);
  within('traffic.trucksPerMinute', traffic.trucksPerMinute, 0, 60);
  within('traffic.bicyclesPerMinute', traffic.bicyclesPerMinute, 0, 60);
  within('traffic.personsPerMinute', traffic.personsPerMinute, 0, 120);
  within('traffic.busEveryS[0]', traffic.busEveryS[0], 2, 1e9);
  within('traffic.busEveryS[1]', traffic.busEveryS[1], traffic.busEveryS[0], 1e9);
  within('traffic.parkedCars', traffic.parkedCars, 0, 16);
  for (const [name, value] of Object.entries(weather)) within(`weather.${name}`, value, 0, 1);
  within('light.startTimeOfDayH', light.startTimeOfDayH, 0, 24);
  within('light.dayRate', light.dayRate, 0, 1000);
}

const bad = (message: string): NoScopeError => new NoScopeError('bad-input', `scene: ${message}`);
