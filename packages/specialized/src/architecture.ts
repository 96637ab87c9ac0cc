/**
 * The ladder of specialized models (paper, section 5.1): 2 or 4 convolutions of 3×3, 32 or 64 filters, a dense layer of
 * 32 to 256 units, on 50×50×3. The third and fourth convolution have twice the filters of the first two.
 *
 * The paper's nets halve the picture by pooling after every second convolution. At full size the second convolution
 * alone costs 46 to 184 MFLOP, so there are two cheaper kinds: `stride-pool` halves in the first convolution as well,
 * `stride` halves in every convolution and never pools.
 */
import { NoScopeError } from '@noscope/query';

export type Downsample = 'pool' | 'stride-pool' | 'stride';

export interface Architecture {
  /** `DOWNSAMPLE-LAYERSxFILTERS-DENSE`, such as `stride-2x32-64`; `@SIZE` follows where the input is not 50×50. */
  id: string;
  convLayers: 2 | 4;
  /** Of the first two convolutions; the third and fourth have twice as many. */
  filters: 32 | 64;
  /** Units of the hidden dense layer. */
  denseUnits: number;
  downsample: Downsample;
  /** Side of the small frame in pixels. */
  inputSize: number;
  /** Cost of one sample in MFLOP, counting a multiply-add as two. */
  mflop: number;
}

export interface ConvLayer {
  kind: 'conv';
  name: string;
  inChannels: number;
  outChannels: number;
  inSize: number;
  outSize: number;
  stride: 1 | 2;
  /** TensorFlow's `same`: what does not divide evenly goes to the end. */
  padBegin: number;
  padEnd: number;
}

/** Greatest of 2×2, stride 2; an odd last row and column are left out. */
export interface PoolLayer {
  kind: 'pool';
  name: string;
  channels: number;
  inSize: number;
  outSize: number;
}

export interface DenseLayer {
  kind: 'dense';
  name: string;
  inUnits: number;
  outUnits: number;
  activation: 'relu' | 'sigmoid';
  /** The shape that was flattened into `inUnits`, where it was a picture. */
  from?: { size: number; channels: number };
}

export type Layer = ConvLayer | PoolLayer | DenseLayer;

export const KERNEL = 3;
export const INPUT_CHANNELS = 3;
const DENSE_UNITS = [32, 64, 128, 256] as const;
const DEFAULT_SIZE = 50;
const PATTERN = /^(pool|stride-pool|stride)-([24])x(32|64)-(32|64|128|256)(?:@(\d+))?$/;

/**
 * From the cheapest up, at most 30 MFLOP each. On short real clips the cheap ones rank as high as the dear ones (see the
 * package's README), so only one is dear: what a net costs to ask is nothing beside the reference model's time.
 */
const DEFAULT_LADDER = [
  'stride-2x32-32',
  'stride-2x32-128',
  'stride-4x32-32',
  'stride-4x32-128',
  'stride-pool-2x32-32',
  'stride-2x64-32',
  'stride-pool-4x32-64',
];

/** The paper's grid, 16 nets of together 3.4 GFLOP a sample. */
const PAPER_LADDER = [2, 4].flatMap((layers) =>
  [32, 64].flatMap((filters) => DENSE_UNITS.map((dense) => `pool-${layers}x${filters}-${dense}`)),
);

/**
 * The architectures to train, in order of cost: `default` (at most 8 nets of at most 30 MFLOP), `paper` (the paper's
 * 16), or ids of one's own choice.
 * @throws NoScopeError `bad-input` for an id that names no architecture, or an empty list.
 */
export function ladder(grid: 'default' | 'paper' | readonly string[] = 'default'): Architecture[] {
  const ids = grid === 'default' ? DEFAULT_LADDER : grid === 'paper' ? PAPER_LADDER : grid;
  if (typeof ids === 'string') throw unknownArchitecture(ids);
  if (ids.length === 0)
    throw new NoScopeError('bad-input', 'the list of specialized models is empty; name one or more');
  return [...new Set(ids)].map(architecture).sort((a, b) => a.mflop - b.mflop || (a.id < b.id ? -1 : 1));
}

/** One architecture by its id. @throws NoScopeError `bad-input` when the id names none. */
export function architecture(id: string): Architecture {
  const match = PATTERN.exec(id);
  if (match === null) throw unknownArchitecture(id);
  const [, downsample, layers, filters, dense, size] = match;
  const inputSize = size === undefined ? DEFAULT_SIZE : Number(size);
  if (inputSize < 16 || inputSize > 224) {
    throw new NoScopeError('bad-input', `"${id}": the small frame must measure 16 to 224 pixels`);
  }
  const shape: Omit<Architecture, 'mflop'> = {
    id: inputSize === DEFAULT_SIZE ? id.replace(/@.*/, '') : id,
    convLayers: layers === '2' ? 2 : 4,
    filters: filters === '32' ? 32 : 64,
    denseUnits: Number(dense),
    downsample: downsample as Downsample,
    inputSize,
  };
  return { ...shape, mflop: cost(layersOf(shape)) };
}

/** The layers from the centred input to the one confidence. */
export function layersOf(shape: Omit<Architecture, 'mflop'>): Layer[] {
  const layers: Layer[] = [];
  let size = shape.inputSize;
  let channels = INPUT_CHANNELS;
  for (let i = 0; i < shape.convLayers; i++) {
    const stride = shape.downsample === 'stride' || (shape.downsample === 'stride-pool' && i === 0) ? 2 : 1;
    const outChannels = i < 2 ? shape.filters : 2 * shape.filters;
    const outSize = Math.ceil(size / stride);
    const pad = Math.max(0, (outSize - 1) * stride + KERNEL - size);
    const padBegin = Math.floor(pad / 2);
    const name = `conv${i + 1}`;
    const [inChannels, inSize, padEnd] = [channels, size, pad - padBegin];
    layers.push({ kind: 'conv', name, inChannels, outChannels, inSize, outSize, stride, padBegin, padEnd });
    size = outSize;
    channels = outChannels;
    if (shape.downsample !== 'stride' && i % 2 === 1) {
      const halved = Math.floor(size / 2);
      layers.push({ kind: 'pool', name: `pool${(i + 1) / 2}`, channels, inSize: size, outSize: halved });
      size = halved;
    }
  }
  layers.push({
    kind: 'dense',
    name: 'hidden',
    inUnits: size * size * channels,
    outUnits: shape.denseUnits,
    activation: 'relu',
    from: { size, channels },
  });
  layers.push({ kind: 'dense', name: 'confidence', inUnits: shape.denseUnits, outUnits: 1, activation: 'sigmoid' });
  return layers;
}

function cost(layers: readonly Layer[]): number {
  let flop = 0;
  for (const layer of layers) {
    if (layer.kind === 'conv') {
      flop += 2 * layer.outSize ** 2 * KERNEL ** 2 * layer.inChannels * layer.outChannels;
    } else if (layer.kind === 'dense') {
      flop += 2 * layer.inUnits * layer.outUnits;
    }
  }
  return flop / 1e6;
}

function unknownArchitecture(id: string): NoScopeError {
  return new NoScopeError(
    'bad-input',
    `no specialized model is called "${id}"; give default, paper, or ids such as ${DEFAULT_LADDER[0]}: ` +
      '(pool|stride-pool|stride)-(2|4)x(32|64)-(32|64|128|256), optionally @SIZE',
  );
}
