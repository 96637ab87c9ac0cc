/** How fast something goes, over its whole run: what progress lines and measured costs are made of. */
export class RateMeter {
  readonly #startedMs = performance.now();
  #done = 0;

  /** Counts `more` as done and returns the rate so far, per second; null in the first moments. */
  add(more: number): number | null {
    this.#done += more;
    const elapsedS = this.elapsedS;
    return elapsedS < 0.2 ? null : this.#done / elapsedS;
  }

  get elapsedS(): number {
    return (performance.now() - this.#startedMs) / 1000;
  }
}
