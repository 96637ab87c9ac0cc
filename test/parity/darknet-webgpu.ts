/**
 * Runs golden tensors through WebGPU over Dawn and prints the errors as JSON. A program of its own, since drivers are
 * chosen by environment variables that must be set before a process starts; `darknet.test.ts` starts it. Without
 * arguments the two small networks: an emulated GPU needs half a minute for a real one (name it to try).
 */
import { openOnnx, releaseWebGpu, useTfjs } from '@noscope/engine/node';
import { INPUT_NAME, outputLayers, toOnnx, toTfjs } from '@noscope/reference';
import { loadFixture, relativeError } from '../support/fixtures.ts';
import { sharedData } from '../support/shared-data.ts';

const data = sharedData() ?? '';
const results: { engine: string; name: string; error: number; backend: string }[] = [];
const [, , ...asked] = process.argv;
for (const name of asked.length > 0 ? asked : ['synthetic-yolov2-mini', 'synthetic-tiny-yolov2-mini']) {
  const { network, weights, input, expected } = loadFixture(data, name);
  const [{ layer, name: output }] = outputLayers(network);

  const tf = await useTfjs('tfjs-webgpu');
  const lifted = toTfjs(tf, network, weights);
  const head = (await lifted.run(input, 1)).get(layer.index) ?? new Float32Array();
  results.push({ engine: 'tfjs-webgpu', name, error: relativeError(head, expected), backend: tf.getBackend() });
  lifted.dispose();

  const session = await openOnnx(toOnnx(network, weights), { engine: 'onnxruntime-webgpu' });
  const { channels, height, width } = network.input;
  const { [output]: result } = await session.run({ [INPUT_NAME]: { dims: [1, channels, height, width], data: input } });
  const error = relativeError(result.data as Float32Array, expected);
  results.push({ engine: session.engine, name, error, backend: session.engine });
  await session.close();
}
console.log(JSON.stringify(results));
releaseWebGpu();
process.exit(0);
