/**
 * tfjs and its back ends in Node. Only one tfjs is in a process and it has one current back end, so whoever computes
 * calls `useTfjs` right before a synchronous block of ops; tensors keep the back end that they were made on.
 */
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { NoScopeError } from '@noscope/query';
import type { TfjsEngineId } from '../engine.ts';
import { registerConv2DBackpropFilter } from '../tfjs/conv2d-backprop-filter.ts';
import { installWebGpu } from './webgpu.ts';

export type Tfjs = typeof import('@tensorflow/tfjs');

const BACKENDS: Record<TfjsEngineId, string> = {
  'tfjs-cpu': 'cpu',
  'tfjs-wasm': 'wasm',
  'tfjs-webgpu': 'webgpu',
  'tfjs-node': 'tensorflow',
  'tfjs-node-gpu': 'tensorflow',
};

const ready = new Map<TfjsEngineId, Promise<Tfjs>>();
let gpuFailure: NoScopeError | null = null;

/**
 * Loads tfjs on first use, makes the back end the current one and returns tfjs.
 * @throws NoScopeError `unavailable` when the back end cannot start here, `resource` after a GPU reported an error.
 */
export async function useTfjs(engine: TfjsEngineId): Promise<Tfjs> {
  let prepared = ready.get(engine);
  if (prepared === undefined) {
    prepared = prepare(engine);
    ready.set(engine, prepared);
    prepared.catch(() => ready.delete(engine));
  }
  const tf = await prepared;
  if (engine === 'tfjs-webgpu') throwIfGpuFailed();
  // The back end is up, so this takes effect at once; not awaited, so that no other caller gets in between.
  if (tf.getBackend() !== BACKENDS[engine]) void tf.setBackend(BACKENDS[engine]);
  return tf;
}

/** The largest tensor that the engine can hold, in bytes; a GPU's buffers end long before its memory. */
export async function largestTensorBytes(engine: TfjsEngineId): Promise<number> {
  if (engine !== 'tfjs-webgpu') return Number.POSITIVE_INFINITY;
  const tf = await useTfjs(engine);
  return (tf.backend() as unknown as { device: GPUDevice }).device.limits.maxStorageBufferBindingSize;
}

/** A tensor too large for the GPU only prints a validation line and yields garbage; after reading results, ask here. */
export function throwIfGpuFailed(): void {
  if (gpuFailure !== null) throw gpuFailure;
}

async function prepare(engine: TfjsEngineId): Promise<Tfjs> {
  const tf = await import('@tensorflow/tfjs');
  // Silences the hint to install tfjs-node, which the choice of engine has already weighed.
  tf.env().set('PROD', true);
  try {
    await registerBackend(tf, engine);
    if (!(await tf.setBackend(BACKENDS[engine]))) throw new Error('the back end did not initialise');
    await tf.ready();
  } catch (cause) {
    if (cause instanceof NoScopeError) throw cause;
    throw new NoScopeError(
      'unavailable',
      `${engine} does not start here: ${cause instanceof Error ? cause.message : JSON.stringify(cause)}`,
      { cause },
    );
  }
  if (engine === 'tfjs-webgpu') watchDevice(tf);
  return tf;
}

async function registerBackend(tf: Tfjs, engine: TfjsEngineId): Promise<void> {
  switch (engine) {
    case 'tfjs-cpu':
      return;
    case 'tfjs-wasm': {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths(wasmFolder());
      // Its threads are Web Workers made from a Blob, which Node does not have.
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      registerConv2DBackpropFilter(tf);
      const before = new Set(process.listeners('uncaughtException'));
      const beforeRejection = new Set(process.listeners('unhandledRejection'));
      await tf.setBackend('wasm');
      // The Emscripten glue makes itself the process's error handler; that is the application's to decide.
      for (const listener of process.listeners('uncaughtException')) {
        if (!before.has(listener)) process.removeListener('uncaughtException', listener);
      }
      for (const listener of process.listeners('unhandledRejection')) {
        if (!beforeRejection.has(listener)) process.removeListener('unhandledRejection', listener);
      }
      return;
    }
    case 'tfjs-webgpu':
      await installWebGpu();
      await import('@tensorflow/tfjs-backend-webgpu');
      return;
    case 'tfjs-node':
    case 'tfjs-node-gpu': {
      // Optional peers: where they are not installed the specifier must not be resolved by a type checker or bundler.
      const specifier = `@tensorflow/${engine}`;
      await import(specifier);
      return;
    }
    default:
      engine satisfies never;
  }
}

function wasmFolder(): string {
  return (
    dirname(
      createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm'),
    ) + sep
  );
}

function watchDevice(tf: Tfjs): void {
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  device.addEventListener('uncapturederror', (event) => {
    gpuFailure ??= new NoScopeError(
      'resource',
      `the GPU reported an error, its results are void: ${event.error.message}`,
    );
  });
  device.lost.then((info) => {
    gpuFailure ??= new NoScopeError('unavailable', `the GPU was lost: ${info.message}`);
  });
}
