/** Runs opened cascades over a video, and keeps what a report needs of their decisions. */
import { type CascadeRun, execute, type RunSummary } from '@noscope/cascade';
import type { Detection, Frame, ReferenceStage } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import type { Decision, OnProgress } from '@noscope/query';
import { RateMeter } from './rate.ts';

export interface RunOptions {
  video: string;
  /** Only frames from here on, in seconds. */
  startS?: number;
  cascades: readonly CascadeRun[];
  reference: ReferenceStage | null;
  onDecisions?(cascadeId: string, decisions: Decision[]): void;
  onAnswer?(frameId: number, detection: Detection): void;
  /** Called for each failed call of the reference; its frames become unresolved. */
  onReferenceError?(error: unknown): void;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

export interface RunResult {
  summaries: RunSummary[];
  /** From the first frame's arrival to the last decision: finding the start of the range is not the cascade's time. */
  wallS: number;
  frames: number;
  damage: { atS: number; frame: number; message: string } | null;
}

export async function runCascades(options: RunOptions): Promise<RunResult> {
  const { cascades, reference, startS, signal, onProgress } = options;
  const video = await openVideo(options.video, { signal });
  try {
    const { durationS, nominalFps, frameCountHint } = video.info;
    const total =
      startS === undefined
        ? frameCountHint
        : durationS === null || nominalFps === null
          ? null
          : Math.max(0, Math.round((durationS - startS) * nominalFps));
    let meter: RateMeter | null = null;
    let frames = 0;
    async function* counted(source: AsyncIterable<Frame>): AsyncGenerator<Frame> {
      for await (const frame of source) {
        meter ??= new RateMeter();
        frames++;
        const perSecond = meter.add(1);
        if (frames % 32 === 0)
          onProgress?.({ kind: 'progress', stage: 'run', done: frames, total, unit: 'frames', perSecond });
        yield frame;
      }
    }
    const summaries = await execute({
      frames: counted(video.frames({ startS })),
      cascades,
      reference,
      signal,
      onDecisions: options.onDecisions,
      onAnswer: options.onAnswer,
      onReferenceError: options.onReferenceError,
    });
    const finished: RateMeter | null = meter;
    return { summaries, wallS: finished === null ? 0 : elapsed(finished), frames, damage: video.damage };
  } finally {
    await video.close();
  }
}

const elapsed = (meter: RateMeter) => meter.elapsedS;

/** What is kept of a decision. */
export type LoggedDecision = Pick<
  Decision,
  'frameId' | 'timestampS' | 'label' | 'stage' | 'score' | 'sourceFrameId' | 'state'
>;

/** The last word on every frame of a run, in the stream's order. Grows with the stream: some hundred bytes a frame. */
export class DecisionLog {
  readonly #ordinal = new Map<number, number>();
  #decisions: LoggedDecision[] = [];

  add(decisions: readonly Decision[]): void {
    for (const { frameId, timestampS, label, stage, score, sourceFrameId, state } of decisions) {
      let at = this.#ordinal.get(frameId);
      if (at === undefined) {
        at = this.#decisions.length;
        this.#ordinal.set(frameId, at);
      }
      this.#decisions[at] = { frameId, timestampS, label, stage, score, sourceFrameId, state };
    }
  }

  get length(): number {
    return this.#decisions.length;
  }
  get decisions(): readonly LoggedDecision[] {
    return this.#decisions;
  }
  /** The frame's place in the stream, or null where nothing was decided about it. */
  placeOf(frameId: number): number | null {
    return this.#ordinal.get(frameId) ?? null;
  }
  get frameIds(): Int32Array {
    return Int32Array.from(this.#decisions, ({ frameId }) => frameId);
  }
  get timestampS(): Float64Array {
    return Float64Array.from(this.#decisions, ({ timestampS }) => timestampS);
  }
  get label(): Uint8Array {
    return Uint8Array.from(this.#decisions, ({ label }) => (label ? 1 : 0));
  }
}
