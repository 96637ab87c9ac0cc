/** FFmpeg's scaler, used for colour only: pictures keep their size. */
import { NoScopeError } from '@noscope/query';
import type { AVColorRange, AVColorSpace, AVPixelFormat } from 'node-av/constants';
import { avGetPixFmtName, Frame, SoftwareScaleContext } from 'node-av/lib';
import { describeCode } from './libav.ts';

export interface Colour {
  format: AVPixelFormat;
  range: AVColorRange;
  space: AVColorSpace;
}

/** Frees FFmpeg's context on `close`; usable again afterwards. */
export class ColourScaler {
  #context: SoftwareScaleContext | null = null;

  /** A new frame of the same size in another colour format; the caller frees it. */
  convert(frame: Frame, to: Colour): Frame {
    const converted = new Frame();
    converted.alloc();
    converted.width = frame.width;
    converted.height = frame.height;
    converted.format = to.format;
    converted.colorRange = to.range;
    converted.colorSpace = to.space;
    const allocated = converted.getBuffer();
    const code = allocated < 0 ? allocated : this.#open().scaleFrameSync(converted, frame);
    if (code >= 0) return converted;
    converted.free();
    const name = avGetPixFmtName(frame.format as AVPixelFormat) ?? frame.format;
    throw new NoScopeError('unsupported', `the pixel format ${name} cannot be converted: ${describeCode(code)}`);
  }

  close(): void {
    this.#context?.freeContext();
    this.#context = null;
  }

  #open(): SoftwareScaleContext {
    if (this.#context) return this.#context;
    this.#context = new SoftwareScaleContext();
    this.#context.allocContext();
    // Without these the scaler cuts off where it should round, and darkens by a level.
    this.#context.setOption('sws_flags', 'bicubic+accurate_rnd+full_chroma_int');
    return this.#context;
  }
}
