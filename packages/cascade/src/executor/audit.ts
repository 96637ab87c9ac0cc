/**
 * A random audit: frames drawn whatever the cascade thinks of them, on which the reference is asked too. Its answers
 * change no decision, otherwise what is measured would not be the cascade; they are counted against it.
 */
import { type Rate, rateOf } from '@noscope/query';

export type Audit =
  /** Every frame is drawn with this probability, by a hash of seed and frame number: the same frames in every run. */
  | { probability: number; seed: number }
  /** These frames, of which each was drawn with this probability. */
  | { probability: number; frames: ReadonlySet<number> };

/** Whether the audit draws a frame. */
export function drawsFrame(audit: Audit, frameId: number): boolean {
  if ('frames' in audit) return audit.frames.has(frameId);
  return mix(mix(audit.seed >>> 0) ^ frameId) / 2 ** 32 < audit.probability;
}

/** The finalizer of MurmurHash3 after a Weyl step: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = (value + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** What the reference said of a drawn frame, beside the cascade's final decision on it. */
export interface AuditOutcome {
  frameId: number;
  label: boolean;
  truth: boolean;
}

/** Frames whose decision is unresolved, or which the reference did not answer, are in none of the rates. */
export interface AuditSummary {
  drawn: number;
  compared: number;
  fp: Rate;
  fn: Rate;
}

/** Brings the two halves of each drawn frame together, in whatever order they come; holds only frames that lack one. */
export class AuditBook {
  readonly #onOutcome: ((outcome: AuditOutcome) => void) | undefined;
  readonly #halves = new Map<number, { label: boolean | null } | { truth: boolean | null }>();
  #drawn = 0;
  #positives = 0;
  #negatives = 0;
  #falsePositives = 0;
  #falseNegatives = 0;

  constructor(onOutcome?: (outcome: AuditOutcome) => void) {
    this.#onOutcome = onOutcome;
  }

  /** Frames of which one half is known. */
  get size(): number {
    return this.#halves.size;
  }

  /** The cascade's last word on a drawn frame; null when it is unresolved. */
  decided(frameId: number, label: boolean | null): void {
    this.#drawn++;
    const half = this.#halves.get(frameId);
    if (half === undefined || 'label' in half) this.#halves.set(frameId, { label });
    else this.#complete(frameId, label, half.truth);
  }

  /** The reference's answer to a drawn frame; null when it gave none. */
  answered(frameId: number, truth: boolean | null): void {
    const half = this.#halves.get(frameId);
    if (half === undefined || 'truth' in half) this.#halves.set(frameId, { truth });
    else this.#complete(frameId, half.label, truth);
  }

  summary(): AuditSummary {
    return {
      drawn: this.#drawn,
      compared: this.#positives + this.#negatives,
      fp: rateOf(this.#falsePositives, this.#negatives),
      fn: rateOf(this.#falseNegatives, this.#positives),
    };
  }

  #complete(frameId: number, label: boolean | null, truth: boolean | null): void {
    this.#halves.delete(frameId);
    if (label === null || truth === null) return;
    if (truth) this.#positives++;
    else this.#negatives++;
    if (label && !truth) this.#falsePositives++;
    if (truth && !label) this.#falseNegatives++;
    this.#onOutcome?.({ frameId, label, truth });
  }
}
