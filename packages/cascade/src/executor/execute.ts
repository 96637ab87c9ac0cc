/**
 * The one executor: runs one or several plans over one stream of frames, in a browser, in Node, live or over a file.
 *
 * Three things go on at once: frames are decoded and turned into views (`readFrames`, `Gatherer`), batches of them go
 * through the two scoring stages, each stage working on one batch while the next one follows, and the reference answers
 * whenever it does (`ReferenceQueue`). What any of it means is the ledger's business.
 *
 * Everything is bounded: batches in flight, open pictures, questions, decisions without a last word. At a bound the
 * reader waits; all that it waits for goes on without it.
 */
import type { Detection, Frame } from '@noscope/engine';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import { type Batch, type Scores, scoreConfidences, scoreDifferences } from './batch.ts';
import { BATCHES_IN_FLIGHT, Bounds, FRAMES_IN_BATCH, MOST_HELD } from './bounds.ts';
import { Course } from './course.ts';
import { Gatherer } from './gather.ts';
import { Lane } from './lane.ts';
import { OpenFrames } from './open-frame.ts';
import { readFrames } from './reader.ts';
import { type Question, ReferenceQueue } from './reference-queue.ts';
import type { ExecuteOptions, RunSummary } from './run.ts';
import { type SharedStages, shareStages } from './sharing.ts';
import { decide, fixSources, isOpen, settle } from './verdicts.ts';

/** How long a stopped run waits for a reference that does not heed its signal. */
const GRACE_S = 1;

/**
 * Runs the plans to the end of the stream and of its questions.
 *
 * Rejects with `bad-input` for options that contradict each other, with `aborted` when the signal says so, and with
 * whatever a stage, a callback or the stream of frames threw; a stream that breaks off is decided up to the break first.
 * When the promise settles every frame is closed, except those at which a reference that ignores its signal still looks.
 */
export async function execute(options: ExecuteOptions): Promise<RunSummary[]> {
  if (options.audit !== undefined && options.reference === null) {
    throw new NoScopeError('bad-input', 'an audit asks the reference model: give one, or run without the audit');
  }
  throwIfAborted(options.signal);
  return new Execution(options).run();
}

class Execution {
  readonly #options: ExecuteOptions;
  readonly #bounds: Bounds;
  readonly #shared: SharedStages;
  readonly #courses: Course[];
  readonly #gatherer: Gatherer;
  readonly #queue: ReferenceQueue | null;
  readonly #open = new OpenFrames(() => this.#wakeReader());
  readonly #differenceLane = new Lane();
  readonly #specializedLane = new Lane();
  /** Stops reader, stages and reference; its reason is the first failure, the caller's wish to stop being one. */
  readonly #stop = new AbortController();
  readonly #seconds = { decodeWaitS: 0, viewWaitS: 0, differenceS: 0, specializedS: 0 };
  readonly #referenceErrors: RunSummary['referenceErrors'] = { calls: 0, first: null };
  #inFlight = 0;
  #clock: ReturnType<typeof setTimeout> | undefined;
  /** The batch waited for its time, and waits for a place now. */
  #isOverdue = false;
  #wake: (() => void) | null = null;

