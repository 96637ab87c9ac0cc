/**
 * The thread side of `onnx-thread.ts`. Plain JavaScript, because a worker thread does not inherit the loader that lets
 * the rest of the project run as TypeScript.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';

const { model, options } = workerData;

try {
  const session = await ort.InferenceSession.create(model, options);
  parentPort.postMessage({ kind: 'ready' });
  parentPort.on('message', async ({ id, inputs }) => {
    if (inputs === null) {
      await session.release();
      parentPort.close();
      return;
    }
    try {
      const feeds = {};
      for (const [name, { type, data, dims }] of Object.entries(inputs)) feeds[name] = new ort.Tensor(type, data, dims);
      const outputs = {};
      for (const [name, { type, data, dims }] of Object.entries(await session.run(feeds))) {
        outputs[name] = { type, data, dims: [...dims] };
      }
      const buffers = Object.values(outputs).map(({ data }) => data.buffer);
      // Results may share the runtime's memory, which cannot be moved to another thread; those are copied.
      try {
        parentPort.postMessage({ kind: 'result', id, outputs }, buffers);
      } catch {
        parentPort.postMessage({ kind: 'result', id, outputs });
      }
    } catch (error) {
      parentPort.postMessage({ kind: 'failed', id, message: String(error?.message ?? error) });
    }
  });
} catch (error) {
  parentPort.postMessage({ kind: 'refused', message: String(error?.message ?? error) });
}
