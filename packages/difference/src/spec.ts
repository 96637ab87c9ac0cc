/** Which difference detectors there are to try: the grid over metric, blocks, resolution and t_diff. */
import { NoScopeError } from '@noscope/query';

/** One point of the grid (the paper, section 5). */
export interface DetectorSpec {
  /** `reference-image`: the mean of frames without the object, "no change" means absent; `earlier`: the frame t_diff earlier, "no change" means that frame's label. */
  against: 'reference-image' | 'earlier';
  /** `global`: one mean square error; `blocked`: one a block, weighed by logistic regression. */
  metric: 'global' | 'blocked';
  /** Blocks along each side: 1 for `global`, 2 to `resolution` for `blocked`. */
  blocks: number;
  /** Side in pixels of the frame that is compared; the small frame's size is a multiple of it. */
  resolution: number;
  /** Seconds between the frames compared; 0 for `reference-image`. */
  tDiffS: number;
}

/** Throws `bad-input` when the spec is none that a detector of `size`×`size` frames can follow. */
export function checkSpec(spec: DetectorSpec, size: number): void {
  const wrong = fault(spec, size);
  if (wrong !== null) throw new NoScopeError('bad-input', `difference detector ${JSON.stringify(spec)}: ${wrong}`);
}

function fault(spec: DetectorSpec, size: number): string | null {
  const { against, metric, blocks, resolution, tDiffS } = spec;
  if (against !== 'reference-image' && against !== 'earlier') return 'against must be "reference-image" or "earlier"';
  if (metric !== 'global' && metric !== 'blocked') return 'metric must be "global" or "blocked"';
  if (!Number.isInteger(resolution) || resolution < 1) return 'resolution must be a whole number of pixels, 1 or more';
  if (!Number.isInteger(size) || size < 1 || size % resolution !== 0)
    return `the small frame's size (${size}) must be a whole multiple of the resolution`;
  if (metric === 'global' && blocks !== 1) return 'a global detector has 1 block';
  if (metric === 'blocked' && !(Number.isInteger(blocks) && blocks >= 2 && blocks <= resolution))
    return `blocks must be a whole number from 2 to the resolution (${resolution})`;
  if (against === 'earlier' && !(Number.isFinite(tDiffS) && tDiffS > 0))
    return 'tDiffS must be a positive number of seconds';
  if (against === 'reference-image' && tDiffS !== 0) return 'tDiffS must be 0 against the reference image';
  return null;
}

export interface GridOptions {
  /** Side of the small frame in pixels. */
  size: number;
  /** Seconds; each adds a detector against the frame that much earlier. Empty: only the reference image. See {@link tDiffGrid}. */
  tDiffS: readonly number[];
  /** Blocks along a side, 1 being the global metric. Default 1, 5, 10. */
  blocks?: readonly number[];
  /** Resolutions in pixels. Default: the small frame's size and half of it, where it is even. */
  resolutions?: readonly number[];
}

/** Every combination of metric, blocks, resolution and reference, each once; blocks finer than a resolution are left out. */
export function detectorGrid(options: GridOptions): DetectorSpec[] {
  const { size } = options;
  const resolutions = options.resolutions ?? (size % 2 === 0 ? [size, size / 2] : [size]);
  const blocks = options.blocks ?? [1, 5, 10];
  const specs: DetectorSpec[] = [];
  for (const tDiffS of [0, ...new Set(options.tDiffS)]) {
    for (const resolution of new Set(resolutions)) {
      for (const count of new Set(blocks)) {
        if (count > resolution) continue;
        const spec: DetectorSpec = {
          against: tDiffS === 0 ? 'reference-image' : 'earlier',
          metric: count === 1 ? 'global' : 'blocked',
          blocks: count,
          resolution,
          tDiffS,
        };
        checkSpec(spec, size);
        specs.push(spec);
      }
    }
  }
  return specs;
}

/**
 * t_diff in seconds: for each wanted value the whole number of frame intervals near it (within a factor of 1.5) that
 * most skips divide. A skip that does not divide t_diff leaves no sampled frame where the detector looks for one, and
 * every frame then counts as changed.
 *
 * @param skipsS t_skip of the plans to be tried, in seconds; 0 is every frame
 * @param frameIntervalS the median time between frames, in seconds
 */
export function tDiffGrid(skipsS: readonly number[], frameIntervalS: number, wantedS = [1 / 3, 1, 3]): number[] {
  if (!(frameIntervalS > 0)) throw new NoScopeError('bad-input', 'the interval between frames must be positive');
  const skips = [...new Set(skipsS.map((skipS) => Math.max(1, Math.round(skipS / frameIntervalS))))];
  const found = new Set<number>();
  for (const wantS of wantedS) {
    const want = wantS / frameIntervalS;
    const nearest = Math.max(1, Math.round(want));
    let best = nearest;
    let bestScore = -1;
    for (let frames = Math.max(1, Math.ceil(want / 1.5)); frames <= Math.max(nearest, want * 1.5); frames++) {
      const divided = skips.filter((skip) => frames % skip === 0).length;
      const score = divided - Math.abs(Math.log(frames / want)) / 10;
      if (score > bestScore) [best, bestScore] = [frames, score];
    }
    found.add(best);
  }
  return [...found].sort((a, b) => a - b).map((frames) => frames * frameIntervalS);
}
