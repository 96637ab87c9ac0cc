/** `report.html`: one file that opens from a disk and asks nothing of any network. */
import type { QueryReport } from '../report.ts';
import { accuracySection, truthSection } from './accuracy-section.ts';
import { comparisonSection } from './comparison-section.ts';
import type { Evidence, KnownTruth } from './evidence.ts';
import { clock, count, group, oneOf, percent, rate, times, withArticle } from './format.ts';
import { frontierSection } from './frontier-section.ts';
import { type Html, html } from './html.ts';
import { errorsSection, samplesSection } from './pictures-section.ts';
import { stagesSection } from './stages-section.ts';
import { STYLE } from './style.ts';
import { partsOfVideo, timeline } from './timeline.ts';

/** Intervals listed before the rest is folded away. */
const LISTED = 24;

export interface PageOptions {
  createdAt: Date;
  known?: KnownTruth;
}

export function reportPage(report: QueryReport, evidence: Evidence, options: PageOptions): string {
  const { createdAt, known = null } = options;
  const { query, video, answered, warnings } = report;
  const object = oneOf(query.objects);
  const question = `When was there ${withArticle(object)}${query.zone === undefined ? '' : ' in the zone'}?`;
  const errors = errorsSection(report, evidence);
  const samples = samplesSection(report, evidence);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>${object} in ${video.name}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="eyebrow">${video.name} · ${clock(answered.startS)}–${clock(answered.endS + evidence.frameIntervalS)} · ${group(answered.frames)} frames</p>
<h1>${question}</h1>
${answer(report)}
${facts(report)}
${warnings.length === 0 ? null : html`<details class="warnings" open><summary>${count(warnings.length, 'thing')} to know before trusting this</summary><ul>${warnings.map(({ message }) => html`<li>${message}</li>`)}</ul></details>`}
</header>
${section('when', 'When', html`${timeline(report, evidence, known)}${partsOfVideo(report, evidence)}`)}
${section('right', 'How right', accuracySection(report))}
${known === null ? null : section('really', 'Against what was really there', truthSection(known))}
${errors === null ? null : section('wrong', 'Where it was wrong', errors)}
${section('how', 'How it decided', stagesSection(report))}
${samples === null ? null : section('stages', 'What the stages saw', samples)}
<div class="two">
${section('choice', 'What was chosen, and from what', frontierSection(report))}
${section('worth', 'What each stage is worth', comparisonSection(report))}
</div>
${section('run', 'The run', runSection(report, createdAt))}
</main>
</body>
</html>
`.text;
}

const section = (id: string, title: string, content: Html): Html =>
  html`<section id="${id}"><h2>${title}</h2>${content}</section>`;

function answer({ intervals }: QueryReport): Html {
  if (intervals.length === 0) return html`<p class="answer never">Never.</p>`;
  const chip = ({ startS, endS }: { startS: number; endS: number }) =>
    html`<li data-start-s="${startS}" data-end-s="${endS}">${clock(startS)}–${clock(endS)}</li>`;
  const more = intervals.slice(LISTED);
  return html`<ol class="answer">${intervals.slice(0, LISTED).map(chip)}</ol>${
    more.length === 0
      ? null
      : html`<details class="more"><summary>${group(more.length)} more</summary><ol class="answer">${more.map(chip)}</ol></details>`
  }`;
}

function facts(report: QueryReport): Html {
  const { speed, stages, accuracy, query } = report;
  const unit = accuracy.method === 'verify' ? 'windows' : 'checked frames';
  const score = accuracy.method === 'verify' ? accuracy.windows : accuracy.frames;
  const state = (share: number | null, target: number) => (share === null || share <= target ? '' : ' over');
  const fact = (value: string, kind: string, words: string) =>
    html`<div class="fact"><b class="${kind}">${value}</b><span>${words}</span></div>`;
  return html`<div class="facts">
${fact(`${times(speed.speedup)}×`, '', `as fast as the reference model alone: ${rate(speed.cascadeFps)} frames a second against ${rate(speed.referenceFps)}${speed.referenceMeasured ? ', decoding included' : ' assumed for it; its answers came from a file, and each counts as long as assumed'}`)}
${fact(percent(stages.reference), '', 'of the frames reached the reference model')}
${fact(`${score.falsePositives} of ${group(score.negatives)}`, state(score.fpRate, query.targets.fp), `${unit} without it called present; asked for at most ${percent(query.targets.fp)}`)}
${fact(`${score.falseNegatives} of ${group(score.positives)}`, state(score.fnRate, query.targets.fn), `${unit} with it missed; asked for at most ${percent(query.targets.fn)}`)}
</div>
<p class="promise">${
    accuracy.promised
      ? html`<span class="verdict good">shown</span> What was checked shows the targets at 95% confidence.`
      : html`<span class="verdict open">not shown</span> What was checked does not show the targets at 95% confidence.`
  }</p>`;
}

function runSection(report: QueryReport, createdAt: Date): Html {
  const { timing, engine, bundle, video, query, learned } = report;
  const steps: [string, number][] = [
    ['labels', timing.labelS],
    ['training', timing.trainS],
    ['choosing', timing.optimizeS],
    ['answering', timing.runS],
    ['checking', timing.auditS],
  ];
  const wholeS = steps.reduce((sum, [, seconds]) => sum + seconds, 0);
  const facts: [string, string][] = [
    [
      'Question',
      `${oneOf(query.objects)}, boxes of confidence ≥ ${query.confidence}${query.minHeight === undefined ? '' : `, at least ${percent(query.minHeight)} of the picture high`}${query.zone === undefined ? '' : `, standing in the zone ${query.zone.map(([x, y]) => `(${x}, ${y})`).join(' ')}`}; FP* ${percent(query.targets.fp)}, FN* ${percent(query.targets.fn)}`,
    ],
    ['Video', `${video.name}, ${video.width}×${video.height}; learnt from ${group(learned.frames)} frames`],
    ...Object.entries(engine).map(([stage, what]): [string, string] => [ENGINE_NAMES[stage] ?? stage, what]),
    ['Bundle', bundle.id],
    ['Written', createdAt.toISOString().slice(0, 16).replace('T', ' ').concat(' UTC')],
  ];
  return html`<div class="stack times" role="img" aria-label="where the time went">${steps.map(
    ([name, seconds], i) =>
      html`<i class="step${i}" style="flex-grow:${Math.max(seconds, 1e-3).toFixed(3)}" title="${name} ${seconds.toFixed(1)} s"></i>`,
  )}</div>
<p class="legend">${steps.map(([name, seconds], i) => html`<span><i class="key step${i}"></i>${name} <b>${duration(seconds)}</b></span>`)}<span>together <b>${duration(wholeS)}</b></span></p>
<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="note">Beside this page lie <a href="decisions.csv">decisions.csv</a> (every frame), <a href="intervals.vtt">intervals.vtt</a> (subtitles for a player), <a href="report.json">report.json</a> (all of these numbers) and <a href="bundle/manifest.json">bundle</a>, the cascade itself: noscope run bundle VIDEO.</p>`;
}

const ENGINE_NAMES: Record<string, string> = {
  reference: 'Reference model',
  specialized: 'Specialized model',
  kernels: 'Small frames',
  reason: 'Engine chosen',
};

const duration = (seconds: number): string =>
  seconds < 60 ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s` : clock(seconds);
