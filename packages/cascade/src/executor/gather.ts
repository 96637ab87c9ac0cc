/**
 * Makes batches of a stream: for each frame which plans look at it, what they compare it with, and the views that they
 * need. A frame that nobody looks at is closed at once, without a view.
 */
import type { Frame } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import { type Audit, drawsFrame } from './audit.ts';
import { Batch, type Item, SKIPPED } from './batch.ts';
import type { Course } from './course.ts';
import type { OpenFrames } from './open-frame.ts';
import type { SharedStages } from './sharing.ts';

export interface GathererOptions {
  courses: readonly Course[];
  shared: SharedStages;
  open: OpenFrames;
  audit: Audit | undefined;
  /** Whether a frame may be asked about, so that it has to stay open. */
  canAsk: boolean;
  /** A view failed. */
  onFault(error: unknown): void;
}

export class Gatherer {
  readonly #options: GathererOptions;
  readonly #isLooked: boolean[];
  /** Whether views are all that is ever wanted of a frame: nobody to ask, and no model whose view is made later. */
  readonly #onlyViews: boolean;
  #lastFrameId = -1;
  /** The batch being filled. */
  batch: Batch;
  /** Seconds spent in making views, as far as it holds up the reader. */
  viewS = 0;

  constructor(options: GathererOptions) {
    const { courses, shared, canAsk } = options;
    this.#options = options;
    this.#isLooked = courses.map(() => false);
    this.#onlyViews =
      !canAsk &&
      shared.modelView.every((view, c) => view < 0 || shared.detectorView[c] < 0 || shared.detectorView[c] === view);
    this.batch = new Batch(courses.length);
  }

  /** The batch as it is; a new one is begun. */
  take(): Batch {
    const { batch } = this;
    this.batch = new Batch(this.#options.courses.length);
    return batch;
  }

  /** Takes the next frame and closes it, sooner or later. */
  see(frame: Frame): void {
    const { courses, shared } = this.#options;
    const { batch } = this;
    const isLooked = this.#isLooked;
    const { isWanted, isDrawn } = this.#judge(frame);
    batch.frameIds.push(frame.id);
    batch.timestampS.push(frame.timestampS);
    if (!isWanted && !isDrawn) {
      frame.close();
      batch.items.push(null);
      for (let c = 0; c < courses.length; c++) batch.looks[c].push(SKIPPED);
      return;
    }
    const item = this.#item(frame, isDrawn);
    batch.items.push(item);
    if (isWanted) batch.looked++;
    for (let c = 0; c < courses.length; c++) {
      if (!isLooked[c]) {
        batch.looks[c].push(SKIPPED);
        continue;
      }
      batch.looks[c].push(courses[c].pairing?.push(frame.timestampS, item) ?? null);
      // A model's own view only follows for frames that the detector passes on.
      this.request(batch, item, shared.detectorView[c] >= 0 ? shared.detectorView[c] : shared.modelView[c]);
    }
    if (this.#onlyViews && item.pendingViews === 0) item.frame.close();
  }

  /** Has a view made, unless the frame has it; -1 is none. */
  request(batch: Batch, item: Item, view: number): void {
    if (view < 0 || item.views[view] !== null) return;
    item.views[view] = REQUESTED;
    item.pendingViews++;
    const sinceMs = performance.now();
    const made = item.frame.view(this.#options.shared.views[view]);
    this.viewS += (performance.now() - sinceMs) / 1000;
    batch.views.push(
      made.then((bytes) => {
        item.views[view] = bytes;
        item.pendingViews--;
        if (this.#onlyViews && item.pendingViews === 0) item.frame.close();
      }, this.#options.onFault),
    );
  }

  /** Which plans look at the frame (in `#isLooked`), and whether the audit draws it; closes a frame that is refused. */
  #judge(frame: Frame): { isWanted: boolean; isDrawn: boolean } {
    const { courses, audit } = this.#options;
    try {
      if (!(frame.id > this.#lastFrameId)) {
        throw new NoScopeError(
          'bad-input',
          `frame ${frame.id} follows frame ${this.#lastFrameId}; number the frames of a stream upward, across reconnects too`,
        );
      }
      this.#lastFrameId = frame.id;
      let isWanted = false;
      for (let c = 0; c < courses.length; c++) {
        const looks = courses[c].sampler.next(frame.timestampS);
        this.#isLooked[c] = looks;
        isWanted ||= looks;
      }
      return { isWanted, isDrawn: audit !== undefined && drawsFrame(audit, frame.id) };
    } catch (error) {
      frame.close();
      throw error;
    }
  }

  #item(frame: Frame, isDrawn: boolean): Item {
    const { courses, shared, open } = this.#options;
    return {
      frameId: frame.id,
      frame: open.hold(frame),
      views: new Array(shared.views.length).fill(null),
      pendingViews: 0,
      sources: new Array(courses.length).fill(null),
      isDrawn,
    };
  }
}

/** Stands for a view that was asked for and is not there yet. */
const REQUESTED = new Uint8Array(0);
