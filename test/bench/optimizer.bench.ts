/**
 * How long choosing takes on a long video: 12 models × 4 detectors (and none of either) × six values of t_skip, all
 * budgets of the frontier at once, on one core.
 *
 *   npx tsx test/bench/optimizer.bench.ts [--frames 1000000]
 */
import { parseArgs } from 'node:util';
import { type DetectorCandidate, optimize } from '@noscope/optimizer';
import { type DifferenceTrace, describePlan, pairIndices, type Recording, sampledIndices } from '@noscope/plan';

const { values } = parseArgs({ options: { frames: { type: 'string', default: '1000000' } } });
const frames = Number(values.frames);
if (!Number.isInteger(frames) || frames < 1) {
  console.error(`--frames is ${values.frames}; give a whole number of frames`);
  process.exit(2);
}

const FPS = 30;
const TOLERANCE_S = 0.5 / FPS;
const SKIPS_S = [0, 1 / 15, 0.2, 1 / 3, 0.5, 1];
const MAX_REUSE_S = [30, 300];
const MODELS = 12;

const detectors: DetectorCandidate[] = [
  { id: 'global, image', against: 'reference-image', tDiffS: 0, costS: 3e-6 },
  { id: 'blocked, image', against: 'reference-image', tDiffS: 0, costS: 6e-6 },
  { id: 'global, 1 s', against: 'earlier', tDiffS: 1, costS: 3e-6 },
  { id: 'blocked, 2 s', against: 'earlier', tDiffS: 2, costS: 6e-6 },
];

const draw = randomFrom(1);
const timestampS = Float64Array.from({ length: frames }, (_, i) => i / FPS);
const label = visits(frames);
const confidences = Array.from({ length: MODELS }, (_, model) => scores(0.25 + model * 0.06));
let current = 'no detector';

const recording: Recording = {
  timestampS,
  label,
  confidence: (id) => {
    // confidences are ranked first for each t_skip, before any detector
    current = 'no detector';
    return confidences[Number(id)];
  },
  difference: (id, tSkipS) => {
    current = `${id}, t_skip ${tSkipS.toFixed(3)} s`;
    const detector = detectors.find((candidate) => candidate.id === id) ?? detectors[0];
    return trace(detector, tSkipS);
  },
};

const startedMs = performance.now();
let lastMs = startedMs;
let lastDone = 0;
console.log(`${frames} frames, ${MODELS} models, ${detectors.length} detectors, ${SKIPS_S.length} values of t_skip`);
const choice = await optimize({
  recording,
  detectors,
  models: confidences.map((_, id) => ({ id: String(id), costS: 2e-5 * (id + 1) })),
  skipsS: SKIPS_S,
  maxReuseS: MAX_REUSE_S,
  toleranceS: TOLERANCE_S,
  costs: { decodeS: 5e-4, smallFrameS: 5e-5, referenceS: 0.29 },
  targets: { fp: 0.01, fn: 0.01 },
  onProgress: (event) => {
    if (event.kind !== 'progress') return;
    const nowMs = performance.now();
    const combinations = event.done - lastDone;
    const each = (nowMs - lastMs) / 1000 / combinations;
    console.log(
      `${String(event.done).padStart(4)} of ${event.total}: ${current}: ${each.toFixed(3)} s for each of ${combinations} models, ${peakMiB()} MiB at most`,
    );
    lastMs = nowMs;
    lastDone = event.done;
  },
});
const sweptS = (lastMs - startedMs) / 1000;
const allS = (performance.now() - startedMs) / 1000;
console.log(`${choice.outcome}: ${describePlan(choice.plan)}`);
console.log(`${(choice.expected.costS * 1e3).toFixed(3)} ms a frame, ${choice.expected.asked} frames asked`);
for (const { targets, estimate, isNonDominated } of choice.frontier) {
  const mark = isNonDominated ? '' : ' (dominated)';
  console.log(`  target ${(targets.fp * 100).toFixed(2)}%: ${(estimate.costS * 1e3).toFixed(3)} ms a frame${mark}`);
}
console.log(`sweep ${sweptS.toFixed(1)} s, replays ${(allS - sweptS).toFixed(1)} s, peak ${peakMiB()} MiB of memory`);

/** Somebody comes about every minute and stays for some seconds. */
function visits(length: number): Uint8Array {
  const there = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    at += Math.round(FPS * (10 + 100 * draw()));
    const end = at + Math.round(FPS * (2 + 20 * draw()));
    there.fill(1, at, end);
    at = end;
  }
  return there;
}

/** A model's confidences; a smaller spread parts the classes better. Noise lasts for half a second, as in video. */
function scores(spread: number): Float32Array {
  let noise = 0;
  return Float32Array.from(label, (there) => {
    noise += (draw() + draw() + draw() - 1.5 - noise) / 15 + (draw() - 0.5) * 0.05;
    const at = (there === 1 ? 1.5 : -1.5) + (noise + (draw() - 0.5) * 0.2) * spread * 12;
    return 1 / (1 + Math.exp(-2 * at));
  });
}

function trace(detector: DetectorCandidate, tSkipS: number): DifferenceTrace {
  const sampled = sampledIndices(timestampS, tSkipS, TOLERANCE_S);
  const sampledS = Float64Array.from(sampled, (i) => timestampS[i]);
  const use = { tDiffS: detector.tDiffS, toleranceS: TOLERANCE_S, maxReuseS: Number.POSITIVE_INFINITY };
  const pair = detector.against === 'earlier' ? pairIndices(sampledS, use) : new Int32Array(sampled.length).fill(-1);
  const back = Math.round(detector.tDiffS * FPS);
  const difference = Float32Array.from(sampled, (i) => {
    const change = detector.against === 'earlier' ? Math.abs(label[i] - label[Math.max(0, i - back)]) : label[i];
    return (change * 8 + label[i] * 4 + 1) * (draw() + draw() * draw());
  });
  return { sampled, pair, difference };
}

function peakMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** mulberry32: the same video every time. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
