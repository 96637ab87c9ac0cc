/**
 * Training a detector: the reference image, and for a blocked one the weights of its blocks.
 *
 * What the regression learns is what "no change" will be taken for: against the reference image that the object is
 * absent, against the earlier frame that the label is still the same. So a leaf that moves or a person who walks on
 * within the picture weighs little, and a door through which the object comes weighs much.
 */
import { type Kernels, typescriptKernels } from '@noscope/engine';
import { pairIndices } from '@noscope/plan';
import { NoScopeError, type OnProgress, throwIfAborted } from '@noscope/query';
import { nameDetector, type TrainedDetector, type TrainingFrames } from './detector.ts';
import { trainLogistic } from './logistic.ts';
import { poolFrame } from './pool.ts';
import { referenceImage, spread } from './reference-image.ts';
import { checkSpec, type DetectorSpec } from './spec.ts';

/** With fewer frames of either class the regression would learn one passage by heart. */
export const LEAST_OF_A_CLASS = 8;
/** Frames or pairs that the regression sees of each class; more are thinned out evenly. */
export const MOST_OF_A_CLASS = 1000;

/**
 * Trains one detector of the grid.
 *
 * @param kernels what computes block errors; both implementations give the same bytes
 * @returns null when there is too little to learn from: fewer than 8 frames without the object (reference image), no
 *   two frames t_diff apart (earlier), or, for a blocked detector, fewer than 8 frames with the object (reference
 *   image) or 8 pairs on either side of "the label changed" (earlier)
 */
export function trainDetector(
  spec: DetectorSpec,
  samples: TrainingFrames,
  kernels: Pick<Kernels, 'blockMse'> = typescriptKernels,
): TrainedDetector | null {
  checkSpec(spec, samples.view.size);
  checkSamples(samples);
  return trainWith(spec, samples, kernels, learnable(samples));
}

export interface TrainDetectorsOptions {
  kernels?: Pick<Kernels, 'blockMse'>;
  signal?: AbortSignal;
  /** Events of stage `difference`: one `progress` a spec, one `warning` for what cannot be trained. */
  onProgress?: OnProgress;
}

/** Trains those detectors of the grid that can be trained, in order; throws `aborted` between two of them. */
export async function trainDetectors(
  specs: readonly DetectorSpec[],
  samples: TrainingFrames,
  options: TrainDetectorsOptions = {},
): Promise<TrainedDetector[]> {
  const { kernels = typescriptKernels, signal, onProgress } = options;
  for (const spec of specs) checkSpec(spec, samples.view.size);
  checkSamples(samples);
  const shared = learnable(samples);
  const trained: TrainedDetector[] = [];
  for (const [at, spec] of specs.entries()) {
    throwIfAborted(signal);
    const detector = trainWith(spec, samples, kernels, shared);
    if (detector !== null) trained.push(detector);
    else onProgress?.({ kind: 'warning', code: 'detector-untrained', message: untrained(spec) });
    onProgress?.({
      kind: 'progress',
      stage: 'difference',
      done: at + 1,
      total: specs.length,
      unit: 'detectors',
      perSecond: null,
    });
    // Lets timers, signals and the page have their turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return trained;
}

const untrained = (spec: DetectorSpec): string =>
  spec.against === 'reference-image'
    ? `no difference detector against the reference image (${spec.metric}): the training part has too few frames without the object, or none with it; a longer training part may have both`
    : `no difference detector against the frame ${spec.tDiffS} s earlier (${spec.metric}): the training part has too few frames so far apart, or the object comes and goes too rarely in it`;

/** What the detectors of one grid share. */
interface Learnable {
  image(): Uint8Array | null;
}

function learnable(samples: TrainingFrames): Learnable {
  let image: Uint8Array | null | undefined;
  return {
    image() {
      if (image === undefined) image = referenceImage(samples);
      return image;
    },
  };
}

function trainWith(
  spec: DetectorSpec,
  samples: TrainingFrames,
  kernels: Pick<Kernels, 'blockMse'>,
  shared: Learnable,
): TrainedDetector | null {
  const { view } = samples;
  switch (spec.against) {
    case 'reference-image': {
      const full = shared.image();
      if (full === null) return null;
      const image = poolFrame(full, view.size, spec.resolution);
      if (spec.metric === 'global') return nameDetector({ spec, view, image });
      const frames = Int32Array.from({ length: samples.count }, (_, i) => i);
      const regression = regress(spec, samples, kernels, frames, null, samples.label, image);
      return regression && nameDetector({ spec, view, image, ...regression });
    }
    case 'earlier': {
      const pair = pairIndices(samples.timestampS, {
        tDiffS: spec.tDiffS,
        toleranceS: samples.toleranceS,
        maxReuseS: Number.POSITIVE_INFINITY,
      });
      const paired = Int32Array.from({ length: samples.count }, (_, i) => i).filter((i) => pair[i] >= 0);
      if (paired.length === 0) return null;
      if (spec.metric === 'global') return nameDetector({ spec, view });
      const changed = Uint8Array.from(samples.label, (label, i) =>
        pair[i] >= 0 && samples.label[pair[i]] !== label ? 1 : 0,
      );
      const regression = regress(spec, samples, kernels, paired, pair, changed, null);
      return regression && nameDetector({ spec, view, ...regression });
    }
    default:
      return spec.against satisfies never;
  }
}

/** Weights of the blocks for telling `target` 1 from 0 among `frames`, each against its pair or against `image`. */
function regress(
  spec: DetectorSpec,
  samples: TrainingFrames,
  kernels: Pick<Kernels, 'blockMse'>,
  frames: Int32Array,
  pair: Int32Array | null,
  target: Uint8Array,
  image: Uint8Array | null,
): { weights: Float32Array; bias: number } | null {
  const classes = [0, 1].map((wanted) => [...frames].filter((index) => target[index] === wanted));
  if (classes.some((indices) => indices.length < LEAST_OF_A_CLASS)) return null;
  const used = classes.flatMap((indices) => spread(indices, MOST_OF_A_CLASS));
  const width = spec.blocks * spec.blocks;
  const features = new Float64Array(used.length * width);
  const errors = new Float32Array(width);
  const pooled = (index: number) => poolFrame(samples.small(index), samples.view.size, spec.resolution);
  used.forEach((index, row) => {
    const other = pair === null ? image : pooled(pair[index]);
    if (other === null) return;
    kernels.blockMse(pooled(index), other, spec.resolution, spec.blocks, errors);
    features.set(errors, row * width);
  });
  const model = trainLogistic(
    features,
    Uint8Array.from(used, (index) => target[index]),
    width,
  );
  return { weights: Float32Array.from(model.weights), bias: Math.fround(model.bias) };
}

function checkSamples({ count, timestampS, label }: TrainingFrames): void {
  if (timestampS.length !== count || label.length !== count)
    throw new NoScopeError(
      'bad-input',
      `${count} training frames with ${timestampS.length} timestamps and ${label.length} labels: there must be one of each a frame`,
    );
}
