/** Anchors from boxes: k-means with 1 − overlap as the distance (YOLO9000, section 2, "Dimension Clusters"). */
import { createRandom } from './random.ts';

/**
 * `count` widths and heights, smallest area first, in the unit of `sizes`; and the mean overlap of a size with its
 * anchor. The same seed gives the same anchors.
 */
export function clusterAnchors(
  sizes: readonly (readonly [number, number])[],
  count: number,
  seed: number,
): { anchors: [number, number][]; meanOverlap: number } {
  const random = createRandom(seed);
  let anchors = Array.from({ length: count }, (): [number, number] => {
    const [w, h] = sizes[random.below(sizes.length)];
    return [w, h];
  });
  const nearest = ([w, h]: readonly [number, number]): { index: number; overlap: number } => {
    let best = { index: 0, overlap: -1 };
    for (const [index, [anchorW, anchorH]] of anchors.entries()) {
      const shared = Math.min(w, anchorW) * Math.min(h, anchorH);
      const overlap = shared / (w * h + anchorW * anchorH - shared);
      if (overlap > best.overlap) best = { index, overlap };
    }
    return best;
  };
  for (let round = 0; round < 100; round++) {
    const sums = anchors.map(() => ({ w: 0, h: 0, n: 0 }));
    for (const size of sizes) {
      const sum = sums[nearest(size).index];
      sum.w += size[0];
      sum.h += size[1];
      sum.n++;
    }
    const moved = sums.map(({ w, h, n }, i): [number, number] => (n === 0 ? anchors[i] : [w / n, h / n]));
    const still = moved.every(([w, h], i) => w === anchors[i][0] && h === anchors[i][1]);
    anchors = moved;
    if (still) break;
  }
  anchors.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  const meanOverlap = sizes.reduce((sum, size) => sum + nearest(size).overlap, 0) / Math.max(1, sizes.length);
  return { anchors, meanOverlap };
}
