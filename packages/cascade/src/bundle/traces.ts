/**
 * The optimize split's traces as a file: what every detector and model of the frontier said about every frame, so that
 * whoever holds the bundle can replay plans and choose again with the costs of their own device.
 *
 *   magic "NSTR", version u32, header length u32, header (JSON), then one after another:
 *   timestamps f64 × frames, labels as bits, and in the header's order confidences f32 × frames for each model, and for
 *   each detector and t_skip: steps between sampled frames, distances to their partners (0: none), differences f32.
 *
 * All little endian. Steps and distances are the same most of the time, so they are runs of varints (count, value).
 * Scores keep all their bits: a replay from this file decides exactly as the run that chose.
 */
import type { DifferenceTrace, Recording } from '@noscope/plan';
import { NoScopeError } from '@noscope/query';
import { z } from 'zod';
import { ByteReader, ByteWriter } from './bytes.ts';

const MAGIC = 'NSTR';
const VERSION = 1;

export interface TracesIndex {
  /** Models with a confidence for every frame. */
  models: string[];
  /** Detectors and skips with differences. */
  differences: { detector: string; tSkipS: number }[];
}

/** A recording that can say what is in it. */
export interface Traces extends Recording {
  readonly index: TracesIndex;
}

const headerSchema = z.strictObject({
  frames: z.number().int().nonnegative(),
  models: z.array(z.string()),
  differences: z.array(
    z.strictObject({
      detector: z.string(),
      tSkipS: z.number().nonnegative(),
      sampled: z.number().int().nonnegative(),
    }),
  ),
});

/** @param index what to take from the recording; each entry must be in it. */
export function encodeRecording(recording: Recording, index: TracesIndex): Uint8Array {
  const { timestampS, label } = recording;
  const frames = timestampS.length;
  if (label.length !== frames) throw new NoScopeError('bad-input', `${label.length} labels for ${frames} frames`);
  const differences = index.differences.map(({ detector, tSkipS }) => ({
    detector,
    tSkipS,
    trace: recording.difference(detector, tSkipS),
  }));
  const header: z.infer<typeof headerSchema> = {
    frames,
    models: index.models,
    differences: differences.map(({ detector, tSkipS, trace }) => ({
      detector,
      tSkipS,
      sampled: trace.sampled.length,
    })),
  };
  const to = new ByteWriter();
  const json = new TextEncoder().encode(JSON.stringify(header));
  to.bytes(new TextEncoder().encode(MAGIC));
  to.u32(VERSION);
  to.u32(json.length);
  to.bytes(json);
  to.f64s(timestampS);
  to.bits(label);
  for (const model of index.models) {
    const confidence = recording.confidence(model);
    if (confidence.length !== frames) {
      throw new NoScopeError('bad-input', `${confidence.length} confidences of ${model} for ${frames} frames`);
    }
    to.f32s(confidence);
  }
  for (const { detector, trace } of differences) {
    const { sampled, pair, difference } = trace;
    if (pair.length !== sampled.length || difference.length !== sampled.length) {
      throw new NoScopeError('bad-input', `the trace of ${detector} has columns of different lengths`);
    }
    to.runs(sampled, (frame, k) => frame - (k === 0 ? -1 : sampled[k - 1]));
    to.runs(pair, (partner, k) => (partner < 0 ? 0 : k - partner));
    to.f32s(difference);
  }
  return to.done();
}

/** Reads {@link encodeRecording}'s file. Throws `unsupported` for a later version and `corrupt` for anything else. */
export function decodeRecording(bytes: Uint8Array): Traces {
  const from = new ByteReader(bytes, (what) => corrupt(what));
  if (new TextDecoder().decode(from.bytes(4)) !== MAGIC) throw corrupt('it does not start as traces do');
  const version = from.u32();
  if (version !== VERSION) {
    throw new NoScopeError(
      'unsupported',
      `the traces have version ${version}, this program reads version ${VERSION}: update it, or train the bundle again`,
    );
  }
  const header = readHeader(from.bytes(from.u32()));
  const { frames } = header;
  const timestampS = from.f64s(frames);
  const label = from.bits(frames);
  const confidences = new Map(header.models.map((model) => [model, from.f32s(frames)]));
  const traces = new Map<string, DifferenceTrace>();
  for (const { detector, tSkipS, sampled: count } of header.differences) {
    const sampled = new Int32Array(count);
    from.runs(count, (step, k) => {
      sampled[k] = (k === 0 ? -1 : sampled[k - 1]) + step;
      if (step < 1 || sampled[k] >= frames) throw corrupt(`the frames sampled for ${detector} are out of order`);
    });
    const pair = new Int32Array(count);
    from.runs(count, (distance, k) => {
      pair[k] = distance === 0 ? -1 : k - distance;
      if (distance > k) throw corrupt(`a frame of ${detector} is compared with one before the first`);
    });
    traces.set(key(detector, tSkipS), { sampled, pair, difference: from.f32s(count) });
  }
  from.end();
  return {
    index: {
      models: header.models,
      differences: header.differences.map(({ detector, tSkipS }) => ({ detector, tSkipS })),
    },
    timestampS,
    label,
    confidence(modelId) {
      const found = confidences.get(modelId);
      if (found === undefined) throw absent(`no confidences of the model ${modelId}`);
      return found;
    },
    difference(detectorId, tSkipS) {
      const found = traces.get(key(detectorId, tSkipS));
      if (found === undefined) throw absent(`no differences of the detector ${detectorId} at a t_skip of ${tSkipS} s`);
      return found;
    },
  };
}

function readHeader(bytes: Uint8Array): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw corrupt('its header cannot be read', cause);
  }
}

const key = (detectorId: string, tSkipS: number): string => `${tSkipS} ${detectorId}`;

const absent = (what: string): NoScopeError =>
  new NoScopeError('not-found', `the traces hold ${what}; choose among the plans of the bundle’s frontier`);

const corrupt = (what: string, cause?: unknown): NoScopeError =>
  new NoScopeError('corrupt', `the traces’ file is damaged: ${what}; fetch or train the bundle again`, { cause });
