/**
 * A bounded queue between a producer and a consumer, so that decoding goes on while stages compute and stops when they
 * fall behind: memory holds `depth` items, however long the source.
 *
 * `discard` gets the items that were produced and never taken; `stop` is called when the consumer leaves, and should make
 * a source that waits (for a network) return.
 */
export async function* prefetch<T>(
  source: AsyncGenerator<T, void, undefined>,
  depth: number,
  discard: (item: T) => void,
  stop: () => void = () => {},
): AsyncGenerator<T, void, undefined> {
  const queue: T[] = [];
  const state: { isOver: boolean; failure: { error: unknown } | null; isStopped: boolean } = {
    isOver: false,
    failure: null,
    isStopped: false,
  };
  const filled = new Bell();
  const emptied = new Bell();

  const produce = async () => {
    try {
      for (;;) {
        while (queue.length >= depth && !state.isStopped) await emptied.rung();
        if (state.isStopped) break;
        const step = await source.next();
        if (step.done) break;
        queue.push(step.value);
        filled.ring();
      }
    } catch (error) {
      state.failure = { error };
    }
    state.isOver = true;
    filled.ring();
  };
  const producing = produce();

  try {
    for (;;) {
      while (queue.length === 0 && !state.isOver) await filled.rung();
      if (queue.length === 0) {
        if (state.failure) throw state.failure.error;
        return;
      }
      const [item] = queue.splice(0, 1);
      emptied.ring();
      yield item;
    }
  } finally {
    state.isStopped = true;
    stop();
    emptied.ring();
    await producing;
    for (const item of queue) discard(item);
    await source.return();
  }
}

/** Wakes the one who waits; a ring that nobody waits for is lost, so conditions are checked again after waking. */
class Bell {
  #wake: (() => void) | null = null;

  ring(): void {
    this.#wake?.();
    this.#wake = null;
  }

  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
