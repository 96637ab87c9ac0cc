/** Puts a bundle together in memory: names the files by their hash, and itself by what determines its decisions. */
import { PREPROCESSING_VERSION, type SmallView } from '@noscope/engine';
import { checkPlan, type Plan } from '@noscope/plan';
import { NoScopeError, type Query } from '@noscope/query';
import { z } from 'zod';
import { sha256Hex } from './canonical.ts';
import {
  type Beside,
  type Bundle,
  type BundleAccuracy,
  type BundleCosts,
  type BundleFile,
  type Decides,
  type DetectorEntry,
  type FileRole,
  type FrontierPoint,
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type Manifest,
  type ModelEntry,
  manifestSchema,
  type Provenance,
} from './manifest.ts';
import { digestOf, idOf } from './seal.ts';
import { parseManifest } from './verify.ts';

/** A detector's file as @noscope/difference writes it; opaque here. */
export interface DetectorPart {
  id: string;
  bytes: Uint8Array;
}

/** A specialized model's files as @noscope/specialized writes them; opaque here. At least one of the two. */
export interface ModelPart {
  id: string;
  onnx: Uint8Array | null;
  layers: { topology: Uint8Array; weights: Uint8Array } | null;
}

export interface BundleParts {
  query: Query;
  view: SmallView;
  plan: Plan;
  frameIntervalS: number;
  detectors: readonly DetectorPart[];
  models: readonly ModelPart[];
  frontier: readonly FrontierPoint[];
  /** From `encodeRecording`. */
  traces: Uint8Array | null;
  costs: BundleCosts;
  accuracy: BundleAccuracy | null;
  provenance: Provenance;
  warnings: readonly string[];
  createdAt: Date;
}

const EXTENSIONS = {
  detector: 'nsdd',
  'model-onnx': 'onnx',
  'model-layers': 'json',
  'model-weights': 'bin',
  traces: 'nstr',
} as const satisfies Record<FileRole, string>;

/**
 * The bundle of a plan and of every plan on its frontier. Detectors and models that none of them uses are left out.
 * Throws `bad-input` when a plan uses one that was not given, or when a part is not what the manifest's schema says.
 */
export function buildBundle(parts: BundleParts): Bundle {
  const plans = [parts.plan, ...parts.frontier.map((point) => point.plan)];
  for (const plan of plans) checkPlan(plan);
  const files = new Map<string, Uint8Array>();
  const listed = new Map<string, BundleFile>();
  const add = (role: FileRole, bytes: Uint8Array): string => {
    const sha256 = sha256Hex(bytes);
    const path = `${sha256}.${EXTENSIONS[role]}`;
    files.set(path, bytes);
    listed.set(path, { role, path, sha256, sizeBytes: bytes.length });
    return sha256;
  };
  const detectors = pick(
    'difference detector',
    plans.map((plan) => plan.detector?.id),
    parts.detectors,
  ).map((detector): DetectorEntry => ({ id: detector.id, file: add('detector', detector.bytes) }));
  const models = pick(
    'specialized model',
    plans.map((plan) => plan.model?.id),
    parts.models,
  ).map(
    ({ id, onnx, layers }): ModelEntry => ({
      id,
      onnx: onnx === null ? null : add('model-onnx', onnx),
      layers:
        layers === null
          ? null
          : { topology: add('model-layers', layers.topology), weights: add('model-weights', layers.weights) },
    }),
  );
  const beside: Beside = {
    createdAt: parts.createdAt.toISOString(),
    detectors,
    models,
    frontier: [...parts.frontier],
    costs: parts.costs,
    accuracy: parts.accuracy,
    traces: parts.traces === null ? null : add('traces', parts.traces),
    provenance: parts.provenance,
    warnings: [...parts.warnings],
  };
  const decides = {
    query: parts.query,
    preprocessing: PREPROCESSING_VERSION,
    view: parts.view,
    frameIntervalS: parts.frameIntervalS,
  };
  return { manifest: seal(decides, parts.plan, beside, [...listed.values()]), files };
}

/**
 * The same bundle with another plan: a point of its frontier, or thresholds moved by hand. It decides differently, so it
 * has another id; the accuracy measured for the old plan goes, unless the new one's is given. Throws `bad-input` when
 * the plan needs a detector or a model that the bundle does not hold.
 */
export function withPlan(
  bundle: Bundle,
  plan: Plan,
  change: { accuracy?: BundleAccuracy; query?: Query; createdAt?: Date } = {},
): Bundle {
  checkPlan(plan);
  const { decides, beside, files } = bundle.manifest;
  return {
    manifest: seal(
      { ...decides, query: change.query ?? decides.query },
      plan,
      {
        ...beside,
        accuracy: change.accuracy ?? null,
        createdAt: change.createdAt === undefined ? beside.createdAt : change.createdAt.toISOString(),
      },
      files,
    ),
    files: bundle.files,
  };
}

function seal(
  common: Omit<Decides, 'detector' | 'model' | 'plan'>,
  plan: Plan,
  beside: Beside,
  files: BundleFile[],
): Manifest {
  const decides: Decides = {
    ...common,
    detector: plan.detector === null ? null : need('difference detector', plan.detector.id, beside.detectors),
    model: plan.model === null ? null : need('specialized model', plan.model.id, beside.models),
    plan,
  };
  const sealed = {
    format: MANIFEST_FORMAT,
    version: MANIFEST_VERSION,
    id: idOf(decides),
    decides,
    beside,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  } as const;
  const manifest = { ...sealed, digest: digestOf(sealed) };
  const checked = manifestSchema.safeParse(manifest);
  if (!checked.success) {
    throw new NoScopeError('bad-input', `this makes no bundle:\n${z.prettifyError(checked.error)}`, {
      cause: checked.error,
    });
  }
  return parseManifest(manifest);
}

function pick<T extends { id: string }>(kind: string, wanted: (string | undefined)[], given: readonly T[]): T[] {
  const ids = new Set(wanted.filter((id) => id !== undefined));
  return [...ids].sort().map((id) => need(kind, id, given));
}

function need<T extends { id: string }>(kind: string, id: string, given: readonly T[]): T {
  const found = given.find((one) => one.id === id);
  if (found === undefined) {
    const known = given.map((one) => one.id).join(', ');
    throw new NoScopeError(
      'bad-input',
      `the plan uses the ${kind} ${id}, which the bundle does not hold (it has ${known || 'none'}); add its file or choose another plan`,
    );
  }
  return found;
}
