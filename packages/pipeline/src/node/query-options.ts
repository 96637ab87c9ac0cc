/** What `noscope query` needs to know. */
import type { LessonOptions } from './lesson.ts';

export interface QueryOptions extends Omit<LessonOptions, 'endS' | 'parts' | 'warn'> {
  /** Length of the part to learn from, in seconds; absent: 60% of the video. */
  trainDurationS?: number;
  /** How many frames the audit draws; `verify` asks about every frame instead. */
  check: { method: 'audit'; frames: number } | { method: 'verify' };
  /** Where the bundle is written; absent: inside the work folder. */
  bundleFolder?: string;
  /** Whether to take pictures for a report while checking. */
  pictures?: boolean;
  now: () => Date;
}
