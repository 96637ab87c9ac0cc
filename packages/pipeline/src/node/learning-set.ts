/** The labelled part of a video as one query sees it: a label a frame, and the frames' small pictures. */
import type { SmallView } from '@noscope/engine';
import { isPresent, NoScopeError, type Query } from '@noscope/query';
import type { Journal } from './journal.ts';

export interface LearningSet {
  /** Seconds, from the decoder, one a labelled frame. */
  timestampS: Float64Array;
  /** 0 or 1, one a labelled frame. */
  label: Uint8Array;
  view: SmallView;
  /** Bytes [size, size, 3] of frame `index`. */
  small(index: number): Uint8Array;
}

/** Index ranges [start, end) of a learning set. */
export interface Range {
  start: number;
  end: number;
}

/** Reads the journal's labels for a query. Throws `bad-input` when the object never, or always, appears. */
export async function learningSet(journal: Journal, query: Query): Promise<LearningSet> {
  const view = journal.header.view;
  if (view === null)
    throw new NoScopeError('bad-input', 'these labels were made without pictures; label again to learn from them');
  const timestampS = new Float64Array(journal.count);
  const label = new Uint8Array(journal.count);
  const seen = new Map<string, number>();
  let i = 0;
  for await (const entry of journal.entries()) {
    timestampS[i] = entry.timestampS;
    label[i++] = isPresent(query, entry.boxes, journal.picture) ? 1 : 0;
    for (const name of new Set(entry.boxes.filter((b) => b.confidence >= query.confidence).map((b) => b.className))) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
  const positives = label.reduce((sum, one) => sum + one, 0);
  if (positives === 0) throw new NoScopeError('bad-input', neverThere(query, journal.count, seen));
  if (positives === journal.count) {
    throw new NoScopeError(
      'bad-input',
      `${query.objects.join(' or ')} is there on all ${journal.count} frames to learn from, so there is nothing to tell apart; narrow the question with --zone, --min-height or --confidence`,
    );
  }
  return { timestampS, label, view, small: (index) => journal.small(index) };
}

function neverThere(query: Query, frames: number, seen: Map<string, number>): string {
  const top = [...seen].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const others =
    top.length === 0
      ? 'the reference model saw nothing at all'
      : `what it did see: ${top.map(([name, count]) => `${name} (${count} frames)`).join(', ')}`;
  const where = query.zone === undefined && query.minHeight === undefined ? '' : ' in the zone and size asked for';
  return `${query.objects.join(' or ')} never appears${where} in the ${frames} frames to learn from at confidence ${query.confidence}; ${others}. Learn from a longer part, or lower --confidence`;
}

/** Absences shorter than this are the reference model blinking, not the object going and coming. */
const BLINK_S = 1;

/** How often the object came within a range, rather than for how long. */
export function appearances({ label, timestampS }: Pick<LearningSet, 'label' | 'timestampS'>, range: Range): number {
  let count = 0;
  let lastS = Number.NEGATIVE_INFINITY;
  for (let i = range.start; i < range.end; i++) {
    if (label[i] !== 1) continue;
    if (timestampS[i] - lastS > BLINK_S) count++;
    lastS = timestampS[i];
  }
  return count;
}
