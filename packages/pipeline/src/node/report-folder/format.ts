/** Numbers as a person reads them. */

/** 0:05, 1:02:03: whole seconds, as on a player. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 0:05.2: one frame of many in a second. */
export function clockTenths(seconds: number): string {
  const tenths = Math.round(Math.max(0, seconds) * 10);
  return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A share as a percentage; an en dash where there was nothing to count. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  if (share === 0) return '0%';
  const value = 100 * share;
  return `${value < 0.1 ? value.toPrecision(1) : Number(value.toFixed(value < 10 ? 2 : 1))}%`;
}

/** Milliseconds, three digits. */
export function milliseconds(seconds: number): string {
  const ms = 1000 * seconds;
  if (ms === 0) return '0';
  return ms >= 100 ? String(Math.round(ms)) : ms < 0.0095 ? ms.toPrecision(1) : String(Number(ms.toPrecision(3)));
}

/** Three digits at least. */
export const rate = (perSecond: number): string =>
  perSecond >= 100 ? group(Math.round(perSecond)) : perSecond.toFixed(perSecond >= 10 ? 1 : 2);

/** How many times as fast. */
export const times = (factor: number): string => (factor >= 100 ? group(Math.round(factor)) : factor.toFixed(1));

/** 108 000, with a thin space: no decimal sign in any language. */
export const group = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** Three digits tell a score from its threshold; `report.json` has all of them. */
export const number = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '\u2212');

/** `bus`; `car, truck or bus`. */
export function oneOf(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
}

export const withArticle = (name: string): string => `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;

/** A number and its unit in the singular or plural. */
export const count = (n: number, unit: string): string => `${group(n)} ${unit}${n === 1 ? '' : 's'}`;

export const STAGE_NAMES = {
  skipped: 'skipped',
  difference: 'difference detector',
  specialized: 'specialized model',
  reference: 'reference model',
} as const;
