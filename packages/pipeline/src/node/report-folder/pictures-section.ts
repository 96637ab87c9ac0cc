/** Frames as pictures: some that each stage decided, and where the cascade and the reference disagree. */
import type { Plan } from '@noscope/plan';
import type { QueryReport } from '../report.ts';
import type { DecisionLog, LoggedDecision } from '../run.ts';
import type { Evidence, PicturedError, PicturedFrame } from './evidence.ts';
import { clockTenths, count, number, STAGE_NAMES } from './format.ts';
import { type Html, html } from './html.ts';
import { STAGE_ORDER } from './samples.ts';

export function samplesSection(report: QueryReport, { pictures, log }: Evidence): Html | null {
  if (pictures === null) return null;
  const stages = STAGE_ORDER.filter((stage) => pictures.samples[stage].length > 0);
  if (stages.length === 0) return null;
  return html`<p>A few frames of each, those that were clear and those that were close. Boxes are the reference model's.</p>${stages.map(
    (stage) => html`<h3><i class="key ${stage}"></i>${STAGE_TITLES[stage]}</h3>
<div class="shots">${pictures.samples[stage].map((picture) => shot(picture, report, log, null))}</div>`,
  )}`;
}

export function errorsSection(report: QueryReport, { pictures, log }: Evidence): Html | null {
  if (pictures === null) return null;
  const { errors, errorFrames, errorEpisodes } = pictures;
  const isVerified = report.accuracy.method === 'verify';
  if (errorFrames === 0) {
    return html`<p class="calm">None: on all ${count(report.accuracy.asked, 'frame')} that were checked the cascade said what the reference model says.</p>`;
  }
  const what = isVerified
    ? `${count(errorFrames, 'wrong frame')} in ${count(errorEpisodes, 'stretch').replace('stretchs', 'stretches')}, one picture each, from about the middle.`
    : `${count(errorFrames, 'wrong frame')} among the ${count(report.accuracy.asked, 'frame')} that were checked.`;
  const hidden = errorEpisodes - errors.length;
  return html`<p>${what}${hidden > 0 ? ` Shown are the ${errors.length} longest; ${hidden} more are in decisions.csv.` : null} Boxes are the reference model's.</p>
<div class="shots">${errors.map((picture) => shot(picture, report, log, isVerified ? picture.episode : null))}</div>`;
}

const STAGE_TITLES = {
  skipped: 'Skipped',
  difference: 'Decided by the difference detector',
  specialized: 'Decided by the specialized model',
  reference: 'Asked: the reference model decided',
} as const;

function shot(
  { decision, jpeg, width, height, boxes }: PicturedFrame,
  { query, plan }: QueryReport,
  log: DecisionLog,
  episode: PicturedError['episode'] | null,
): Html {
  const isPresent = boxes.length > 0;
  const isWrong = decision.label !== isPresent;
  const zone = query.zone?.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(' ');
  const long =
    episode !== null && episode.frames > 1
      ? html` <span class="soft">of ${count(episode.frames, 'frame')}, ${(episode.endS - episode.startS).toFixed(1)} s</span>`
      : null;
  return html`<figure class="shot${isWrong ? ' wrong' : ''}"><div class="picture"><img src="data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}" alt="frame ${decision.frameId}" loading="lazy" width="${width}" height="${height}"><svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${
    zone === undefined ? null : html`<polygon class="zone" points="${zone}"/>`
  }${boxes.map(
    ({ x, y, w, h }) =>
      html`<rect class="under" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}"/><rect class="box" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${w.toFixed(1)}" height="${h.toFixed(1)}"/>`,
  )}</svg></div><figcaption><b>${clockTenths(decision.timestampS)}</b>${long} <span class="says">cascade ${word(decision.label)}, reference ${word(isPresent)}</span>${reason(decision, plan.plan, log)}</figcaption></figure>`;
}

const word = (isPresent: boolean): Html =>
  html`<b class="${isPresent ? 'yes' : 'no'}">${isPresent ? 'present' : 'absent'}</b>`;

/** Why the stage decided so: its score against its thresholds. */
function reason(decision: LoggedDecision, plan: Plan, log: DecisionLog): Html {
  const { stage, score, state } = decision;
  const { detector, model } = plan;
  switch (stage) {
    case 'skipped':
      return html`<span class="why">${STAGE_NAMES.skipped}: ${rootWords(decision, log)}</span>`;
    case 'difference':
      return html`<span class="why">difference ${score === null ? '?' : number(score)} ≤ ${detector === null ? '?' : number(detector.delta)}: ${rootWords(decision, log)}</span>${
        score === null || detector === null ? null : differenceGauge(score, detector.delta)
      }`;
    case 'specialized':
      return model === null || score === null
        ? html`<span class="why">${STAGE_NAMES.specialized}</span>`
        : html`<span class="why">confidence ${number(score)}: ${decision.label ? `above ${number(model.cHigh)}` : `below ${number(model.cLow)}`}</span>${confidenceGauge(score, model)}`;
    case 'reference': {
      const asked = state === 'unresolved' ? 'not answered, a guess' : 'asked';
      return model === null || score === null
        ? html`<span class="why">${asked}: nothing else could tell</span>`
        : html`<span class="why">confidence ${number(score)}, between ${number(model.cLow)} and ${number(model.cHigh)}: ${asked}</span>${confidenceGauge(score, model)}`;
    }
    default:
      return stage satisfies never;
  }
}

/** From which frame a label was taken. */
function rootWords({ sourceFrameId, timestampS }: LoggedDecision, log: DecisionLog): string {
  if (sourceFrameId < 0) return 'like the picture without it';
  const place = log.placeOf(sourceFrameId);
  if (place === null) return 'the answer of an earlier frame';
  const ago = timestampS - log.decisions[place].timestampS;
  return `the answer of ${ago < 0.095 ? ago.toFixed(2) : ago.toFixed(1)} s earlier`;
}

/** A mean square error as a share of its threshold; a regression's sum, which may be negative, by its distance from it. */
function differenceGauge(score: number, delta: number): Html {
  const isSquare = score >= 0 && delta > 0;
  return gauge(isSquare ? (0.8 * score) / delta : 0.8 + (score - delta) / 8, [0.8]);
}

/** On a logistic scale: thresholds crowd at the ends of 0…1. */
function confidenceGauge(score: number, { cLow, cHigh }: { cLow: number; cHigh: number }): Html {
  const at = (c: number) => {
    const safe = Math.min(Math.max(c, 1e-6), 1 - 1e-6);
    return Math.min(1, Math.max(0, 0.5 + Math.log(safe / (1 - safe)) / 16));
  };
  return gauge(at(score), [at(cLow), at(cHigh)]);
}

function gauge(at: number, marks: readonly number[]): Html {
  const percent = (share: number) => `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;
  return html`<span class="meter" aria-hidden="true">${
    marks.length === 2
      ? html`<i class="unsure" style="left:${percent(marks[0])};width:${percent(Math.max(0, marks[1] - marks[0]))}"></i>`
      : null
  }${marks.map((mark) => html`<i class="mark" style="left:${percent(mark)}"></i>`)}<i class="dot" style="left:${percent(at)}"></i></span>`;
}
