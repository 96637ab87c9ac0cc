/**
 * From a head's raw numbers to boxes. Region (YOLOv2): softmax over classes times objectness, anchors in cells; yolo
 * (v3, v4): logistic classes times objectness, anchors in pixels of the input. A box counts once for every class whose
 * product reaches the threshold, as in Darknet and OpenCV; the cfg's own `thresh` belongs to Darknet's drawing command
 * and drops nothing here.
 */
import { type Box, NoScopeError, type Size } from '@noscope/query';
import type { HeadLayer, NetworkDescription, Shape } from './network.ts';
import { nonMaximumSuppression } from './nms.ts';

/** A head's raw output for a batch: [batch, anchors·(5+classes), height, width]. */
export interface HeadTensor {
  head: HeadLayer;
  data: Float32Array;
}

export interface DecodeOptions {
  names: readonly string[];
  /** Least class probability times objectness; default 0.1. */
  threshold?: number;
  /** Overlap (intersection over union) above which the weaker box of a class goes; default `defaultNmsIou`. */
  nmsIou?: number;
  /** How the picture was brought to the network's input; default: what the cfg says. */
  fit?: 'stretch' | 'letterbox';
}

/**
 * The boxes of picture `item` of a batch, in pixels of the original picture, strongest first. Boxes may reach over the
 * picture's edge, as the network meant them.
 */
export function decodeDetections(
  network: NetworkDescription,
  tensors: readonly HeadTensor[],
  item: number,
  picture: Size,
  options: DecodeOptions,
): Box[] {
  const threshold = options.threshold ?? 0.1;
  const place = placement(network.input, picture, options.fit ?? network.fit);
  const boxes: Box[] = [];
  for (const { head, data } of tensors) {
    const size = head.output.channels * head.output.height * head.output.width;
    if (data.length < (item + 1) * size) {
      throw new NoScopeError(
        'bad-input',
        `the head of layer ${head.index} has ${data.length} numbers, too few for picture ${item}`,
      );
    }
    decodeHead(network.input, head, data.subarray(item * size, (item + 1) * size), threshold, (raw) => {
      const w = raw.w * place.scaleX;
      const h = raw.h * place.scaleY;
      const x = raw.x * place.scaleX - place.offsetX - w / 2;
      const y = raw.y * place.scaleY - place.offsetY - h / 2;
      boxes.push({
        className: options.names[raw.classIndex] ?? `class ${raw.classIndex}`,
        confidence: raw.confidence,
        x,
        y,
        w,
        h,
      });
    });
  }
  return nonMaximumSuppression(boxes, options.nmsIou ?? defaultNmsIou(network));
}

/**
 * 0.45, and 0.4 for region heads: the thresholds that their published figures and OpenCV use (OpenCV's region layer
 * suppresses at 0.4 itself, before anything else is asked of it).
 */
export const defaultNmsIou = (network: NetworkDescription): number =>
  network.heads.some(({ kind }) => kind === 'region') ? 0.4 : 0.45;

interface RawBox {
  classIndex: number;
  confidence: number;
  /** Centre and size as fractions of the network's input. */
  x: number;
  y: number;
  w: number;
  h: number;
}

function decodeHead(
  input: Shape,
  head: HeadLayer,
  data: Float32Array,
  threshold: number,
  emit: (box: RawBox) => void,
): void {
  const { height, width } = head.output;
  const cells = height * width;
  const activated = head.kind === 'yolo' && head.newCoords;
  const logistic = activated ? (value: number) => value : sigmoid;
  const scaleXY = head.kind === 'yolo' ? head.scaleXY : 1;
  const unitX = head.kind === 'yolo' ? input.width : width;
  const unitY = head.kind === 'yolo' ? input.height : height;
  const softmax = head.kind === 'region' && head.softmax;
  for (const [anchor, [anchorW, anchorH]] of head.anchors.entries()) {
    const base = anchor * (5 + head.classes) * cells;
    for (let cell = 0; cell < cells; cell++) {
      const objectness = logistic(data[base + 4 * cells + cell]);
      if (!(objectness >= threshold)) continue;
      const at = (entry: number) => data[base + entry * cells + cell];
      const size = (value: number) => (activated ? (2 * value) ** 2 : Math.exp(value));
      const centre = (value: number, index: number) => index + logistic(value) * scaleXY - (scaleXY - 1) / 2;
      const normalise = softmax ? softmaxOf(at, head.classes) : null;
      for (let classIndex = 0; classIndex < head.classes; classIndex++) {
        const score = at(5 + classIndex);
        const confidence = objectness * (normalise === null ? logistic(score) : normalise(score));
        if (!(confidence >= threshold)) continue;
        emit({
          classIndex,
          confidence,
          x: centre(at(0), cell % width) / width,
          y: centre(at(1), Math.floor(cell / width)) / height,
          w: (size(at(2)) * anchorW) / unitX,
          h: (size(at(3)) * anchorH) / unitY,
        });
      }
    }
  }
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

function softmaxOf(at: (entry: number) => number, classes: number): (score: number) => number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < classes; i++) largest = Math.max(largest, at(5 + i));
  let sum = 0;
  for (let i = 0; i < classes; i++) sum += Math.exp(at(5 + i) - largest);
  return (score) => Math.exp(score - largest) / sum;
}

/** From fractions of the network's input to pixels of the picture: pixel = fraction · scale − offset. */
function placement(
  input: Shape,
  picture: Size,
  fit: 'stretch' | 'letterbox',
): { scaleX: number; scaleY: number; offsetX: number; offsetY: number } {
  if (fit === 'stretch') return { scaleX: picture.width, scaleY: picture.height, offsetX: 0, offsetY: 0 };
  // Darknet's letterbox_image: whole pixels, cut off, not rounded.
  const wide = input.width / picture.width < input.height / picture.height;
  const innerW = wide ? input.width : Math.trunc((picture.width * input.height) / picture.height);
  const innerH = wide ? Math.trunc((picture.height * input.width) / picture.width) : input.height;
  const perPixelX = picture.width / innerW;
  const perPixelY = picture.height / innerH;
  return {
    scaleX: input.width * perPixelX,
    scaleY: input.height * perPixelY,
    offsetX: Math.trunc((input.width - innerW) / 2) * perPixelX,
    offsetY: Math.trunc((input.height - innerH) / 2) * perPixelY,
  };
}
