/** From cfg text to a network with shapes: Darknet's parser (parser.c) with its defaults, and with errors. */

import { NoScopeError } from '@noscope/query';
import { parseSections, type Section } from './cfg.ts';
import { ACTIVATIONS, type Activation, type Layer, type NetworkDescription, type Shape } from './network.ts';

/** A cfg can ask for more than any machine has; beyond this it is a mistake or an attack. */
const MAX_ACTIVATIONS = 2 ** 28;

/**
 * Parses a Darknet cfg.
 * @throws NoScopeError `bad-input` or `unsupported`, naming the section and its line.
 */
export function parseCfg(text: string): NetworkDescription {
  const [net, ...sections] = parseSections(text);
  if (net === undefined) throw new NoScopeError('bad-input', 'the cfg is empty; a Darknet cfg begins with [net]');
  if (net.name !== 'net' && net.name !== 'network') throw net.error('a Darknet cfg begins with [net]');
  const input: Shape = {
    channels: net.int('channels', 3, { min: 1, max: 3 }),
    height: required(net, 'height', 8192),
    width: required(net, 'width', 8192),
  };
  if (input.channels !== 3)
    throw net.error(`channels=${input.channels}; only colour pictures are read`, 'channels', 'unsupported');
  if (sections.length === 0) throw net.error('the network has no layers');
  const layers: Layer[] = [];
  for (const section of sections) {
    const layer = parseLayer(section, layers, input);
    const { channels, height, width } = layer.output;
    if (height < 1 || width < 1) throw section.error(`nothing is left of the picture here (output ${width}×${height})`);
    if (channels * height * width > MAX_ACTIVATIONS) {
      throw section.error(`its output of ${channels}×${height}×${width} is too large`, undefined, 'unsupported');
    }
    layers.push(layer);
  }
  const heads = layers.filter((layer) => layer.kind === 'region' || layer.kind === 'yolo');
  return { input, layers, heads, fit: net.int('letter_box', 0) === 0 ? 'stretch' : 'letterbox' };
}

function required(section: Section, key: string, max = 1_000_000): number {
  if (!section.has(key)) throw section.error(`${key} is missing`);
  return section.int(key, 0, { min: 1, max });
}

function parseLayer(section: Section, layers: Layer[], networkInput: Shape): Layer {
  const input = layers.at(-1)?.output ?? networkInput;
  const base = { index: layers.length, line: section.line };
  switch (section.name) {
    case 'convolutional':
    case 'conv':
      return { ...base, ...parseConvolutional(section, input) };
    case 'maxpool':
    case 'max':
      return { ...base, ...parseMaxpool(section, input) };
    case 'avgpool':
    case 'avg':
      return { ...base, kind: 'avgpool', input, output: { channels: input.channels, height: 1, width: 1 } };
    case 'upsample': {
      const stride = section.int('stride', 2, { min: 1, max: 64 });
      return {
        ...base,
        kind: 'upsample',
        stride,
        scale: section.number('scale', 1),
        output: { channels: input.channels, height: input.height * stride, width: input.width * stride },
      };
    }
    case 'reorg':
      return { ...base, ...parseReorg(section, input) };
    case 'route':
      return { ...base, ...parseRoute(section, layers) };
    case 'shortcut':
      return { ...base, ...parseShortcut(section, layers, input) };
    case 'dropout':
      return { ...base, kind: 'dropout', output: input };
    case 'region':
      return { ...base, ...parseRegion(section, input) };
    case 'yolo':
      return { ...base, ...parseYolo(section, input) };
    default:
      throw section.error(
        'this kind of layer is not one that detection networks of the Darknet family use',
        undefined,
        'unsupported',
      );
  }
}

type Parsed<Kind extends Layer['kind']> = Omit<Extract<Layer, { kind: Kind }>, 'index' | 'line'>;

