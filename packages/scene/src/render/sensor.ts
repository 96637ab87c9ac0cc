/**
 * What a cheap camera makes of the light: exposure, tone and colour cast, a darker rim, noise that grows in the dark,
 * colour at half resolution, and the slight unrest of a codec's blocks. One pass over the pixels, integers only.
 */
import type { SensorParameters } from '../options.ts';
import { clamp, createRandom } from '../random.ts';
import type { Pixels } from './surface.ts';

const TILE = 1 << 17;

export interface Sensor {
  /** Works in place. `stops`: exposure; `gain`: amplification, 1 in daylight; `frame` chooses the noise. */
  expose(pixels: Pixels, stops: number, gain: number, frame: number): void;
}

export function createSensor(use: SensorParameters, width: number, height: number, seed: number): Sensor {
  const noise = noiseTile(seed);
  const vignette = rim(width, height);
  const tables = [new Int16Array(256), new Int16Array(256), new Int16Array(256)];
  const blocks = new Int16Array(Math.ceil(width / 8) + 1);
  let tableFor = Number.NaN;

  return {
    expose(pixels, stops, gain, frame) {
      if (stops !== tableFor) {
        tableFor = stops;
        fillTables(tables, use, stops);
      }
      const { data } = pixels;
      const [red, green, blue] = tables;
      const random = createRandom(seed + frame * 7919, 50);
      const base = random.int(TILE);
      const chromaBase = random.int(TILE);
      // 1/256ths of the tile's unit, which has a deviation of 32.
      const amplitude = Math.round((use.noise * (0.88 + 0.12 * Math.min(gain, 9)) * 256) / 32);
      const saturation = Math.round(256 * use.saturation * (gain > 4 ? 0.75 : 1));
      for (let y = 0; y < height; y += 2) {
        if (y % 8 === 0)
          for (let k = 0; k < blocks.length; k++) blocks[k] = Math.round((random.next() - 0.5) * 3.4 * use.blocks);
        const shiftA = base + y * 733;
        const shiftB = chromaBase + y * 391;
        for (let x = 0; x < width; x += 2) {
          const i = y * width + x;
          const at0 = i * 4;
          const at2 = at0 + width * 4;
          const shade = vignette[(y >> 1) * (width >> 1) + (x >> 1)];
          const r0 = red[data[at0]];
          const r1 = red[data[at0 + 4]];
          const r2 = red[data[at2]];
          const r3 = red[data[at2 + 4]];
          const g0 = green[data[at0 + 1]];
          const g1 = green[data[at0 + 5]];
          const g2 = green[data[at2 + 1]];
          const g3 = green[data[at2 + 5]];
          const b0 = blue[data[at0 + 2]];
          const b1 = blue[data[at0 + 6]];
          const b2 = blue[data[at2 + 2]];
          const b3 = blue[data[at2 + 6]];
          const y0 = (77 * r0 + 150 * g0 + 29 * b0) >> 8;
          const y1 = (77 * r1 + 150 * g1 + 29 * b1) >> 8;
          const y2 = (77 * r2 + 150 * g2 + 29 * b2) >> 8;
          const y3 = (77 * r3 + 150 * g3 + 29 * b3) >> 8;
          const mean = (y0 + y1 + y2 + y3) >> 2;
          // Shot noise: the dark is noisier once amplified, the bright end is compressed.
          const strength = (amplitude * (300 - mean)) >> 8;
          const dr =
            ((((r0 + r1 + r2 + r3) >> 2) - mean) * saturation + noise[(shiftB + x) & (TILE - 1)] * strength * 0.5) >> 8;
          const db =
            ((((b0 + b1 + b2 + b3) >> 2) - mean) * saturation +
              noise[(shiftB + x + 1) & (TILE - 1)] * strength * 0.6) >>
            8;
          const dg = (-77 * dr - 29 * db) / 150;
          const block = blocks[x >> 3];
          const n = shiftA + x;
          for (let k = 0; k < 4; k++) {
            const level = k === 0 ? y0 : k === 1 ? y1 : k === 2 ? y2 : y3;
            const grain = noise[(n + (k & 1) + (k >> 1) * 60013) & (TILE - 1)];
            const v = ((level * shade) >> 8) + ((grain * strength) >> 8) + block;
            const at = k < 2 ? at0 + k * 4 : at2 + (k - 2) * 4;
            data[at] = v + dr;
            data[at + 1] = v + dg;
            data[at + 2] = v + db;
          }
        }
      }
    },
  };
}

function fillTables(tables: readonly Int16Array[], use: SensorParameters, stops: number): void {
  const factor = 2 ** (stops / 2);
  tables.forEach((table, c) => {
    const cast = 1 + (c === 0 ? 0.05 : c === 2 ? -0.06 : 0) * use.warmth;
    for (let i = 0; i < 256; i++) {
      const level = (i / 255) * factor * cast;
      // A gentle S around the middle, and blacks that never get black.
      const bent = 0.5 + (level - 0.5) * use.contrast + 0.12 * Math.sin((level - 0.5) * Math.PI) * (use.contrast - 0.6);
      table[i] = Math.round(clamp(12 + bent * 236, 0, 255));
    }
  });
}

/** Nearly normal, deviation 32, a little streaky along the rows as cheap sensors are. */
function noiseTile(seed: number): Int16Array {
  const random = createRandom(seed, 51);
  const tile = new Int16Array(TILE);
  let last = 0;
  for (let i = 0; i < TILE; i++) {
    const raw = (random.next() + random.next() + random.next() - 1.5) * 64;
    last = raw * 0.85 + last * 0.4;
    tile[i] = Math.round(last);
  }
  return tile;
}

function rim(width: number, height: number): Int16Array {
  const table = new Int16Array((width >> 1) * (height >> 1));
  for (let y = 0; y < height >> 1; y++) {
    for (let x = 0; x < width >> 1; x++) {
      const dx = (x * 2) / width - 0.5;
      const dy = (y * 2) / height - 0.5;
      table[y * (width >> 1) + x] = Math.round(256 * (1 - 0.42 * (dx * dx + dy * dy)));
    }
  }
  return table;
}
