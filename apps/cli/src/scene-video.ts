/**
 * A scene as a video file with its exact boxes beside it. Drawing takes most of the time and frames do not depend on
 * each other, so threads render every n-th frame each; this one puts them in order and encodes.
 */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { encodeVideo, type RgbFrame } from '@noscope/media/node';
import { NoScopeError, type OnProgress, throwIfAborted } from '@noscope/query';
import { type ResolvedOptions, type SceneOptions, TRUTH_CSV_HEADER, type TruthOptions } from '@noscope/scene';
import type { Rendered, SceneWork } from './scene-worker.ts';

export interface SceneVideoOptions {
  scene: SceneOptions & Pick<ResolvedOptions, 'width' | 'height' | 'fps'>;
  frames: number;
  /** Where the H.264 video is written; the ending names the container. */
  video: string;
  /** Where NoScope's CSV of the boxes is written; null: nowhere. */
  labels: string | null;
  /** Which boxes are there. */
  truth: TruthOptions;
  /** Threads that render; default one a core. */
  threads?: number;
  signal?: AbortSignal;
  onProgress?: OnProgress;
}

/** H.264's CRF at which the picture looks like a surveillance camera's and ten minutes stay under 60 MB. */
const QUALITY = 24;
/** Frames that a thread may be ahead; each is a whole picture in memory. */
const AHEAD = 4;

/**
 * Renders and encodes. Neither file appears under its name before both are whole. Throws `bad-input` for options that
 * make no scene, `resource` when the disk is full, `aborted`.
 */
export async function renderSceneVideo(options: SceneVideoOptions): Promise<void> {
  const { scene, frames, video, labels, truth, signal } = options;
  throwIfAborted(signal);
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), 8, frames));
  const renderers = Array.from({ length: threads }, (_, first) => new Renderer({ scene, truth, first, step: threads }));
  const csv = labels === null ? null : new LabelFile(labels);
  try {
    csv?.write(TRUTH_CSV_HEADER);
    const { width, height, fps } = scene;
    await encodeVideo(
      video,
      { width, height, fps, codec: 'h264', quality: QUALITY, signal },
      inOrder(renderers, options, (lines) => csv?.write(lines)),
    );
    csv?.finish();
  } catch (error) {
    csv?.abandon();
    throw error;
  } finally {
    await Promise.all(renderers.map((renderer) => renderer.close()));
  }
}

async function* inOrder(
  renderers: readonly Renderer[],
  { frames, scene, signal, onProgress }: SceneVideoOptions,
  onLabels: (lines: string) => void,
): AsyncGenerator<RgbFrame> {
  for (let ahead = 0; ahead < AHEAD; ahead++) for (const renderer of renderers) renderer.ask();
  let startedMs: number | null = null;
  for (let index = 0; index < frames; index++) {
    throwIfAborted(signal);
    const renderer = renderers[index % renderers.length];
    const { rgb, timestampS, lines } = await renderer.next(signal);
    if (index + AHEAD * renderers.length < frames) renderer.ask();
    onLabels(lines);
    yield { rgb, timestampS };
    const nowMs = performance.now();
    startedMs ??= nowMs;
    const elapsedS = (nowMs - startedMs) / 1000;
    if (index % Math.ceil(scene.fps) === 0 || index === frames - 1) {
      const perSecond = elapsedS < 0.2 ? null : index / elapsedS;
      onProgress?.({ kind: 'progress', stage: 'scene', done: index + 1, total: frames, unit: 'frames', perSecond });
    }
  }
}

/** A thread and the frames it was asked for, in order. */
class Renderer {
  readonly #worker: Worker;
  readonly #ready: Rendered[] = [];
  #failure: unknown = null;
  #wake: () => void = () => undefined;

  constructor(work: SceneWork) {
    this.#worker = new Worker(new URL('../bin/scene-worker.js', import.meta.url), { workerData: work, execArgv: [] });
    this.#worker.on('message', (rendered: Rendered) => {
      this.#ready.push(rendered);
      this.#wake();
    });
    this.#worker.on('error', (cause: Error) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(new Error('the thread ended')));
  }

  ask(): void {
    this.#worker.postMessage(null);
  }

  /** The next frame that was asked for. */
  async next(signal?: AbortSignal): Promise<Rendered> {
    const stop = () => this.#wake();
    signal?.addEventListener('abort', stop);
    try {
      for (;;) {
        throwIfAborted(signal);
        const rendered = this.#ready.shift();
        if (rendered !== undefined) return rendered;
        if (this.#failure !== null)
          throw new NoScopeError('resource', `a scene cannot be rendered: ${reason(this.#failure)}`, {
            cause: this.#failure,
          });
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(cause: unknown): void {
    this.#failure ??= cause;
    this.#wake();
  }
}

/** Lines of a file that gets its name when it is whole. */
class LabelFile {
  readonly #path: string;
  readonly #file: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#do(() => openSync(`${path}.partial`, 'w'));
  }

  write(lines: string): void {
    if (lines !== '') this.#do(() => writeSync(this.#file, lines));
  }

  finish(): void {
    this.#do(() => {
      closeSync(this.#file);
      renameSync(`${this.#path}.partial`, this.#path);
    });
  }

  abandon(): void {
    try {
      closeSync(this.#file);
    } catch {
      // Closed already: the rename failed.
    }
    rmSync(`${this.#path}.partial`, { force: true });
  }

  #do<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw new NoScopeError('resource', `cannot write ${this.#path}: ${reason(cause)}; make room or choose another`, {
        cause,
      });
    }
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