function parseConvolutional(section: Section, input: Shape): Parsed<'convolutional'> {
  for (const key of ['binary', 'xnor', 'antialiasing', 'flipped', 'share_index']) {
    if (section.has(key) && section.number(key, 0) !== 0)
      throw section.error(`${key} is not supported`, key, 'unsupported');
  }
  const filters = section.int('filters', 1, { min: 1, max: 65_536 });
  const size = section.int('size', 1, { min: 1, max: 255 });
  const stride = section.int('stride', 1, { min: 1, max: 255 });
  const strideX = section.int('stride_x', stride, { min: 1, max: 255 });
  const strideY = section.int('stride_y', stride, { min: 1, max: 255 });
  const groups = section.int('groups', 1, { min: 1, max: 65_536 });
  if (input.channels % groups !== 0 || filters % groups !== 0) {
    throw section.error(`${groups} groups do not divide ${input.channels} channels into ${filters} filters`, 'groups');
  }
  const dilation = size === 1 ? 1 : section.int('dilation', 1, { min: 1, max: 64 });
  // Darknet: `pad=1` means half the kernel and overrides `padding`.
  const padding = section.int('pad', 0) === 0 ? section.int('padding', 0, { max: 255 }) : Math.floor(size / 2);
  if (dilation > 1 && padding !== (size - 1) / 2) {
    throw section.error('dilation is supported with pad=1 and an odd size only', 'dilation', 'unsupported');
  }
  return {
    kind: 'convolutional',
    input,
    filters,
    size,
    strideX,
    strideY,
    padding,
    dilation,
    groups,
    batchNormalize: section.int('batch_normalize', 0) !== 0,
    // Darknet's default, which surprises: a convolution that says nothing is logistic.
    activation: parseActivation(section, 'logistic'),
    output: {
      channels: filters,
      height: Math.floor((input.height + 2 * padding - size) / strideY) + 1,
      width: Math.floor((input.width + 2 * padding - size) / strideX) + 1,
    },
  };
}

function parseActivation(section: Section, fallback: Activation): Activation {
  const name = section.text('activation', fallback);
  const activation = ACTIVATIONS.find((known) => known === name);
  if (activation === undefined) {
    throw section.error(`activation "${name}" is not one of ${ACTIVATIONS.join(', ')}`, 'activation', 'unsupported');
  }
  return activation;
}

function parseMaxpool(section: Section, input: Shape): Parsed<'maxpool'> {
  for (const key of ['maxpool_depth', 'antialiasing']) {
    if (section.has(key) && section.number(key, 0) !== 0)
      throw section.error(`${key} is not supported`, key, 'unsupported');
  }
  const stride = section.int('stride', 1, { min: 1, max: 255 });
  const strideX = section.int('stride_x', stride, { min: 1, max: 255 });
  const strideY = section.int('stride_y', stride, { min: 1, max: 255 });
  const size = section.int('size', stride, { min: 1, max: 255 });
  // The total of both sides, of which Darknet puts the smaller half (its offset is -padding/2) left and above.
  const padding = section.int('padding', size - 1, { max: 2 * size });
  const height = Math.floor((input.height + padding - size) / strideY) + 1;
  const width = Math.floor((input.width + padding - size) / strideX) + 1;
  const before = Math.floor(padding / 2);
  if (before >= size) throw section.error(`padding=${padding} leaves windows without any pixel`, 'padding');
  return {
    kind: 'maxpool',
    size,
    strideX,
    strideY,
    pad: { top: before, bottom: padding - before, left: before, right: padding - before },
    output: { channels: input.channels, height, width },
  };
}

function parseReorg(section: Section, input: Shape): Parsed<'reorg'> {
  const stride = section.int('stride', 1, { min: 1, max: 64 });
  if (section.int('reverse', 0) !== 0 || section.int('flatten', 0) !== 0 || section.int('extra', 0) !== 0) {
    throw section.error('reverse, flatten and extra are not supported', undefined, 'unsupported');
  }
  const { channels, height, width } = input;
  if (height % stride !== 0 || width % stride !== 0 || channels % (stride * stride) !== 0) {
    throw section.error(`stride ${stride} does not divide an input of ${channels}×${height}×${width}`, 'stride');
  }
  return {
    kind: 'reorg',
    input,
    stride,
    output: { channels: channels * stride * stride, height: height / stride, width: width / stride },
  };
}

/** Layer numbers: negative ones count back from this layer. */
function parseFrom(section: Section, key: string, layers: Layer[]): number[] {
  const from = section.ints(key);
  if (from === null || from.length === 0) throw section.error(`${key} is missing`, key);
  return from.map((number) => {
    const index = number < 0 ? layers.length + number : number;
    if (index < 0 || index >= layers.length) {
      throw section.error(`${key} names layer ${number}, but only layers 0 to ${layers.length - 1} come before`, key);
    }
    return index;
  });
}

