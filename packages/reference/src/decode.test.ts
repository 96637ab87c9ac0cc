import type { Box } from '@noscope/query';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDetections } from './decode.ts';
import { intersectionOverUnion, nonMaximumSuppression } from './nms.ts';
import { parseCfg } from './parse.ts';

const box = (x: number, y: number, w: number, h: number, confidence = 0.5, className = 'car'): Box => ({
  className,
  confidence,
  x,
  y,
  w,
  h,
});
const logit = (p: number) => Math.log(p / (1 - p));

/** A head of 1 anchor, 2 classes on a 4×2 grid with one box: centre of cell (2, 1), probabilities as given. */
function oneBox(
  kind: 'region' | 'yolo',
  extra = '',
  scores: [number, number, number] = [logit(0.8), logit(0.9), logit(0.3)],
) {
  const head =
    kind === 'region'
      ? `[region]\nclasses=2\nnum=1\nanchors=1.5,0.5\nsoftmax=1\nthresh=.99\n${extra}`
      : `[yolo]\nclasses=2\nnum=1\nmask=0\nanchors=48,16\n${extra}`;
  const network = parseCfg(
    `[net]\nwidth=128\nheight=64\n[convolutional]\nfilters=7\nstride=32\nsize=1\nactivation=linear\n${head}`,
  );
  const data = new Float32Array(7 * 8).fill(-20);
  const cell = 1 * 4 + 2;
  for (const [entry, value] of [0, 0, 0, 0, ...scores].entries()) data[entry * 8 + cell] = value;
  return { network, tensors: [{ head: network.heads[0], data }] };
}

const names = ['car', 'bus'];

describe('decodeDetections', () => {
  it('yolo: a box for every class over the threshold, anchors in pixels of the input', () => {
    const { network, tensors } = oneBox('yolo');
    const boxes = decodeDetections(network, tensors, 0, { width: 640, height: 320 }, { names });
    expect(boxes.map(({ className }) => className)).toEqual(['car', 'bus']);
    expect(boxes[0].confidence).toBeCloseTo(0.72, 5);
    expect(boxes[1].confidence).toBeCloseTo(0.24, 5);
    // Centre (2.5/4, 1.5/2) of 640×320, size 48/128 and 16/64 of it.
    expect(boxes[0]).toMatchObject({ x: 400 - 120, y: 240 - 40, w: 240, h: 80 });
  });

  it('region: softmax over classes, anchors in cells, and the cfg’s own thresh drops nothing', () => {
    const { network, tensors } = oneBox('region', '', [logit(0.8), 1, 1]);
    const boxes = decodeDetections(network, tensors, 0, { width: 640, height: 320 }, { names });
    expect(boxes.map(({ confidence }) => confidence)).toEqual([0.4, 0.4].map((value) => expect.closeTo(value, 5)));
    expect(boxes[0]).toMatchObject({ x: 400 - 120, y: 240 - 40, w: 240, h: 80 });
  });

  it('yolo: scale_x_y moves centres out, new_coords takes what the convolution activated', () => {
    const scaled = oneBox('yolo', 'scale_x_y=1.2\n');
    scaled.tensors[0].data[1 * 4 + 2] = 20;
    const [moved] = decodeDetections(scaled.network, scaled.tensors, 0, { width: 4, height: 2 }, { names });
    expect(moved.x + moved.w / 2).toBeCloseTo(2 + 1.1, 5);
    const fresh = oneBox('yolo', 'new_coords=1\n', [0.8, 0.9, 0]);
    const { data } = fresh.tensors[0];
    for (let entry = 0; entry < 4; entry++) data[entry * 8 + 6] = 0.5;
    const [same] = decodeDetections(fresh.network, fresh.tensors, 0, { width: 640, height: 320 }, { names });
    expect(same).toMatchObject({ x: 280, y: 200, w: 240, h: 80, confidence: expect.closeTo(0.72, 5) });
  });

  it('undoes a letterbox', () => {
    const { network, tensors } = oneBox('yolo');
    // 100×100 goes into 128×64 as 64×64 with 32 pixels at the left.
    const [boxed] = decodeDetections(network, tensors, 0, { width: 100, height: 100 }, { names, fit: 'letterbox' });
    expect(boxed.x + boxed.w / 2).toBeCloseTo(((80 - 32) / 64) * 100, 5);
    expect(boxed.y + boxed.h / 2).toBeCloseTo((48 / 64) * 100, 5);
    expect(boxed.w).toBeCloseTo((48 / 64) * 100, 5);
  });

  it('keeps a threshold of its own', () => {
    const { network, tensors } = oneBox('yolo');
    const picture = { width: 1, height: 1 };
    expect(decodeDetections(network, tensors, 0, picture, { names, threshold: 0.3 })).toHaveLength(1);
    expect(decodeDetections(network, tensors, 0, picture, { names, threshold: 0.9 })).toHaveLength(0);
    expect(() => decodeDetections(network, tensors, 1, picture, { names })).toThrow(/too few for picture 1/);
  });
});

describe('nonMaximumSuppression', () => {
  it('drops the weaker of two that overlap, per class', () => {
    const boxes = [
      box(0, 0, 10, 10, 0.6),
      box(1, 0, 10, 10, 0.9),
      box(0, 0, 10, 10, 0.5, 'bus'),
      box(30, 0, 5, 5, 0.2),
    ];
    expect(nonMaximumSuppression(boxes)).toEqual([boxes[1], boxes[2], boxes[3]]);
    expect(nonMaximumSuppression(boxes, 1)).toHaveLength(4);
  });

  const anyBox = fc
    .tuple(
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('a', 'b'),
    )
    .map(([x, y, w, h, confidence, className]) => box(x, y, w, h, confidence, className));

  it('what stays does not overlap, what went overlaps a stronger one that stayed', () => {
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 40 }), (boxes) => {
        const kept = nonMaximumSuppression(boxes, 0.45);
        for (const a of kept) {
          for (const b of kept) {
            if (a !== b && a.className === b.className) expect(intersectionOverUnion(a, b)).toBeLessThanOrEqual(0.45);
          }
        }
        for (const gone of boxes.filter((candidate) => !kept.includes(candidate))) {
          const over = kept.some(
            (stays) =>
              stays.className === gone.className &&
              stays.confidence >= gone.confidence &&
              intersectionOverUnion(stays, gone) > 0.45,
          );
          expect(over).toBe(true);
        }
      }),
    );
  });
});
