/**
 * What can compute a forward pass, by name. One interface over all of them: tensors in, tensors out, by name. Which of
 * them a host has is found by probing (`node/probe.ts`), never assumed.
 */

/** Every engine there is a binding for, in the order in which they are preferred where all are there. */
export const ENGINES = [
  'tfjs-node-gpu',
  'onnxruntime-webgpu',
  'tfjs-webgpu',
  'onnxruntime-cpu',
  'tfjs-node',
  'tfjs-wasm',
  'tfjs-cpu',
] as const;
export type EngineId = (typeof ENGINES)[number];

/** The engines that are tfjs back ends. */
export type TfjsEngineId = Extract<EngineId, `tfjs-${string}`>;
/** The engines that are ONNX Runtime execution providers. */
export type OnnxEngineId = Extract<EngineId, `onnxruntime-${string}`>;

export const isTfjsEngine = (engine: EngineId): engine is TfjsEngineId => engine.startsWith('tfjs-');
export const isOnnxEngine = (engine: EngineId): engine is OnnxEngineId => engine.startsWith('onnxruntime-');

/** A dense row-major tensor on the host. */
export interface Tensor {
  dims: number[];
  data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** A loaded graph. Calls may overlap; they are answered in order. */
export interface Session {
  readonly engine: EngineId;
  /**
   * Feeds by input name, results by output name. The arrays given are read before the promise settles, never after. With
   * `give` their memory may be taken, and they are empty from then on: moving a picture to the thread of a network
   * spares a copy, and the garbage collector, which otherwise runs once every few dozen pictures.
   */
  run(inputs: Record<string, Tensor>, options?: { give?: boolean }): Promise<Record<string, Tensor>>;
  /** Frees the graph. Idempotent; a run that is under way finishes first. */
  close(): Promise<void>;
}

/** What a probe found about one engine on this host. */
export interface EngineProbe {
  engine: EngineId;
  available: boolean;
  /** What it runs on, or why it cannot be had and what would change that. */
  detail: string;
  /** A GPU interface that a CPU emulates: right, and slower than plain CPU engines. Never chosen unless asked for. */
  isSoftware?: boolean;
}

/** A choice of engine, with the reason to print. */
export interface EngineChoice {
  engine: EngineId;
  reason: string;
  probes: EngineProbe[];
}
