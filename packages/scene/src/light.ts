/**
 * The light of the day: sun, sky, clouds, the camera's exposure and its tone curve. Colours are linear and relative to
 * what the camera exposes for; nothing here touches the traffic.
 */
import type { Rgb } from './models/mesh.ts';
import type { LightParameters, SceneParameters, WeatherParameters } from './options.ts';
import { clamp, noise2, smoothstep } from './random.ts';

export interface Lighting {
  /** Unit vector towards the sun. */
  toSun: readonly [number, number, number];
  /** Irradiance on a face turned to the unclouded sun; black by night. */
  sun: Rgb;
  /** Irradiance from the sky on a level face. */
  ambient: Rgb;
  /** Irradiance under a street lamp; black by day. */
  lamp: Rgb;
  /** Radiance of the zenith and of the horizon. */
  zenith: Rgb;
  horizon: Rgb;
  /** 0 by day, 1 when lamps and head-lights are on. */
  night: number;
  /** How much the sensor amplifies, 1 in full daylight: noise grows with it. */
  gain: number;
  /** Per metre. */
  haze: number;
}

export const hourAt = (light: LightParameters, timeS: number): number =>
  light.startTimeOfDayH + (timeS / 3600) * light.dayRate;

/** Direction to the sun at an hour of solar time. */
export function sunDirection(light: LightParameters, hour: number): [number, number, number] {
  const rad = Math.PI / 180;
  const declination = 23.44 * rad * Math.sin((2 * Math.PI * (284 + light.dayOfYear)) / 365);
  const turn = (hour - 12) * 15 * rad;
  const lat = light.latitudeDeg * rad;
  const east = -Math.cos(declination) * Math.sin(turn);
  const north = Math.cos(lat) * Math.sin(declination) - Math.sin(lat) * Math.cos(declination) * Math.cos(turn);
  const up = Math.sin(lat) * Math.sin(declination) + Math.cos(lat) * Math.cos(declination) * Math.cos(turn);
  const [s, c] = [Math.sin(light.northDeg * rad), Math.cos(light.northDeg * rad)];
  return [east * c - north * s, north * c + east * s, up];
}

/** Relative illuminance of a clear sky by the sun's height in degrees: from handbooks of twilight, joined up. */
const SKY: [number, number][] = [
  [-90, 0.0006],
  [-12, 0.0008],
  [-6, 0.006],
  [-3, 0.03],
  [0, 0.11],
  [6, 0.36],
  [20, 0.85],
  [50, 1.15],
  [90, 1.25],
];

function skyLevel(altitudeDeg: number): number {
  let i = 1;
  while (i < SKY.length - 1 && SKY[i][0] < altitudeDeg) i++;
  const [a, low] = SKY[i - 1];
  const [b, high] = SKY[i];
  const t = clamp((altitudeDeg - a) / (b - a), 0, 1);
  return Math.exp(Math.log(low) * (1 - t) + Math.log(high) * t);
}

/** The share of sunlight that passes the clouds, 0..1, wandering over minutes. */
export function sunShare(weather: WeatherParameters, seed: number, timeS: number): number {
  if (weather.cloud >= 0.95) return 0;
  const drift = noise2(timeS / 55, 7.3, seed) * 0.75 + noise2(timeS / 17, 3.1, seed + 1) * 0.25;
  const cover = weather.cloud * 0.9 + 0.02;
  return smoothstep(cover - 0.16, cover + 0.14, drift);
}

export function lightingAt(parameters: SceneParameters, timeS: number): Lighting {
  const { weather, light } = parameters;
  const toSun = sunDirection(light, hourAt(light, timeS));
  const altitude = (Math.asin(clamp(toSun[2], -1, 1)) * 180) / Math.PI;
  const overcast = smoothstep(0.6, 1, weather.cloud);
  const level = skyLevel(altitude) * (1 - 0.35 * weather.rain);
  const dusk = 1 - smoothstep(-1, 10, altitude);
  const air = 1 / (Math.max(toSun[2], 0) + 0.06);
  const strength = 2.5 * smoothstep(-0.5, 4, altitude) * (1 - overcast);
  const sun: [number, number, number] = [
    strength * Math.exp(-0.05 * air),
    strength * Math.exp(-0.1 * air),
    strength * Math.exp(-0.19 * air),
  ];
  const clear: Rgb = [0.31 + 0.05 * dusk, 0.37, 0.47 + 0.1 * dusk];
  const grey: Rgb = [0.6, 0.62, 0.65];
  const sky = mix(clear, grey, Math.max(overcast, weather.cloud * 0.55));
  const ambient: [number, number, number] = [sky[0] * level, sky[1] * level, sky[2] * level];
  const night = smoothstep(0.2, 0.06, level * (overcast > 0.5 ? 0.75 : 1));
  const lampLevel = 0.035 * night;
  // The camera meters the street: lit ground, sky light, lamps.
  const metered =
    luma(ambient) + 0.75 * luma(sun) * Math.max(toSun[2], 0) * (1 - 0.6 * weather.cloud) + 0.3 * lampLevel;
  // An automatic that lets the night look like night.
  const gain = Math.min((1.12 / metered) ** 0.85, 26);
  const scale = (colour: Rgb, by: number): Rgb => [colour[0] * by, colour[1] * by, colour[2] * by];
  const white = mix([0.55, 0.72, 1.0], [0.98, 0.99, 1.0], Math.max(overcast, weather.cloud * 0.6));
  const low = mix(mix([0.95, 0.97, 1], [1.15, 0.85, 0.62], dusk * (1 - overcast)), [0.98, 0.98, 1], overcast);
  return {
    toSun,
    sun: scale(sun, gain),
    ambient: scale(ambient, gain),
    lamp: scale([1.25 * lampLevel, 0.92 * lampLevel, 0.52 * lampLevel], gain),
    zenith: scale(white, level * gain * 0.75),
    horizon: scale(low, level * gain * 0.95),
    night,
    gain: clamp(gain / 0.9, 1, 12),
    haze: 0.0006 + 0.006 * weather.haze * weather.haze + 0.002 * weather.rain,
  };
}

const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

export const luma = (colour: Rgb): number => 0.25 * colour[0] + 0.6 * colour[1] + 0.15 * colour[2];

/** Linear to 0..255: a film-like shoulder, so that highlights fade instead of clipping hard. */
export function tone(value: number): number {
  return value <= 0 ? 0 : 255 * Math.sqrt(1 - Math.exp(-1.5 * value));
}

/**
 * Exposure of a frame in sixths of a stop against the keyed light: the camera's automatic follows the clouds late, in
 * steps, and not all the way.
 */
export function exposureStep(light: Lighting, weather: WeatherParameters, seed: number, timeS: number): number {
  const sun = 0.75 * luma(light.sun) * Math.max(light.toSun[2], 0);
  const late = 0.6 * sunShare(weather, seed, timeS - 2) + 0.4 * sunShare(weather, seed, timeS - 4.5);
  const metered = luma(light.ambient) + sun * late + 0.01;
  const expected = luma(light.ambient) + sun * (1 - 0.6 * weather.cloud) + 0.01;
  const wander = (noise2(timeS / 23, 1.7, seed + 5) - 0.5) * 0.12;
  return Math.round((Math.log2(expected / metered) * 0.72 + wander) * 6) / 6;
}
