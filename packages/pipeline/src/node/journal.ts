/**
 * What labelling has seen so far, on disk: one line a frame with the reference's boxes, and the frame's small picture in
 * a second file. It grows only at the end, so after a kill at any moment the complete lines are the truth and labelling
 * goes on behind them. Nothing here depends on the video's length but the files.
 */
import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SmallView } from '@noscope/engine';
import { type Box, NoScopeError, type Size } from '@noscope/query';
import { z } from 'zod';

const headerSchema = z.object({
  version: z.literal(1),
  /** Which video, by name and size; a path would break when a folder is moved. */
  video: z.object({ name: z.string(), sizeBytes: z.number(), width: z.number(), height: z.number() }),
  /** Id of the reference model whose answers these are. */
  reference: z.string(),
  view: z.custom<SmallView>().nullable(),
  /** Frames before this time, in seconds, or null for the whole video. */
  endS: z.number().nullable(),
});
export type JournalHeader = z.infer<typeof headerSchema>;

export interface JournalEntry {
  frame: number;
  timestampS: number;
  boxes: Box[];
  /** The frame in the journal's view; null where it keeps none. */
  small: Uint8Array | null;
}

/** Detectors and models read each picture many times; above this they are read from disk each time. */
const MOST_HELD_BYTES = 512 * 2 ** 20;

const rowSchema = z.tuple([
  z.number(),
  z.number(),
  z.array(z.tuple([z.string(), z.number(), z.number(), z.number(), z.number(), z.number()])),
]);

/** Rounded to the precision that label files carry, so that a resumed run reads back what it wrote. */
const round = (value: number, digits: number) => Number(value.toFixed(digits));

export class Journal {
  readonly header: JournalHeader;
  readonly #folder: string;
  readonly #lines: number;
  readonly #pictures: number | null;
  #count: number;
  /** All pictures, once one was asked for, where they are few enough. */
  #held: Uint8Array | null = null;

  private constructor(folder: string, header: JournalHeader, lines: number, pictures: number | null, count: number) {
    this.#folder = folder;
    this.header = header;
    this.#lines = lines;
    this.#pictures = pictures;
    this.#count = count;
  }

  /**
   * Opens the journal in `folder`, or begins one. A journal of another video, reference or view is never continued:
   * `fresh` says whether to begin anew then, otherwise it is refused.
   */
  static async open(folder: string, header: JournalHeader, options: { fresh?: boolean } = {}): Promise<Journal> {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'journal.jsonl');
    const wanted = JSON.stringify(header);
    if (existsSync(path)) {
      const found = await firstLine(path);
      if (found !== wanted) {
        if (!options.fresh) {
          throw new NoScopeError(
            'bad-input',
            `${folder} holds labels of another video, reference or view; give another folder or remove this one`,
          );
        }
        rmSync(path);
      }
    }
    const size = header.view === null ? 0 : header.view.size ** 2 * 3;
    const lines = openSync(path, 'a+');
    const pictures = size === 0 ? null : openSync(join(folder, 'small.u8'), 'a+');
    if (fstatSync(lines).size === 0) {
      writeSync(lines, `${wanted}\n`);
      if (pictures !== null) ftruncateSync(pictures, 0);
    }
    const stored = pictures === null ? Number.POSITIVE_INFINITY : Math.floor(fstatSync(pictures).size / size);
    const whole = await wholeEntries(path, stored);
    ftruncateSync(lines, whole.bytes);
    if (pictures !== null) ftruncateSync(pictures, whole.count * size);
    return new Journal(folder, header, lines, pictures, whole.count);
  }

  /** Frames stored. */
  get count(): number {
    return this.#count;
  }

  get picture(): Size {
    return this.header.video;
  }

  /** Adds frames in order. Pictures go first: a line is only there when its picture is. */
  append(entries: readonly JournalEntry[]): void {
    try {
      for (const { small } of entries) if (this.#pictures !== null && small !== null) writeSync(this.#pictures, small);
      writeSync(this.#lines, entries.map(formatEntry).join(''));
    } catch (cause) {
      throw new NoScopeError(
        'resource',
        `cannot write to ${this.#folder}: ${reason(cause)}; make room, then run the same command again: it goes on from here`,
        { cause },
      );
    }
    this.#count += entries.length;
  }

  /** The stored picture of entry `index`: bytes [size, size, 3], only to be read. */
  small(index: number): Uint8Array {
    const view = this.header.view;
    if (view === null || this.#pictures === null) throw new NoScopeError('bad-input', 'this journal keeps no pictures');
    const size = view.size ** 2 * 3;
    this.#held ??= this.#count * size > MOST_HELD_BYTES ? new Uint8Array(0) : this.#read(0, this.#count * size);
    const start = index * size;
    return start + size <= this.#held.length ? this.#held.subarray(start, start + size) : this.#read(start, size);
  }

  #read(start: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#pictures ?? -1, bytes, done, length - done, start + done);
      if (read === 0) {
        throw new NoScopeError('corrupt', `${this.#folder}/small.u8 is too short; remove the folder and label again`);
      }
      done += read;
    }
    return bytes;
  }

  /** The stored frames in order, read from disk one by one. */
  async *entries(): AsyncGenerator<Omit<JournalEntry, 'small'>> {
    const reader = createInterface({ input: createReadStream(join(this.#folder, 'journal.jsonl')) });
    let index = -1;
    for await (const line of reader) {
      if (index >= this.#count) break;
      if (index++ >= 0) yield parseEntry(line);
    }
  }

  close(): void {
    closeSync(this.#lines);
    if (this.#pictures !== null) closeSync(this.#pictures);
  }
}

function formatEntry({ frame, timestampS, boxes }: JournalEntry): string {
  const rows = boxes.map((b) => [
    b.className,
    round(b.confidence, 4),
    round(b.x, 2),
    round(b.y, 2),
    round(b.w, 2),
    round(b.h, 2),
  ]);
  return `${JSON.stringify([frame, timestampS, rows])}\n`;
}

function parseEntry(line: string): Omit<JournalEntry, 'small'> {
  const [frame, timestampS, rows] = rowSchema.parse(JSON.parse(line));
  const boxes = rows.map(([className, confidence, x, y, w, h]) => ({ className, confidence, x, y, w, h }));
  return { frame, timestampS, boxes };
}

async function firstLine(path: string): Promise<string | null> {
  for await (const line of createInterface({ input: createReadStream(path) })) return line;
  return null;
}

/** How many entries are complete, and where the last of them ends: what a kill cut off is not counted. */
async function wholeEntries(path: string, atMost: number): Promise<{ count: number; bytes: number }> {
  let bytes = 0;
  let count = -1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(10); end >= 0 && count < atMost; end = rest.indexOf(10)) {
      bytes += end + 1;
      count++;
      rest = rest.subarray(end + 1);
    }
  }
  return { count: Math.max(0, count), bytes };
}

export const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
