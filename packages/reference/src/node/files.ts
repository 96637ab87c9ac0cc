/** Finding a reference model's cfg, weights and names: as files, or as a name of the catalogue with files in the cache. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NoScopeError } from '@noscope/query';
import { builtInCfg, isBuiltIn } from '../builtin.ts';
import { catalogue, classNames, findInCatalogue } from '../catalogue.ts';
import { parseNames, suggestName } from '../names.ts';
import type { NetworkDescription } from '../network.ts';
import { parseCfg } from '../parse.ts';

export interface ModelFiles {
  /** Path of a `.cfg`, or a name of the catalogue. */
  cfg: string;
  /** Path of a `.weights`; for a name of the catalogue it may be left out: the pulled file is taken. */
  weights?: string;
  /** Path of a names file; may be left out for a name of the catalogue. */
  names?: string;
  /** Folder that `models pull` wrote to; needed for names of the catalogue whose files are to be found there. */
  cacheFolder?: string;
}

/** Reads and parses the cfg; for a name of the catalogue the built-in or the pulled one. */
export async function loadCfg(files: ModelFiles): Promise<{ text: string; network: NetworkDescription }> {
  const text = await cfgText(files);
  return { text, network: parseCfg(text) };
}

async function cfgText({ cfg, cacheFolder }: ModelFiles): Promise<string> {
  if (isBuiltIn(cfg)) return builtInCfg(cfg);
  if (findInCatalogue(cfg) !== undefined) return (await readPulled(cacheFolder, cfg, 'cfg')).toString('utf8');
  try {
    return await readFile(cfg, 'utf8');
  } catch (cause) {
    if (isMissing(cause) && !/[/\\.]/.test(cfg)) {
      const names = catalogue.map(({ name }) => name);
      const near = suggestName(cfg, names);
      throw new NoScopeError(
        'not-found',
        `no reference model "${cfg}": it is neither a file nor in the catalogue (${names.join(', ')})${near ? `; did you mean ${near}?` : ''}`,
        { cause },
      );
    }
    throw fileError(cfg, 'cfg', cause);
  }
}

export async function loadWeightsFile(files: ModelFiles): Promise<Uint8Array> {
  if (files.weights === undefined) {
    if (findInCatalogue(files.cfg) !== undefined) return readPulled(files.cacheFolder, files.cfg, 'weights');
    throw new NoScopeError('bad-input', `no weights given for ${files.cfg}; name the .weights file that belongs to it`);
  }
  try {
    return await readFile(files.weights);
  } catch (cause) {
    throw fileError(files.weights, 'weights', cause);
  }
}

/**
 * The class names, as many as the network has classes. Without a file: the catalogue's, or COCO's and VOC's for a
 * network of 80 and 20 classes, which the lists' order fits.
 */
export async function loadNames(files: ModelFiles, network: NetworkDescription): Promise<string[]> {
  const classes = network.heads[0]?.classes ?? 0;
  if (files.names === undefined) {
    const entry = findInCatalogue(files.cfg);
    if (entry !== undefined) return [...classNames(entry.classes)];
    if (classes === 80) return [...classNames('coco')];
    if (classes === 20) return [...classNames('voc')];
    throw new NoScopeError('bad-input', `the network has ${classes} classes; name the file with their names`);
  }
  const path = files.names;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fileError(path, 'names', cause);
  });
  const names = parseNames(text);
  if (names.length !== classes) {
    throw new NoScopeError('bad-input', `${path} has ${names.length} names, the network has ${classes} classes`);
  }
  return names;
}

/** Where `models pull` puts a model's file. */
export const pulledPath = (cacheFolder: string, name: string, kind: 'cfg' | 'weights'): string =>
  join(cacheFolder, `${name}.${kind}`);

async function readPulled(cacheFolder: string | undefined, name: string, kind: 'cfg' | 'weights'): Promise<Buffer> {
  const hint = `fetch it with "noscope models pull ${name}", or name your own ${kind} file`;
  if (cacheFolder === undefined) throw new NoScopeError('not-found', `the ${kind} of ${name} are not at hand; ${hint}`);
  try {
    return await readFile(pulledPath(cacheFolder, name, kind));
  } catch (cause) {
    if (!isMissing(cause)) throw fileError(pulledPath(cacheFolder, name, kind), kind, cause);
    throw new NoScopeError('not-found', `the ${kind} of ${name} have not been fetched; ${hint}`, { cause });
  }
}

const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
const isMissing = (cause: unknown): boolean => codeOf(cause) === 'ENOENT';

function fileError(path: string, what: string, cause: unknown): NoScopeError {
  if (isMissing(cause)) return new NoScopeError('not-found', `no such ${what} file: ${path}`, { cause });
  if (codeOf(cause) === 'EISDIR')
    return new NoScopeError('bad-input', `${path} is a folder, not a ${what} file`, { cause });
  const message = cause instanceof Error ? cause.message : String(cause);
  return new NoScopeError('resource', `the ${what} file ${path} cannot be read: ${message}`, { cause });
}
