/** The report's looks. Colours carry meaning only: blue is the object found, red a mistake, four quiet ones the stages. */

import { Html } from './html.ts';

export const STYLE = new Html(`
:root{color-scheme:light dark;--paper:#faf9f6;--card:#fff;--ink:#1b1f24;--soft:#5b636c;--line:#e4e1d9;--fill:#efece4;
--found:#2c62c4;--seen:#444b54;--bad:#c0362c;--good:#2a7547;--open:#8a6100;--bad-bg:#fbeae7;--good-bg:#e6f2ea;--open-bg:#f8efda;
--skipped:#c5c9ce;--difference:#5c9f97;--specialized:#d9a441;--reference:#8a5ba6}
@media(prefers-color-scheme:dark){:root{--paper:#121417;--card:#191c20;--ink:#e8e6e1;--soft:#a2a8b0;--line:#2c3036;--fill:#24282d;
--found:#6c9dfb;--seen:#b9bfc8;--bad:#ff7d70;--good:#6fcb92;--open:#e4b654;--bad-bg:#3a211f;--good-bg:#1c3025;--open-bg:#352b16;
--skipped:#4d555f;--difference:#4f9990;--specialized:#cf9d47;--reference:#a97bc6}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 Inter,"Segoe UI","Helvetica Neue",Roboto,"Noto Sans",Ubuntu,"Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:clamp(20px,5vw,56px) clamp(16px,4vw,40px) 64px}
h1,h2,h3,p{margin:0}
h1{font-size:clamp(28px,5.2vw,44px);line-height:1.12;letter-spacing:-.02em;font-weight:650;margin:.15em 0 .45em;overflow-wrap:anywhere}
h2{font-size:21px;letter-spacing:-.01em;font-weight:650;margin-bottom:14px}
h3{font-size:14px;font-weight:600;margin:24px 0 8px;display:flex;align-items:center;gap:.5em}
p+p{margin-top:.6em}
a{color:var(--found)}
section{margin-top:26px;padding:clamp(18px,3vw,28px);background:var(--card);border:1px solid var(--line);border-radius:14px;min-width:0}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:0 26px}
.compare .bar{height:4px;margin-top:5px}
.eyebrow,.note,.legend,figcaption,small,summary,dt{color:var(--soft)}
.eyebrow,.note,.legend{font-size:13.5px}
.eyebrow{overflow-wrap:anywhere}
.note{margin-top:10px}
.soft{color:var(--soft)}
b{font-weight:600}
.answer{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:8px}
.answer li{padding:3px 11px;border-radius:99px;background:color-mix(in srgb,var(--found) 11%,var(--card));color:var(--found);font-weight:600;font-size:15px}
.answer.never{font-size:22px;color:var(--soft)}
.more{margin-top:10px}.more .answer{margin-top:10px}
summary{cursor:pointer;font-size:14px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,150px),1fr));gap:18px 28px;margin:30px 0 0}
.fact{border-top:2px solid var(--ink);padding-top:10px}
.fact b{display:block;font-size:clamp(25px,3.4vw,32px);line-height:1.15;letter-spacing:-.02em;font-weight:650}
.fact b.over{color:var(--bad)}
.fact span{font-size:13.5px;color:var(--soft);display:block;margin-top:3px;line-height:1.45}
.promise{margin-top:20px;font-size:14.5px}
.verdict{display:inline-block;font-size:12.5px;font-weight:600;padding:1px 9px;border-radius:99px;margin-right:.35em;white-space:nowrap}
.verdict.good{color:var(--good);background:var(--good-bg)}.verdict.open{color:var(--open);background:var(--open-bg)}.verdict.bad{color:var(--bad);background:var(--bad-bg)}
.warnings{margin-top:20px;padding:11px 16px;border-left:3px solid var(--open);background:var(--open-bg);border-radius:0 8px 8px 0;font-size:14px}
.warnings summary{color:var(--ink);font-weight:600}
.warnings ul{margin:6px 0 2px;padding-left:1.2em}
.warnings li+li{margin-top:4px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:10px}
.legend span{display:inline-flex;align-items:center;gap:.45em}
.legend b{color:var(--ink)}
.key{display:inline-block;width:11px;height:11px;border-radius:3px;flex:none}
.strip{margin-bottom:22px}
.lane{display:grid;grid-template-columns:74px minmax(0,1fr);align-items:center;margin-bottom:4px}
.lane-name{font-size:12.5px;color:var(--soft)}
.track{position:relative;height:22px;background:var(--fill);border-radius:4px;overflow:hidden}
.track i,.parts i{position:absolute;top:0;bottom:0;min-width:2px}
.track .yes{z-index:1}
.thin .track{height:9px;background:none;border-bottom:1px solid var(--line);border-radius:0}
.found{background:var(--found)}.seen{background:var(--seen)}.really{background:var(--good)}.asked{background:var(--reference)}.track .wrong,.key.wrong{background:var(--bad)}
.drawn{background:var(--skipped);max-width:2px}
.drawn.yes{background:var(--seen);max-width:3px}
.key.drawn{max-width:none}
.axis .track{height:16px;background:none;overflow:visible}
.axis .track span{position:absolute;transform:translateX(-50%);font-size:11.5px;color:var(--soft);white-space:nowrap}
.axis .track span::before{content:"";position:absolute;left:50%;top:-3px;height:4px;border-left:1px solid var(--line)}
.parts{position:relative;height:8px;background:var(--fill);border-radius:4px;overflow:hidden;margin-top:26px}
.train{background:var(--skipped)}.choose{background:var(--difference)}.parts .answer,.key.answer{background:var(--found)}
.gauges{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:16px 36px}
.gauge-head{display:flex;justify-content:space-between;align-items:center;gap:8px;font-size:14.5px}
.gauge .note{margin-top:6px}.gauge .note b{color:var(--ink)}
.scale{position:relative;height:14px;margin-top:8px;background:var(--fill);border-radius:4px}
.scale i{position:absolute;left:0}
.scale .rate{top:0;bottom:0;min-width:3px;background:var(--seen);border-radius:4px 0 0 4px}
.scale .rate.over{background:var(--bad)}
.scale .bound{top:6px;height:2px;background:var(--soft);border-right:2px solid var(--soft)}
.scale .target{top:-4px;bottom:-4px;width:2px;background:var(--found);border-radius:1px}
.plan{margin:0;padding-left:1.35em}.plan li{padding-left:.2em;margin-bottom:3px}.plan li::marker{color:var(--soft);font-size:14px}
code{font:12.5px/1.4 ui-monospace,Menlo,Consolas,"Liberation Mono",monospace;color:var(--soft);overflow-wrap:anywhere}
.stack{display:flex;height:26px;border-radius:5px;overflow:hidden;gap:1px;background:var(--fill)}
.stack i{min-width:2px;flex-basis:0}
.skipped{background:var(--skipped)}.difference{background:var(--difference)}.specialized{background:var(--specialized)}.reference{background:var(--reference)}
.decode,.small{background:var(--soft)}.small{opacity:.6}
.step0{background:var(--reference)}.step1{background:var(--specialized)}.step2{background:var(--difference)}.step3{background:var(--found)}.step4{background:var(--skipped)}
.scroll{overflow-x:auto;margin:0 -2px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:6px 14px 6px 2px;border-bottom:1px solid var(--line);font-weight:400;vertical-align:baseline}
thead th{font-size:12.5px;color:var(--soft);white-space:nowrap}
.n{text-align:right;white-space:nowrap}
td.wide{width:34%;min-width:70px;padding-right:0}
tfoot th,tr.own th,tr.own td{font-weight:600}
tfoot td.n{font-weight:600}
tfoot td.note{font-weight:400}
tbody tr:last-child>*{border-bottom-color:var(--soft)}
tfoot tr>*{border-bottom:0;padding-bottom:2px}
.bar{display:block;height:9px;min-width:2px;border-radius:2px;background:var(--soft)}
.bar.decode,.bar.small{background:var(--soft)}.bar.difference{background:var(--difference)}.bar.specialized{background:var(--specialized)}.bar.reference{background:var(--reference)}
tr.own .bar{background:var(--found)}
td.words{min-width:300px;font-size:13px;color:var(--soft)}
figure{margin:0}
.plot{margin:14px 0 10px}
.plot svg{display:block;width:100%;max-width:620px;height:auto;overflow:visible;font-size:12px}
.plot text{fill:var(--soft)}
.plot .grid{stroke:var(--line)}.plot .axis{stroke:var(--soft)}
.plot .limit{stroke:var(--soft);stroke-dasharray:2 4}
.plot .frontier{fill:none;stroke:var(--found);stroke-width:1.6;opacity:.55}
.plot .point{fill:var(--card);stroke:var(--found);stroke-width:1.6}
.plot .own{fill:var(--found)}
.plot .own-name{fill:var(--ink);font-weight:600;font-size:13px;paint-order:stroke;stroke:var(--card);stroke-width:4px}
.plot .limit-name{font-size:11px}
section>p+.shots,section>p+.scroll{margin-top:16px}
.shots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,205px),1fr));gap:18px 16px}
.calm{color:var(--good);font-weight:500}
.picture{position:relative;border-radius:7px;overflow:hidden;background:var(--fill);line-height:0}
.picture img{width:100%;height:auto;display:block}
.picture svg{position:absolute;inset:0;width:100%;height:100%}
.picture rect,.picture polygon{fill:none;vector-effect:non-scaling-stroke}
.picture .under{stroke:#0009;stroke-width:4}.picture .box{stroke:#ffd34d;stroke-width:2}.picture .zone{stroke:#fffb;stroke-width:1.5;stroke-dasharray:5 4}
.shot.wrong .picture{outline:2px solid var(--bad);outline-offset:1px}
figcaption{font-size:13px;line-height:1.45;margin-top:7px}
figcaption>b{color:var(--ink)}
.says{white-space:normal}.says b{color:var(--ink)}
.says b.yes{color:var(--found)}
.why{display:block;font-size:12.5px}
.meter{display:block;position:relative;height:5px;margin-top:6px;background:var(--fill);border-radius:3px}
.meter i{position:absolute;top:0;bottom:0}
.meter .unsure{background:color-mix(in srgb,var(--reference) 38%,transparent)}
.meter .mark{width:1px;background:var(--soft);top:-2px;bottom:-2px}
.meter .dot{width:9px;height:9px;top:-2px;margin-left:-4.5px;border-radius:50%;background:var(--ink);border:1.5px solid var(--card)}
.shots+h3{margin-top:30px}
details{margin-top:8px}
dl{margin:18px 0 0;font-size:14px}
dl div{display:grid;grid-template-columns:150px minmax(0,1fr);gap:14px;padding:5px 0;border-top:1px solid var(--line)}
dd{margin:0;overflow-wrap:anywhere}
@media(max-width:560px){section{border-radius:10px}.lane{grid-template-columns:62px minmax(0,1fr)}dl div{grid-template-columns:1fr;gap:0}th,td{padding-right:9px}td small{display:block}thead th{white-space:normal}.plot svg{font-size:16px}.plot .own-name{font-size:17px}.plot .limit-name{font-size:15px}td.wide{min-width:40px}.shots{grid-template-columns:1fr 1fr;gap:14px 10px}}
@media print{body{background:#fff}section{break-inside:avoid;border-color:#ccc}}
`);
