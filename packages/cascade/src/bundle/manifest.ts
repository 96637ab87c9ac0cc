/**
 * The manifest: what a published cascade says of itself.
 *
 * `decides` is everything that determines a decision, and the bundle's id is its hash: equal ids, equal decisions on
 * equal frames and answers. Measurements, accuracy, where it came from and dates stand `beside`: they may differ between
 * two bundles that decide alike. `digest` covers all of it, so that a number that was changed later is noticed too.
 */
import { querySchema, targetsSchema } from '@noscope/query';
import { z } from 'zod';

export const MANIFEST_FORMAT = 'noscope-bundle';
export const MANIFEST_VERSION = 1;

const atLeastZero = z.number().nonnegative();
const count = z.number().int().nonnegative();
const fraction = z.number().min(0).max(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex');
const name = z.string().min(1);

/** JSON knows no infinity, and "never" and "always" are legal thresholds: they are written as strings. */
const threshold = z.union([
  z.number(),
  z.literal([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  z.enum(['Infinity', '-Infinity']).transform(Number),
]);

/** `Plan` of @noscope/plan. */
export const planSchema = z.strictObject({
  tSkipS: atLeastZero,
  toleranceS: atLeastZero,
  detector: z
    .strictObject({
      id: name,
      against: z.enum(['reference-image', 'earlier']),
      tDiffS: atLeastZero,
      maxReuseS: threshold,
      delta: threshold,
    })
    .nullable(),
  model: z.strictObject({ id: name, cLow: threshold, cHigh: threshold }).nullable(),
});

/** `SmallView` of @noscope/engine. */
export const smallViewSchema = z.strictObject({
  kind: z.literal('small'),
  size: z.number().int().positive(),
  crop: z.strictObject({ x: fraction, y: fraction, w: fraction, h: fraction }).optional(),
});

/** A detector and the SHA-256 of its file. */
export const detectorEntrySchema = z.strictObject({ id: name, file: hash });

/** A specialized model and the SHA-256 of its files: as ONNX, and as a tfjs layers model (topology and weights). */
export const modelEntrySchema = z
  .strictObject({
    id: name,
    onnx: hash.nullable(),
    layers: z.strictObject({ topology: hash, weights: hash }).nullable(),
  })
  .refine((model) => model.onnx !== null || model.layers !== null, 'a model needs a file: ONNX, tfjs layers, or both');

/** What determines decisions, and nothing else. */
export const decidesSchema = z.strictObject({
  query: querySchema.strict(),
  /** Version of the way from decoded planes to views. */
  preprocessing: name,
  /** The small frame that the specialized model sees. */
  view: smallViewSchema,
  detector: detectorEntrySchema.nullable(),
  model: modelEntrySchema.nullable(),
  plan: planSchema,
  /** Usual seconds between frames: how long the last frame of an interval is on screen, and what counts as a gap. */
  frameIntervalS: atLeastZero,
});

const rateSchema = z.strictObject({ wrong: count, of: count, rate: fraction, bound: fraction });
/** `Score` of @noscope/query. */
export const scoreSchema = z.strictObject({
  positives: count,
  negatives: count,
  fp: rateSchema,
  fn: rateSchema,
  accuracy: fraction,
});

/** Seconds a frame of each stage, measured once on one device. */
export const costsSchema = z.strictObject({
  /** What they were measured on, in words. */
  device: name,
  /** Which engine computed which stage. */
  engines: z.record(z.string(), z.string()),
  decodeS: atLeastZero,
  smallFrameS: atLeastZero,
  /** By detector id. */
  differenceS: z.record(z.string(), atLeastZero),
  /** By model id. */
  specializedS: z.record(z.string(), atLeastZero),
  referenceS: atLeastZero,
  /** False where the reference's cost is an assumption, because its answers were read from a file. */
  referenceMeasured: z.boolean(),
});

/** One plan of the frontier and what it did on the optimize split. */
export const frontierPointSchema = z.strictObject({
  /** The targets for which it is the cheapest plan. */
  targets: targetsSchema.strict(),
  plan: planSchema,
  /** Expected seconds a frame, decoding included. */
  costS: atLeastZero,
  /** Share of the frames that each stage decided. */
  fractions: z.strictObject({ skipped: fraction, difference: fraction, specialized: fraction, reference: fraction }),
  frames: scoreSchema,
  windows: scoreSchema.nullable(),
  /** Whether it met its targets on the optimize split. */
  met: z.boolean(),
});

/** How right the chosen plan was on frames that choosing never saw. */
export const accuracySchema = z.strictObject({
  /** Frames scored. */
  scored: count,
  frames: scoreSchema,
  /** Null where there were too few frames for windows. */
  windows: scoreSchema.nullable(),
  /** Whether the bounds lie within the targets. */
  promised: z.boolean(),
});

const stretchSchema = z.strictObject({ startS: z.number(), endS: z.number(), frames: count });

export const provenanceSchema = z.strictObject({
  video: z.strictObject({
    name,
    sizeBytes: count.nullable(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    durationS: atLeastZero.nullable(),
  }),
  /** Id of the reference model whose answers it was taught. */
  reference: name,
  splits: z.strictObject({ train: stretchSchema, optimize: stretchSchema, test: stretchSchema.nullable() }),
  seed: z.number().int(),
});

export const besideSchema = z.strictObject({
  createdAt: z.iso.datetime(),
  detectors: z.array(detectorEntrySchema),
  models: z.array(modelEntrySchema),
  frontier: z.array(frontierPointSchema),
  costs: costsSchema,
  /** Null where no part of the video was left to test on. */
  accuracy: accuracySchema.nullable(),
  /** SHA-256 of the optimize split's traces, see `traces.ts`. */
  traces: hash.nullable(),
  provenance: provenanceSchema,
  /** What a person should know before trusting it, in words. */
  warnings: z.array(z.string()),
});

export const fileRoleSchema = z.enum(['detector', 'model-onnx', 'model-layers', 'model-weights', 'traces']);

export const bundleFileSchema = z
  .strictObject({
    role: fileRoleSchema,
    /** The SHA-256 and an extension; so a path never leads out of the bundle's folder. */
    path: z.string().regex(/^[0-9a-f]{64}\.(nsdd|onnx|json|bin|nstr)$/),
    sha256: hash,
    sizeBytes: count,
  })
  .refine((file) => file.path.startsWith(`${file.sha256}.`), 'a file is named by its SHA-256');

export const manifestSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  version: z.literal(MANIFEST_VERSION),
  /** SHA-256 of the canonical JSON of `decides`. */
  id: hash,
  /** SHA-256 of the canonical JSON of the manifest without this field. */
  digest: hash,
  decides: decidesSchema,
  beside: besideSchema,
  files: z.array(bundleFileSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type Decides = z.infer<typeof decidesSchema>;
export type Beside = z.infer<typeof besideSchema>;
export type BundleFile = z.infer<typeof bundleFileSchema>;
export type FileRole = z.infer<typeof fileRoleSchema>;
export type DetectorEntry = z.infer<typeof detectorEntrySchema>;
export type ModelEntry = z.infer<typeof modelEntrySchema>;
export type BundleCosts = z.infer<typeof costsSchema>;
export type BundleAccuracy = z.infer<typeof accuracySchema>;
export type FrontierPoint = z.infer<typeof frontierPointSchema>;
export type Provenance = z.infer<typeof provenanceSchema>;

/** A manifest and the files it names, by path. */
export interface Bundle {
  manifest: Manifest;
  files: ReadonlyMap<string, Uint8Array>;
}
