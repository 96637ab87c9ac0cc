/** Comma-separated values with a header line (RFC 4180), and reading of fields with the line in every error. */
import { NoScopeError } from '@noscope/query';

export interface CsvRow {
  /** Line in the file, from 1. */
  line: number;
  fields: string[];
}

/** Rows of fields; quoted fields may hold commas, quotes (doubled) and line ends. Blank lines are passed over. */
export function parseCsv(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let rowLine = 1;
  const endField = () => {
    fields.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    if (fields.length > 1 || fields[0].trim() !== '') rows.push({ line: rowLine, fields });
    fields = [];
    rowLine = line;
  };
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') field += char;
      else if (source[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === ',') endField();
    else if (char === '\n') endRow();
    else if (char !== '\r') field += char;
  }
  if (quoted) throw new NoScopeError('bad-input', `labels line ${rowLine}: a quoted field is not closed`);
  if (field !== '' || fields.length > 0) endRow();
  return rows;
}

/** Finds columns by their header; the order in the file is free and further columns are passed over. */
export class CsvTable {
  readonly rows: CsvRow[];
  readonly #columns: Map<string, number>;

  constructor(text: string, required: readonly string[]) {
    const [header, ...rows] = parseCsv(text);
    this.rows = rows;
    this.#columns = new Map((header?.fields ?? []).map((name, index) => [name.trim().toLowerCase(), index]));
    const missing = required.filter((name) => !this.#columns.has(name));
    if (missing.length > 0) {
      throw new NoScopeError(
        'bad-input',
        `labels line 1: the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing; ` +
          `expected the header ${required.join(',')}`,
      );
    }
  }

  has(column: string): boolean {
    return this.#columns.has(column);
  }

  text(row: CsvRow, column: string): string {
    return row.fields[this.#columns.get(column) ?? -1]?.trim() ?? '';
  }

  number(row: CsvRow, column: string): number {
    const text = this.text(row, column);
    const value = Number(text);
    if (text === '' || !Number.isFinite(value)) {
      throw new NoScopeError('bad-input', `labels line ${row.line}: ${column} must be a number, not "${text}"`);
    }
    return value;
  }

  /** A frame's number. */
  frame(row: CsvRow, column: string): number {
    const value = this.number(row, column);
    if (!Number.isInteger(value) || value < 0 || value > 2 ** 31) {
      throw new NoScopeError(
        'bad-input',
        `labels line ${row.line}: ${column} must be a whole number from 0, not ${value}`,
      );
    }
    return value;
  }
}

/** A field as it stands in a file: quoted where it must be. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
