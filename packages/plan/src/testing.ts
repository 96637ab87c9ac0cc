/** What the tests of this package share. */

/** Sums up to and with each element: steps as a running time. */
export function running(steps: readonly number[]): number[] {
  let now = 0;
  return steps.map((step) => {
    now += step;
    return now;
  });
}
