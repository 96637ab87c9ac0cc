/** When the object was there: the found intervals against what the reference says, row under row for a long video. */
import { intervalsOf } from '@noscope/plan';
import type { Interval } from '@noscope/query';
import type { QueryReport } from '../report.ts';
import type { Evidence, KnownTruth } from './evidence.ts';
import { clock, clockTenths, count } from './format.ts';
import { type Html, html } from './html.ts';

/** Lengths that a row may have, in seconds, and how many rows a page bears. */
const ROW_S = [600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];
const MAX_ROWS = 8;
const TICK_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

export function timeline(report: QueryReport, evidence: Evidence, known: KnownTruth | null): Html {
  const { answered, intervals, accuracy } = report;
  const startS = answered.startS;
  const endS = answered.endS + evidence.frameIntervalS;
  const isVerified = accuracy.method === 'verify';
  const really = known === null ? null : intervalsOf(evidence.log.timestampS, known.present, evidence.frameIntervalS);
  const asked = askedStretches(evidence);
  const seen = isVerified ? referenceIntervals(evidence) : [];
  const marks = isVerified ? [] : auditMarks(evidence);
  const wrong = isVerified ? wrongStretches(evidence) : marks.filter(({ isWrong }) => isWrong);
  const rows = rowsOf(startS, endS).map((row) => {
    const lane = (name: string, content: Html[], kind = 'lane') =>
      html`<div class="${kind}"><span class="lane-name">${name}</span><div class="track">${content}</div></div>`;
    const bars = (kind: string, stretches: readonly Interval[]) =>
      inRow(row, stretches).map(
        (one) =>
          html`<i class="${kind}" style="${place(row, one)}" title="${clockTenths(one.startS)}–${clockTenths(one.endS)}"></i>`,
      );
    return html`<div class="strip">
${lane('cascade', bars('found', intervals))}
${lane(
  'reference',
  isVerified
    ? bars('seen', seen)
    : inRow(row, marks).map(
        ({ startS: atS, endS: toS, isPresent }) =>
          html`<i class="${isPresent ? 'drawn yes' : 'drawn'}" style="${place(row, { startS: atS, endS: toS })}" title="${clockTenths(atS)}: ${isPresent ? 'present' : 'absent'}"></i>`,
      ),
)}
${really === null ? null : lane('really', bars('really', really))}
${lane('wrong', bars('wrong', wrong), 'lane thin')}
${lane('asked', bars('asked', asked), 'lane thin')}
${axis(row)}
</div>`;
  });
  return html`<div class="timeline">${rows}</div>
<p class="legend"><span><i class="key found"></i>the cascade found it</span>${
    isVerified
      ? html`<span><i class="key seen"></i>the reference model sees it</span>`
      : html`<span><i class="key drawn yes"></i>a frame drawn for the audit, with it</span><span><i class="key drawn"></i>without it</span>`
  }${really === null ? null : html`<span><i class="key really"></i>it was really there</span>`}<span><i class="key wrong"></i>cascade and reference differ</span><span><i class="key asked"></i>the cascade asked the reference</span></p>
${isVerified ? null : html`<p class="note">The reference model was asked about ${count(accuracy.asked, 'frame')} drawn at random; between the ticks nobody knows what it would have said.</p>`}`;
}

/** Which part of the video was learnt from and which was answered. */
export function partsOfVideo({ learned, answered }: QueryReport, { durationS, frameIntervalS }: Evidence): Html {
  const answeredEndS = answered.endS + frameIntervalS;
  const whole = { startS: 0, endS: Math.max(durationS ?? 0, answeredEndS) };
  const parts: [string, string, Interval][] = [
    ['train', 'trained on', { startS: learned.trainS[0], endS: learned.trainS[1] }],
    ['choose', 'chosen on', { startS: learned.optimizeS[0], endS: learned.optimizeS[1] }],
    ['answer', 'answered', { startS: answered.startS, endS: answeredEndS }],
  ];
  return html`<div class="parts" role="img" aria-label="parts of the video">${parts.map(
    ([kind, , part]) => html`<i class="${kind}" style="${place(whole, part)}"></i>`,
  )}</div><p class="legend">${parts.map(
    ([kind, name, { startS, endS }]) =>
      html`<span><i class="key ${kind}"></i>${name} ${clock(startS)}–${clock(endS)}</span>`,
  )}</p>`;
}

function rowsOf(startS: number, endS: number): Interval[] {
  const spanS = endS - startS;
  const lengthS = spanS <= ROW_S[0] ? spanS : (ROW_S.find((row) => spanS / row <= MAX_ROWS) ?? spanS / MAX_ROWS);
  const rows = Math.max(1, Math.ceil(spanS / lengthS - 1e-9));
  return Array.from({ length: rows }, (_, i) => ({ startS: startS + i * lengthS, endS: startS + (i + 1) * lengthS }));
}

const inRow = <T extends Interval>(row: Interval, stretches: readonly T[]): T[] =>
  stretches.filter(({ startS, endS }) => endS > row.startS && startS < row.endS);

/** Where a stretch lies in its row, cut at its ends. */
function place(row: Interval, { startS, endS }: Interval): string {
  const share = (seconds: number) =>
    (100 * (Math.min(Math.max(seconds, row.startS), row.endS) - row.startS)) / (row.endS - row.startS);
  const left = share(startS);
  return `left:${left.toFixed(3)}%;width:${(share(endS) - left).toFixed(3)}%`;
}

function axis(row: Interval): Html {
  const spanS = row.endS - row.startS;
  const stepS = TICK_S.find((step) => spanS / step <= 6) ?? 28_800;
  const ticks: number[] = [];
  for (let tick = Math.ceil(row.startS / stepS) * stepS; tick <= row.endS; tick += stepS) ticks.push(tick);
  return html`<div class="lane axis"><span class="lane-name"></span><div class="track">${ticks.map(
    (tick) => html`<span style="left:${(100 * (tick - row.startS)) / spanS}%">${clock(tick)}</span>`,
  )}</div></div>`;
}

function referenceIntervals({ log, truth, frameIntervalS }: Evidence): Interval[] {
  return intervalsOf(log.timestampS, truth, frameIntervalS);
}

function auditMarks({ log, checked, truth, frameIntervalS }: Evidence) {
  return Array.from(checked, (at, i) => {
    const { timestampS, label } = log.decisions[at];
    const isPresent = truth[i] === 1;
    return { startS: timestampS, endS: timestampS + frameIntervalS, isPresent, isWrong: label !== isPresent };
  });
}

function wrongStretches({ log, checked, truth, frameIntervalS }: Evidence): Interval[] {
  const wrong = new Uint8Array(log.length);
  checked.forEach((at, i) => {
    wrong[at] = log.decisions[at].label === (truth[i] === 1) ? 0 : 1;
  });
  return intervalsOf(log.timestampS, wrong, frameIntervalS);
}

function askedStretches({ log, frameIntervalS }: Evidence): Interval[] {
  const asked = Uint8Array.from(log.decisions, ({ stage, sourceFrameId, frameId }) =>
    stage === 'reference' && sourceFrameId === frameId ? 1 : 0,
  );
  return intervalsOf(log.timestampS, asked, frameIntervalS);
}
