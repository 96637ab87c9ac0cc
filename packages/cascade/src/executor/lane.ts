/** Runs tasks one after another, in the order in which they were given, whatever each waits for. */
export class Lane {
  #tail: Promise<void> = Promise.resolve();

  /** @param task must not reject */
  add(task: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(task);
    return this.#tail;
  }

  /** Resolves when all tasks given so far are done. */
  idle(): Promise<void> {
    return this.#tail;
  }
}

/**
 * Lets timers, input and a wish to stop be heard. Stages that answer at once keep a program in its microtasks, where
 * nothing else ever gets a turn. A message channel, because browsers stretch nested timers to 4 ms.
 */
export class Breather {
  readonly #everyMs: number;
  #lastMs = performance.now();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  get isDue(): boolean {
    return performance.now() - this.#lastMs > this.#everyMs;
  }

  async breathe(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    await new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
    port1.close();
    this.#lastMs = performance.now();
  }
}
