/** What a region head should have said: each object goes to the cell of its centre and the anchor most like it. */
import type { RegionLayer } from '../network.ts';
import { TARGET } from './loss.ts';

/** An object in fractions of the network's input. */
export interface TruthBox {
  classIndex: number;
  /** Centre. */
  x: number;
  y: number;
  w: number;
  h: number;
  /** Neither to be found nor to be called wrong: too small, too much hidden. */
  ignored: boolean;
}

/** Numbers of one picture's target: [anchors, 7 + classes, cells]. */
export const targetLength = (region: RegionLayer): number =>
  region.anchors.length * (TARGET.classes + region.classes) * region.output.height * region.output.width;

/**
 * Writes one picture's target and its objects' corners (left, top, right, bottom in cells, [4, mostTruths]) into the
 * batch's arrays. Beyond `mostTruths` the smallest objects keep their own cells and only lose the mercy for near misses,
 * which large ones need most. Besides the likest anchor those learn the object whose shape overlaps by more than
 * `alsoAbove`, if their cell is free: YOLOv2 has one anchor only (1), more make short training go further.
 */
export function writeTarget(
  region: RegionLayer,
  boxes: readonly TruthBox[],
  target: Float32Array,
  truths: Float32Array,
  alsoAbove = 1,
): void {
  const { height, width } = region.output;
  const cells = height * width;
  const entries = TARGET.classes + region.classes;
  const mostTruths = truths.length / 4;
  target.fill(0);
  truths.fill(0);
  for (let anchor = 0; anchor < region.anchors.length; anchor++) {
    const start = (anchor * entries + TARGET.noObject) * cells;
    target.fill(1, start, start + cells);
  }
  const largestFirst = boxes.toSorted((a, b) => b.w * b.h - a.w * a.h);
  largestFirst.slice(0, mostTruths).forEach(({ x, y, w, h }, i) => {
    truths[i] = (x - w / 2) * width;
    truths[mostTruths + i] = (y - h / 2) * height;
    truths[2 * mostTruths + i] = (x + w / 2) * width;
    truths[3 * mostTruths + i] = (y + h / 2) * height;
  });
  const wanted = largestFirst.filter(({ ignored }) => !ignored);
  for (const box of boxes) if (box.ignored) ignore(region, box, target);
  const likeness = wanted.map((box) =>
    region.anchors.map((anchor) => shapeOverlap(anchor, box.w * width, box.h * height)),
  );
  const best = likeness.map((all) => all.indexOf(Math.max(...all)));
  // Of two objects with one cell and anchor the smaller has it: the larger covers other cells too.
  for (const [i, box] of wanted.entries()) assign(region, box, best[i], target, true);
  for (const [i, box] of wanted.entries()) {
    for (const [anchor, overlap] of likeness[i].entries()) {
      if (anchor !== best[i] && overlap > alsoAbove) assign(region, box, anchor, target, false);
    }
  }
}

function assign(region: RegionLayer, box: TruthBox, anchor: number, target: Float32Array, overwrite: boolean): void {
  const { height, width } = region.output;
  const cells = height * width;
  const entries = TARGET.classes + region.classes;
  const column = Math.min(width - 1, Math.max(0, Math.floor(box.x * width)));
  const row = Math.min(height - 1, Math.max(0, Math.floor(box.y * height)));
  const at = (entry: number): number => (anchor * entries + entry) * cells + row * width + column;
  if (!overwrite && target[at(TARGET.object)] === 1) return;
  target[at(TARGET.x)] = box.x * width - column;
  target[at(TARGET.y)] = box.y * height - row;
  target[at(TARGET.w)] = Math.log((box.w * width) / region.anchors[anchor][0]);
  target[at(TARGET.h)] = Math.log((box.h * height) / region.anchors[anchor][1]);
  target[at(TARGET.coordinates)] = 2 - box.w * box.h;
  target[at(TARGET.object)] = 1;
  target[at(TARGET.noObject)] = 0;
  for (let i = 0; i < region.classes; i++) target[at(TARGET.classes + i)] = i === box.classIndex ? 1 : 0;
}

/** No cell within the box is called wrong, whatever it says. */
function ignore(region: RegionLayer, { x, y, w, h }: TruthBox, target: Float32Array): void {
  const { height, width } = region.output;
  const cells = height * width;
  const entries = TARGET.classes + region.classes;
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  const [left, right] = [clamp(Math.floor((x - w / 2) * width), width), clamp(Math.ceil((x + w / 2) * width), width)];
  const [top, bottom] = [
    clamp(Math.floor((y - h / 2) * height), height),
    clamp(Math.ceil((y + h / 2) * height), height),
  ];
  for (let anchor = 0; anchor < region.anchors.length; anchor++) {
    const start = (anchor * entries + TARGET.noObject) * cells;
    for (let row = top; row < bottom; row++) target.fill(0, start + row * width + left, start + row * width + right);
  }
}

/** Overlap of an anchor and a box of w × h cells laid on one corner. */
function shapeOverlap([anchorW, anchorH]: readonly [number, number], w: number, h: number): number {
  const shared = Math.min(w, anchorW) * Math.min(h, anchorH);
  return shared / (w * h + anchorW * anchorH - shared);
}
