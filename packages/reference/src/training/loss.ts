/**
 * The loss of a region head (YOLOv2, "YOLO9000: Better, Faster, Stronger", section 2; Darknet's region_layer.c) and its
 * gradient by the head's input, written out as Darknet does: the gradients by centre and objectness are those of the
 * cross-entropy of their logistic, by size those of the squared error of its logarithm, by class those of the softmax.
 * A box that lies on an object without being the one to find it is neither punished nor praised.
 */

import type { Expressions } from '@noscope/engine';
import type { RegionLayer } from '../network.ts';

export interface LossWeights {
  /** Of centre and size, times 2 − area of the box, so that small boxes count for more. */
  coordinates: number;
  /**
   * Errors of the centre are measured in cells, as Darknet does, or divided by the box's width and height: a pixel beside
   * a pedestrian is more than a pixel beside a bus.
   */
  centres: 'in-cells' | 'by-size';
  object: number;
  noObject: number;
  classes: number;
  /** A box that overlaps an object by more than this (intersection over union) and has not to find it is left alone. */
  ignoreAbove: number;
  /** Objectness shall be the overlap with the object (as the paper has it), or 1. */
  objectness: 'overlap' | 'one';
}

/** Darknet's, as in yolov2.cfg. */
export const DARKNET_LOSS: LossWeights = {
  coordinates: 1,
  centres: 'in-cells',
  object: 5,
  noObject: 1,
  classes: 1,
  ignoreAbove: 0.6,
  objectness: 'overlap',
};

/** Entries of a target for each anchor and cell, before the classes; see `targets.ts`. */
export const TARGET = { x: 0, y: 1, w: 2, h: 3, coordinates: 4, object: 5, noObject: 6, classes: 7 } as const;

/** Names of the parts of the loss, in the order of the graph's output `losses`, each a mean over the batch's pictures. */
export const LOSS_PARTS = ['coordinates', 'object', 'noObject', 'classes', 'overlap'] as const;

/** exp of more overflows float32 long before training could want it. */
const MOST_LOG_SIZE = 6;

/**
 * Writes loss and gradient. `head` is the value before the region layer; `target` [batch, anchors, 7 + classes, cells];
 * `truths` [batch, 4, most]: left, top, right, bottom of every object in cells. Gives the gradient's name; the graph
 * gets an output `losses` [5].
 */
