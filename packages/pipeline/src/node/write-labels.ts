/** A journal as NoScope's CSV, line by line: its length does not matter. */
import { open } from 'node:fs/promises';
import { NoScopeError } from '@noscope/query';
import { type LabelledFrame, NOSCOPE_CSV_HEADER, noScopeCsvLines } from '@noscope/reference';
import { type Journal, reason } from './journal.ts';

/** Frames whose lines are written at once. */
const BURST = 512;

export async function writeLabels(journal: Journal, path: string): Promise<{ boxes: number }> {
  let boxes = 0;
  try {
    const file = await open(path, 'w');
    try {
      await file.write(NOSCOPE_CSV_HEADER);
      let waiting: LabelledFrame[] = [];
      for await (const entry of journal.entries()) {
        boxes += entry.boxes.length;
        waiting.push(entry);
        if (waiting.length < BURST) continue;
        await file.write(noScopeCsvLines(waiting));
        waiting = [];
      }
      await file.write(noScopeCsvLines(waiting));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof NoScopeError) throw cause;
    throw new NoScopeError(
      'resource',
      `cannot write ${path}: ${reason(cause)}; make room, then run the same command again`,
      { cause },
    );
  }
  return { boxes };
}
