/** A decoded frame as a handle: nothing is converted or copied until a view is asked for. */
import type { Frame, Kernels, Planes, ViewData, ViewSpec } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { Frame as NativeFrame } from 'node-av/lib';
import { layoutOf, toKnownFormat } from './picture.ts';
import { roomOf } from './room.ts';
import { type Rotation, rotate } from './rotation.ts';
import type { ColourScaler } from './scaler.ts';

/** What all frames of a video share. */
export interface FrameContext {
  kernels: Kernels;
  scaler: ColourScaler;
  rotation: Rotation;
  /** Takes back a native frame that is no longer needed. */
  release(native: NativeFrame): void;
}

export class VideoFrame implements Frame {
  readonly id: number;
  readonly timestampS: number;
  readonly width: number;
  readonly height: number;
  readonly #context: FrameContext;
  #native: NativeFrame | null;
  #converted: NativeFrame | null = null;
  #rotated: Planes | null = null;

  constructor(id: number, timestampS: number, native: NativeFrame, context: FrameContext) {
    const isTurned = context.rotation === 90 || context.rotation === 270;
    this.id = id;
    this.timestampS = timestampS;
    this.width = isTurned ? native.height : native.width;
    this.height = isTurned ? native.width : native.height;
    this.#native = native;
    this.#context = context;
  }

  async view<V extends ViewSpec>(spec: V): Promise<ViewData<V>> {
    // The union is resolved by `kind`, which the compiler cannot carry over to the conditional type.
    return this.#compute(spec) as ViewData<V>;
  }

  close(): void {
    if (this.#native) this.#context.release(this.#native);
    this.#converted?.free();
    this.#native = null;
    this.#converted = null;
    this.#rotated = null;
  }

  #compute(spec: ViewSpec): Uint8Array | Float32Array {
    const { kernels } = this.#context;
    const planes = this.#picture();
    switch (spec.kind) {
      case 'small':
        return kernels.smallFrame(planes, spec.size, spec.crop);
      case 'network':
        return kernels.networkInput(planes, spec.width, spec.height, spec.fit);
      case 'rgb':
        return kernels.rgb(planes);
      default:
        throw new NoScopeError('bad-input', `a frame has no view ${JSON.stringify(spec satisfies never)}`);
    }
  }

  /** Valid for one call of a kernel. */
  #picture(): Planes {
    if (this.#rotated) return this.#rotated;
    const native = this.#native;
    if (native === null) {
      throw new NoScopeError('bad-input', `frame ${this.id} is closed: ask for its views before close()`);
    }
    const { kernels, rotation } = this.#context;
    const planes = this.#load(this.#converted ?? native) ?? this.#load(this.#convert(native));
    if (planes === null) throw new NoScopeError('unsupported', 'the converted picture has an unknown pixel format');
    if (rotation === 0) return planes;
    this.#rotated = rotate(kernels, planes, rotation);
    return this.#rotated;
  }

  #load(native: NativeFrame): Planes | null {
    const layout = layoutOf(native);
    return layout && roomOf(this.#context.kernels).load(this, native, layout);
  }

  #convert(native: NativeFrame): NativeFrame {
    this.#converted?.free();
    this.#converted = toKnownFormat(native, this.#context.scaler);
    return this.#converted;
  }
}
