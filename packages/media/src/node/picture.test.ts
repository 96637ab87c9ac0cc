import { loadKernels } from '@noscope/engine';
import * as av from 'node-av/constants';
import { Frame } from 'node-av/lib';
import { describe, expect, it } from 'vitest';
import { VideoFrame } from './frame.ts';
import { planesOf } from './picture.ts';
import { ColourScaler } from './scaler.ts';
import { HEIGHT, testPicture, WIDTH } from './testing.ts';

const kernels = await loadKernels();
const limited601 = { range: av.AVCOL_RANGE_MPEG, space: av.AVCOL_SPC_SMPTE170M };
const limited709 = { range: av.AVCOL_RANGE_MPEG, space: av.AVCOL_SPC_BT709 };
const full601 = { range: av.AVCOL_RANGE_JPEG, space: av.AVCOL_SPC_BT470BG };
const rgbColour = { range: av.AVCOL_RANGE_JPEG, space: av.AVCOL_SPC_RGB };

function source(): Frame {
  const rgb = testPicture(20);
  const frame = Frame.fromVideoBuffer(Buffer.from(rgb), { width: WIDTH, height: HEIGHT, format: av.AV_PIX_FMT_RGB24 });
  frame.colorRange = av.AVCOL_RANGE_JPEG;
  frame.colorSpace = av.AVCOL_SPC_RGB;
  return frame;
}

describe('pixel formats', () => {
  it.each([
    ['yuv420p', av.AV_PIX_FMT_YUV420P, limited601, true],
    ['yuv420p BT.709', av.AV_PIX_FMT_YUV420P, limited709, true],
    ['yuvj420p', av.AV_PIX_FMT_YUVJ420P, full601, true],
    ['yuv422p', av.AV_PIX_FMT_YUV422P, limited709, true],
    ['yuvj422p', av.AV_PIX_FMT_YUVJ422P, full601, true],
    ['yuv444p', av.AV_PIX_FMT_YUV444P, limited601, true],
    ['nv12', av.AV_PIX_FMT_NV12, limited709, true],
    ['rgb24', av.AV_PIX_FMT_RGB24, rgbColour, true],
    ['yuv420p10le', av.AV_PIX_FMT_YUV420P10LE, limited709, false],
    ['p010le', av.AV_PIX_FMT_P010LE, limited601, false],
    ['yuyv422', av.AV_PIX_FMT_YUYV422, limited601, false],
    ['yuv444p12le', av.AV_PIX_FMT_YUV444P12LE, full601, false],
    ['bgr24', av.AV_PIX_FMT_BGR24, rgbColour, false],
    ['rgba', av.AV_PIX_FMT_RGBA, rgbColour, false],
    ['gbrp', av.AV_PIX_FMT_GBRP, rgbColour, false],
    ['yuv420p BT.2020', av.AV_PIX_FMT_YUV420P, { range: av.AVCOL_RANGE_MPEG, space: av.AVCOL_SPC_BT2020_NCL }, false],
  ] as const)('%s shows the picture that was put in', async (_name, format, { range, space }, isDirect) => {
    const scaler = new ColourScaler();
    const picture = source();
    const native = scaler.convert(picture, { format, range, space });
    expect(planesOf(native) !== null).toBe(isDirect);
    const released: Frame[] = [];
    const release = (frame: Frame) => released.push(frame);
    const frame = new VideoFrame(0, 0, native, { kernels, scaler, rotation: 0, release });
    const rgb = await frame.view({ kind: 'rgb' });
    const wanted = testPicture(20);
    let sum = 0;
    for (let i = 0; i < rgb.length; i++) sum += Math.abs(rgb[i] - wanted[i]);
    expect(sum / rgb.length).toBeLessThan(2.5);
    frame.close();
    frame.close();
    expect(released).toEqual([native]);
    for (const done of [native, picture]) done.free();
    scaler.close();
  });

  it('grey without a range is full, as FFmpeg takes it', async () => {
    const native = new Frame();
    native.alloc();
    native.width = 2;
    native.height = 2;
    native.format = av.AV_PIX_FMT_GRAY8;
    native.getBuffer();
    native.data?.[0].fill(200);
    const planes = planesOf(native);
    expect(planes).toMatchObject({ format: 'gray', range: 'full' });
    expect(planes && [...kernels.rgb(planes)]).toEqual(new Array(12).fill(200));
    native.free();
  });
});
