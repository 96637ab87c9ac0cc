/**
 * Planes → 8-bit RGB, the arithmetic.
 *
 * With Y, U, V the coded bytes, in units of 1/64 of a level:
 *
 *     mulr(a, b) = (a · b + 2^14) >> 15
 *     y  = (Y · CY >> 1) + OFFSET
 *     R  = clamp((y + mulr((V − 128) · 256, CRV)) >> 6)
 *     G  = clamp((y − (mulr((U − 128) · 256, CGU) + mulr((V − 128) · 256, CGV))) >> 6)
 *     B  = clamp((y + mulr((U − 128) · 256, CBU)) >> 6)
 *
 * `>>` is the arithmetic shift (of `Y · CY`, which is unsigned, a plain halving), clamp is to 0..255. Everything fits 16
 * bits (the sums for R and B saturate there, which the clamp hides), so that eight pixels fit a SIMD register. A result
 * differs from the real-valued conversion rounded half up by at most one level, and only where that lies within 0.15 of
 * a tie.
 *
 * The coefficients follow from Kr and Kb (BT.601: 0.299, 0.114; BT.709: 0.2126, 0.0722), with luma gain gY = 255/219
 * and chroma gain gC = 255/224 for limited range and 1, 1 for full range:
 *
 *     CY  = round(2^7 · gY)                          OFFSET = 32 − (limited ? 16 · CY / 2 : 0)
 *     CRV = round(2^13 · gC · 2 (1 − Kr))            CBU = round(2^13 · gC · 2 (1 − Kb))
 *     CGU = round(2^13 · gC · 2 (1 − Kb) Kb / Kg)    CGV = round(2^13 · gC · 2 (1 − Kr) Kr / Kg),  Kg = 1 − Kr − Kb
 *
 * Chroma is nearest: a chroma sample holds for its whole 2×2 (4:2:0) or 2×1 (4:2:2) block of luma samples. `gray` is
 * R = G = B = clamp(y >> 6). `rgb24` is taken as it is.
 */
import type { Planes } from './kernels.ts';

export interface ColourCoefficients {
  cy: number;
  offset: number;
  crv: number;
  cgu: number;
  cgv: number;
  cbu: number;
}

export function colourCoefficients(matrix: Planes['matrix'], range: Planes['range']): ColourCoefficients {
  const [kr, kb] = matrix === 'bt709' ? [0.2126, 0.0722] : [0.299, 0.114];
  const kg = 1 - kr - kb;
  const limited = range === 'limited';
  const lumaGain = limited ? 255 / 219 : 1;
  const chromaGain = limited ? 255 / 224 : 1;
  const chroma = (coefficient: number) => Math.round(8192 * chromaGain * coefficient);
  const cy = Math.round(128 * lumaGain);
  return {
    cy,
    offset: 32 - (limited ? 8 * cy : 0),
    crv: chroma(2 * (1 - kr)),
    cgu: chroma((2 * (1 - kb) * kb) / kg),
    cgv: chroma((2 * (1 - kr) * kr) / kg),
    cbu: chroma(2 * (1 - kb)),
  };
}

/** The products of `colourCoefficients` for every byte. */
export interface ColourTables {
  y: Int16Array;
  rv: Int16Array;
  gu: Int16Array;
  gv: Int16Array;
  bu: Int16Array;
}

const tables = new Map<string, ColourTables>();

export function colourTables(matrix: Planes['matrix'], range: Planes['range']): ColourTables {
  const key = `${matrix} ${range}`;
  const known = tables.get(key);
  if (known) return known;
  const c = colourCoefficients(matrix, range);
  const mulr = (a: number, b: number) => (a * b + 16384) >> 15;
  const table = (entry: (byte: number) => number) => Int16Array.from({ length: 256 }, (_, byte) => entry(byte));
  const made: ColourTables = {
    y: table((byte) => ((byte * c.cy) >> 1) + c.offset),
    rv: table((byte) => mulr((byte - 128) * 256, c.crv)),
    gu: table((byte) => mulr((byte - 128) * 256, c.cgu)),
    gv: table((byte) => mulr((byte - 128) * 256, c.cgv)),
    bu: table((byte) => mulr((byte - 128) * 256, c.cbu)),
  };
  tables.set(key, made);
  return made;
}

/** Pixels `x0` to before `x1` of row `y` as interleaved RGB bytes at the start of `out`. */
export function rgbRow(picture: Planes, y: number, x0: number, x1: number, out: Uint8Array | Uint8ClampedArray): void {
  const [first, second, third] = picture.planes;
  const row = y * first.stride;
  if (picture.format === 'rgb24') {
    out.set(first.data.subarray(row + 3 * x0, row + 3 * x1));
    return;
  }
  const t = colourTables(picture.matrix, picture.range);
  if (picture.format === 'gray') {
    for (let x = x0, o = 0; x < x1; x++) {
      const level = clamp(t.y[first.data[row + x]] >> 6);
      out[o++] = level;
      out[o++] = level;
      out[o++] = level;
    }
    return;
  }
  const layout = chromaLayout(picture.format);
  const chromaRow = y >> layout.shiftY;
  const uData = second.data;
  const vData = layout.step === 2 ? second.data : third.data;
  const uRow = chromaRow * second.stride;
  const vRow = layout.step === 2 ? uRow + 1 : chromaRow * third.stride;
  for (let x = x0, o = 0; x < x1; x++) {
    const chroma = (x >> layout.shiftX) * layout.step;
    const u = uData[uRow + chroma];
    const v = vData[vRow + chroma];
    const level = t.y[first.data[row + x]];
    out[o++] = clamp((level + t.rv[v]) >> 6);
    out[o++] = clamp((level - (t.gu[u] + t.gv[v])) >> 6);
    out[o++] = clamp((level + t.bu[u]) >> 6);
  }
}

/** How chroma lies: the shifts from luma to chroma coordinates and the bytes from one U to the next. */
export function chromaLayout(format: 'i420' | 'i422' | 'i444' | 'nv12'): {
  shiftX: number;
  shiftY: number;
  step: number;
} {
  switch (format) {
    case 'i420':
      return { shiftX: 1, shiftY: 1, step: 1 };
    case 'nv12':
      return { shiftX: 1, shiftY: 1, step: 2 };
    case 'i422':
      return { shiftX: 1, shiftY: 0, step: 1 };
    case 'i444':
      return { shiftX: 0, shiftY: 0, step: 1 };
    default:
      return format satisfies never;
  }
}

const clamp = (level: number) => (level < 0 ? 0 : level > 255 ? 255 : level);
