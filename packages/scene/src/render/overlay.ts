/** The clock and camera name that a recorder burns into the picture, from a 5×7 dot font of our own. */
import type { ResolvedOptions } from '../options.ts';
import type { Pixels } from './surface.ts';

const FONT: Record<string, string> = {
  '0': '01110100011001110101110011000101110',
  '1': '00100011000010000100001000010001110',
  '2': '01110100010000100010001000100011111',
  '3': '11111000100010000010000011000101110',
  '4': '00010001100101010010111110001000010',
  '5': '11111100001111000001000011000101110',
  '6': '00110010001000011110100011000101110',
  '7': '11111000010001000100010000100001000',
  '8': '01110100011000101110100011000101110',
  '9': '01110100011000101111000010001001100',
  '-': '00000000000000011111000000000000000',
  ':': '00000001000010000000001000010000000',
  C: '01110100011000010000100001000101110',
  A: '01110100011000111111100011000110001',
  M: '10001110111010110101100011000110001',
};
const MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** "2025-06-14 10:32:07" of the scene's own day. */
export function clockText({ parameters }: ResolvedOptions, timestampS: number): string {
  // The burnt-in clock shows the time of day that the light has.
  const seconds = Math.floor(parameters.light.startTimeOfDayH * 3600 + timestampS * parameters.light.dayRate);
  let day = Math.max(1, Math.round(parameters.light.dayOfYear)) - 1 + Math.floor(seconds / 86400);
  let month = 0;
  while (day >= MONTHS[month]) {
    day -= MONTHS[month];
    month = (month + 1) % 12;
  }
  const two = (value: number): string => String(value).padStart(2, '0');
  const s = ((seconds % 86400) + 86400) % 86400;
  return `2025-${two(month + 1)}-${two(day + 1)} ${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** Writes text with a dark rim into RGBA pixels; `x` negative: from the right edge. */
export function stampText({ data, width, height }: Pixels, text: string, x: number, y: number): void {
  const dot = Math.max(1, Math.round(width / 480));
  const left = x >= 0 ? x : width + x - text.length * 6 * dot;
  const top = y >= 0 ? y : height + y - 7 * dot;
  const put = (px: number, py: number, level: number): void => {
    if (px < 0 || py < 0 || px >= width || py >= height) return;
    const i = (py * width + px) * 4;
    data[i] = data[i + 1] = data[i + 2] = level;
  };
  for (const level of [24, 232]) {
    for (let k = 0; k < text.length; k++) {
      const glyph = FONT[text[k]];
      if (glyph === undefined) continue;
      for (let cell = 0; cell < 35; cell++) {
        if (glyph[cell] !== '1') continue;
        const [cx, cy] = [left + (k * 6 + (cell % 5)) * dot, top + Math.floor(cell / 5) * dot];
        const rim = level < 100 ? 1 : 0;
        for (let j = -rim; j < dot + rim; j++) for (let i = -rim; i < dot + rim; i++) put(cx + i, cy + j, level);
      }
    }
  }
}
