/**
 * Recomputes the figures of the README: `npx tsx models/demo-reference/evaluate.ts`; `--sample 4` is quick and rough.
 * `--draw DIR` also writes pictures with what was found drawn in.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gigaFlops } from '@noscope/reference';
import { meanAveragePrecision } from './average-precision.ts';
import { drawDetections } from './draw.ts';
import { measurePresence, measureUnseen, openDemoReference, PRESENT_FROM } from './measure.ts';
import { defaultCache } from './pictures.ts';
import { COUNTED } from './truth.ts';

const { values } = parseArgs({
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '7' },
    cache: { type: 'string', default: defaultCache() },
    weights: { type: 'string' },
    confidence: { type: 'string', default: String(PRESENT_FROM) },
    threads: { type: 'string', default: '2' },
    'no-street': { type: 'boolean', default: false },
    draw: { type: 'string' },
  },
});
const scenes = Number(values.sample);
if (!Number.isInteger(scenes) || scenes < 1)
  throw new Error(`--sample is a number of scenes from 1, got ${values.sample}`);
const reference = await openDemoReference(values.weights, Number(values.threads));
const bytes = (await readFile(values.weights ?? new URL('demo-reference.weights', import.meta.url))).length;
console.log(
  `${reference.describe()}; ${gigaFlops(reference.network).toFixed(3)} GFLOP, ${(bytes / 1e6).toFixed(2)} MB`,
);

const unseen = await measureUnseen(reference, values.cache, scenes);
console.log(
  `\nAverage precision at overlap 0.5 on ${unseen.pictures} pictures of ${unseen.scenes} scenes that training never saw, ` +
    `boxes of at least ${COUNTED.heightPx} px height at network scale and ${COUNTED.visible} visible:`,
);
for (const { className, boxes, averagePrecision } of unseen.classes) {
  console.log(`  ${className.padEnd(8)} ${averagePrecision.toFixed(3)}  (${boxes} boxes)`);
}
console.log(`  mAP      ${meanAveragePrecision(unseen.classes).toFixed(3)}`);

if (!values['no-street']) {
  const frames = Math.min(600, scenes * 15);
  const confidence = Number(values.confidence);
  const street = await measurePresence(reference, { seed: Number(values.seed), frames, everyS: 2, confidence });
  console.log(
    `\nPresence on street, seed ${values.seed}, ${frames} frames 2 s apart through H.264, confidence ≥ ${confidence}:`,
  );
  for (const { className, present, absent, leftOut, precision, recall } of street) {
    console.log(
      `  ${className.padEnd(8)} precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}  ` +
        `(${present} frames with, ${absent} without, ${leftOut} left out)`,
    );
  }
}

const input = new Float32Array(3 * reference.network.input.height * reference.network.input.width).fill(0.5);
const times: number[] = [];
for (let i = 0; i < 60; i++) {
  const startedMs = performance.now();
  await reference.forward([input]);
  times.push(performance.now() - startedMs);
}
times.sort((a, b) => a - b);
console.log(
  `\nForward pass: median ${times[30].toFixed(1)} ms, least ${times[0].toFixed(1)} ms, ${values.threads} threads`,
);
if (values.draw !== undefined) await drawDetections(reference, values.cache, values.draw);
await reference.close();
