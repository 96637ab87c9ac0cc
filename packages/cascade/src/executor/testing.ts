/**
 * A camera and stages that answer from tables, for tests and benches of the executor: a frame's bytes are its number,
 * so a stage knows which frames it was given.
 */
import type {
  Detection,
  DifferenceStage,
  Frame,
  SmallView,
  SpecializedStage,
  ViewData,
  ViewSpec,
} from '@noscope/engine';
import { pairIndices, type Recording, sampledIndices } from '@noscope/plan';
import type { Query } from '@noscope/query';
import type { CascadeRun, ReferenceAnswers } from './run.ts';

export const query: Query = { objects: ['car'], confidence: 0.5, targets: { fp: 0.01, fn: 0.01 } };

export interface Tables {
  timestampS: Float64Array;
  /** The reference's answer. */
  truth: Uint8Array;
  confidence(modelId: string, index: number): number;
  /** Of frame `index` to frame `earlier`, or to the reference image (-1). */
  difference(detectorId: string, index: number, earlier: number): number;
}

/** Frame numbers need not count the frames that are given: the decoder may skip some. */
export const idOf = (index: number): number => 3 * index + 2;
export const indexOf = (frameId: number): number => (frameId - 2) / 3;

/** Whole-number noise from 0 to `below` - 1, the same for the same arguments. */
export function noise(below: number, ...of: number[]): number {
  let x = 0x2545f491;
  for (const part of of) {
    x = Math.imul(x ^ (part + 0x9e3779b9), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 15), 0xc2b2ae35);
    x ^= x >>> 13;
  }
  return (x >>> 0) % below;
}

const numbered = (index: number): Uint8Array => Uint8Array.of(index, index >> 8, index >> 16, index >> 24);
const numberIn = (bytes: Uint8Array): number => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24);

/** A stream that keeps account of its frames. */
export class Camera {
  readonly tables: Tables;
  opened = 0;
  closed = 0;
  mostOpen = 0;
  views = 0;
  viewsByKey = new Map<string, number>();
  /** What a frame's owner must not do: close twice, or look after closing. */
  wrongs: string[] = [];
  #pause: () => Promise<void>;

  constructor(tables: Tables, pause: () => Promise<void> = async () => {}) {
    this.tables = tables;
    this.#pause = pause;
  }

  async *frames(count = this.tables.timestampS.length): AsyncGenerator<Frame> {
    for (let index = 0; index < count; index++) {
      await this.#pause();
      this.opened++;
      this.mostOpen = Math.max(this.mostOpen, this.opened - this.closed);
      yield this.#frame(index);
    }
  }

  #frame(index: number): Frame {
    let isOpen = true;
    return {
      id: idOf(index),
      timestampS: this.tables.timestampS[index],
      width: 64,
      height: 48,
      view: async <V extends ViewSpec>(spec: V): Promise<ViewData<V>> => {
        if (!isOpen) this.wrongs.push(`frame ${index}: a view after closing`);
        this.views++;
        const key = `${index} ${JSON.stringify(spec)}`;
        this.viewsByKey.set(key, (this.viewsByKey.get(key) ?? 0) + 1);
        await this.#pause();
        if (!isOpen) this.wrongs.push(`frame ${index}: closed while a view was made`);
        return numbered(index) as ViewData<V>;
      },
      close: () => {
        if (!isOpen) this.wrongs.push(`frame ${index}: closed twice`);
        isOpen = false;
        this.closed++;
      },
    };
  }
}

export const view = (size: number): SmallView => ({ kind: 'small', size });

export interface Counting {
  /** Frames or pairs scored. */
  scored: number;
  calls: number;
}

export function differenceStage(
  tables: Tables,
  id: string,
  against: DifferenceStage['against'],
  size = 50,
  pause: () => Promise<void> = async () => {},
): DifferenceStage & Counting {
  return {
    id,
    view: view(size),
    against,
    scored: 0,
    calls: 0,
    async score(current, earlier) {
      this.scored += current.length;
      this.calls++;
      await pause();
      return Float32Array.from(current, (bytes, i) =>
        tables.difference(id, numberIn(bytes), earlier === undefined ? -1 : numberIn(earlier[i])),
      );
    },
    async close() {},
  };
}

export function specializedStage(
  tables: Tables,
  id: string,
  size = 50,
  pause: () => Promise<void> = async () => {},
): SpecializedStage & Counting {
  return {
    id,
    view: view(size),
    scored: 0,
    calls: 0,
    async score(frames) {
      this.scored += frames.length;
      this.calls++;
      await pause();
      return Float32Array.from(frames, (bytes) => tables.confidence(id, numberIn(bytes)));
    },
    async close() {},
  };
}

export const detectionOf = (isThere: boolean): Detection => ({
  boxes: isThere ? [{ className: 'car', confidence: 0.9, x: 0, y: 0, w: 10, h: 10 }] : [],
  picture: { width: 64, height: 48 },
});

export interface FakeReference extends ReferenceAnswers {
  asked: number[];
  calls: number;
}

/** @param verdict what happens to a frame: its answer, none, or a failure of the whole call */
export function reference(
  tables: Tables,
  options: {
    batchSize?: number;
    pause?: () => Promise<void>;
    verdict?: (index: number) => 'answer' | 'none' | 'fail';
  } = {},
): FakeReference {
  const { batchSize = 1, pause = async () => {}, verdict = () => 'answer' } = options;
  return {
    id: 'tables',
    batchSize,
    asked: [],
    calls: 0,
    async detect(frames) {
      this.calls++;
      const indices = frames.map((frame) => indexOf(frame.id));
      this.asked.push(...indices);
      await Promise.all(frames.map((frame) => frame.view({ kind: 'rgb' })));
      await pause();
      if (indices.some((index) => verdict(index) === 'fail')) throw new Error('the reference is away');
      return indices.map((index) => (verdict(index) === 'none' ? null : detectionOf(tables.truth[index] === 1)));
    },
  };
}

/** What plan's replay reads, from the same tables. */
export function recordingOf(tables: Tables, run: Pick<CascadeRun, 'plan'>): Recording {
  const { timestampS } = tables;
  const { plan } = run;
  return {
    timestampS,
    label: tables.truth,
    confidence: (modelId) => Float32Array.from(timestampS, (_, i) => tables.confidence(modelId, i)),
    difference(detectorId, tSkipS) {
      const sampled = sampledIndices(timestampS, tSkipS, plan.toleranceS);
      const isImage = plan.detector?.against === 'reference-image';
      const pair = isImage
        ? new Int32Array(sampled.length).fill(-1)
        : pairIndices(
            Float64Array.from(sampled, (i) => timestampS[i]),
            { tDiffS: plan.detector?.tDiffS ?? 0, toleranceS: plan.toleranceS, maxReuseS: Number.POSITIVE_INFINITY },
          );
      return {
        sampled,
        pair,
        difference: Float32Array.from(sampled, (index, k) => {
          if (isImage) return tables.difference(detectorId, index, -1);
          return pair[k] < 0 ? Number.NaN : tables.difference(detectorId, index, sampled[pair[k]]);
        }),
      };
    },
  };
}
