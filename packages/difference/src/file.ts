/**
 * A detector as a file: magic, version, content, checksum. A few kilobytes, so that a bundle is a small download, and
 * strict, since a damaged reference image would score quietly wrong.
 */
import type { SmallView } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import { contentBytes, type DetectorContent, HEADER_BYTES, nameDetector, type TrainedDetector } from './detector.ts';
import { fnv1a64 } from './hash.ts';
import { checkSpec, type DetectorSpec } from './spec.ts';

const MAGIC = [0x4e, 0x53, 0x44, 0x44]; // "NSDD"
const VERSION = 1;
const PREFIX_BYTES = 8;
const CHECKSUM_BYTES = 8;

/** The detector's file: 72 bytes, the reference image, four bytes a weight. */
export function encodeDetector(detector: TrainedDetector): Uint8Array {
  const content = contentBytes(detector);
  const bytes = new Uint8Array(PREFIX_BYTES + content.length + CHECKSUM_BYTES);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint16(4, VERSION, true);
  bytes.set(content, PREFIX_BYTES);
  const end = bytes.length - CHECKSUM_BYTES;
  new DataView(bytes.buffer).setBigUint64(end, fnv1a64(bytes.subarray(0, end)), true);
  return bytes;
}

/** Reads {@link encodeDetector}'s file. Throws `corrupt` for anything else and `unsupported` for a later version. */
export function decodeDetector(bytes: Uint8Array): TrainedDetector {
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw corrupt('it does not start as a difference detector does');
  if (bytes.length < PREFIX_BYTES + HEADER_BYTES + CHECKSUM_BYTES) throw corrupt(`it ends after ${bytes.length} bytes`);
  const version = from.getUint16(4, true);
  if (version !== VERSION)
    throw new NoScopeError(
      'unsupported',
      `difference detector file of version ${version}; this build reads version ${VERSION}: update it, or train the bundle again`,
    );
  const end = bytes.length - CHECKSUM_BYTES;
  if (from.getBigUint64(end, true) !== fnv1a64(bytes.subarray(0, end)))
    throw corrupt('its checksum does not match: it was cut off or altered');
  return nameDetector(decodeContent(bytes.subarray(PREFIX_BYTES, end)));
}

function decodeContent(bytes: Uint8Array): DetectorContent {
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = [from.getUint8(0), from.getUint8(1), from.getUint8(2)];
  if (flags.some((flag) => flag > 1)) throw corrupt('its kind is unknown');
  const spec: DetectorSpec = {
    against: flags[0] === 0 ? 'reference-image' : 'earlier',
    metric: flags[1] === 0 ? 'global' : 'blocked',
    blocks: from.getUint16(4, true),
    resolution: from.getUint16(6, true),
    tDiffS: from.getFloat64(16, true),
  };
  const view: SmallView = { kind: 'small', size: from.getUint16(8, true) };
  try {
    checkSpec(spec, view.size);
  } catch (cause) {
    throw corrupt('its settings contradict each other', cause);
  }
  if (flags[2] === 1) {
    const crop = {
      x: from.getFloat64(24, true),
      y: from.getFloat64(32, true),
      w: from.getFloat64(40, true),
      h: from.getFloat64(48, true),
    };
    const slack = 1e-9;
    if (
      !(
        crop.x >= 0 &&
        crop.y >= 0 &&
        crop.w > 0 &&
        crop.h > 0 &&
        crop.x + crop.w <= 1 + slack &&
        crop.y + crop.h <= 1 + slack
      )
    )
      throw corrupt('its crop lies outside the picture');
    view.crop = crop;
  }
  const imageBytes = spec.against === 'reference-image' ? spec.resolution * spec.resolution * 3 : 0;
  const weightCount = spec.metric === 'blocked' ? spec.blocks * spec.blocks : 0;
  const wanted = HEADER_BYTES + imageBytes + 4 * weightCount;
  if (bytes.length !== wanted) throw corrupt(`its contents are ${bytes.length} bytes where ${wanted} are expected`);
  const content: DetectorContent = { spec, view };
  if (imageBytes > 0) content.image = bytes.slice(HEADER_BYTES, HEADER_BYTES + imageBytes);
  if (weightCount > 0) {
    content.weights = Float32Array.from({ length: weightCount }, (_, i) =>
      from.getFloat32(HEADER_BYTES + imageBytes + 4 * i, true),
    );
    content.bias = from.getFloat32(12, true);
    if (!Number.isFinite(content.bias) || content.weights.some((weight) => !(weight >= 0 && weight < Infinity)))
      throw corrupt('a weight is negative or no number');
  }
  return content;
}

const corrupt = (what: string, cause?: unknown): NoScopeError =>
  new NoScopeError('corrupt', `the difference detector's file is damaged: ${what}; fetch or train the bundle again`, {
    cause,
  });
