/** What each stage is worth: the best plan without it, and what the same number of questions gives without a cascade. */
import type { LesionReport, QueryReport, ScoreReport } from '../report.ts';
import { count, group, milliseconds, percent } from './format.ts';
import { type Html, html } from './html.ts';

const STAGE_WORDS: Record<string, string> = {
  skip: 'without skipping frames',
  detector: 'without a difference detector',
  model: 'without a specialized model',
};

interface Row {
  name: string;
  /** Seconds a frame. */
  costS: number;
  asked: number;
  /** What there is to know about this row, in a word or two. */
  note?: string;
  frames: ScoreReport | null;
  isOwn?: boolean;
}

export function comparisonSection(report: QueryReport): Html {
  const { plan, stages, accuracy, baseline, lesions, costs } = report;
  const rows: Row[] = [
    { name: 'this cascade', costS: plan.costS, asked: stages.reference, frames: accuracy.frames, isOwn: true },
    ...lesions.map((lesion) => lesionRow(lesion, report)),
    {
      name:
        baseline.k === 1
          ? 'no cascade: ask every frame'
          : `no cascade: ask every ${ordinal(baseline.k)} frame, hold the answer`,
      costS: costs.decodeS + baseline.reference * costs.referenceS,
      asked: baseline.reference,
      frames: baseline.frames,
    },
  ];
  const most = Math.max(...rows.map(({ costS }) => costS));
  const isVerified = accuracy.method === 'verify';
  return html`<p>The cheapest plan that keeps the targets when one stage may not be used, and the simplest thing one could do with as many questions.</p>
<div class="scroll"><table class="compare"><thead><tr><th></th><th class="n">ms a frame</th><th class="n">asked</th><th class="n">false alarms</th><th class="n">misses</th></tr></thead><tbody>${rows.map(
    ({ name, note, costS, asked, frames, isOwn }) =>
      html`<tr${isOwn ? html` class="own"` : null}><th>${name}${note === undefined ? null : html` <small>${note}</small>`}<i class="bar" style="width:${((100 * costS) / most).toFixed(2)}%"></i></th><td class="n">${milliseconds(costS)}</td><td class="n">${percent(asked)}</td>${scored(frames)}</tr>`,
  )}</tbody></table></div>
<p class="note">Milliseconds as expected from the costs above. ${
    isVerified
      ? `Errors are frames out of ${count(accuracy.frames.negatives + accuracy.frames.positives, 'frame')} that nothing was learnt from.`
      : 'Errors are frames among those drawn for the audit; plans that did not run have none. With every frame checked (--verify) they would run too.'
  }</p>`;
}

function lesionRow({ without, expected, unseen }: LesionReport, { plan, stages, accuracy }: QueryReport): Row {
  const name = STAGE_WORDS[without] ?? `without ${without}`;
  // A stage that the chosen plan does not use is left out at no cost: it is the same plan.
  if (JSON.stringify(expected.plan) === JSON.stringify(plan.plan))
    return { name, note: 'as it is', costS: plan.costS, asked: stages.reference, frames: accuracy.frames };
  return unseen === null
    ? { name, costS: expected.costS, asked: expected.stages.reference, note: 'expected', frames: null }
    : { name, costS: expected.costS, asked: unseen.reference, frames: unseen.frames };
}

function scored(frames: ScoreReport | null): Html {
  if (frames === null) return html`<td class="n">–</td><td class="n">–</td>`;
  const { falsePositives, falseNegatives, fpRate, fnRate } = frames;
  const cell = (wrong: number, rate: number | null) =>
    html`<td class="n">${group(wrong)} <small>${percent(rate)}</small></td>`;
  return html`${cell(falsePositives, fpRate)}${cell(falseNegatives, fnRate)}`;
}

function ordinal(k: number): string {
  const ending = k % 100 >= 11 && k % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][k % 10] ?? 'th');
  return `${k}${ending}`;
}