function parseRoute(section: Section, layers: Layer[]): Parsed<'route'> {
  const from = parseFrom(section, 'layers', layers);
  const groups = section.int('groups', 1, { min: 1, max: 65_536 });
  const groupId = section.int('group_id', 0, { min: 0, max: groups - 1 });
  const first = layers[from[0]].output;
  let channels = 0;
  for (const index of from) {
    const { output } = layers[index];
    if (output.height !== first.height || output.width !== first.width) {
      throw section.error(
        `layer ${index} is ${output.width}×${output.height}, layer ${from[0]} is ${first.width}×${first.height}; they cannot be put together`,
        'layers',
      );
    }
    if (output.channels % groups !== 0) {
      throw section.error(`${groups} groups do not divide the ${output.channels} channels of layer ${index}`, 'groups');
    }
    channels += output.channels / groups;
  }
  return { kind: 'route', from, groups, groupId, output: { channels, height: first.height, width: first.width } };
}

function parseShortcut(section: Section, layers: Layer[], input: Shape): Parsed<'shortcut'> {
  if (!['none', ''].includes(section.text('weights_type', 'none'))) {
    throw section.error('weighted shortcuts are not supported', 'weights_type', 'unsupported');
  }
  const from = parseFrom(section, 'from', layers);
  for (const index of from) {
    const { output } = layers[index];
    if (output.height !== input.height || output.width !== input.width) {
      throw section.error(
        `layer ${index} is ${output.width}×${output.height}, the layer before is ${input.width}×${input.height}; they cannot be added`,
        'from',
      );
    }
  }
  return { kind: 'shortcut', from, activation: parseActivation(section, 'linear'), output: input };
}

function pairs(section: Section, key: string, values: number[]): [number, number][] {
  if (values.length % 2 !== 0)
    throw section.error(`${key} must be pairs of width and height, not ${values.length} numbers`, key);
  if (values.some((value) => value <= 0)) throw section.error(`${key} must be positive`, key);
  return Array.from({ length: values.length / 2 }, (_, i): [number, number] => [values[2 * i], values[2 * i + 1]]);
}

function checkHead(section: Section, input: Shape, anchors: number, classes: number): void {
  const expected = anchors * (5 + classes);
  if (input.channels !== expected) {
    throw section.error(
      `${anchors} anchors and ${classes} classes need ${expected} channels, the layer before has ${input.channels}; set its filters to ${expected}`,
    );
  }
}

function parseRegion(section: Section, input: Shape): Parsed<'region'> {
  if (section.int('coords', 4) !== 4)
    throw section.error('coords other than 4 are not supported', 'coords', 'unsupported');
  for (const key of ['tree', 'map']) {
    if (section.has(key)) throw section.error('class trees (YOLO9000) are not supported', key, 'unsupported');
  }
  if (section.int('background', 0) !== 0)
    throw section.error('background is not supported', 'background', 'unsupported');
  const classes = section.int('classes', 20, { min: 1, max: 10_000 });
  const count = section.int('num', 1, { min: 1, max: 256 });
  const anchors = pairs(section, 'anchors', section.numbers('anchors') ?? new Array(2 * count).fill(0.5));
  if (anchors.length < count)
    throw section.error(`num=${count}, but only ${anchors.length} anchors are given`, 'anchors');
  checkHead(section, input, count, classes);
  return {
    kind: 'region',
    classes,
    anchors: anchors.slice(0, count),
    softmax: section.int('softmax', 0) !== 0,
    output: input,
  };
}

function parseYolo(section: Section, input: Shape): Parsed<'yolo'> {
  const classes = section.int('classes', 20, { min: 1, max: 10_000 });
  const total = section.int('num', 1, { min: 1, max: 256 });
  const all = pairs(section, 'anchors', section.numbers('anchors') ?? []);
  const mask = section.ints('mask') ?? Array.from({ length: total }, (_, i) => i);
  const anchors = mask.map((index) => {
    const anchor = all.at(index);
    if (index < 0 || anchor === undefined) {
      throw section.error(`mask names anchor ${index}, but ${all.length} anchors are given`, 'mask');
    }
    return anchor;
  });
  if (anchors.length === 0) throw section.error('mask is empty', 'mask');
  checkHead(section, input, anchors.length, classes);
  return {
    kind: 'yolo',
    classes,
    anchors,
    scaleXY: section.number('scale_x_y', 1),
    newCoords: section.int('new_coords', 0) !== 0,
    output: input,
  };
}
