/** Prints anchors for the cfg, from the boxes in the cache: `npx tsx models/demo-reference/anchors.ts --count 6`. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { clusterAnchors, parseCfg } from '@noscope/reference';
import { defaultCache, readScene, scenesIn } from './pictures.ts';
import { trainingBoxes, WHOLE } from './truth.ts';

const { values } = parseArgs({
  options: {
    cache: { type: 'string', default: defaultCache() },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '6' },
  },
});
const network = parseCfg(await readFile(new URL('demo-reference.cfg', import.meta.url), 'utf8'));
const [head] = network.heads;
const sizes: [number, number][] = [];
for (const scene of await scenesIn(values.cache, 'train', Number(values.seed))) {
  for (const { boxes } of await readScene(values.cache, 'train', Number(values.seed), scene)) {
    for (const box of trainingBoxes(boxes, WHOLE, network.input.height, false)) {
      if (!box.ignored) sizes.push([box.w * head.output.width, box.h * head.output.height]);
    }
  }
}
const { anchors, meanOverlap } = clusterAnchors(sizes, Number(values.count), Number(values.seed));
console.log(anchors.map(([w, h]) => `${w.toFixed(2)},${h.toFixed(2)}`).join(', '));
console.log(`${sizes.length} boxes, mean overlap with their anchor ${meanOverlap.toFixed(3)}`);
