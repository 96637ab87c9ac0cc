/**
 * The frames that wait for the reference. Whatever waits goes out when a call is free, so batches are small while the
 * reference keeps up and full when it does not.
 */
import type { Detection } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import type { OpenFrame } from './open-frame.ts';
import type { ReferenceAnswers } from './run.ts';

export interface Question {
  frame: OpenFrame;
  /** Places of the cascades that ask; empty when the audit alone does. */
  askers: number[];
  isDrawn: boolean;
  /** Answered or given up: what comes later is ignored. */
  isSettled: boolean;
}

export interface ReferenceQueueOptions {
  concurrency: number;
  signal: AbortSignal;
  /** All answers of one call; null where there is none. */
  onAnswers(questions: Question[], answers: (Detection | null)[]): void;
  onError(error: unknown, frameIds: number[]): void;
  /** Something that must not happen: a callback threw. */
  onFault(error: unknown): void;
}

export class ReferenceQueue {
  readonly #reference: ReferenceAnswers;
  readonly #options: ReferenceQueueOptions;
  /** Not sent yet, in order. */
  #queued: Question[] = [];
  /** Sent, in order. */
  readonly #sent = new Set<Question>();
  readonly #calls = new Set<Promise<void>>();
  #unsettled = 0;
  #busySinceMs = 0;
  /** Seconds during which at least one call ran. */
  busyS = 0;
  /** Frames sent. */
  frames = 0;

  constructor(reference: ReferenceAnswers, options: ReferenceQueueOptions) {
    this.#reference = reference;
    this.#options = options;
  }

  /** Questions without an answer. */
  get pending(): number {
    return this.#unsettled;
  }

  /** Frames that a running call looks at. */
  get inCalls(): Set<OpenFrame> {
    return new Set([...this.#sent].map((question) => question.frame));
  }

  add(frame: OpenFrame, askers: number[], isDrawn: boolean): void {
    this.#queued.push({ frame, askers, isDrawn, isSettled: false });
    this.#unsettled++;
  }

  /** Sends what waits, as far as calls are free. */
  send(): void {
    const { concurrency, signal } = this.#options;
    while (this.#queued.length > 0 && this.#calls.size < concurrency && !signal.aborted) {
      const questions = this.#queued.splice(0, Math.max(1, this.#reference.batchSize));
      for (const question of questions) this.#sent.add(question);
      this.frames += questions.length;
      if (this.#calls.size === 0) this.#busySinceMs = performance.now();
      const call = this.#call(questions).catch(this.#options.onFault);
      this.#calls.add(call);
      void call.then(() => {
        this.#calls.delete(call);
        if (this.#calls.size === 0) this.busyS += (performance.now() - this.#busySinceMs) / 1000;
        this.send();
      });
    }
  }

  /** Gives up the oldest question: its frame stays open until its call settles, and that answer is ignored. */
  giveUpOldest(): void {
    const oldest = this.#oldestSent() ?? this.#queued.shift();
    if (oldest !== undefined) this.#settle([oldest], [null]);
  }

  /** Gives up the oldest question that was not sent; only where all were, the oldest of them. */
  giveUpLeastSent(): void {
    const oldest = this.#queued.shift() ?? this.#oldestSent();
    if (oldest !== undefined) this.#settle([oldest], [null]);
  }

  /** Resolves when every question sent so far and every one still to be sent has its answer. */
  async idle(): Promise<void> {
    while (this.#calls.size > 0) await Promise.all(this.#calls);
  }

  #oldestSent(): Question | undefined {
    for (const question of this.#sent) if (!question.isSettled) return question;
    return undefined;
  }

  async #call(questions: Question[]): Promise<void> {
    let answers: readonly (Detection | null)[];
    try {
      const frames = questions.map((question) => question.frame);
      answers = await this.#reference.detect(frames, this.#options.signal);
      if (answers.length !== questions.length) {
        throw new NoScopeError(
          'bad-input',
          `the reference ${this.#reference.id} gave ${answers.length} answers for ${questions.length} frames; it is broken`,
        );
      }
    } catch (error) {
      answers = questions.map(() => null);
      if (!this.#options.signal.aborted)
        this.#options.onError(
          error,
          questions.map((question) => question.frame.id),
        );
    }
    for (const question of questions) {
      this.#sent.delete(question);
      question.frame.close();
    }
    this.#settle(questions, answers);
  }

  #settle(questions: Question[], answers: readonly (Detection | null)[]): void {
    const fresh = questions.flatMap((question, i) => (question.isSettled ? [] : [{ question, answer: answers[i] }]));
    for (const { question } of fresh) {
      question.isSettled = true;
      this.#unsettled--;
      if (!this.#sent.has(question)) question.frame.close();
    }
    if (fresh.length === 0 || this.#options.signal.aborted) return;
    this.#options.onAnswers(
      fresh.map(({ question }) => question),
      fresh.map(({ answer }) => answer),
    );
  }
}
