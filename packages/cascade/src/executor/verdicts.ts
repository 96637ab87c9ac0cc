/** From a batch's scores to its decisions, and from answers to revisions: what passes between batches and ledgers. */
import type { Detection } from '@noscope/engine';
import { isPresent } from '@noscope/query';
import { type Batch, type Scores, SKIPPED, scoreOf } from './batch.ts';
import type { Course } from './course.ts';
import type { Gatherer } from './gather.ts';
import type { Question } from './reference-queue.ts';
import type { SharedStages } from './sharing.ts';

/**
 * Fixes the source of every frame, asks for the views of those that have to be answered themselves, and closes the
 * others.
 */
export function fixSources(
  batch: Batch,
  differences: Scores,
  to: { courses: readonly Course[]; shared: SharedStages; gatherer: Gatherer },
): void {
  const { courses, shared, gatherer } = to;
  for (let c = 0; c < courses.length; c++) {
    const { ledger, pairing } = courses[c];
    for (let i = 0; i < batch.length; i++) {
      const look = batch.looks[c][i];
      const item = batch.items[i];
      if (look === SKIPPED || item === null) {
        batch.entries[c].push(ledger.skip(batch.frameIds[i], batch.timestampS[i]));
        continue;
      }
      const earlier = look === null ? null : look.sources[c];
      const entry = ledger.look(batch.frameIds[i], batch.timestampS[i], scoreOf(differences, c, i), earlier);
      if (pairing !== null) item.sources[c] = entry.source;
      batch.entries[c].push(entry);
      if (ledger.isOpen(entry)) gatherer.request(batch, item, shared.modelView[c]);
    }
  }
  for (let i = 0; i < batch.length; i++) {
    const item = batch.items[i];
    const isDone = item !== null && !item.isDrawn && !courses.some((_, c) => isOpen(batch, courses, c, i));
    if (isDone) item.frame.close();
  }
}

/** Whether a frame's own confidence is wanted by a plan. */
export const isOpen = (batch: Batch, courses: readonly Course[], c: number, i: number): boolean =>
  courses[c].ledger.isOpen(batch.entries[c][i]);

/**
 * Decides every frame; `ask` is told of those that need the reference, with the places of the cascades that want it.
 * All other frames are closed.
 */
export function decide(
  batch: Batch,
  confidences: Scores,
  courses: readonly Course[],
  ask: ((item: NonNullable<Batch['items'][number]>, askers: number[]) => void) | null,
): void {
  const askers: (number[] | undefined)[] = [];
  for (let c = 0; c < courses.length; c++) {
    const { ledger } = courses[c];
    for (let i = 0; i < batch.length; i++) {
      const entry = batch.entries[c][i];
      const confidence = ledger.isOpen(entry) ? scoreOf(confidences, c, i) : null;
      if (!ledger.decide(entry, confidence)) continue;
      const found = askers[i];
      if (found === undefined) askers[i] = [c];
      else found.push(c);
    }
  }
  for (let i = 0; i < batch.length; i++) {
    const item = batch.items[i];
    if (item === null) continue;
    if (ask !== null && (askers[i] !== undefined || item.isDrawn)) ask(item, askers[i] ?? []);
    else item.frame.close();
  }
}

/** Passes answers on to the ledgers of those who asked; null is an answer that will not come. */
export function settle(questions: Question[], answers: (Detection | null)[], courses: readonly Course[]): void {
  questions.forEach(({ frame, askers, isDrawn }, k) => {
    const detection = answers[k];
    const truthFor = ({ run }: Course): boolean | null =>
      detection === null ? null : isPresent(run.query, detection.boxes, detection.picture);
    for (const c of askers) {
      const truth = truthFor(courses[c]);
      if (truth === null) courses[c].ledger.giveUp(frame.id);
      else courses[c].ledger.answer(frame.id, truth);
    }
    if (isDrawn) for (const course of courses) course.ledger.auditAnswer(frame.id, truthFor(course));
  });
}
