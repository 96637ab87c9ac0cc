/** What is tried besides thresholds: how many frames are skipped, how far back is compared, how long a label is reused. */

/** Frames per frame looked at. Divisors of 30 and 60 mostly, so that a t_diff can be a multiple of most of them. */
const SKIPS = [1, 2, 3, 5, 6, 10, 15, 30, 60];

/** The longest t_skip, in seconds (the paper's largest). */
const LONGEST_SKIP_S = 1;

/** Seconds; on a clip shorter than ten times a value, that value is left out. */
const REUSE_S = [10, 60, 300];

/** t_skip in seconds, from every frame (0) to one a second. */
export function skipGrid(frameIntervalS: number): number[] {
  return SKIPS.filter((frames) => frames === 1 || frames * frameIntervalS <= LONGEST_SKIP_S + frameIntervalS / 2).map(
    (frames) => (frames === 1 ? 0 : frames * frameIntervalS),
  );
}

/** maxReuseS in seconds: what the optimizing part is long enough to show the consequences of. */
export function reuseGrid(optimizeS: number): number[] {
  const shown = REUSE_S.filter((seconds) => seconds <= optimizeS / 2);
  return shown.length > 0 ? shown : [REUSE_S[0]];
}

/** How far a timestamp may lie from where a plan expects it: half a frame, so that one dropped frame is noticed. */
export const toleranceOf = (frameIntervalS: number): number => frameIntervalS / 2;
