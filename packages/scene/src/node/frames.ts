/** Scenes as frames that stages can look at, and as plain RGB for an encoder. */
import { type Frame, type Kernels, loadKernels, type Planes, type ViewData, type ViewSpec } from '@noscope/engine';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import type { SceneOptions } from '../options.ts';
import { createRenderer, type RenderParts } from '../render/renderer.ts';
import { createScene, type Scene, type SceneFrame } from '../scene.ts';
import { makeNodeSurface } from './surface.ts';

export interface SceneSource {
  readonly scene: Scene;
  /** The picture [height, width, 3], interleaved RGB; the caller's to keep. The first call traces the street: a second or two. */
  renderRgb(frame: SceneFrame, parts?: RenderParts): Uint8Array;
}

/** A scene with a canvas. Throws `bad-input` for options that make no scene. */
export function openScene(options: SceneOptions): SceneSource {
  const scene = createScene(options);
  const renderer = createRenderer(scene, makeNodeSurface);
  return {
    scene,
    renderRgb(frame, parts) {
      const { data, width, height } = renderer.render(frame, parts);
      const rgb = new Uint8Array(width * height * 3);
      for (let i = 0, o = 0; o < rgb.length; i += 4, o += 3) {
        rgb[o] = data[i];
        rgb[o + 1] = data[i + 1];
        rgb[o + 2] = data[i + 2];
      }
      return rgb;
    },
  };
}

export interface SceneFramesOptions extends SceneOptions {
  /** First frame, default 0. */
  startFrame?: number;
  /** The frame after the last; default: goes on for ever. */
  endFrame?: number;
  /** Every n-th frame, default 1. */
  everyN?: number;
  signal?: AbortSignal;
}

/** A frame of a scene with the truth about it. `rgb` is the picture [height, width, 3]; do not write to it. */
export interface RenderedFrame extends Frame {
  readonly truth: SceneFrame;
  readonly rgb: Uint8Array;
}

/** Frames in order, rendered when they are asked for. Rejects with `aborted` when the signal says so. */
export async function* sceneFrames(options: SceneFramesOptions): AsyncGenerator<RenderedFrame, void, undefined> {
  const { startFrame = 0, endFrame = Number.POSITIVE_INFINITY, everyN = 1, signal } = options;
  if (!Number.isInteger(startFrame) || startFrame < 0) {
    throw new NoScopeError('bad-input', `scene: startFrame must be a whole number from 0, got ${startFrame}`);
  }
  if (!Number.isInteger(everyN) || everyN < 1) {
    throw new NoScopeError('bad-input', `scene: everyN must be a whole number from 1, got ${everyN}`);
  }
  const kernels = await loadKernels();
  const source = openScene(options);
  for (let index = startFrame; index < endFrame; index += everyN) {
    throwIfAborted(signal);
    const truth = source.scene.frameAt(index);
    yield new CanvasFrame(truth, source.renderRgb(truth), kernels);
  }
}

class CanvasFrame implements RenderedFrame {
  readonly id: number;
  readonly timestampS: number;
  readonly width: number;
  readonly height: number;
  readonly truth: SceneFrame;
  readonly #kernels: Kernels;
  #rgb: Uint8Array | null;

  constructor(truth: SceneFrame, rgb: Uint8Array, kernels: Kernels) {
    this.id = truth.index;
    this.timestampS = truth.timestampS;
    this.width = truth.width;
    this.height = truth.height;
    this.truth = truth;
    this.#rgb = rgb;
    this.#kernels = kernels;
  }

  get rgb(): Uint8Array {
    if (this.#rgb === null)
      throw new NoScopeError('bad-input', `frame ${this.id} is closed: ask for its views before close()`);
    return this.#rgb;
  }

  async view<V extends ViewSpec>(spec: V): Promise<ViewData<V>> {
    // The union is resolved by `kind`, which the compiler cannot carry over to the conditional type.
    return this.#compute(spec) as ViewData<V>;
  }

  close(): void {
    this.#rgb = null;
  }

  #compute(spec: ViewSpec): Uint8Array | Float32Array {
    const planes: Planes = {
      format: 'rgb24',
      width: this.width,
      height: this.height,
      planes: [{ data: this.rgb, stride: this.width * 3 }],
      matrix: 'bt601',
      range: 'full',
    };
    switch (spec.kind) {
      case 'small':
        return this.#kernels.smallFrame(planes, spec.size, spec.crop);
      case 'network':
        return this.#kernels.networkInput(planes, spec.width, spec.height, spec.fit);
      case 'rgb':
        return this.#kernels.rgb(planes);
      default:
        throw new NoScopeError('bad-input', `a frame has no view ${JSON.stringify(spec satisfies never)}`);
    }
  }
}
