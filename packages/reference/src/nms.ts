/** Non-maximum suppression, per class: of boxes that overlap, only the strongest stays. */
import type { Box } from '@noscope/query';

/** Intersection over union of two boxes; 0 where neither has an area. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (!(w > 0 && h > 0)) return 0;
  const shared = w * h;
  return shared / (a.w * a.h + b.w * b.h - shared);
}

/** The boxes that stay, strongest first; boxes of equal confidence in the order given. */
export function nonMaximumSuppression(boxes: readonly Box[], iou = 0.45): Box[] {
  const kept: Box[] = [];
  const byClass = new Map<string, Box[]>();
  for (const box of [...boxes].sort((a, b) => b.confidence - a.confidence)) {
    const same = byClass.get(box.className) ?? [];
    if (same.some((stronger) => intersectionOverUnion(stronger, box) > iou)) continue;
    same.push(box);
    byClass.set(box.className, same);
    kept.push(box);
  }
  return kept;
}
