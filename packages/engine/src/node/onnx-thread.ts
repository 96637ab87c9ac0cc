/** ONNX Runtime on a thread of its own, so that decoding goes on while a network runs. */
import { Worker } from 'node:worker_threads';
import { NoScopeError } from '@noscope/query';
import type { InferenceSession } from 'onnxruntime-node';
import type { OnnxRunner, TypedTensor } from './onnx-runner.ts';

/** What the thread says; `onnx-worker.mjs` is the other side. */
type Message =
  | { kind: 'ready' }
  | { kind: 'refused'; message: string }
  | { kind: 'result'; id: number; outputs: Record<string, TypedTensor> }
  | { kind: 'failed'; id: number; message: string };

interface Waiting {
  resolve(outputs: Record<string, TypedTensor>): void;
  reject(error: Error): void;
}

/** Starts a thread with the model loaded. The thread does not keep the process alive unless a run is under way. */
export async function openInThread(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<OnnxRunner> {
  const worker = new Worker(new URL('./onnx-worker.mjs', import.meta.url), {
    workerData: { model, options },
    // The parent's loaders and inspectors are of no use there.
    execArgv: [],
  });
  const waiting = new Map<number, Waiting>();
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      reject(error);
      for (const { reject: rejectRun } of waiting.values()) rejectRun(error);
      waiting.clear();
    };
    worker.on('message', (message: Message) => {
      switch (message.kind) {
        case 'ready':
          return resolve();
        case 'refused':
          void worker.terminate();
          return reject(new Error(message.message));
        case 'result':
          waiting.get(message.id)?.resolve(message.outputs);
          break;
        case 'failed':
          waiting.get(message.id)?.reject(new NoScopeError('bad-input', `ONNX Runtime: ${message.message}`));
          break;
        default:
          message satisfies never;
      }
      if ('id' in message) waiting.delete(message.id);
      if (waiting.size === 0) worker.unref();
    });
    worker.once('error', (cause) =>
      fail(new NoScopeError('resource', `the network's thread failed: ${cause.message}`, { cause })),
    );
    worker.once('exit', () => fail(new NoScopeError('resource', 'the thread of the network ended')));
  });
  worker.unref();
  let next = 0;
  return {
    run(inputs, give) {
      const id = next++;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.ref();
        worker.postMessage({ id, inputs }, give ? buffersOf(inputs) : []);
      });
    },
    async release() {
      worker.ref();
      worker.postMessage({ id: next++, inputs: null });
      await exited;
    },
  };
}

/** Each once; memory that threads share cannot be moved, and need not. */
function buffersOf(inputs: Record<string, TypedTensor>): ArrayBuffer[] {
  const buffers = new Set(Object.values(inputs).map(({ data }) => data.buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
