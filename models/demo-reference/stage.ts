/** One stage of training: batches from the cache, steps, reports, checkpoints, until its time or steps are over. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Trainer, type TrainingPicture } from '@noscope/reference';
import { type Augmenter, augmented } from './augment.ts';
import { type Progress, writeCheckpoint } from './checkpoint.ts';
import { type Picture, readScene, scenesIn } from './pictures.ts';

const WARM_UP_STEPS = 200;
/** Of the kernels; see `trainingGraph`. */
const DECAY = 0.01;
const CHECKPOINT_S = 120;
/** So many scenes have to be there before the first step. */
const FIRST_SCENES = 40;

export const BATCH = 8;

export interface StageOptions {
  trainer: Trainer;
  tools: Augmenter;
  cache: string;
  out: string;
  progress: Progress;
  /** Most scenes that are used. */
  scenes: number;
  totalS: number;
  /** Instead of `totalS`. */
  totalSteps: number | null;
  /** Learning rate at its height. */
  rate: number;
  signal: AbortSignal;
}

/** Trains until the stage is over (true) or the signal comes (false); either way a checkpoint and weights lie in `out`. */
export async function runStage(options: StageOptions): Promise<boolean> {
  const stage = new Stage(options);
  await stage.loadScenes(FIRST_SCENES);
  return stage.run();
}

class Stage {
  readonly #options: StageOptions;
  readonly #pictures: Picture[] = [];
  readonly #loaded = new Set<number>();
  #elapsedS: number;
  #savedAtS: number;
  #shown: { steps: number; elapsedS: number; losses: Record<string, number> };

  constructor(options: StageOptions) {
    this.#options = options;
    this.#elapsedS = options.progress.elapsedS;
    this.#savedAtS = this.#elapsedS;
    this.#shown = { steps: options.trainer.steps, elapsedS: this.#elapsedS, losses: {} };
  }

  async run(): Promise<boolean> {
    const { trainer, signal } = this.#options;
    let next = this.#prepare(trainer.steps);
    let since = performance.now();
    while (this.#doneShare() < 1 && !signal.aborted) {
      const batch = await next;
      const running = trainer.step(batch, this.#rate(), DECAY);
      // The next pictures are made while the network's thread works.
      next = this.#prepare(trainer.steps + 1);
      const losses = await running;
      const now = performance.now();
      this.#elapsedS += (now - since) / 1000;
      since = now;
      for (const [part, loss] of Object.entries(losses)) {
        this.#shown.losses[part] = (this.#shown.losses[part] ?? 0) + loss;
      }
      if (trainer.steps % 50 === 0) this.#report();
      if (this.#elapsedS - this.#savedAtS > CHECKPOINT_S) await this.#save();
    }
    await next;
    await this.#save();
    return this.#doneShare() >= 1;
  }

  /** Takes up the scenes that have been rendered since; waits until there are `least` of them. */
  async loadScenes(least: number): Promise<void> {
    const { cache, scenes, signal, progress } = this.#options;
    while (!signal.aborted) {
      for (const scene of await scenesIn(cache, 'train', progress.seed)) {
        if (this.#loaded.has(scene) || scene >= scenes) continue;
        this.#pictures.push(...(await readScene(cache, 'train', progress.seed, scene)));
        this.#loaded.add(scene);
      }
      if (this.#loaded.size >= Math.min(least, scenes)) return;
      console.log(`${this.#loaded.size} of the first ${least} scenes are rendered`);
      await sleep(10_000, undefined, { signal }).catch(() => undefined);
    }
  }

  /** How much of the steps, or else of the time, is over. */
  #doneShare(): number {
    const { totalS, totalSteps, trainer } = this.#options;
    return Math.min(1, totalSteps === null ? this.#elapsedS / totalS : trainer.steps / totalSteps);
  }

  /** Up in the first steps, then down along a half cosine to the end. */
  #rate(): number {
    const fall = 0.5 * (1 + Math.cos(Math.PI * this.#doneShare()));
    const rise = Math.min(1, (this.#options.trainer.steps + 1) / WARM_UP_STEPS);
    return this.#options.rate * rise * Math.max(fall, 0.005);
  }

  /** The pictures of a step follow from seed and step, so that a resumed run sees what an unbroken one would have. */
  async #prepare(step: number): Promise<TrainingPicture[]> {
    const { progress, tools } = this.#options;
    const random = createRandom(progress.seed * 1_000_003 + (progress.stage === 'wide' ? 500_000 : 0) + step);
    const batch: TrainingPicture[] = [];
    for (let i = 0; i < BATCH; i++) {
      batch.push(await augmented(tools, this.#pictures[random.below(this.#pictures.length)], random));
    }
    return batch;
  }

  #report(): void {
    const { trainer, progress } = this.#options;
    const steps = trainer.steps - this.#shown.steps;
    const speed = (steps * BATCH) / (this.#elapsedS - this.#shown.elapsedS);
    const means = Object.entries(this.#shown.losses).map(([part, sum]) => `${part} ${(sum / steps).toFixed(3)}`);
    console.log(
      `${progress.stage} ${(this.#elapsedS / 60).toFixed(1)} min, step ${trainer.steps}, ` +
        `${speed.toFixed(1)} pictures/s of ${this.#pictures.length}: ${means.join(', ')}`,
    );
    this.#shown = { steps: trainer.steps, elapsedS: this.#elapsedS, losses: {} };
  }

  async #save(): Promise<void> {
    const { trainer, out, progress } = this.#options;
    this.#savedAtS = this.#elapsedS;
    const now = { ...progress, elapsedS: this.#elapsedS };
    await writeCheckpoint(join(out, 'checkpoint.bin'), now, trainer.checkpoint());
    await writeFile(join(out, `${progress.stage}.weights`), trainer.weights());
    await this.loadScenes(0);
    console.log(`saved after ${trainer.steps} steps`);
  }
}
