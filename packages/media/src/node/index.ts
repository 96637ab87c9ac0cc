export * from '../index.ts';
export { type OpenOptions, openVideo } from './open-video.ts';
export { type EncodeOptions, encodeJpeg, encodePng, encodeVideo, type RgbFrame } from './encode.ts';
