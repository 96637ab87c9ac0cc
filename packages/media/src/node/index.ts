export * from '../index.ts';
export { type EncodeOptions, encodeVideo, type RgbFrame } from './encode.ts';
export { encodeJpeg, encodePng } from './encode-image.ts';
export { type OpenOptions, openVideo } from './open-video.ts';
