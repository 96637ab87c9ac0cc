/** JPEG pictures as planes, which the kernels turn into a network's input exactly as they do a video's frames. */
import type { Planes } from '@noscope/engine';
import { AV_CODEC_ID_MJPEG, AV_LOG_QUIET, type AVLogLevel } from 'node-av/constants';
import { Codec, CodecContext, Frame, Log, Packet } from 'node-av/lib';
import type { Window } from './truth.ts';

// FFmpeg would write its opinion of each picture's colour range to standard error.
Log.setLevel(AV_LOG_QUIET as AVLogLevel);

export class JpegDecoder {
  readonly #context = new CodecContext();
  readonly #packet = new Packet();
  readonly #frame = new Frame();

  static async open(): Promise<JpegDecoder> {
    const decoder = new JpegDecoder();
    const codec = Codec.findDecoder(AV_CODEC_ID_MJPEG);
    if (codec === null) throw new Error('this build of FFmpeg has no JPEG decoder');
    decoder.#context.allocContext3(codec);
    decoder.#context.threadCount = 1;
    if ((await decoder.#context.open2(codec, null)) < 0) throw new Error('the JPEG decoder does not start');
    decoder.#packet.alloc();
    decoder.#frame.alloc();
    return decoder;
  }

  /** Calls `use` with the part `window` (even numbers) of the picture; the planes are gone when it returns. */
  async decode<T>(jpeg: Uint8Array, window: Window, use: (planes: Planes) => T): Promise<T> {
    this.#packet.data = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
    await this.#context.sendPacket(this.#packet);
    const code = await this.#context.receiveFrame(this.#frame);
    const { data, linesize } = this.#frame;
    if (code < 0 || data === null)
      throw new Error(`a picture of the cache cannot be decoded (${code}); delete the cache`);
    const planes = data.map((plane, i) => {
      const half = i === 0 ? 1 : 2;
      const stride = linesize[i];
      const start = (window.y / half) * stride + window.x / half;
      return { data: plane.subarray(start, start + (window.h / half - 1) * stride + window.w / half), stride };
    });
    const result = use({ format: 'i420', width: window.w, height: window.h, planes, matrix: 'bt601', range: 'full' });
    this.#frame.unref();
    return result;
  }
}
