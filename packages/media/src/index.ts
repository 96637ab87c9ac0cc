export { prefetch } from './prefetch.ts';
export { checkRange, RangeFilter } from './range.ts';
export type { FrameRange, Video, VideoDamage, VideoInfo, VideoWarning } from './video.ts';
