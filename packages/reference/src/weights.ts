/**
 * Darknet's `.weights`: a header (version, pictures seen), then each convolution's numbers one behind the other, with
 * nothing between that would tell where a layer begins. So what can be checked is checked: the length to the byte, and
 * that batch norm's variances are variances, which they are not when the file belongs to another cfg.
 */
import { NoScopeError } from '@noscope/query';
import { type ConvolutionalLayer, convolutions, kernelCount, type NetworkDescription, nameLayer } from './network.ts';

/** One convolution with its batch norm folded in: output = kernel ∗ input + bias. */
export interface ConvolutionWeights {
  layer: number;
  /** [filters, channels / groups, size, size] */
  kernel: Float32Array;
  /** [filters] */
  bias: Float32Array;
}

export interface Weights {
  version: { major: number; minor: number; revision: number };
  /** Pictures that training had seen. */
  seen: bigint;
  convolutions: ConvolutionWeights[];
}

/** As OpenCV's and pjreddie's Darknet; far below any variance that matters. */
const EPSILON = 1e-6;

/** `seen` grew to 64 bits with version 0.2. */
const hasWideSeen = (major: number, minor: number): boolean => major * 10 + minor >= 2 && major < 1000 && minor < 1000;

/** The length of a weights file of this network, in bytes. */
export function weightsSize(
  network: NetworkDescription,
  version: { major: number; minor: number } = { major: 0, minor: 2 },
): number {
  const header = hasWideSeen(version.major, version.minor) ? 20 : 16;
  return convolutions(network).reduce((sum, layer) => sum + layerSize(layer), header);
}

const layerSize = (layer: ConvolutionalLayer): number =>
  4 * (kernelCount(layer) + layer.filters * (layer.batchNormalize ? 4 : 1));

/**
 * Reads a weights file and folds batch norm into the convolutions.
 * @throws NoScopeError `corrupt` with the layer at which a truncated, oversized or mismatched file went wrong.
 */
export function readWeights(network: NetworkDescription, bytes: Uint8Array): Weights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16)
    throw new NoScopeError('corrupt', `the weights file has ${bytes.length} bytes, too few for its header`);
  const version = { major: view.getInt32(0, true), minor: view.getInt32(4, true), revision: view.getInt32(8, true) };
  const { major, minor, revision } = version;
  if ([major, minor, revision].some((part) => part < 0 || part > 10_000)) {
    throw new NoScopeError(
      'corrupt',
      `this is no Darknet weights file: its header says version ${major}.${minor}.${revision}`,
    );
  }
  const wide = hasWideSeen(major, minor);
  if (wide && bytes.length < 20) throw new NoScopeError('corrupt', 'the weights file ends within its header');
  const seen = wide ? view.getBigUint64(12, true) : BigInt(view.getUint32(12, true));
  const reader = new Reader(bytes, wide ? 20 : 16, weightsSize(network, version));
  const layers = convolutions(network).map((layer) => readConvolution(layer, reader));
  reader.end(convolutions(network).at(-1));
  return { version, seen, convolutions: layers };
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #expected: number;
  #offset: number;

  constructor(bytes: Uint8Array, offset: number, expected: number) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#expected = expected;
  }

  /** The next `count` little-endian float32, copied, since the file need not lie on a multiple of four. */
  floats(count: number, what: string, layer: ConvolutionalLayer): Float32Array {
    const start = this.#offset;
    const end = start + 4 * count;
    if (end > this.#bytes.length) {
      throw new NoScopeError(
        'corrupt',
        `the weights file is truncated or belongs to another cfg: it ends in the ${what} of ${nameLayer(layer)}; ` +
          `it has ${this.#bytes.length} bytes, this cfg needs ${this.#expected}`,
      );
    }
    this.#offset = end;
    const values = new Float32Array(count);
    new Uint8Array(values.buffer).set(this.#bytes.subarray(start, end));
    for (const value of values) {
      if (!Number.isFinite(value)) {
        throw new NoScopeError(
          'corrupt',
          `the weights file is damaged or belongs to another cfg: the ${what} of ${nameLayer(layer)} hold ${value}`,
        );
      }
    }
    return values;
  }

  end(last: ConvolutionalLayer | undefined): void {
    const left = this.#bytes.length - this.#offset;
    if (left === 0) return;
    throw new NoScopeError(
      'corrupt',
      `the weights file belongs to another cfg: ${left} bytes are left after ${last ? nameLayer(last) : 'the header'}; ` +
        `it has ${this.#bytes.length} bytes, this cfg needs ${this.#expected}`,
    );
  }
}

function readConvolution(layer: ConvolutionalLayer, reader: Reader): ConvolutionWeights {
  const bias = reader.floats(layer.filters, 'biases', layer);
  if (!layer.batchNormalize)
    return { layer: layer.index, bias, kernel: reader.floats(kernelCount(layer), 'weights', layer) };
  const scale = reader.floats(layer.filters, 'batch norm scales', layer);
  const mean = reader.floats(layer.filters, 'batch norm means', layer);
  const variance = reader.floats(layer.filters, 'batch norm variances', layer);
  const negative = variance.find((value) => value < 0);
  if (negative !== undefined) {
    throw new NoScopeError(
      'corrupt',
      `the weights file belongs to another cfg: ${nameLayer(layer)} would have a batch norm variance of ${negative}`,
    );
  }
  const kernel = reader.floats(kernelCount(layer), 'weights', layer);
  const perFilter = kernel.length / layer.filters;
  for (let filter = 0; filter < layer.filters; filter++) {
    const factor = scale[filter] / Math.sqrt(variance[filter] + EPSILON);
    bias[filter] -= mean[filter] * factor;
    const end = (filter + 1) * perFilter;
    for (let i = filter * perFilter; i < end; i++) kernel[i] *= factor;
  }
  return { layer: layer.index, bias, kernel };
}

/**
 * Weights drawn from a seed, scaled so that activations neither vanish nor explode: for timing a topology whose real
 * weights are not at hand. Detections from them mean nothing.
 */
export function randomWeights(network: NetworkDescription, seed: number): Weights {
  const random = mulberry32(seed);
  return {
    version: { major: 0, minor: 2, revision: 0 },
    seen: 0n,
    convolutions: convolutions(network).map((layer) => {
      const fanIn = (layer.input.channels / layer.groups) * layer.size * layer.size;
      // He's uniform bound.
      const bound = Math.sqrt(6 / fanIn);
      const kernel = new Float32Array(kernelCount(layer));
      for (let i = 0; i < kernel.length; i++) kernel[i] = (2 * random() - 1) * bound;
      return { layer: layer.index, kernel, bias: new Float32Array(layer.filters) };
    }),
  };
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
