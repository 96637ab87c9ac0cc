/** RGB pictures → PNG and JPEG files' bytes, for reports. */
import { AV_PIX_FMT_RGB24, type FFEncoderCodec } from 'node-av/constants';
import { CodecContext, Packet, Rational } from 'node-av/lib';
import { check, checkSize, encoderNamed, FULL, rgbFrame, setQuality } from './encoder.ts';
import { type Colour, ColourScaler } from './scaler.ts';

/** A PNG file's bytes from interleaved RGB. */
export function encodePng(rgb: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return encodeImage(rgb, width, height, 'png', null, 0);
}

/** A JPEG file's bytes from interleaved RGB; `quality` is the quantizer, 1 (best) to 31. */
export function encodeJpeg(rgb: Uint8Array, width: number, height: number, quality = 3): Promise<Uint8Array> {
  return encodeImage(rgb, width, height, 'mjpeg', FULL, quality);
}

async function encodeImage(
  rgb: Uint8Array,
  width: number,
  height: number,
  name: 'png' | 'mjpeg',
  colour: Colour | null,
  quality: number,
): Promise<Uint8Array> {
  checkSize(width, height);
  const codec = encoderNamed(name as FFEncoderCodec);
  const context = new CodecContext();
  const scaler = new ColourScaler();
  const packet = new Packet();
  packet.alloc();
  try {
    context.allocContext3(codec);
    context.width = width;
    context.height = height;
    context.pixelFormat = colour?.format ?? AV_PIX_FMT_RGB24;
    context.timeBase = new Rational(1, 25);
    context.threadCount = 1;
    setQuality(context, name, quality);
    check(await context.open2(codec, null), 'the encoder does not start');
    const picture = rgbFrame(rgb, width, height);
    const frame = colour ? scaler.convert(picture, colour) : picture;
    frame.pts = 0n;
    frame.quality = context.globalQuality;
    check(await context.sendFrame(frame), 'the picture cannot be encoded');
    if (frame !== picture) frame.free();
    picture.free();
    await context.sendFrame(null);
    check(await context.receivePacket(packet), 'the picture cannot be encoded');
    return Uint8Array.from(packet.data ?? []);
  } finally {
    packet.free();
    scaler.close();
    context.freeContext();
  }
}
