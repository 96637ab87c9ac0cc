/**
 * What a frame costs on a reference network: `npx tsx test/bench/reference.bench.ts [--threads N] [--slow]`.
 *
 * Prints the milliseconds of a forward pass of YOLOv2-608 and YOLOv2-tiny (random weights serve for timing) and of the
 * real networks of the shared data where they are, on every engine that this host has, emulated GPUs left out; then
 * what decoding boxes adds. `--slow` takes the plain JavaScript engine along, which needs most of a minute for one
 * frame of YOLOv2.
 */
import { probeEngines } from '@noscope/engine/node';
import { decodeDetections } from '@noscope/reference';
import { openReference, type ReferenceOptions } from '@noscope/reference/node';
import { sharedData } from '../support/shared-data.ts';

const args = process.argv.slice(2);
const threads = args.includes('--threads') ? Number(args[args.indexOf('--threads') + 1]) : 2;
const data = sharedData();
const networks: ReferenceOptions[] = [
  { cfg: 'yolov2', randomWeights: 1 },
  { cfg: 'yolov2-tiny', randomWeights: 1 },
  ...(data === null ? [] : ['yolo-fastest-1.1-xl', 'yololite-coco-trial6']).map((name) => ({
    cfg: `${data}weights/${name}.cfg`,
    weights: `${data}weights/${name}.weights`,
  })),
];
const engines = (await probeEngines()).filter(
  ({ engine, available, isSoftware }) => available && !isSoftware && (engine !== 'tfjs-cpu' || args.includes('--slow')),
);

/** Milliseconds of the least disturbed of some runs, since other work on the machine only ever adds. */
async function bestMs(run: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const started = performance.now();
  for (let round = 0; round < 200 && (round < 3 || performance.now() - started < 3000); round++) {
    const before = performance.now();
    await run();
    best = Math.min(best, performance.now() - before);
  }
  return best;
}

for (const options of networks) {
  for (const { engine } of engines) {
    const reference = await openReference({ ...options, engine, threads });
    const { width, height } = reference.input;
    const input = Float32Array.from({ length: 3 * width * height }, (_, i) => (i % 251) / 251);
    const forward = await bestMs(() => reference.forward([input]));
    const heads = await reference.forward([input]);
    const decode = await bestMs(async () =>
      decodeDetections(reference.network, heads, 0, { width, height }, { names: reference.names }),
    );
    const name = options.cfg.split('/').at(-1);
    const with_ = engine === 'onnxruntime-cpu' ? `, ${threads} threads` : '';
    console.log(
      `${name} ${width}×${height} on ${engine}${with_}: ${forward.toFixed(1)} ms a frame, decoding boxes ${decode.toFixed(2)} ms`,
    );
    await reference.close();
  }
}
