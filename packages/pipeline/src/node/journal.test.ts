import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, type JournalEntry, type JournalHeader } from './journal.ts';

const header: JournalHeader = {
  version: 1,
  video: { name: 'street.mp4', sizeBytes: 1000, width: 640, height: 360 },
  reference: 'a reference',
  view: { kind: 'small', size: 4 },
  endS: null,
};
const entry = (frame: number): JournalEntry => ({
  frame,
  timestampS: frame / 15,
  boxes: frame % 2 === 0 ? [] : [{ className: 'bus', confidence: 0.5, x: frame, y: 2, w: 3, h: 4 }],
  small: new Uint8Array(48).fill(frame),
});
const frames = async (journal: Journal) => {
  const found: number[] = [];
  for await (const { frame } of journal.entries()) found.push(frame);
  return found;
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noscope-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the journal', () => {
  it('gives back what was stored, boxes, times and pictures', async () => {
    const journal = await Journal.open(folder, header);
    journal.append([entry(0), entry(1)]);
    journal.append([entry(2)]);
    journal.close();
    const again = await Journal.open(folder, header);
    expect(again.count).toBe(3);
    const stored = [];
    for await (const one of again.entries()) stored.push(one);
    expect(stored).toEqual([0, 1, 2].map((frame) => ({ frame, timestampS: frame / 15, boxes: entry(frame).boxes })));
    expect(again.small(1)).toEqual(entry(1).small);
    again.close();
  });

  it('keeps whole frames, wherever a kill cut the files off, and goes on behind them', async () => {
    const journal = await Journal.open(folder, header);
    journal.append(Array.from({ length: 8 }, (_, frame) => entry(frame)));
    journal.close();
    const lines = readFileSync(join(folder, 'journal.jsonl'));
    const pictures = readFileSync(join(folder, 'small.u8'));
    const headerLength = lines.indexOf(10) + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: headerLength, max: lines.length }),
        fc.integer({ min: 0, max: pictures.length }),
        async (lineBytes, pictureBytes) => {
          truncateSync(join(folder, 'journal.jsonl'), 0);
          appendFileSync(join(folder, 'journal.jsonl'), lines.subarray(0, lineBytes));
          truncateSync(join(folder, 'small.u8'), 0);
          appendFileSync(join(folder, 'small.u8'), pictures.subarray(0, pictureBytes));
          const cut = await Journal.open(folder, header);
          const wholeLines = lines.subarray(headerLength, lineBytes).filter((byte) => byte === 10).length;
          expect(cut.count).toBe(Math.min(wholeLines, Math.floor(pictureBytes / 48)));
          cut.append(Array.from({ length: 8 - cut.count }, (_, i) => entry(cut.count + i)));
          expect(await frames(cut)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
          expect(cut.small(7)).toEqual(entry(7).small);
          cut.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is never continued for another video, reference or view', async () => {
    const journal = await Journal.open(folder, header);
    journal.append([entry(0)]);
    journal.close();
    const other = { ...header, reference: 'another' };
    await expect(Journal.open(folder, other)).rejects.toThrow(/another video, reference or view/);
    const fresh = await Journal.open(folder, other, { fresh: true });
    expect(fresh.count).toBe(0);
    fresh.close();
  });
});
