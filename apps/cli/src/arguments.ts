/** What the command line's words mean. Every parser throws `UsageError`, which ends the program with exit code 2. */
import { NoScopeError, type Point, type Query, querySchema } from '@noscope/query';

/** The arguments are wrong: exit code 2. Everything else that fails is exit code 1. */
export class UsageError extends NoScopeError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('bad-input', message, options);
    this.name = 'UsageError';
  }
}

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** A share in 0..1; `5%` is 0.05. */
export function parseShare(text: string): number {
  const value = text.endsWith('%') ? number(text.slice(0, -1)) / 100 : number(text);
  if (!(value >= 0 && value <= 1))
    throw new UsageError(`"${text}" is no share; give a number from 0 to 1, or a percentage`);
  return value;
}

export function parseCount(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new UsageError(`"${text}" is no whole number`);
  return value;
}

/** Seconds: `90`, `90s`, `1.5m`, `2h` or `1:30`. */
export function parseDuration(text: string): number {
  const clock = /^(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (clock) return Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  const plain = /^(\d+(?:\.\d+)?)\s*(s|m|min|h)?$/.exec(text);
  const value = plain
    ? Number(plain[1]) * { s: 1, m: 60, min: 60, h: 3600 }[(plain[2] ?? 's') as 's' | 'm' | 'min' | 'h']
    : 0;
  if (!(value > 0)) throw new UsageError(`"${text}" is no duration; give seconds, or something like 10m or 1:30`);
  return value;
}

export const parseList = (text: string): string[] => {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new UsageError(`"${text}" names nothing; give one name or several with commas between`);
  return items;
};

/** `x,y,x,y,…` in 0..1. Whether it is a polygon is the query's schema to say. */
export function parseZone(text: string): Point[] {
  const values = text.split(/[\s,;]+/).map(number);
  if (values.length % 2 !== 0 || values.some(Number.isNaN)) {
    throw new UsageError(
      `"${text}" is no zone; give corners as x,y,x,y,… in 0..1, for the lower half 0,0.5,1,0.5,1,1,0,1`,
    );
  }
  const outside = values.find((value) => value < 0 || value > 1);
  if (outside !== undefined) {
    throw new UsageError(
      `"${text}" is no zone: ${outside} lies outside the picture; corners are shares of it from 0 to 1, so divide pixels by its width and height`,
    );
  }
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i], values[2 * i + 1]]);
}

export interface QueryFlags {
  object: string[];
  zone?: Point[];
  minHeight?: number;
  confidence: number;
  fp: number;
  fn: number;
}

export function queryOf(flags: QueryFlags): Query {
  const parsed = querySchema.safeParse({
    objects: flags.object,
    zone: flags.zone,
    minHeight: flags.minHeight,
    confidence: flags.confidence,
    targets: { fp: flags.fp, fn: flags.fn },
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`--${issue.path[0] === 'zone' ? 'zone' : issue.path.join('.')}: ${issue.message}`, {
    cause: parsed.error,
  });
}
