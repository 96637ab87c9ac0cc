import { loadKernels, typescriptKernels } from '@noscope/engine';
import * as av from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { describe, expect, it } from 'vitest';
import { VideoFrame } from './frame.ts';
import { layoutOf, planesOf } from './picture.ts';
import { PictureRoom } from './room.ts';
import { ColourScaler } from './scaler.ts';

const scaler = new ColourScaler();

/** A picture of noise in a frame that FFmpeg allocated, so that its rows are padded. */
function noise(width: number, height: number, format: av.AVPixelFormat, seed = 1): Frame {
  let state = seed;
  const rgb = Buffer.alloc(width * height * 3);
  for (let i = 0; i < rgb.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    rgb[i] = state >>> 24;
  }
  const source = Frame.fromVideoBuffer(rgb, { width, height, format: av.AV_PIX_FMT_RGB24 });
  const frame = scaler.convert(source, { format, range: av.AVCOL_RANGE_MPEG, space: av.AVCOL_SPC_BT709 });
  source.free();
  return frame;
}

const FORMATS = [
  av.AV_PIX_FMT_YUV420P,
  av.AV_PIX_FMT_YUV422P,
  av.AV_PIX_FMT_YUV444P,
  av.AV_PIX_FMT_NV12,
  av.AV_PIX_FMT_RGB24,
  av.AV_PIX_FMT_GRAY8,
];

describe('a picture in the kernels’ room', async () => {
  const simd = await loadKernels();

  it.each([simd, typescriptKernels])('is the one of the frame ($implementation)', (kernels) => {
    const room = new PictureRoom(kernels);
    for (const [width, height] of [
      [70, 50],
      [33, 27],
    ]) {
      for (const format of FORMATS) {
        const frames = [noise(width, height, format), noise(width, height, format, 9)];
        for (const native of frames) {
          const layout = layoutOf(native);
          const picture = layout && room.load(native, native, layout);
          const direct = planesOf(native);
          if (picture === null || direct === null) throw new Error('a format that needs no conversion was converted');
          expect(picture.planes[0].data.buffer).toBe(kernels.room(1).buffer);
          expect(kernels.rgb(picture)).toEqual(typescriptKernels.rgb(direct));
        }
        for (const native of frames) native.free();
      }
    }
  });

  it('is the frame’s own whichever frame was looked at last, and while memory grows', async () => {
    const make = (width: number, height: number, seed: number) => {
      const native = noise(width, height, av.AV_PIX_FMT_YUV420P, seed);
      const direct = planesOf(native);
      if (direct === null) throw new Error('yuv420p needs no conversion');
      return {
        native,
        direct: typescriptKernels.smallFrame(direct, 10),
        frame: new VideoFrame(seed, 0, native, { kernels: simd, scaler, rotation: 0, release: () => undefined }),
      };
    };
    const all = [make(64, 48, 1), make(64, 48, 2), make(320, 200, 3), make(64, 48, 4)];
    for (const which of [0, 1, 0, 2, 2, 3, 1, 0]) {
      const { frame, direct } = all[which];
      expect(await frame.view({ kind: 'small', size: 10 })).toEqual(direct);
      await frame.view({ kind: 'network', width: 200 * (which + 1), height: 300, fit: 'stretch' });
      expect(await frame.view({ kind: 'small', size: 10 })).toEqual(direct);
    }
    for (const { frame, native } of all) {
      frame.close();
      native.free();
    }
  });
});
