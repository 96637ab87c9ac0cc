/**
 * Renders training or test pictures into the cache: `npx tsx models/demo-reference/render.ts --scenes 400`.
 * Scenes that are there already are left; several processes share the work by `--part 1/2`.
 */
import { parseArgs } from 'node:util';
import { defaultCache, renderScene, scenesIn } from './pictures.ts';

const { values } = parseArgs({
  options: {
    cache: { type: 'string', default: defaultCache() },
    split: { type: 'string', default: 'train' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    scenes: { type: 'string', default: '400' },
    part: { type: 'string', default: '1/1' },
  },
});
const split = values.split === 'test' ? 'test' : 'train';
const seed = Number(values.seed);
const [part, parts] = values.part.split('/').map(Number);
const there = new Set(await scenesIn(values.cache, split, seed));
const first = Number(values.first);
const last = first + Number(values.scenes);
for (let scene = first; scene < last; scene++) {
  if (there.has(scene) || (scene - first) % parts !== part - 1) continue;
  const startedMs = performance.now();
  await renderScene(values.cache, split, seed, scene);
  console.log(`${split} scene ${scene} of ${last} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}
