/** Which part of the picture a query's stages look at. */
import type { SmallView } from '@noscope/engine';
import type { Query } from '@noscope/query';

/** The paper's size of a specialized model's input, in pixels. */
export const SMALL_SIZE = 50;

/** How far the crop reaches beyond the zone, as shares of the picture: objects stand *in* the zone and rise above it. */
const MARGIN = 0.05;
const ABOVE = 0.2;

/** The zone's surroundings, so that a small zone does not vanish at 50×50; the whole picture where that gains little. */
export function viewFor(query: Query): SmallView {
  if (query.zone === undefined) return { kind: 'small', size: SMALL_SIZE };
  const xs = query.zone.map(([x]) => x);
  const ys = query.zone.map(([, y]) => y);
  const left = Math.max(0, Math.min(...xs) - MARGIN);
  const right = Math.min(1, Math.max(...xs) + MARGIN);
  const top = Math.max(0, Math.min(...ys) - Math.max(ABOVE, query.minHeight ?? 0));
  const bottom = Math.min(1, Math.max(...ys) + MARGIN);
  const crop = { x: left, y: top, w: right - left, h: bottom - top };
  return crop.w * crop.h > 0.85 ? { kind: 'small', size: SMALL_SIZE } : { kind: 'small', size: SMALL_SIZE, crop };
}
