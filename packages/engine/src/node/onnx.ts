/** Graphs on ONNX Runtime, whose CPU and WebGPU providers are both inside the npm package. */
import { NoScopeError } from '@noscope/query';
import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxEngineId, Session, Tensor } from '../engine.ts';
import type { OnnxRunner, TypedTensor } from './onnx-runner.ts';
import { openInThread } from './onnx-thread.ts';

export interface OnnxOptions {
  /** Threads of one run; default 2. Several sessions at once want 1 each. */
  threads?: number;
  /** Default `onnxruntime-cpu`. */
  engine?: OnnxEngineId;
  /**
   * Run on a thread of its own; default false. The runtime's calls block the thread that makes them, so a graph that
   * takes milliseconds and shall overlap with decoding wants one; a small one loses more by the copies.
   */
  worker?: boolean;
}

type Runtime = typeof import('onnxruntime-node');

let loading: Promise<Runtime> | null = null;

/** The runtime, loaded on first use: its binary costs memory that commands such as `--help` need not pay. */
export function loadOnnxRuntime(): Promise<Runtime> {
  loading ??= import('onnxruntime-node').catch((cause: unknown) => {
    loading = null;
    throw new NoScopeError(
      'unavailable',
      'ONNX Runtime does not load on this host; install the package onnxruntime-node for this platform, or choose a tfjs engine',
      { cause },
    );
  });
  return loading;
}

/**
 * Opens an ONNX model.
 * @throws NoScopeError `corrupt` when the bytes are no model that the runtime reads, `unavailable` without the runtime or a GPU.
 */
export async function openOnnx(model: Uint8Array, options: OnnxOptions = {}): Promise<Session> {
  const engine = options.engine ?? 'onnxruntime-cpu';
  const settings = sessionOptions(engine, options.threads ?? 2);
  const runner = await open(model, settings, options.worker ?? false);
  const running = new Set<Promise<unknown>>();
  let closed = false;
  return {
    engine,
    async run(inputs, { give = false } = {}) {
      if (closed) throw new NoScopeError('bad-input', 'this session is closed');
      const feeds = Object.entries(inputs).map(
        ([name, tensor]) => [name, { ...tensor, type: typeOf(tensor) }] as const,
      );
      // The runtime takes runs one after the other; handing over the next one early keeps its thread busy.
      const run = runner.run(Object.fromEntries(feeds), give);
      running.add(run);
      return run.finally(() => running.delete(run));
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.allSettled(running);
      await runner.release();
    },
  };
}

function sessionOptions(engine: OnnxEngineId, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [engine === 'onnxruntime-webgpu' ? 'webgpu' : 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Warnings about shapes that depend on the batch go to standard error otherwise.
    logSeverityLevel: 3,
    // Spinning threads take the cores that decoding needs.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

async function open(model: Uint8Array, options: InferenceSession.SessionOptions, worker: boolean): Promise<OnnxRunner> {
  // Loaded here too when a worker will run it, so that a host without the runtime gets the same error.
  const ort = await loadOnnxRuntime();
  try {
    return worker ? await openInThread(model, options) : await openHere(ort, model, options);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    if (/adapter|webgpu/i.test(message)) {
      throw new NoScopeError('unavailable', `no GPU for ONNX Runtime here (${message}); use onnxruntime-cpu`, {
        cause,
      });
    }
    throw new NoScopeError('corrupt', `ONNX Runtime refuses the model: ${message}`, { cause });
  }
}

async function openHere(
  ort: Runtime,
  model: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<OnnxRunner> {
  const session = await ort.InferenceSession.create(model, options);
  return {
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, { type, data, dims }]) => [
        name,
        new ort.Tensor(type, data, dims),
      ]);
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(results).map(([name, { type, data, dims }]) => {
          if (
            (type === 'float32' && data instanceof Float32Array) ||
            (type === 'int64' && data instanceof BigInt64Array) ||
            (type === 'int32' && data instanceof Int32Array) ||
            (type === 'uint8' && data instanceof Uint8Array)
          ) {
            return [name, { type, data, dims: [...dims] }];
          }
          throw new NoScopeError('unsupported', `output ${name} is ${type}; float32, int32, int64 and uint8 are read`);
        }),
      );
    },
    release: () => session.release(),
  };
}

function typeOf({ data }: Tensor): TypedTensor['type'] {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}
