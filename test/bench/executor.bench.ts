/**
 * What the executor itself costs a frame, with stages that cost next to nothing.
 *
 *   npx tsx test/bench/executor.bench.ts [frames]
 */
import { execute } from '@noscope/cascade';
import type { Frame, ViewData, ViewSpec } from '@noscope/engine';
import type { Plan } from '@noscope/plan';
import {
  differenceStage,
  noise,
  query,
  reference,
  specializedStage,
  type Tables,
} from '../../packages/cascade/src/executor/testing.ts';

const count = Number(process.argv[2] ?? 200_000);
const tables: Tables = {
  timestampS: Float64Array.from({ length: count }, (_, i) => i / 30),
  truth: Uint8Array.from({ length: count }, (_, i) => noise(2, i)),
  confidence: (_, i) => noise(100, i) / 100,
  difference: (_, i) => noise(10, i, 7),
};

const toleranceS = 1 / 60;
const detector = { id: 'd', against: 'earlier', tDiffS: 1, maxReuseS: 30, delta: 7.5 } as const;
const model = { id: 'm', cLow: 0.45, cHigh: 0.55 };
const every: Plan = { tSkipS: 0, toleranceS, detector, model };

/** Frames that come and give their view at once: what is left is the executor. */
async function* frames(): AsyncGenerator<Frame> {
  for (let i = 0; i < count; i++) {
    yield {
      id: 3 * i + 2,
      timestampS: tables.timestampS[i],
      width: 640,
      height: 360,
      view: async <V extends ViewSpec>() => Uint8Array.of(i, i >> 8, i >> 16, 0) as ViewData<V>,
      close() {},
    };
  }
}

interface Case {
  name: string;
  plans: Plan[];
  batchSize?: number;
}

const cases: Case[] = [
  { name: 'every frame: detector, model, 2% asked', plans: [every] },
  { name: 'the same, batches of 4', plans: [every], batchSize: 4 },
  { name: 'the same, batches of 256', plans: [every], batchSize: 256 },
  { name: 'two frames a second', plans: [{ ...every, tSkipS: 0.5 }] },
  {
    name: 'four plans on every frame, stages shared',
    plans: [5.5, 6.5, 7.5, 8.5].map((delta) => ({ ...every, detector: { ...detector, delta } })),
  },
];

const overhead = async (): Promise<number> => {
  const sinceMs = performance.now();
  for await (const frame of frames()) frame.close();
  return ((performance.now() - sinceMs) * 1000) / count;
};

async function measure({ plans, batchSize }: Case): Promise<{ us: number; heapMb: number; asked: number }> {
  let heap = 0;
  let seen = 0;
  const sinceMs = performance.now();
  const [summary] = await execute({
    frames: frames(),
    cascades: plans.map((plan, i) => ({
      id: `plan ${i}`,
      query,
      plan,
      frameIntervalS: 1 / 30,
      difference: differenceStage(tables, 'd', 'earlier'),
      specialized: specializedStage(tables, 'm'),
    })),
    reference: reference(tables, { batchSize: 4 }),
    batchSize,
    keepIntervals: false,
    onDecisions: (_, decisions) => {
      seen += decisions.length;
      if (seen % 64 === 0) heap = Math.max(heap, process.memoryUsage().heapUsed);
    },
  });
  return {
    us: ((performance.now() - sinceMs) * 1000) / count,
    heapMb: heap / 2 ** 20,
    asked: summary.asked / summary.frames,
  };
}

const perFrame: string[] = [];
for (const one of cases) {
  let best = await measure(one);
  for (let i = 0; i < 2; i++) {
    const again = await measure(one);
    if (again.us < best.us) best = again;
  }
  const { us, heapMb, asked } = best;
  perFrame.push(
    `${one.name.padEnd(44)} ${us.toFixed(2).padStart(7)} µs a frame ${Math.round(1e6 / us)
      .toLocaleString('en')
      .padStart(10)} frames/s   asked ${(100 * asked).toFixed(1)}%   heap ≤ ${heapMb.toFixed(0)} MB`,
  );
}
console.log(`${count.toLocaleString('en')} frames; the stream alone costs ${(await overhead()).toFixed(2)} µs a frame`);
console.log(perFrame.join('\n'));
