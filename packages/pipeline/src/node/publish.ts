/** From what was learnt to a bundle, and from a bundle to a cascade that can run. */
import { cpus } from 'node:os';
import {
  type Bundle,
  type BundleAccuracy,
  buildBundle,
  detectorFile,
  encodeRecording,
  modelFiles,
} from '@noscope/cascade';
import { decodeDetector, encodeDetector } from '@noscope/difference';
import type { EngineId } from '@noscope/engine';
import { meets } from '@noscope/optimizer';
import type { Plan } from '@noscope/plan';
import { NoScopeError, type Query } from '@noscope/query';
import { fromLayersModel, toLayersModel, toOnnx } from '@noscope/specialized';
import type { MeasuredCosts } from './costs.ts';
import type { Journal } from './journal.ts';
import type { Learned } from './learn.ts';
import type { LearningSet, Range } from './learning-set.ts';
import { type OpenCascade, openStages, type StageSource } from './open-stages.ts';

export interface PublishParts {
  query: Query;
  journal: Journal;
  set: LearningSet;
  train: Range;
  optimize: Range;
  test: Range | null;
  learned: Learned;
  costs: MeasuredCosts;
  engines: Record<string, string>;
  seed: number;
  durationS: number | null;
  accuracy: BundleAccuracy | null;
  warnings: readonly string[];
  createdAt: Date;
}

/** What a measurement was taken on, in words. */
export const deviceName = (): string => {
  const cores = cpus();
  return `${cores[0]?.model.trim() || 'unknown processor'}, ${cores.length} cores, Node ${process.versions.node}`;
};

export function bundleOf(parts: PublishParts): Bundle {
  const { query, set, learned, costs, journal } = parts;
  const { choice } = learned;
  const plans = [choice.plan, ...choice.frontier.map(({ plan }) => plan)];
  const models = new Set(plans.flatMap(({ model }) => model?.id ?? []));
  const differences = new Map(
    plans.flatMap(({ detector, tSkipS }) =>
      detector === null ? [] : [[`${detector.id}@${tSkipS}`, { detector: detector.id, tSkipS }] as const],
    ),
  );
  const stretch = ({ start, end }: Range) => ({
    startS: set.timestampS[start],
    endS: set.timestampS[end - 1],
    frames: end - start,
  });
  const text = new TextEncoder();
  return buildBundle({
    query,
    view: set.view,
    plan: choice.plan,
    frameIntervalS: learned.frameIntervalS,
    detectors: learned.detectors.map((detector) => ({ id: detector.id, bytes: encodeDetector(detector) })),
    models: learned.models.map((model) => {
      const layers = toLayersModel(model);
      return {
        id: model.id,
        onnx: toOnnx(model),
        layers: { topology: text.encode(layers['model.json']), weights: layers['weights.bin'] },
      };
    }),
    frontier: choice.frontier.map(({ targets, plan, estimate }) => ({
      targets,
      plan,
      costS: estimate.costS,
      fractions: estimate.fractions,
      frames: estimate.frames,
      windows: estimate.windows,
      met: meets(estimate, targets, 'rate'),
    })),
    traces: encodeRecording(learned.recording, { models: [...models], differences: [...differences.values()] }),
    costs: {
      device: deviceName(),
      engines: parts.engines,
      decodeS: costs.decodeS,
      smallFrameS: costs.smallFrameS,
      differenceS: learned.differenceS,
      specializedS: learned.specializedS,
      referenceS: costs.referenceS,
      referenceMeasured: costs.referenceMeasured,
    },
    accuracy: parts.accuracy,
    provenance: {
      video: {
        name: journal.header.video.name,
        sizeBytes: journal.header.video.sizeBytes === 0 ? null : journal.header.video.sizeBytes,
        width: journal.picture.width,
        height: journal.picture.height,
        durationS: parts.durationS,
      },
      reference: journal.header.reference,
      splits: {
        train: stretch(parts.train),
        optimize: stretch(parts.optimize),
        test: parts.test === null ? null : stretch(parts.test),
      },
      seed: parts.seed,
    },
    warnings: parts.warnings,
    createdAt: parts.createdAt,
  });
}

/** Opens the stages of a bundle's plan, or of another plan whose stages the bundle holds. */
export function openBundleCascade(
  bundle: Bundle,
  options: { plan?: Plan; engine?: EngineId } = {},
): Promise<OpenCascade> {
  const { decides, id } = bundle.manifest;
  const source: StageSource = {
    detector: (detectorId) => decodeDetector(detectorFile(bundle, detectorId)),
    model: (modelId) => {
      const { layers } = modelFiles(bundle, modelId);
      if (layers === null) {
        throw new NoScopeError(
          'unsupported',
          `the bundle holds ${modelId} without its weights as a layers model; publish it again`,
        );
      }
      return fromLayersModel({
        'model.json': new TextDecoder().decode(layers.topology),
        'weights.bin': layers.weights,
      });
    },
  };
  const { query, frameIntervalS } = decides;
  return openStages(options.plan ?? decides.plan, source, { id, query, frameIntervalS, engine: options.engine });
}
