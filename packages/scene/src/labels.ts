/**
 * The scene's exact boxes as labels: NoScope's columns
 * `frame,object_name,confidence,xmin,ymin,xmax,ymax,timestamp`, confidence 1, pixels and seconds.
 */
import type { Box } from '@noscope/query';
import type { SceneFrame } from './scene.ts';
import type { SceneBox } from './visibility.ts';

export interface TruthOptions {
  /** Least visible share of a silhouette that counts, default 0.25: a bumper behind a tree is not "a car". */
  minVisible?: number;
  /** Least height of a box in pixels, default 8. */
  minHeight?: number;
}

/** The boxes that count as there, as the reference model would give them. */
export function truthBoxes(frame: SceneFrame, { minVisible = 0.25, minHeight = 8 }: TruthOptions = {}): Box[] {
  return frame.boxes
    .filter((box: SceneBox) => box.visible >= minVisible && box.h >= minHeight)
    .map(({ className, x, y, w, h }) => ({ className, confidence: 1, x, y, w, h }));
}

export const TRUTH_CSV_HEADER = 'frame,object_name,confidence,xmin,ymin,xmax,ymax,timestamp\n';

/** Lines of one frame, each ended; a frame without a box gives none. */
export function truthCsvLines(frame: SceneFrame, options?: TruthOptions): string {
  return truthBoxes(frame, options)
    .map(({ className, x, y, w, h }) => {
      const corners = [x, y, x + w, y + h].map((value) => value.toFixed(1)).join(',');
      return `${frame.index},${className},1,${corners},${frame.timestampS.toFixed(6)}\n`;
    })
    .join('');
}
