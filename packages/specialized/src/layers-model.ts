/**
 * A trained model as a standard tfjs layers model: `model.json` and `weights.bin`, which `tf.loadLayersModel` reads.
 * Nothing of tfjs is needed to write or read one back.
 */
import type { SmallView } from '@noscope/engine';
import { NoScopeError } from '@noscope/query';
import { z } from 'zod';
import { architecture as byId, KERNEL, layersOf } from './architecture.ts';
import { makeModel, type TrainedModel } from './model.ts';
import { weightSpecs } from './weights.ts';

export interface LayersModel {
  'model.json': string;
  'weights.bin': Uint8Array;
}

const METADATA_VERSION = 1;

const cropSchema = z.object({ x: z.number(), y: z.number(), w: z.number().positive(), h: z.number().positive() });
const modelSchema = z.object({
  format: z.literal('layers-model'),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string()),
        weights: z.array(
          z.object({ name: z.string(), shape: z.array(z.number().int().positive()), dtype: z.literal('float32') }),
        ),
      }),
    )
    .length(1),
  userDefinedMetadata: z.object({
    noscope: z.object({
      version: z.literal(METADATA_VERSION),
      architecture: z.string(),
      mean: z.tuple([z.number(), z.number(), z.number()]),
      view: z.object({ kind: z.literal('small'), size: z.number().int().positive(), crop: cropSchema.optional() }),
      seed: z.number().int(),
    }),
  }),
});

/**
 * Input [n, size, size, 3] float32: byte / 255 − mean for each channel of an RGB small frame; output [n, 1] float32,
 * the confidence. Mean, view and this rule are repeated in `userDefinedMetadata.noscope`.
 */
export function toLayersModel(model: TrainedModel): LayersModel {
  const { architecture, mean, seed, view, weights } = model;
  const size = architecture.inputSize;
  const layers = layersOf(architecture).flatMap((layer, index) => {
    const input = index === 0 ? { batch_input_shape: [null, size, size, 3], dtype: 'float32' } : {};
    switch (layer.kind) {
      case 'conv': {
        const config = {
          ...input,
          name: layer.name,
          filters: layer.outChannels,
          kernel_size: [KERNEL, KERNEL],
          strides: [layer.stride, layer.stride],
          padding: 'same',
          data_format: 'channels_last',
          activation: 'relu',
          use_bias: true,
          trainable: true,
        };
        return [{ class_name: 'Conv2D', config }];
      }
      case 'pool': {
        const config = {
          name: layer.name,
          pool_size: [2, 2],
          strides: [2, 2],
          padding: 'valid',
          data_format: 'channels_last',
        };
        return [{ class_name: 'MaxPooling2D', config }];
      }
      case 'dense': {
        const { activation, name, outUnits } = layer;
        const dense = {
          class_name: 'Dense',
          config: { name, units: outUnits, activation, use_bias: true, trainable: true },
        };
        return layer.from === undefined ? [dense] : [{ class_name: 'Flatten', config: { name: 'flatten' } }, dense];
      }
      default:
        return layer satisfies never;
    }
  });
  const document = {
    format: 'layers-model',
    generatedBy: 'noscope',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: architecture.id, layers },
      keras_version: 'tfjs-layers 4',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: weights.map(({ name, dims }) => ({ name, shape: dims, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: {
      noscope: {
        version: METADATA_VERSION,
        architecture: architecture.id,
        mean,
        view,
        seed,
        input: 'byte / 255 - mean, for each channel of an RGB small frame [size, size, 3]',
      },
    },
  };
  const bytes = new Uint8Array(weights.reduce((total, { data }) => total + data.byteLength, 0));
  let at = 0;
  for (const { data } of weights) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return { 'model.json': JSON.stringify(document), 'weights.bin': bytes };
}

/**
 * Reads what `toLayersModel` wrote; the result has the same id.
 * @throws NoScopeError `corrupt` when the document is another, or the weights are cut off, too long or no numbers.
 */
export function fromLayersModel(files: LayersModel): TrainedModel {
  let json: unknown;
  try {
    json = JSON.parse(files['model.json']);
  } catch (cause) {
    throw new NoScopeError('corrupt', 'model.json of the specialized model is no JSON', { cause });
  }
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new NoScopeError(
      'corrupt',
      `model.json of the specialized model: ${issue.path.join('.')}: ${issue.message}`,
      {
        cause: parsed.error,
      },
    );
  }
  const { architecture: id, mean, seed, view } = parsed.data.userDefinedMetadata.noscope;
  const bytes = files['weights.bin'];
  const [manifest] = parsed.data.weightsManifest;
  const expected = manifest.weights.reduce((total, { shape }) => total + 4 * shape.reduce((a, b) => a * b, 1), 0);
  if (expected !== bytes.length) {
    throw new NoScopeError('corrupt', `weights.bin of ${id} holds ${bytes.length} bytes, model.json wants ${expected}`);
  }
  // A copy: the bytes may start anywhere in a larger buffer, floats must start at a multiple of four.
  const floats = new Float32Array(bytes.slice().buffer);
  let at = 0;
  const weights = manifest.weights.map(({ name, shape }) => {
    const length = shape.reduce((a, b) => a * b, 1);
    at += length;
    return { name, dims: shape, data: floats.slice(at - length, at) };
  });
  try {
    const architecture = byId(id);
    const order = new Map(weightSpecs(architecture).map(({ name }, i) => [name, i]));
    weights.sort((a, b) => (order.get(a.name) ?? -1) - (order.get(b.name) ?? -1));
    const smallView: SmallView =
      view.crop === undefined ? { kind: 'small', size: view.size } : { ...view, crop: view.crop };
    return makeModel({ architecture, view: smallView, mean, weights, seed });
  } catch (cause) {
    throw new NoScopeError('corrupt', `the specialized model: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