  constructor(options: ExecuteOptions) {
    const { cascades, reference, audit } = options;
    this.#options = options;
    this.#bounds = new Bounds(options);
    this.#shared = shareStages(cascades);
    this.#courses = cascades.map((run) => new Course(run, options));
    this.#gatherer = new Gatherer({
      courses: this.#courses,
      shared: this.#shared,
      open: this.#open,
      audit,
      canAsk: reference !== null,
      onFault: (error) => this.#fail(error),
    });
    this.#queue =
      reference === null
        ? null
        : new ReferenceQueue(reference, {
            concurrency: this.#bounds.concurrency,
            signal: this.#stop.signal,
            onAnswers: (questions, answers) => this.#answered(questions, answers),
            onError: (error, frameIds) => {
              this.#referenceErrors.calls++;
              this.#referenceErrors.first ??= error instanceof Error ? error.message : String(error);
              options.onReferenceError?.(error, frameIds);
            },
            onFault: (error) => this.#fail(error),
          });
  }

  async run(): Promise<RunSummary[]> {
    const { signal, frames } = this.#options;
    const sinceMs = performance.now();
    const abort = (): void => this.#fail(new NoScopeError('aborted', 'stopped on request', { cause: signal?.reason }));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const broken = await readFrames({
        frames,
        stop: this.#stop.signal,
        hasRoom: () => !this.#isFull() && !this.#isBlocked(),
        makeRoom: () => this.#makeRoom(),
        see: (frame) => this.#see(frame),
        onWait: (seconds) => {
          this.#seconds.decodeWaitS += seconds;
        },
      });
      await this.#handOn();
      await this.#differenceLane.idle();
      await this.#specializedLane.idle();
      // A reference need not heed its signal, so the wait for it has to.
      let isAnswered = this.#queue === null;
      void this.#queue?.idle().then(() => {
        isAnswered = true;
        this.#wakeReader();
      });
      await this.#until(() => isAnswered);
      for (const course of this.#courses) {
        course.ledger.end();
        course.tell();
      }
      if (broken !== null) throw broken.error;
      return this.#summaries((performance.now() - sinceMs) / 1000);
    } catch (error) {
      this.#fail(error);
      await this.#windUp();
      throw this.#stop.signal.reason;
    } finally {
      clearTimeout(this.#clock);
      signal?.removeEventListener('abort', abort);
    }
  }

  // --- reading ---------------------------------------------------------------------------------------------------

  #see(frame: Frame): void {
    this.#bounds.fit(frame);
    this.#gatherer.see(frame);
    const { latencyS } = this.#options;
    if (latencyS === undefined || this.#gatherer.batch.length > 1) return;
    this.#clock = setTimeout(() => {
      if (this.#inFlight < BATCHES_IN_FLIGHT) this.#flush();
      else this.#isOverdue = true;
    }, latencyS * 1000);
  }

  #isFull(): boolean {
    const { batch } = this.#gatherer;
    return batch.looked >= this.#bounds.batchSize || batch.length >= FRAMES_IN_BATCH;
  }

  #isBlocked(): boolean {
    return this.#open.count >= this.#bounds.openFrames || this.#hasTooManyQuestions() || this.#hasTooManyHeld();
  }

  #hasTooManyQuestions(): boolean {
    return this.#queue !== null && this.#queue.pending >= this.#bounds.maxPending;
  }

  #hasTooManyHeld(): boolean {
    for (const { ledger } of this.#courses) if (ledger.held >= MOST_HELD && ledger.waiting > 0) return true;
    return false;
  }

  /** Hands the batch on, when it is full or the reader has to wait anyway, and waits. */
  async #makeRoom(): Promise<void> {
    await this.#handOn();
    if (this.#options.whenFull === 'give-up' && this.#queue !== null) {
      while (this.#queue.pending > 0 && this.#hasTooManyQuestions()) this.#queue.giveUpLeastSent();
      while (this.#queue.pending > 0 && this.#hasTooManyHeld()) this.#queue.giveUpOldest();
    }
    await this.#until(() => !this.#isBlocked());
  }

  async #handOn(): Promise<void> {
    await this.#until(() => this.#inFlight < BATCHES_IN_FLIGHT || this.#gatherer.batch.length === 0);
    this.#flush();
  }

  /** Resolves when the condition holds; it is looked at again whenever something was finished. */
  async #until(condition: () => boolean): Promise<void> {
    this.#check();
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#check();
    }
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = null;
  }

  // --- stages ----------------------------------------------------------------------------------------------------

  #flush(): void {
    if (this.#gatherer.batch.length === 0) return;
    const batch = this.#gatherer.take();
    clearTimeout(this.#clock);
    this.#isOverdue = false;
    this.#inFlight++;
    void this.#differenceLane.add(() => this.#guarded(() => this.#scoreDifference(batch)));
  }

  async #scoreDifference(batch: Batch): Promise<void> {
    const { length } = this.#courses;
    await this.#timed('viewWaitS', () => Promise.all(batch.views));
    const differences = await this.#timed('differenceS', () => scoreDifferences(batch, this.#shared, length));
    fixSources(batch, differences, { courses: this.#courses, shared: this.#shared, gatherer: this.#gatherer });
    // Given to the second lane before the next batch leaves the first: order is kept.
    void this.#specializedLane.add(() => this.#guarded(() => this.#scoreConfidence(batch)));
  }

  async #scoreConfidence(batch: Batch): Promise<void> {
    const { length } = this.#courses;
    await this.#timed('viewWaitS', () => Promise.all(batch.views));
    const confidences = await this.#timed('specializedS', () =>
      scoreConfidences(batch, this.#shared, length, (c, i) => isOpen(batch, this.#courses, c, i)),
    );
    this.#decide(batch, confidences);
  }

  async #timed<T>(what: 'viewWaitS' | 'differenceS' | 'specializedS', work: () => Promise<T>): Promise<T> {
    const sinceMs = performance.now();
    const result = await work();
    this.#seconds[what] += (performance.now() - sinceMs) / 1000;
    this.#check();
    return result;
  }

  #decide(batch: Batch, confidences: Scores): void {
    const queue = this.#queue;
    decide(
      batch,
      confidences,
      this.#courses,
      queue === null ? null : (item, askers) => queue.add(item.frame, askers, item.isDrawn),
    );
    // Of a frame that later ones are compared with only the compared bytes stay.
    const { isKept } = this.#shared;
    for (const item of batch.items) {
      if (item !== null) for (let view = 0; view < isKept.length; view++) if (!isKept[view]) item.views[view] = null;
    }
    this.#inFlight--;
    queue?.send();
    for (const course of this.#courses) course.tell();
    if (this.#isOverdue) this.#flush();
    this.#wakeReader();
  }

  #answered(questions: Question[], answers: (Detection | null)[]): void {
    answers.forEach((detection, k) => {
      if (detection !== null) this.#options.onAnswer?.(questions[k].frame.id, detection);
    });
    settle(questions, answers, this.#courses);
    for (const course of this.#courses) course.tell();
    this.#wakeReader();
  }

  // --- ends ------------------------------------------------------------------------------------------------------

  async #guarded(task: () => Promise<void>): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await task();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    // The first reason stays.
    this.#stop.abort(error);
    this.#wakeReader();
  }

  #check(): void {
    if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
  }

  /** After a failure: lets the stages finish what they look at, then closes every picture. */
  async #windUp(): Promise<void> {
    await this.#differenceLane.idle();
    await this.#specializedLane.idle();
    if (this.#queue !== null) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const grace = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, GRACE_S * 1000);
      });
      await Promise.race([this.#queue.idle(), grace]);
      clearTimeout(timer);
    }
    this.#open.closeAll(this.#queue?.inCalls ?? new Set());
  }

  #summaries(wallS: number): RunSummary[] {
    const { decodeWaitS, viewWaitS, differenceS, specializedS } = this.#seconds;
    const smallFrameS = this.#gatherer.viewS + viewWaitS;
    const referenceS = this.#queue?.busyS ?? 0;
    return this.#courses.map((course) =>
      course.summary({
        stageSeconds: { decodeWaitS, smallFrameS, differenceS, specializedS, referenceS },
        referenceFrames: this.#queue?.frames ?? 0,
        referenceErrors: { ...this.#referenceErrors },
        wallS,
      }),
    );
  }
}
