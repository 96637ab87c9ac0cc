/** A Darknet network as the reference stage of a cascade, in Node. */
import { createHash } from 'node:crypto';
import type { Detection, EngineId, Frame, NetworkView, ReferenceStage } from '@noscope/engine';
import { chooseEngine } from '@noscope/engine/node';
import { NoScopeError, type Size, throwIfAborted } from '@noscope/query';
import { decodeDetections, defaultNmsIou, type HeadTensor } from '../decode.ts';
import { gigaFlops, type NetworkDescription } from '../network.ts';
import { randomWeights, readWeights } from '../weights.ts';
import { loadCfg, loadNames, loadWeightsFile, type ModelFiles } from './files.ts';
import { type Forward, openForward } from './forward.ts';

export interface ReferenceOptions extends ModelFiles {
  /** Default: chosen by probing. */
  engine?: EngineId;
  /** Threads of ONNX Runtime on the CPU; default 2. */
  threads?: number;
  /** Frames in one forward pass; default 1 on a CPU, 8 on a GPU. */
  batchSize?: number;
  /** Least confidence of a box; default 0.1. */
  threshold?: number;
  /** Overlap above which the weaker box of a class goes; default 0.45, for region heads 0.4. */
  nmsIou?: number;
  /** How pictures are brought to the network's input; default: what the cfg says, which is `stretch` unless `letter_box=1`. */
  fit?: 'stretch' | 'letterbox';
  /** Weights drawn from this seed instead of a file: for timing only, the boxes mean nothing. */
  randomWeights?: number;
}

export interface DarknetReference extends ReferenceStage {
  /** Class names in the network's order. */
  readonly names: readonly string[];
  /** What the network wants to see of a frame. */
  readonly input: NetworkView;
  readonly network: NetworkDescription;
  readonly engine: EngineId;
  /** One line for a person: network, size, engine and why. */
  describe(): string;
  /** Raw head outputs of one batch; each input is [3, height, width] in 0..1. */
  forward(inputs: readonly Float32Array[]): Promise<HeadTensor[]>;
  /** The boxes of prepared inputs; `pictures[i]` is the size of the picture that `inputs[i]` was made from. */
  detectInputs(inputs: readonly Float32Array[], pictures: readonly Size[]): Promise<Detection[]>;
}

/**
 * Opens a Darknet network.
 * @throws NoScopeError `not-found`, `bad-input`, `unsupported` or `corrupt` for cfg, weights and names; `unavailable` for the engine.
 */
export async function openReference(options: ReferenceOptions): Promise<DarknetReference> {
  const { text, network } = await loadCfg(options);
  if (network.heads.length === 0) {
    throw new NoScopeError(
      'bad-input',
      `${options.cfg} has no region or yolo layer, so it finds no objects; it may be a classifier`,
    );
  }
  const names = await loadNames(options, network);
  const hash = createHash('sha256').update(text);
  const weights = await (async () => {
    if (options.randomWeights !== undefined) {
      hash.update(`random ${options.randomWeights}`);
      return randomWeights(network, options.randomWeights);
    }
    const bytes = await loadWeightsFile(options);
    hash.update(bytes);
    return readWeights(network, bytes);
  })();
  const choice = await chooseEngine(options.engine);
  const forward = await openForward(network, weights, { engine: choice.engine, threads: options.threads ?? 2 });
  const decoding = {
    names,
    threshold: options.threshold ?? 0.1,
    nmsIou: options.nmsIou ?? defaultNmsIou(network),
    fit: options.fit ?? network.fit,
  };
  hash.update(JSON.stringify(decoding));
  return new Reference({
    id: `darknet-${hash.digest('hex').slice(0, 16)}`,
    label: options.cfg,
    network,
    forward,
    reason: choice.reason,
    decoding,
    batchSize: Math.min(options.batchSize ?? (/gpu/.test(choice.engine) ? 8 : 1), forward.maxBatch),
  });
}

interface Parts {
  id: string;
  label: string;
  network: NetworkDescription;
  forward: Forward;
  reason: string;
  decoding: { names: string[]; threshold: number; nmsIou: number; fit: 'stretch' | 'letterbox' };
  batchSize: number;
}

class Reference implements DarknetReference {
  readonly id: string;
  readonly batchSize: number;
  readonly names: readonly string[];
  readonly input: NetworkView;
  readonly network: NetworkDescription;
  readonly engine: EngineId;
  readonly #parts: Parts;
  #closed = false;

  constructor(parts: Parts) {
    const { height, width } = parts.network.input;
    this.id = parts.id;
    this.batchSize = parts.batchSize;
    this.names = parts.decoding.names;
    this.input = { kind: 'network', width, height, fit: parts.decoding.fit };
    this.network = parts.network;
    this.engine = parts.forward.engine;
    this.#parts = parts;
  }

  describe(): string {
    const { label, network, reason } = this.#parts;
    const { width, height, fit } = this.input;
    const size = `${width}×${height} (${fit}), ${gigaFlops(network).toFixed(1)} GFLOP, ${this.names.length} classes`;
    return `${label.split(/[/\\]/).at(-1)}: ${size}, on ${this.engine} (${reason})`;
  }

  forward(inputs: readonly Float32Array[]): Promise<HeadTensor[]> {
    return this.#run(inputs, false);
  }

  /** `give`: nobody needs the inputs afterwards. */
  async #run(inputs: readonly Float32Array[], give: boolean): Promise<HeadTensor[]> {
    if (this.#closed) throw new NoScopeError('bad-input', 'this reference model is closed');
    const { channels, height, width } = this.network.input;
    const size = channels * height * width;
    const batch = inputs.length === 1 ? inputs[0] : new Float32Array(inputs.length * size);
    for (const [i, input] of inputs.entries()) {
      if (input.length !== size) {
        throw new NoScopeError(
          'bad-input',
          `the network's input has ${size} numbers (3×${height}×${width}), not ${input.length}`,
        );
      }
      if (inputs.length > 1) batch.set(input, i * size);
    }
    const results = await this.#parts.forward.run(batch, inputs.length, give || inputs.length > 1);
    return this.network.heads.map((head, i) => ({ head, data: results[i] }));
  }

  detectInputs(inputs: readonly Float32Array[], pictures: readonly Size[]): Promise<Detection[]> {
    return this.#detect(inputs, pictures, false);
  }

  async #detect(inputs: readonly Float32Array[], pictures: readonly Size[], give: boolean): Promise<Detection[]> {
    const tensors = await this.#run(inputs, give);
    return pictures.map((picture, i) => ({
      picture,
      boxes: decodeDetections(this.network, tensors, i, picture, this.#parts.decoding),
    }));
  }

  async detect(frames: readonly Frame[], signal?: AbortSignal): Promise<Detection[]> {
    const detections: Detection[] = [];
    const viewsFrom = (start: number) =>
      Promise.all(frames.slice(start, start + this.batchSize).map((frame) => frame.view(this.input)));
    let views = frames.length > 0 ? viewsFrom(0) : Promise.resolve([]);
    try {
      for (let start = 0; start < frames.length; start += this.batchSize) {
        throwIfAborted(signal);
        const pictures = frames.slice(start, start + this.batchSize).map(({ width, height }) => ({ width, height }));
        const running = this.#detect(await views, pictures, true);
        // The next inputs are made while the network runs on its own thread.
        views = viewsFrom(start + this.batchSize);
        detections.push(...(await running));
      }
    } finally {
      // The caller closes the frames when this settles.
      await views.catch(() => undefined);
    }
    return detections;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.forward.close();
  }
}
