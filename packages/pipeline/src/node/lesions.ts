/** What the best plan without each stage would do: the lesion study of the paper, on this video. */
import type { Detection, ReferenceStage } from '@noscope/engine';
import { describePlan } from '@noscope/plan';
import { NoScopeError, scoreFrames } from '@noscope/query';
import { referenceFromLabels } from '@noscope/reference';
import { presenceIn } from './check.ts';
import type { Learned } from './learn.ts';
import { openStages } from './open-stages.ts';
import type { QueryOptions } from './query-options.ts';
import { type LesionReport, planReport, scoreReport } from './report.ts';
import { DecisionLog, type RunResult, runCascades } from './run.ts';

/** Expected on the optimizing part, and on the unseen part where its every label is known. */
export async function lesionReports(
  options: QueryOptions,
  { learned, learnS, truth }: { learned: Learned; learnS: number; truth: ReadonlyMap<number, Detection> | null },
): Promise<LesionReport[]> {
  const { lesions } = learned.choice;
  const expected = lesions.map((lesion) => ({
    without: lesion.without,
    expected: planReport(lesion.plan, describePlan(lesion.plan), lesion.estimate),
  }));
  if (truth === null) return expected.map((lesion) => ({ ...lesion, unseen: null }));
  const logs = new Map(lesions.map(({ without }) => [without as string, new DecisionLog()]));
  const cascades = await Promise.all(lesions.map(({ without, plan }) => openLesion(options, learned, without, plan)));
  let run: RunResult;
  try {
    run = await runCascades({
      video: options.video,
      startS: learnS,
      cascades: cascades.map((cascade) => cascade.run),
      reference: referenceFromAnswers(truth),
      onDecisions: (id, decisions) => logs.get(id)?.add(decisions),
      signal: options.signal,
    });
  } finally {
    await Promise.all(cascades.map((cascade) => cascade.close()));
  }
  const says = presenceIn(options.query);
  return expected.map((lesion) => {
    const log = logs.get(lesion.without);
    const summary = run.summaries.find(({ cascadeId }) => cascadeId === lesion.without);
    if (log === undefined || summary === undefined) return { ...lesion, unseen: null };
    const labels = Uint8Array.from(log.frameIds, (id) => (says(truth, id) ? 1 : 0));
    return {
      ...lesion,
      unseen: { reference: summary.asked / summary.frames, frames: scoreReport(scoreFrames(labels, log.label)) },
    };
  });
}

function openLesion({ query, engine }: QueryOptions, learned: Learned, id: string, plan: Learned['choice']['plan']) {
  const find =
    <T extends { id: string }>(among: readonly T[]) =>
    (wanted: string): T => {
      const found = among.find((one) => one.id === wanted);
      if (found === undefined) throw new NoScopeError('bad-input', `${wanted} was not trained`);
      return found;
    };
  const source = { detector: find(learned.detectors), model: find(learned.models) };
  return openStages(plan, source, { id, query, frameIntervalS: learned.frameIntervalS, engine });
}

/** A reference that sees again what was seen before. */
function referenceFromAnswers(seen: ReadonlyMap<number, Detection>): ReferenceStage {
  const [first] = seen.values();
  const boxes = new Map([...seen].map(([frame, detection]) => [frame, detection.boxes]));
  return referenceFromLabels(boxes, first?.picture ?? { width: 1, height: 1 }, 'verified answers');
}
