/** Who answers for right and wrong: a Darknet network, or a file of labels made before. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineId, ReferenceStage } from '@noscope/engine';
import { openVideo } from '@noscope/media/node';
import { NoScopeError } from '@noscope/query';
import {
  type LabelledFrame,
  readCocoJson,
  readDetectionsCsv,
  readNoScopeCsv,
  referenceFromLabels,
  suggestName,
} from '@noscope/reference';
import { openReference } from '@noscope/reference/node';
import type { Command } from 'commander';
import { parseCount, UsageError } from './arguments.ts';
import { weightsFolder } from './folders.ts';
import type { Terminal } from './terminal.ts';

export interface ReferenceFlags {
  reference?: string;
  weights?: string;
  names?: string;
  labels?: string;
  engine?: string;
  threads?: number;
}

export interface Answers {
  reference: ReferenceStage;
  /** Class names it can answer with. */
  names: readonly string[];
  /** False where the answers come from a file. */
  isModel: boolean;
}

const ENGINES = [
  'onnxruntime-cpu',
  'onnxruntime-webgpu',
  'tfjs-wasm',
  'tfjs-cpu',
  'tfjs-webgpu',
  'tfjs-node',
  'tfjs-node-gpu',
] as const satisfies readonly EngineId[];

export function addReferenceFlags(command: Command, options: { labels: boolean }): Command {
  command
    .option('--reference <cfg>', 'reference model: a Darknet .cfg file, or a name from "noscope models"')
    .option('--weights <file>', 'its .weights file (a name from the catalogue takes the pulled one)')
    .option('--names <file>', 'its class names, one a line (default: those of COCO or VOC, by their number)');
  if (options.labels) {
    command.option(
      '--labels <file>',
      "labels instead of a model: NoScope's CSV, CSV of frame,class,confidence,x,y,w,h, or COCO JSON",
    );
  }
  return command
    .option('--engine <name>', `what computes the models: ${ENGINES.join(', ')} (default: the fastest found)`)
    .option('--threads <n>', 'threads of the reference model', parseCount);
}

export function engineOf(name: string | undefined): EngineId | undefined {
  if (name === undefined) return undefined;
  const engine = ENGINES.find((known) => known === name);
  if (engine === undefined) throw new UsageError(`there is no engine "${name}"; there are ${ENGINES.join(', ')}`);
  return engine;
}

/** Opens what the flags name. A file of labels belongs to the video, whose size its boxes are in. */
export async function openAnswers(flags: ReferenceFlags, video: string, terminal: Terminal): Promise<Answers> {
  if (flags.labels !== undefined) {
    if (flags.reference !== undefined) throw new UsageError('give either --reference or --labels, not both');
    const frames = readLabels(flags.labels);
    const opened = await openVideo(video);
    const { width, height } = opened.info;
    await opened.close();
    const names = [...new Set(frames.flatMap(({ boxes }) => boxes.map(({ className }) => className)))].sort();
    return {
      reference: referenceFromLabels(frames, { width, height }, labelsId(flags.labels)),
      names,
      isModel: false,
    };
  }
  if (flags.reference === undefined) {
    throw new UsageError(
      'say who answers: --reference with a .cfg or a name from "noscope models", or --labels with a file',
    );
  }
  const { weights, names, threads } = flags;
  const reference = await openReference({
    cfg: flags.reference,
    weights,
    names,
    threads,
    engine: engineOf(flags.engine),
    cacheFolder: weightsFolder(),
  });
  terminal.note(`reference: ${reference.describe()}`);
  return { reference, names: reference.names, isModel: true };
}

/** Names the file by its content as well: labels that were corrected are other labels. */
function labelsId(path: string): string {
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  return `labels ${path.split('/').at(-1)} ${hash.slice(0, 12)}`;
}

/** Any of the three label formats, told apart by what they begin with. */
export function readLabels(path: string): LabelledFrame[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new NoScopeError(
      'not-found',
      `cannot read the labels ${path}: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
  if (/^\s*\{/.test(text)) return readCocoJson(text);
  return text.slice(0, text.indexOf('\n')).includes('object_name') ? readNoScopeCsv(text) : readDetectionsCsv(text);
}

/** Throws `UsageError` for an object that the reference cannot name. */
export function checkObjects(objects: readonly string[], names: readonly string[], source: string): void {
  for (const object of objects) {
    if (names.includes(object)) continue;
    const near = suggestName(object, names);
    const list = names.length <= 30 ? `it knows ${names.join(', ')}` : `it knows ${names.length} names`;
    throw new UsageError(
      `${source} does not know "${object}"${near === null ? '' : `; did you mean "${near}"?`} (${list})`,
    );
  }
}

export const sourceName = (flags: ReferenceFlags): string =>
  flags.labels === undefined ? 'the reference model' : join(flags.labels);