export function regionLoss(
  e: Expressions,
  region: RegionLayer,
  head: string,
  input: { target: string; truths: string; batch: number; mostTruths: number },
  weights: LossWeights,
): string {
  const { batch, mostTruths } = input;
  const { height, width, channels } = region.output;
  const anchors = region.anchors.length;
  const { classes } = region;
  const cells = height * width;
  const entries = e.reshape(head, batch, anchors, 5 + classes, cells);
  const [tx, ty, tw, th, to, scores] = split(e, entries, [1, 1, 1, 1, 1, classes]);
  const [x, y, w, h, coordinates, object, noObject, truth] = split(e, input.target, [1, 1, 1, 1, 1, 1, 1, classes]);
  const [sx, sy, so] = [tx, ty, to].map((value) => e.op('Sigmoid', [value]));

  const column = e.floats(
    [1, 1, 1, cells],
    Array.from({ length: cells }, (_, i) => i % width),
  );
  const row = e.floats(
    [1, 1, 1, cells],
    Array.from({ length: cells }, (_, i) => Math.floor(i / width)),
  );
  const [anchorW, anchorH] = [0, 1].map((side) =>
    e.floats(
      [1, anchors, 1, 1],
      region.anchors.map((a) => a[side]),
    ),
  );
  const boxOf = (left: string, top: string, wide: string, high: string): Corners => {
    const size = (log: string, anchor: string): string =>
      e.mul(e.op('Exp', [e.op('Min', [log, e.scalar(MOST_LOG_SIZE)])]), anchor, e.scalar(0.5));
    const [halfW, halfH] = [size(wide, anchorW), size(high, anchorH)];
    const [midX, midY] = [e.add(left, column), e.add(top, row)];
    return [e.sub(midX, halfW), e.sub(midY, halfH), e.add(midX, halfW), e.add(midY, halfH)];
  };
  const found = boxOf(sx, sy, tw, th);
  const wanted = boxOf(x, y, w, h);
  const all = split(e, e.reshape(input.truths, batch, 4, 1, mostTruths, 1), [1, 1, 1, 1], 1).map((side) =>
    e.reshape(side, batch, 1, mostTruths, 1),
  );
  const best = e.op('ReduceMax', [overlap(e, found, [all[0], all[1], all[2], all[3]])], { axes: [2], keepdims: 1 });
  const left = e.op('Where', [e.op('Greater', [best, e.scalar(weights.ignoreAbove)]), e.scalar(0), noObject]);
  const own = e.mul(object, overlap(e, found, wanted));

  // Everything below is divided by the batch: gradients and parts of the loss are means over pictures.
  const scaled = (value: string, weight: number): string => e.mul(value, e.scalar(weight / batch));
  const here = scaled(coordinates, weights.coordinates);
  const [acrossX, acrossY] = [
    [0, 2],
    [1, 3],
  ].map(([low, high]) => (weights.centres === 'in-cells' ? here : e.div(here, e.sub(wanted[high], wanted[low]))));
  const forObject = scaled(object, weights.object);
  const forNone = scaled(left, weights.noObject);
  const forClass = scaled(object, weights.classes);
  const aim = weights.objectness === 'overlap' ? own : object;
  const probabilities = e.op('Softmax', [scores], { axis: 2 });
  const gradient = e.op(
    'Concat',
    [
      e.mul(acrossX, e.sub(sx, x)),
      e.mul(acrossY, e.sub(sy, y)),
      e.mul(here, e.sub(tw, w)),
      e.mul(here, e.sub(th, h)),
      e.add(e.mul(forObject, e.sub(so, aim)), e.mul(forNone, so)),
      e.mul(forClass, e.sub(probabilities, truth)),
    ],
    { axis: 2 },
  );

  const total = (value: string): string => e.reshape(e.op('ReduceSum', [value], { keepdims: 0 }), 1);
  const crossEntropy = (logit: string, wish: string): string => e.sub(e.op('Softplus', [logit]), e.mul(logit, wish));
  const half = (value: string): string => e.mul(value, value, e.scalar(0.5));
  const sizes = e.add(half(e.sub(tw, w)), half(e.sub(th, h)));
  const centres = e.add(e.mul(acrossX, crossEntropy(tx, x)), e.mul(acrossY, crossEntropy(ty, y)));
  const surprise = e.op('Log', [
    e.add(e.op('ReduceSum', [e.mul(probabilities, truth), e.ints(2)], { keepdims: 1 }), e.scalar(1e-9)),
  ]);
  e.op(
    'Concat',
    [
      total(e.add(centres, e.mul(here, sizes))),
      total(e.mul(forObject, crossEntropy(to, aim))),
      total(e.mul(forNone, e.op('Softplus', [to]))),
      total(e.mul(forClass, e.op('Neg', [surprise]))),
      e.div(total(own), e.add(total(object), e.scalar(1e-9))),
    ],
    { axis: 0 },
    'losses',
  );
  e.graph.output('losses', [LOSS_PARTS.length]);
  return e.reshape(gradient, batch, channels, height, width);
}

/** Left, top, right, bottom, each of shapes that broadcast. */
type Corners = [string, string, string, string];

function overlap(e: Expressions, a: Corners, b: Corners): string {
  const shared = ([low, high]: readonly [number, number]): string =>
    e.op('Relu', [e.sub(e.op('Min', [a[high], b[high]]), e.op('Max', [a[low], b[low]]))]);
  const area = ([l, t, r, bottom]: Corners): string => e.mul(e.sub(r, l), e.sub(bottom, t));
  const both = e.mul(shared([0, 2]), shared([1, 3]));
  return e.div(both, e.add(e.sub(e.add(area(a), area(b)), both), e.scalar(1e-9)));
}

function split(e: Expressions, value: string, sizes: number[], axis = 2): string[] {
  const parts = sizes.map(() => e.name());
  e.graph.node('Split', [value, e.ints(...sizes)], parts, { axis });
  return parts;
}
