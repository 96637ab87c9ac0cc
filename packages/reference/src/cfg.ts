/**
 * The text of a Darknet `.cfg`: sections in order, each with its options and the lines they stand on, so that whatever
 * is wrong with one can be said with its place.
 */
import { NoScopeError } from '@noscope/query';

/** One `[name]` and the options under it. Reading an option checks it; nothing is guessed from a bad value. */
export class Section {
  readonly name: string;
  /** Line of the section's header, from 1. */
  readonly line: number;
  readonly #options: Map<string, { value: string; line: number }>;

  constructor(name: string, line: number) {
    this.name = name;
    this.line = line;
    this.#options = new Map();
  }

  set(key: string, value: string, line: number): void {
    this.#options.set(key, { value, line });
  }

  has(key: string): boolean {
    return this.#options.has(key);
  }

  text(key: string, fallback: string): string {
    return this.#options.get(key)?.value ?? fallback;
  }

  int(key: string, fallback: number, range: { min?: number; max?: number } = {}): number {
    const value = this.number(key, fallback);
    if (!Number.isInteger(value)) throw this.error(`${key} must be a whole number, not ${value}`, key);
    const { min = 0, max = 1_000_000 } = range;
    if (value < min || value > max) throw this.error(`${key} must be between ${min} and ${max}, not ${value}`, key);
    return value;
  }

  number(key: string, fallback: number): number {
    const option = this.#options.get(key);
    if (option === undefined) return fallback;
    const value = Number(option.value);
    if (option.value === '' || !Number.isFinite(value))
      throw this.error(`${key} must be a number, not "${option.value}"`, key);
    return value;
  }

  /** Comma-separated numbers; null when the option is absent. */
  numbers(key: string): number[] | null {
    const option = this.#options.get(key);
    if (option === undefined) return null;
    const parts = option.value.split(',').map((part) => part.trim());
    // Darknet's own files end some lists with a comma.
    if (parts.at(-1) === '') parts.pop();
    return parts.map((part) => {
      const value = Number(part);
      if (part === '' || !Number.isFinite(value)) {
        throw this.error(`${key} must be numbers with commas between, not "${option.value}"`, key);
      }
      return value;
    });
  }

  ints(key: string): number[] | null {
    const values = this.numbers(key);
    const wrong = values?.find((value) => !Number.isInteger(value));
    if (wrong !== undefined) throw this.error(`${key} must be whole numbers, not ${wrong}`, key);
    return values;
  }

  /** An error that names this section, and the line of the option where one is given. */
  error(message: string, key?: string, code: 'bad-input' | 'unsupported' = 'bad-input'): NoScopeError {
    const line = (key === undefined ? undefined : this.#options.get(key)?.line) ?? this.line;
    return new NoScopeError(code, `cfg line ${line}, [${this.name}]: ${message}`);
  }
}

/**
 * Splits a cfg into sections. `#` and `;` start a comment; spaces mean nothing, as in Darknet.
 * @throws NoScopeError `bad-input` with the line.
 */
export function parseSections(text: string): Section[] {
  const sections: Section[] = [];
  const lines = text.split(/\r\n|\r|\n/);
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const content = raw.replace(/[#;].*$/, '').replace(/\s+/g, '');
    if (content === '' || content === '\uFEFF') continue;
    const header = /^\uFEFF?\[([^[\]]+)\]$/.exec(content);
    if (header !== null) {
      sections.push(new Section(header[1].toLowerCase(), line));
      continue;
    }
    const equals = content.indexOf('=');
    const section = sections.at(-1);
    if (equals < 1)
      throw new NoScopeError('bad-input', `cfg line ${line}: expected [section] or key=value, not "${shorten(raw)}"`);
    if (section === undefined) {
      throw new NoScopeError(
        'bad-input',
        `cfg line ${line}: an option before the first [section]; a Darknet cfg begins with [net]`,
      );
    }
    section.set(content.slice(0, equals), content.slice(equals + 1), line);
  }
  return sections;
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text.trim());
