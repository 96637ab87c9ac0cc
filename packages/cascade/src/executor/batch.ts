/** A stretch of the stream on its way through the stages. */
import { NoScopeError } from '@noscope/query';
import type { Entry, Source } from './ledger.ts';
import type { OpenFrame } from './open-frame.ts';
import type { SharedStages } from './sharing.ts';

/** A frame that some plan looks at, or that the audit drew. */
export interface Item {
  readonly frameId: number;
  readonly frame: OpenFrame;
  /** Bytes of each shared view, where they were wanted; those that later frames are compared with outlive the frame. */
  readonly views: (Uint8Array | null)[];
  /** Views asked for and not there yet. */
  pendingViews: number;
  /** For each cascade the frame's source, once it is fixed. */
  readonly sources: (Source | null)[];
  readonly isDrawn: boolean;
}

/** A plan does not look at the frame. */
export const SKIPPED = 'skipped';
/** What a plan compares a frame with: an earlier one, or nothing. */
export type Look = Item | null | typeof SKIPPED;

export class Batch {
  readonly frameIds: number[] = [];
  readonly timestampS: number[] = [];
  readonly items: (Item | null)[] = [];
  /** For each cascade, for each frame. */
  readonly looks: Look[][];
  /** For each cascade, for each frame, once sources are fixed. */
  readonly entries: Entry[][];
  /** Settled when every view that was asked for is there. */
  readonly views: Promise<void>[] = [];
  /** Frames that are looked at. */
  looked = 0;

  constructor(cascades: number) {
    this.looks = Array.from({ length: cascades }, () => []);
    this.entries = Array.from({ length: cascades }, () => []);
  }

  get length(): number {
    return this.frameIds.length;
  }
}

/** For each cascade the place of each frame's score, and the scores they are places in. */
export interface Scores {
  places: (Int32Array | null)[];
  scores: (Float32Array | null)[];
}

export function scoreOf({ places, scores }: Scores, cascade: number, i: number): number | null {
  const place = places[cascade]?.[i] ?? -1;
  return place < 0 ? null : (scores[cascade]?.[place] ?? null);
}

/** The differences of a batch: each pair of frames once a stage, however many plans ask for it. */
export async function scoreDifferences(batch: Batch, shared: SharedStages, cascades: number): Promise<Scores> {
  const found: Scores = { places: Array(cascades).fill(null), scores: Array(cascades).fill(null) };
  await Promise.all(
    shared.differences.map(async ({ stage, view, users }) => {
      const current: Uint8Array[] = [];
      const earlier: Uint8Array[] = [];
      const isImage = stage.against === 'reference-image';
      for (const user of users) {
        const looks = batch.looks[user];
        const places = new Int32Array(batch.length).fill(-1);
        for (let i = 0; i < batch.length; i++) {
          const look = looks[i];
          if (look === SKIPPED || (look === null && !isImage)) continue;
          const twin = users.find(
            (other) => (found.places[other]?.[i] ?? -1) >= 0 && (isImage || batch.looks[other][i] === look),
          );
          places[i] = twin === undefined ? current.length : (found.places[twin]?.[i] ?? -1);
          if (twin !== undefined) continue;
          current.push(bytesOf(batch.items[i], view));
          if (look !== null) earlier.push(bytesOf(look, view));
        }
        found.places[user] = places;
      }
      if (current.length === 0) return;
      const scores = await (isImage ? stage.score(current) : stage.score(current, earlier));
      checkLength(stage.id, scores, current.length);
      for (const user of users) found.scores[user] = scores;
    }),
  );
  return found;
}

/** The confidences of the frames that `isWanted` by a plan: each frame once a stage. */
export async function scoreConfidences(
  batch: Batch,
  shared: SharedStages,
  cascades: number,
  isWanted: (cascade: number, i: number) => boolean,
): Promise<Scores> {
  const found: Scores = { places: Array(cascades).fill(null), scores: Array(cascades).fill(null) };
  await Promise.all(
    shared.specialized.map(async ({ stage, view, users }) => {
      const frames: Uint8Array[] = [];
      const places = new Int32Array(batch.length).fill(-1);
      for (let i = 0; i < batch.length; i++) {
        if (users.some((user) => isWanted(user, i))) places[i] = frames.push(bytesOf(batch.items[i], view)) - 1;
      }
      if (frames.length === 0) return;
      const scores = await stage.score(frames);
      checkLength(stage.id, scores, frames.length);
      for (const user of users) {
        found.places[user] = places;
        found.scores[user] = scores;
      }
    }),
  );
  return found;
}

function bytesOf(item: Item | null, view: number): Uint8Array {
  const bytes = item?.views[view] ?? null;
  if (bytes === null) throw new Error(`view ${view} of frame ${item?.frameId} was dropped before it was scored`);
  return bytes;
}

function checkLength(stage: string, scores: Float32Array, wanted: number): void {
  if (scores.length !== wanted) {
    throw new NoScopeError(
      'bad-input',
      `stage ${stage} gave ${scores.length} scores for ${wanted} frames; it is broken`,
    );
  }
}
