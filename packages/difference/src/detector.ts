/** What a difference detector is once it has seen the training part. */
import type { SmallView } from '@noscope/engine';
import { fnv1a64 } from './hash.ts';
import type { DetectorSpec } from './spec.ts';

/** What training sees: the frames of the *train* split with the reference's answers. */
export interface TrainingFrames {
  count: number;
  /** Seconds, ascending, one a frame. */
  timestampS: Float64Array;
  /** The reference's answer to the query, 0 or 1, one a frame. */
  label: Uint8Array;
  /** The small frame of `view`: Uint8Array [size, size, 3]; only read, and must not change when another is asked for. */
  small(index: number): Uint8Array;
  view: SmallView;
  /** How far the frame t_diff earlier may lie from where it is looked for, in seconds. */
  toleranceS: number;
}

export interface TrainedDetector {
  /** Readable name with a hash of everything that determines its scores: equal ids score equally. */
  id: string;
  spec: DetectorSpec;
  view: SmallView;
  /** The reference image, Uint8Array [resolution, resolution, 3]; present exactly when `against` is `reference-image`. */
  image?: Uint8Array;
  /** Of `blocked`: Float32Array [blocks × blocks], row by row, none negative. */
  weights?: Float32Array;
  /** Of `blocked`, float32. */
  bias?: number;
}

/** A detector without its name. */
export type DetectorContent = Omit<TrainedDetector, 'id'>;

/** Everything that determines scores, as bytes: little endian, floats as IEEE 754. */
export function contentBytes(detector: DetectorContent): Uint8Array {
  const { spec, view } = detector;
  const image = detector.image ?? new Uint8Array(0);
  const weights = detector.weights ?? new Float32Array(0);
  const bytes = new Uint8Array(HEADER_BYTES + image.length + 4 * weights.length);
  const to = new DataView(bytes.buffer);
  to.setUint8(0, spec.against === 'reference-image' ? 0 : 1);
  to.setUint8(1, spec.metric === 'global' ? 0 : 1);
  to.setUint8(2, view.crop === undefined ? 0 : 1);
  to.setUint16(4, spec.blocks, true);
  to.setUint16(6, spec.resolution, true);
  to.setUint16(8, view.size, true);
  to.setFloat32(12, detector.bias ?? 0, true);
  to.setFloat64(16, spec.tDiffS, true);
  const crop = view.crop ?? { x: 0, y: 0, w: 1, h: 1 };
  to.setFloat64(24, crop.x, true);
  to.setFloat64(32, crop.y, true);
  to.setFloat64(40, crop.w, true);
  to.setFloat64(48, crop.h, true);
  bytes.set(image, HEADER_BYTES);
  weights.forEach((weight, i) => {
    to.setFloat32(HEADER_BYTES + image.length + 4 * i, weight, true);
  });
  return bytes;
}

/** Bytes of {@link contentBytes} before the reference image. */
export const HEADER_BYTES = 56;

/** Names the detector after its kind and its content. */
export function nameDetector(content: DetectorContent): TrainedDetector {
  const { against, metric, blocks, resolution, tDiffS } = content.spec;
  const kind = against === 'reference-image' ? 'image' : `earlier${Number(tDiffS.toFixed(3))}s`;
  const measure = metric === 'global' ? 'global' : `blocked${blocks}`;
  const hash = fnv1a64(contentBytes(content)).toString(16).padStart(16, '0');
  return { id: `${kind}-${measure}-${resolution}px-${hash}`, ...content };
}
