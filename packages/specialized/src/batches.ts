/** Batches of training frames: drawn by class, varied a little, centred. */
import { Random } from './random.ts';

export interface Batch {
  count: number;
  size: number;
  /** [count, size, size, 3]: byte / 255 − mean. */
  x: Float32Array;
  /** Truth per sample, 0..1 (not only 0 and 1 where labels are smoothed). */
  y: Float32Array;
  /** Weight of each sample in the loss, on average 1. */
  weight: Float32Array;
  /** Dropout of the hidden layer: [count, denseUnits], 0 or 1 / (1 − rate). */
  keep: Float32Array;
}

/** Light changes of a training frame, as a fixed camera sees them. Off with all fields 0. */
export interface Augmentation {
  /** Contrast: each frame is scaled about its mean by 1 ± this. */
  contrast: number;
  /** Brightness: each frame is moved by ± this, in 0..1. */
  brightness: number;
  /** Colour: each channel is moved by ± this, in 0..1. */
  colour: number;
  /** The picture is moved by up to this many pixels, its edge repeated. */
  shift: number;
  /** Deviation of noise on each value, in 0..1. */
  noise: number;
}

export interface Samples {
  small(index: number): Uint8Array;
  label: ArrayLike<number>;
}

export interface BatchOptions {
  size: number;
  batch: number;
  mean: readonly [number, number, number];
  denseUnits: number;
  augmentation: Augmentation;
  dropout: number;
  labelSmoothing: number;
  /** Fraction of positives drawn; the loss is weighted to make up for it in part. */
  positiveShare: number;
}

/** An endless, seeded stream of batches over the frames named by `indices`. */
export class Batches {
  readonly #samples: Samples;
  readonly #options: BatchOptions;
  readonly #random: Random;
  readonly #positives: Deck;
  readonly #negatives: Deck;
  #owed = 0;

  constructor(samples: Samples, indices: ArrayLike<number>, options: BatchOptions, seed: number) {
    this.#samples = samples;
    this.#options = options;
    this.#random = new Random(seed, 'batches');
    const all = Array.from(indices);
    this.#positives = new Deck(
      all.filter((i) => samples.label[i] !== 0),
      this.#random,
    );
    this.#negatives = new Deck(
      all.filter((i) => samples.label[i] === 0),
      this.#random,
    );
  }

  next(): Batch {
    const { batch, size, denseUnits, dropout, labelSmoothing, positiveShare } = this.#options;
    const pixels = size * size * 3;
    const x = new Float32Array(batch * pixels);
    const y = new Float32Array(batch);
    for (let i = 0; i < batch; i++) {
      // Error diffusion: the share is met in the long run, whatever the batch's size.
      this.#owed += positiveShare;
      const isPositive = this.#owed >= 0.5;
      if (isPositive) this.#owed -= 1;
      const index = (isPositive ? this.#positives : this.#negatives).draw();
      this.#write(this.#samples.small(index), x.subarray(i * pixels, (i + 1) * pixels));
      y[i] = isPositive ? 1 - labelSmoothing / 2 : labelSmoothing / 2;
    }
    const keep = new Float32Array(batch * denseUnits).fill(1);
    if (dropout > 0) {
      for (let i = 0; i < keep.length; i++) keep[i] = this.#random.uniform() < dropout ? 0 : 1 / (1 - dropout);
    }
    return { count: batch, size, x, y, weight: new Float32Array(batch).fill(1), keep };
  }

  #write(frame: Uint8Array, out: Float32Array): void {
    const { size, mean, augmentation } = this.#options;
    const random = this.#random;
    const { shift, noise } = augmentation;
    const dx = shift === 0 ? 0 : random.below(2 * shift + 1) - shift;
    const dy = shift === 0 ? 0 : random.below(2 * shift + 1) - shift;
    const gain = 1 + random.between(-1, 1) * augmentation.contrast;
    const level = random.between(-1, 1) * augmentation.brightness;
    // gain · (byte / 255 − pivot) + pivot + offset − mean, gathered into one multiplication and one addition.
    const pivot = (mean[0] + mean[1] + mean[2]) / 3;
    const scale = gain / 255;
    const add = mean.map((m) => pivot - gain * pivot + level + random.between(-1, 1) * augmentation.colour - m);
    const [addR, addG, addB] = add;
    for (let row = 0; row < size; row++) {
      const fromRow = Math.min(size - 1, Math.max(0, row + dy)) * size;
      for (let column = 0; column < size; column++) {
        const from = (fromRow + Math.min(size - 1, Math.max(0, column + dx))) * 3;
        const to = (row * size + column) * 3;
        out[to] = frame[from] * scale + addR;
        out[to + 1] = frame[from + 1] * scale + addG;
        out[to + 2] = frame[from + 2] * scale + addB;
      }
    }
    if (noise > 0) for (let i = 0; i < out.length; i++) out[i] += noise * random.normal();
  }
}

/** Every card once in a random order, then shuffled anew. */
class Deck {
  readonly #cards: number[];
  readonly #random: Random;
  #at: number;

  constructor(cards: number[], random: Random) {
    this.#cards = cards;
    this.#random = random;
    this.#at = cards.length;
  }

  draw(): number {
    if (this.#at >= this.#cards.length) {
      this.#random.shuffle(this.#cards);
      this.#at = 0;
    }
    return this.#cards[this.#at++];
  }
}
