/** How right the answers are: counts, rates, and what they show at 95% confidence against what was asked for. */
import type { Targets } from '@noscope/query';
import type { QueryReport, ScoreReport } from '../report.ts';
import type { KnownTruth } from './evidence.ts';
import { count, group, percent } from './format.ts';
import { type Html, html } from './html.ts';

interface Line {
  what: string;
  wrong: number;
  of: number;
  rate: number | null;
  bound: number;
  target: number | null;
}

export function accuracySection({ accuracy, query }: QueryReport): Html {
  const { method, asked, windows, frames } = accuracy;
  const how =
    method === 'verify'
      ? html`The reference model was asked about every one of the ${group(asked)} frames, none of which the cascade had learnt from.`
      : html`${count(asked, 'frame')}, drawn at random from the part that nothing was learnt from, were put to the reference model afterwards.`;
  const groups =
    method === 'verify'
      ? [html`<h3>Windows of a second</h3>`, lines('window', windows, query.targets), html`<h3>Frames</h3>`]
      : [html`<h3>Frames</h3>`];
  return html`<p>${how} Right means: as the reference model answers.</p>
${groups}${lines('frame', frames, query.targets)}
<p class="note">The bar is the counted rate, the thin line what that count shows at 95% confidence (Clopper–Pearson), the mark the target.${
    accuracy.promised ? null : ' A longer part to check would narrow the line.'
  }</p>`;
}

/** Where the truth is known: what the cascade gets wrong, and how much of that the reference gets wrong by itself. */
export function truthSection({ rule, cascade, reference }: KnownTruth): Html {
  return html`<p>This video was rendered, so what was there is known without any model: ${rule}. A cascade can only be as right as the model it learns from; the targets are about that model's answers, not about these.</p>
<h3>The cascade, on every answered frame</h3>${lines('frame', cascade, null)}
<h3>The reference model, on the frames that were checked</h3>${lines('frame', reference, null)}`;
}

/** Without targets only what was counted. */
function lines(unit: string, score: ScoreReport, targets: Targets | null): Html {
  const both: Line[] = [
    {
      what: 'False alarms',
      wrong: score.falsePositives,
      of: score.negatives,
      rate: score.fpRate,
      bound: score.fpBound,
      target: targets?.fp ?? null,
    },
    {
      what: 'Misses',
      wrong: score.falseNegatives,
      of: score.positives,
      rate: score.fnRate,
      bound: score.fnBound,
      target: targets?.fn ?? null,
    },
  ];
  return html`<div class="gauges">${both.map((line) => gauge(line, unit))}</div>`;
}

function gauge({ what, wrong, of, rate, bound, target }: Line, unit: string): Html {
  const kind = what === 'Misses' ? 'with' : 'without';
  if (rate === null)
    return html`<div class="gauge"><div class="gauge-head"><b>${what}</b><span class="verdict open">nothing to score</span></div><p class="note">No ${unit} ${kind} it was checked.</p></div>`;
  const end = Math.min(1, Math.max(2.5 * (target ?? 0), 1.12 * bound, 0.001));
  const aim = target === null ? '' : `; target ${percent(target)}`;
  const at = (share: number) => `${((100 * share) / end).toFixed(2)}%`;
  return html`<div class="gauge"><div class="gauge-head"><b>${what}</b>${target === null ? null : verdict(rate, bound, target)}</div>
<div class="scale" role="img" aria-label="${percent(rate)}, at most ${percent(bound)}${aim}"><i class="bound" style="width:${at(bound)}"></i><i class="rate${target !== null && rate > target ? ' over' : ''}" style="width:${at(rate)}"></i>${target === null ? null : html`<i class="target" style="left:${at(target)}"></i>`}</div>
<p class="note"><b>${group(wrong)} of ${group(of)}</b> ${unit}s ${kind} it: ${percent(rate)}, at most ${percent(bound)}${aim}</p></div>`;
}

function verdict(rate: number, bound: number, target: number): Html {
  if (bound <= target) return html`<span class="verdict good">shown</span>`;
  if (rate <= target) return html`<span class="verdict open">met, not yet shown</span>`;
  return html`<span class="verdict bad">missed</span>`;
}
