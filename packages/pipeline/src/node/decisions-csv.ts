/**
 * Decisions as a file: `frame,timestamp,label,stage,difference,confidence,source`. A line is written once its decision
 * is final, in the stream's order; what waits for the reference waits in memory, as much as the executor lets wait.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type Decision, NoScopeError } from '@noscope/query';
import { reason } from './journal.ts';

export const DECISIONS_HEADER = 'frame,timestamp,label,stage,difference,confidence,source\n';

export class DecisionsCsv {
  readonly #path: string;
  readonly #file: number;
  /** Decisions from the first that is not final on, in the stream's order. */
  #waiting: Decision[] = [];
  readonly #ordinal = new Map<number, number>();
  #written = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = this.#do(() => openSync(`${path}.partial`, 'w'));
    this.#do(() => writeSync(this.#file, DECISIONS_HEADER));
  }

  add(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      const at = this.#ordinal.get(decision.frameId);
      if (at === undefined) {
        this.#ordinal.set(decision.frameId, this.#written + this.#waiting.length);
        this.#waiting.push(decision);
      } else this.#waiting[at - this.#written] = decision;
    }
    let ready = 0;
    while (ready < this.#waiting.length && this.#waiting[ready].state !== 'provisional') ready++;
    if (ready > 0) this.#write(ready);
  }

  /** The whole file under its own name. */
  finish(): void {
    this.#write(this.#waiting.length);
    this.#do(() => {
      fsyncSync(this.#file);
      closeSync(this.#file);
      renameSync(`${this.#path}.partial`, this.#path);
    });
  }

  /** Leaves nothing behind. */
  abandon(): void {
    closeSync(this.#file);
    rmSync(`${this.#path}.partial`, { force: true });
  }

  #write(count: number): void {
    const lines = this.#waiting.slice(0, count).map(decisionLine).join('');
    if (lines !== '') this.#do(() => writeSync(this.#file, lines));
    for (const { frameId } of this.#waiting.slice(0, count)) this.#ordinal.delete(frameId);
    this.#waiting = this.#waiting.slice(count);
    this.#written += count;
  }

  #do<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw new NoScopeError(
        'resource',
        `cannot write ${this.#path}: ${reason(cause)}; make room or choose another place with --out`,
        { cause },
      );
    }
  }
}

/** Of the two scores the one that the deciding stage measured is there. */
export function decisionLine({
  frameId,
  timestampS,
  label,
  stage,
  score,
  sourceFrameId,
}: Pick<Decision, 'frameId' | 'timestampS' | 'label' | 'stage' | 'score' | 'sourceFrameId'>): string {
  const difference = stage === 'difference' ? (score ?? '') : '';
  const confidence = stage === 'specialized' || stage === 'reference' ? (score ?? '') : '';
  return `${frameId},${timestampS},${Number(label)},${stage},${difference},${confidence},${sourceFrameId}\n`;
}
