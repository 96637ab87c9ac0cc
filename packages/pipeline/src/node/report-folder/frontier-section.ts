/** The frontier: how fast the cheapest plan is for each error target, and where the chosen one stands. */
import type { QueryReport } from '../report.ts';
import { milliseconds, percent, times } from './format.ts';
import { type Html, html } from './html.ts';

const W = 480;
const H = 290;
const EDGE = { left: 46, right: 14, top: 22, bottom: 46 };
/** Where target 0 stands on the logarithmic axis: left of the first decade, behind a break. */
const ZERO_AT = 0.0004;
const X_TICKS = [0.001, 0.01, 0.1];

type Point = QueryReport['frontier'][number];

export function frontierSection(report: QueryReport): Html {
  const { costs, frontier } = report;
  const aloneS = costs.decodeS + costs.referenceS;
  const points = frontier.map((point) => ({ ...point, at: targetOf(point), speedup: aloneS / point.costS }));
  const limit = aloneS / costs.decodeS;
  const top = Math.max(limit, ...points.map(({ speedup }) => speedup)) * 1.25;
  const x = (target: number) =>
    EDGE.left +
    ((Math.log10(Math.max(target, ZERO_AT)) - Math.log10(ZERO_AT)) / (Math.log10(0.4) - Math.log10(ZERO_AT))) *
      (W - EDGE.left - EDGE.right);
  const y = (speedup: number) =>
    H - EDGE.bottom - (Math.log10(Math.max(0.8, speedup) / 0.8) / Math.log10(top / 0.8)) * (H - EDGE.top - EDGE.bottom);
  const steps = points
    .map(({ at, speedup }, i) =>
      i === 0 ? `M${x(at).toFixed(1)} ${y(speedup).toFixed(1)}` : `H${x(at).toFixed(1)}V${y(speedup).toFixed(1)}`,
    )
    .join('');
  const own = points.find(({ isOwn }) => isOwn);
  const yTicks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].filter((tick) => tick <= top);
  const shown = yTicks.filter((_, i) => i % Math.ceil(yTicks.length / 6) === 0);
  return html`<p>For each error target the cheapest plan that kept it on the part that was chosen on. The further right, the more mistakes are allowed; the higher, the faster.</p>
<figure class="plot"><svg viewBox="0 0 ${W} ${H}" role="img" aria-label="expected speed-up by error target">
${shown.map(
  (tick) =>
    html`<line class="grid" x1="${EDGE.left}" x2="${W - EDGE.right}" y1="${y(tick)}" y2="${y(tick)}"/><text class="tick" x="${EDGE.left - 7}" y="${y(tick) + 4}" text-anchor="end">${tick}×</text>`,
)}
<line class="limit" x1="${EDGE.left}" x2="${W - EDGE.right}" y1="${y(limit)}" y2="${y(limit)}"/><text class="limit-name" x="${EDGE.left + 4}" y="${y(limit) - 5}">decoding alone: ${times(limit)}×</text>
${[ZERO_AT, ...X_TICKS].map(
  (tick) =>
    html`<text class="tick" x="${x(tick)}" y="${H - EDGE.bottom + 18}" text-anchor="middle">${tick === ZERO_AT ? '0' : percent(tick)}</text>`,
)}<text class="tick" x="${x((ZERO_AT + 0.001) / 2.1)}" y="${H - EDGE.bottom + 4}" text-anchor="middle">⁄⁄</text>
<line class="axis" x1="${EDGE.left}" x2="${W - EDGE.right}" y1="${H - EDGE.bottom}" y2="${H - EDGE.bottom}"/>
<text class="axis-name" x="${(EDGE.left + W - EDGE.right) / 2}" y="${H - 8}" text-anchor="middle">allowed error rate, FP* and FN*</text>
<text class="axis-name" x="4" y="12">expected speed-up</text>
<path class="frontier" d="${steps}"/>
${points.map(
  (point) =>
    html`<circle class="${point.isOwn ? 'point own' : 'point'}" cx="${x(point.at).toFixed(1)}" cy="${y(point.speedup).toFixed(1)}" r="${point.isOwn ? 6.5 : 3.6}"><title>${describe(point)}: ${times(point.speedup)}×</title></circle>`,
)}
${own === undefined ? null : label(own, x(own.at), y(own.speedup))}
</svg></figure>
<details><summary>All points</summary><div class="scroll"><table><thead><tr><th>target</th><th class="n">ms a frame</th><th class="n">speed-up</th><th class="n">asked</th><th>plan</th></tr></thead><tbody>${points.map(
    (point) =>
      html`<tr${point.isOwn ? html` class="own"` : null}><th>${describe(point)}</th><td class="n">${milliseconds(point.costS)}</td><td class="n">${times(point.speedup)}×</td><td class="n">${percent(point.stages.reference)}</td><td class="words">${point.description}</td></tr>`,
  )}</tbody></table></div></details>`;
}

/** One number for two targets that may differ. */
const targetOf = ({ targets }: Point): number => (targets.fp + targets.fn) / 2;

const describe = ({ targets }: Point): string =>
  targets.fp === targets.fn ? percent(targets.fp) : `FP ${percent(targets.fp)}, FN ${percent(targets.fn)}`;

/** Beside the point, on the side where there is room. */
function label(point: Point & { speedup: number }, x: number, y: number): Html {
  const isLeft = x > W * 0.6;
  const below = y < EDGE.top + 40 ? 22 : -14;
  return html`<text class="own-name" x="${(isLeft ? x + 8 : x - 8).toFixed(1)}" y="${(y + below).toFixed(1)}" text-anchor="${isLeft ? 'end' : 'start'}">chosen: ${describe(point)}, ${times(point.speedup)}×</text>`;
}
