/** From which frame a frame's label hangs. */
import { isUnchanged } from './decide.ts';
import type { DetectorUse } from './plan.ts';

/** The virtual root of everything that looks like the reference image: no frame, and the object is not there. */
export const ABSENT = -1;

/** What is known of a frame that is looked at when its root is fixed. */
export interface Seen {
  /** The frame's own number. */
  frame: number;
  /** Its difference, or null where nothing was measured (no partner). */
  difference: number | null;
  /** The root of the frame that it was compared with; null without a partner, ignored for the reference image. */
  pairRoot: number | null;
}

/**
 * Root of a frame that is looked at: "absent" when it equals the reference image, its partner's root when it equals the
 * frame t_diff earlier, else itself. A partner's root may be ABSENT only against the reference image, where there are
 * no partners; so a chain always ends in a frame that was answered.
 */
export function rootOf(detector: DetectorUse | null, seen: Seen): number {
  if (detector === null || seen.difference === null || !isUnchanged(detector, seen.difference)) return seen.frame;
  switch (detector.against) {
    case 'reference-image':
      return ABSENT;
    case 'earlier':
      return seen.pairRoot ?? seen.frame;
    default:
      return detector.against satisfies never;
  }
}
