/** The golden tensors and detections beside the checkout: `fixtures/fixtures.json` and what it names. */
import { readFileSync } from 'node:fs';
import {
  COCO_NAMES,
  type NetworkDescription,
  parseCfg,
  readWeights,
  VOC_NAMES,
  type Weights,
} from '@noscope/reference';
import { z } from 'zod';

const file = z.object({ file: z.string(), shape: z.array(z.number()) });
const schema = z.record(
  z.string(),
  z.object({
    cfg: z.string(),
    weights: z.string(),
    input: file,
    region_input: file,
    detections_threshold: z.number().optional(),
    nms_iou: z.number().optional(),
    image_size: z.tuple([z.number(), z.number()]).optional(),
    detections: z
      .array(
        z.object({
          class: z.string(),
          confidence: z.number(),
          x: z.number(),
          y: z.number(),
          w: z.number(),
          h: z.number(),
        }),
      )
      .optional(),
  }),
);

export interface Fixture {
  name: string;
  network: NetworkDescription;
  weights: Weights;
  names: readonly string[];
  /** [1, 3, height, width] */
  input: Float32Array;
  /** What goes into the region layer. */
  expected: Float32Array;
  /** Boxes of the still that the input was made from, where there are. */
  still: { threshold: number; nmsIou: number; picture: { width: number; height: number }; boxes: Still[] } | null;
}

interface Still {
  class: string;
  confidence: number;
  x: number;
  y: number;
  w: number;
  h: number;
}

/** The names of the fixtures in the folder of real data. */
export const fixtureNames = (data: string): string[] => Object.keys(readIndex(data));

export function loadFixture(data: string, name: string): Fixture {
  const entry = readIndex(data)[name];
  const folder = `${data}${name.startsWith('synthetic') ? 'fixtures' : 'weights'}/`;
  const network = parseCfg(readFileSync(folder + entry.cfg, 'utf8'));
  const weights = readWeights(network, readFileSync(folder + entry.weights));
  const { detections_threshold: threshold, nms_iou: nmsIou, image_size: size, detections: boxes } = entry;
  return {
    name,
    network,
    weights,
    names: network.heads[0].classes === 80 ? COCO_NAMES : VOC_NAMES,
    input: readFloats(`${data}fixtures/${entry.input.file}`),
    expected: readFloats(`${data}fixtures/${entry.region_input.file}`),
    still:
      threshold === undefined || nmsIou === undefined || size === undefined || boxes === undefined
        ? null
        : { threshold, nmsIou, picture: { width: size[0], height: size[1] }, boxes },
  };
}

/** Largest difference as a share of the expected tensor's peak. */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let peak = 0;
  let worst = 0;
  for (const [i, value] of expected.entries()) {
    peak = Math.max(peak, Math.abs(value));
    worst = Math.max(worst, Math.abs(value - actual[i]));
  }
  return worst / peak;
}

const readIndex = (data: string) => schema.parse(JSON.parse(readFileSync(`${data}fixtures/fixtures.json`, 'utf8')));

function readFloats(path: string): Float32Array {
  const bytes = new Uint8Array(readFileSync(path));
  return new Float32Array(bytes.buffer);
}
