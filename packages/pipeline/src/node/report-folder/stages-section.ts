/** What decided, what each stage costs, and what is left of it for an average frame. */
import type { Plan } from '@noscope/plan';
import type { QueryReport } from '../report.ts';
import { milliseconds, number, percent, rate, STAGE_NAMES } from './format.ts';
import { type Html, html } from './html.ts';
import { STAGE_ORDER } from './samples.ts';

export function stagesSection(report: QueryReport): Html {
  const { stages, plan, reason, speed, costs } = report;
  const decided = STAGE_ORDER.filter((stage) => stages[stage] > 0);
  const rows = costRows(report);
  const expectedS = rows.reduce((sum, { eachS, share }) => sum + eachS * share, 0);
  return html`<ol class="plan">${planSteps(plan.plan).map((step) => html`<li>${step}</li>`)}</ol><p class="note">${sentence(reason)}</p>
<h3>Who decided</h3>
<div class="stack" role="img" aria-label="shares of the frames by the stage that decided">${decided.map(
    (stage) =>
      html`<i class="${stage}" style="flex-grow:${stages[stage].toFixed(6)}" title="${STAGE_NAMES[stage]} ${percent(stages[stage])}"></i>`,
  )}</div>
<p class="legend">${STAGE_ORDER.map(
    (stage) => html`<span><i class="key ${stage}"></i>${STAGE_NAMES[stage]} <b>${percent(stages[stage])}</b></span>`,
  )}</p>
<h3>What it costs</h3>
<div class="scroll"><table class="costs"><thead><tr><th>step</th><th class="n">ms a frame</th><th class="n">on</th><th class="n">adds, ms</th><th class="wide"></th></tr></thead><tbody>${rows.map(
    ({ name, kind, eachS, share }) =>
      html`<tr><th>${name}</th><td class="n">${milliseconds(eachS)}</td><td class="n">${percent(share)}</td><td class="n">${milliseconds(eachS * share)}</td><td class="wide"><i class="bar ${kind}" style="width:${((100 * eachS * share) / expectedS).toFixed(2)}%"></i></td></tr>`,
  )}</tbody><tfoot><tr><th>an average frame</th><td></td><td></td><td class="n">${milliseconds(expectedS)}</td><td class="wide note">measured over the run: ${milliseconds(1 / speed.cascadeFps)} ms</td></tr><tr><th>the reference alone</th><td></td><td></td><td class="n">${milliseconds(1 / speed.referenceFps)}</td><td class="wide note">${speed.referenceMeasured ? 'measured while labelling' : 'assumed: its answers were read from a file'}</td></tr></tfoot></table></div>
<p class="note">Each step was timed by itself on ${costs.device}. In the run steps overlap, and other work on the machine counts: ${rate(speed.cascadeFps)} frames a second with decoding, where decoding alone reaches ${rate(speed.decodeFps)}.</p>`;
}

/** What the plan does with a frame, step by step. */
function planSteps({ tSkipS, detector, model }: Plan): Html[] {
  const steps = [
    tSkipS > 0
      ? html`Look at one frame per ${number(tSkipS)} s; the others take its answer.`
      : html`Look at every frame.`,
  ];
  if (detector?.against === 'reference-image')
    steps.push(
      html`Is its difference from the picture without the object at most ${number(detector.delta)}? Absent. <code>${detector.id}</code>`,
    );
  else if (detector !== null)
    steps.push(
      html`Is its difference from ${number(detector.tDiffS)} s earlier at most ${number(detector.delta)}? Keep that answer, for ${number(detector.maxReuseS)} s at the longest. <code>${detector.id}</code>`,
    );
  if (model !== null)
    steps.push(
      html`How sure is the specialized model? Below ${number(model.cLow)}: absent. Above ${number(model.cHigh)}: present. <code>${model.id}</code>`,
    );
  steps.push(html`${steps.length === 1 ? 'Ask' : 'Else ask'} the reference model.`);
  return steps;
}

interface CostRow {
  name: string;
  kind: string;
  eachS: number;
  /** Of the answered frames. */
  share: number;
}

/** A stage runs on the frames that no stage before it decided. */
function costRows({ costs, stages, plan }: QueryReport): CostRow[] {
  const looked = 1 - stages.skipped;
  const rows: CostRow[] = [{ name: 'decoding', kind: 'decode', eachS: costs.decodeS, share: 1 }];
  if (plan.plan.detector !== null || plan.plan.model !== null)
    rows.push({ name: 'small frame', kind: 'small', eachS: costs.smallFrameS, share: looked });
  if (costs.differenceS !== null)
    rows.push({ name: STAGE_NAMES.difference, kind: 'difference', eachS: costs.differenceS, share: looked });
  if (costs.specializedS !== null) {
    const share = stages.specialized + stages.reference;
    rows.push({ name: STAGE_NAMES.specialized, kind: 'specialized', eachS: costs.specializedS, share });
  }
  rows.push({ name: STAGE_NAMES.reference, kind: 'reference', eachS: costs.referenceS, share: stages.reference });
  return rows;
}

/** The optimizer's reasons begin small and end without a full stop. */
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
