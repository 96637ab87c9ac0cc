/**
 * A bundle as a folder. It is written under another name beside its place and renamed when it is whole, so whoever looks
 * at the place, at any moment, finds an old bundle, a new one or none, never half of one.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import type { Bundle, Manifest } from '../bundle/manifest.ts';
import { decodeManifest, encodeManifest, MANIFEST_FILE, missing, openBundle, verifyBundle } from '../bundle/verify.ts';

/**
 * Writes a bundle to `folder`, in the place of a bundle that is there. Throws `bad-input` when the place is taken by
 * anything else (a file, or a folder with files that are not a bundle's), `resource` when the disk is full or closed.
 */
export async function writeBundle(
  folder: string,
  bundle: Bundle,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const { manifest, files } = verifyBundle(bundle);
  const place = resolve(folder);
  const taken = await whatIsAt(place);
  const beside = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  const partial = `${beside}.partial`;
  try {
    await mkdir(partial, { recursive: true });
    for (const [path, bytes] of files) {
      throwIfAborted(options.signal);
      await writeDurably(join(partial, path), bytes);
    }
    throwIfAborted(options.signal);
    await writeDurably(join(partial, MANIFEST_FILE), encodeManifest(manifest));
    if (taken === 'bundle or empty') await replace(place, partial, `${beside}.old`);
    else await rename(partial, place);
  } catch (cause) {
    await rm(partial, { recursive: true, force: true });
    if (cause instanceof NoScopeError) throw cause;
    throw new NoScopeError(
      'resource',
      `cannot write the bundle to ${folder}: ${messageOf(cause)}; make room or choose another place, nothing was left behind`,
      { cause },
    );
  }
}

/**
 * Reads a bundle and checks every byte of it. Throws `not-found`, `corrupt` or `unsupported`, with the name of the file
 * that is missing, changed or of a later version.
 */
export async function readBundle(folder: string, options: { signal?: AbortSignal } = {}): Promise<Bundle> {
  const manifest = await readManifest(folder);
  return openBundle(
    manifest,
    async (file) => {
      try {
        return new Uint8Array(await readFile(join(folder, file.path), { signal: options.signal }));
      } catch (cause) {
        throwIfAborted(options.signal);
        throw isCode(cause, 'ENOENT') ? missing(file, cause) : unreadable(join(folder, file.path), cause);
      }
    },
    options,
  );
}

/** Reads and checks a bundle's manifest alone: what a list of bundles needs. */
export async function readManifest(folder: string): Promise<Manifest> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(folder, MANIFEST_FILE));
  } catch (cause) {
    if (!isCode(cause, 'ENOENT', 'ENOTDIR')) throw unreadable(join(folder, MANIFEST_FILE), cause);
    throw new NoScopeError(
      'not-found',
      `${folder} is no bundle: it has no ${MANIFEST_FILE}; name the folder that "noscope train" wrote`,
      { cause },
    );
  }
  try {
    return decodeManifest(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof NoScopeError) {
      throw new NoScopeError(cause.code, `${folder}: ${cause.message}`, { cause: cause.cause });
    }
    throw new NoScopeError('corrupt', `${folder}: ${MANIFEST_FILE} is not text; copy or fetch the bundle again`, {
      cause,
    });
  }
}

/** Whether the folder says that it is a bundle; it may be damaged. */
export const isBundleFolder = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, MANIFEST_FILE)).catch(() => null))?.isFile() ?? false;

async function whatIsAt(place: string): Promise<'nothing' | 'bundle or empty'> {
  let names: string[];
  try {
    names = await readdir(place);
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return 'nothing';
    if (isCode(cause, 'ENOTDIR')) {
      throw new NoScopeError('bad-input', `${place} is a file; choose another place for the bundle`, { cause });
    }
    throw unreadable(place, cause);
  }
  if (names.length === 0) return 'bundle or empty';
  const foreign = names.find((name) => name !== MANIFEST_FILE && !/^[0-9a-f]{64}\.[a-z]+$/.test(name));
  if (foreign !== undefined || !names.includes(MANIFEST_FILE)) {
    throw new NoScopeError(
      'bad-input',
      `${place} holds files that are not a bundle's (${foreign ?? names[0]}) and is left alone; choose a new or an empty folder`,
    );
  }
  return 'bundle or empty';
}

/** Two renames: a folder that holds something cannot be renamed over. */
async function replace(place: string, partial: string, old: string): Promise<void> {
  await rename(place, old);
  try {
    await rename(partial, place);
  } catch (cause) {
    await rename(old, place);
    throw cause;
  }
  await rm(old, { recursive: true, force: true });
}

/** On the disk before it returns: a rename that outlives a power cut must not name a file that did not. */
async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

const unreadable = (path: string, cause: unknown): NoScopeError =>
  new NoScopeError('resource', `cannot read ${path}: ${messageOf(cause)}`, { cause });

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

const isCode = (cause: unknown, ...codes: string[]): boolean =>
  cause instanceof Error && 'code' in cause && codes.includes(String(cause.code));
