/**
 * A Darknet network as data: its layers with the shape of what goes in and comes out. Everything else here (weights,
 * ONNX, tfjs, decoding) walks this list. Layers count from 0 after `[net]`; dropout counts, as in Darknet, since
 * `route` and `shortcut` refer by number.
 */

/** Channels, height, width of one picture's activations. */
export interface Shape {
  channels: number;
  height: number;
  width: number;
}

export const ACTIVATIONS = ['linear', 'leaky', 'relu', 'relu6', 'logistic', 'mish', 'swish', 'tanh', 'elu'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

interface LayerBase {
  /** Number in the network, from 0. */
  index: number;
  /** Line of its section in the cfg, from 1. */
  line: number;
  output: Shape;
}

export interface ConvolutionalLayer extends LayerBase {
  kind: 'convolutional';
  input: Shape;
  filters: number;
  size: number;
  strideX: number;
  strideY: number;
  /** Zeros on every side, before dilation. */
  padding: number;
  dilation: number;
  groups: number;
  batchNormalize: boolean;
  activation: Activation;
}

export interface MaxpoolLayer extends LayerBase {
  kind: 'maxpool';
  size: number;
  strideX: number;
  strideY: number;
  /** Never wins the maximum; Darknet puts the odd one out at the right and bottom. */
  pad: { top: number; bottom: number; left: number; right: number };
}

export interface AvgpoolLayer extends LayerBase {
  kind: 'avgpool';
  input: Shape;
}

export interface UpsampleLayer extends LayerBase {
  kind: 'upsample';
  stride: number;
  scale: number;
}

export interface ReorgLayer extends LayerBase {
  kind: 'reorg';
  input: Shape;
  stride: number;
}

export interface RouteLayer extends LayerBase {
  kind: 'route';
  /** Layers whose outputs are put one behind the other. */
  from: number[];
  /** Of each, only part `groupId` of `groups` equal parts of its channels. */
  groups: number;
  groupId: number;
}

export interface ShortcutLayer extends LayerBase {
  kind: 'shortcut';
  /** Layers added to the one before. */
  from: number[];
  activation: Activation;
}

export interface DropoutLayer extends LayerBase {
  kind: 'dropout';
}

/** YOLOv2's head: softmax over classes, anchors in cells. */
export interface RegionLayer extends LayerBase {
  kind: 'region';
  classes: number;
  /** Width and height of each anchor, in cells of the grid. */
  anchors: [number, number][];
  softmax: boolean;
}

/** YOLOv3's and v4's head: logistic classes, anchors in pixels of the network's input. */
export interface YoloLayer extends LayerBase {
  kind: 'yolo';
  classes: number;
  /** Width and height of each anchor that this head uses (its `mask`), in pixels of the network's input. */
  anchors: [number, number][];
  scaleXY: number;
  /** Scaled-YOLOv4: the convolution before has done the logistic, sizes are squares instead of exponentials. */
  newCoords: boolean;
}

export type Layer =
  | ConvolutionalLayer
  | MaxpoolLayer
  | AvgpoolLayer
  | UpsampleLayer
  | ReorgLayer
  | RouteLayer
  | ShortcutLayer
  | DropoutLayer
  | RegionLayer
  | YoloLayer;
export type HeadLayer = RegionLayer | YoloLayer;

export interface NetworkDescription {
  input: Shape;
  layers: Layer[];
  /** The heads, in order. A network without any is a backbone; its last layer is its output. */
  heads: HeadLayer[];
  /** How pictures are brought to the input: `[net] letter_box=1` asks for letterbox. */
  fit: 'stretch' | 'letterbox';
}

/** The layers that hold weights. */
export const convolutions = (network: NetworkDescription): ConvolutionalLayer[] =>
  network.layers.filter((layer) => layer.kind === 'convolutional');

/** A layer for a message: `layer 12 (convolutional, 256 filters 3×3/1, cfg line 98)`. */
export function nameLayer(layer: Layer): string {
  const detail =
    layer.kind === 'convolutional'
      ? `, ${layer.filters} filters ${layer.size}×${layer.size}/${layer.strideX}${layer.groups > 1 ? `, ${layer.groups} groups` : ''}`
      : '';
  return `layer ${layer.index} (${layer.kind}${detail}, cfg line ${layer.line})`;
}

/** How many weights a convolution has, apart from the per-filter ones. */
export const kernelCount = (layer: ConvolutionalLayer): number =>
  layer.filters * (layer.input.channels / layer.groups) * layer.size * layer.size;

/** Multiply-adds times two, in billions, for one picture: the figure that Darknet prints as BFLOPs. */
export function gigaFlops(network: NetworkDescription): number {
  return (
    convolutions(network).reduce(
      (sum, layer) => sum + 2 * kernelCount(layer) * layer.output.height * layer.output.width,
      0,
    ) / 1e9
  );
}
