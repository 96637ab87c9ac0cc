/** How well two labellings of one clip agree: boxes with partners, both ways. */
import type { Box } from '@noscope/query';
import { intersectionOverUnion, type LabelledFrame } from '@noscope/reference';

export interface Agreement {
  /** Boxes of at least 0.3 on the one side, and how many of them have a partner. */
  of: number;
  matched: number;
}

/** A box of confidence ≥ 0.3 has a partner when the other side has one ≥ 0.1 of its class at IoU ≥ 0.7 in its frame. */
export function agreement(one: readonly LabelledFrame[], other: readonly LabelledFrame[]): Agreement {
  const others = new Map(other.map(({ frame, boxes }) => [frame, boxes]));
  const result: Agreement = { of: 0, matched: 0 };
  for (const { frame, boxes } of one) {
    for (const box of boxes) {
      if (box.confidence < 0.3) continue;
      result.of++;
      if ((others.get(frame) ?? []).some((candidate) => isPartner(box, candidate))) result.matched++;
    }
  }
  return result;
}

const isPartner = (box: Box, candidate: Box): boolean =>
  candidate.confidence >= 0.1 && candidate.className === box.className && intersectionOverUnion(box, candidate) >= 0.7;
