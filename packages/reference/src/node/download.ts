/**
 * Fetching a model of the catalogue into a folder: resumable, checked, and never half-written under its own name. What
 * has arrived lies in `NAME.part` until it is whole and its checksum is right.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NoScopeError, type OnProgress, throwIfAborted } from '@noscope/query';
import { builtInCfg, isBuiltIn } from '../builtin.ts';
import { type CatalogueEntry, catalogue, findInCatalogue, type RemoteFile } from '../catalogue.ts';
import { suggestName } from '../names.ts';
import { parseCfg } from '../parse.ts';
import { weightsSize } from '../weights.ts';
import { pulledPath } from './files.ts';

export interface PullOptions {
  /** Where files are put; made when it is not there. */
  cacheFolder: string;
  signal?: AbortSignal;
  onProgress?: OnProgress;
  /** For tests and mirrors: default the platform's. */
  fetch?: typeof globalThis.fetch;
}

export interface PulledModel {
  entry: CatalogueEntry;
  /** null: built in. */
  cfg: string | null;
  weights: string;
  /** Whether everything was there already. */
  alreadyThere: boolean;
}

/**
 * Fetches a model's weights, and its cfg where none is built in.
 * @throws NoScopeError `not-found` for an unknown name, `unavailable` without a network or server, `corrupt` when what
 *   came is not what the catalogue says (it is deleted), `resource` on a full disk (what came is kept for a resume).
 */
export async function pullModel(name: string, options: PullOptions): Promise<PulledModel> {
  const entry = findInCatalogue(name);
  if (entry === undefined) {
    const names = catalogue.map((known) => known.name);
    const near = suggestName(name, names);
    throw new NoScopeError(
      'not-found',
      `no model "${name}" in the catalogue (${names.join(', ')})${near ? `; did you mean ${near}?` : ''}`,
    );
  }
  const weights = pulledPath(options.cacheFolder, name, 'weights');
  const cfg = 'builtIn' in entry.cfg ? null : pulledPath(options.cacheFolder, name, 'cfg');
  let fetched = false;
  if (cfg !== null && !('builtIn' in entry.cfg)) fetched = await pullFile(entry.cfg, cfg, `${name}.cfg`, options);
  fetched = (await pullFile(expected(entry), weights, `${name}.weights`, options)) || fetched;
  return { entry, cfg, weights, alreadyThere: !fetched };
}

/** Which of a model's files lie in the folder, whole. */
export async function isPulled(entry: CatalogueEntry, cacheFolder: string): Promise<boolean> {
  const weights = await sizeOf(pulledPath(cacheFolder, entry.name, 'weights'));
  const cfg = 'builtIn' in entry.cfg ? 1 : await sizeOf(pulledPath(cacheFolder, entry.name, 'cfg'));
  return cfg !== null && weights !== null && (entry.weights.bytes === null || weights === entry.weights.bytes);
}

/** The weights' length follows from a built-in cfg; where the catalogue says one, that stands. */
function expected({ name, weights }: CatalogueEntry): RemoteFile {
  if (weights.bytes !== null || !isBuiltIn(name)) return weights;
  return { ...weights, bytes: weightsSize(parseCfg(builtInCfg(name)), { major: 0, minor: 1 }) };
}

/** Fetches one file unless it is there; true when something was fetched. */
export async function pullFile(file: RemoteFile, path: string, title: string, options: PullOptions): Promise<boolean> {
  const there = await sizeOf(path);
  if (there !== null && (file.bytes === null || there === file.bytes)) return false;
  const part = `${path}.part`;
  await guardDisk(path, () => mkdir(dirname(path), { recursive: true }));
  await fetchRest(file, part, title, options);
  const size = await sizeOf(part);
  if (file.bytes !== null && size !== file.bytes) {
    if ((size ?? 0) > file.bytes) await rm(part, { force: true });
    throw new NoScopeError(
      (size ?? 0) > file.bytes ? 'corrupt' : 'unavailable',
      `${title} came as ${size ?? 0} bytes instead of ${file.bytes}; run the command again${(size ?? 0) > file.bytes ? '' : ' to go on from there'}`,
    );
  }
  if (file.sha256 !== null) {
    options.onProgress?.({ kind: 'stage', stage: 'pull', message: `checking ${title}` });
    const actual = await hashFile(part, options.signal);
    if (actual !== file.sha256) {
      await rm(part, { force: true });
      throw new NoScopeError(
        'corrupt',
        `${title} is not what the catalogue says (sha256 ${actual} instead of ${file.sha256}); it was deleted, try again or fetch it from ${file.url} yourself`,
      );
    }
  }
  await guardDisk(path, () => rename(part, path));
  return true;
}

async function fetchRest(file: RemoteFile, part: string, title: string, options: PullOptions): Promise<void> {
  const { signal, onProgress } = options;
  let have = (await sizeOf(part)) ?? 0;
  if (file.bytes !== null && have === file.bytes) return;
  if (file.bytes !== null && have > file.bytes) have = 0;
  const response = await request(file.url, have, title, options);
  // 416: the server has nothing after what is here, so it is whole, or of another version.
  if (response.status === 416) return;
  if (response.status !== 206) have = 0;
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = file.bytes ?? (Number.isFinite(declared) ? have + declared : null);
  onProgress?.({
    kind: 'stage',
    stage: 'pull',
    message: `${have > 0 ? 'going on with' : 'fetching'} ${title} from ${file.url}`,
  });
  const handle = await guardDisk(part, () => open(part, have > 0 ? 'a' : 'w'));
  const started = performance.now();
  const before = have;
  try {
    for await (const chunk of bodyOf(response, title)) {
      throwIfAborted(signal);
      await guardDisk(part, () => handle.write(chunk));
      have += chunk.length;
      if (file.bytes !== null && have > file.bytes) break;
      const perSecond = ((have - before) / (performance.now() - started)) * 1000;
      onProgress?.({ kind: 'progress', stage: 'pull', done: have, total, unit: 'bytes', perSecond });
    }
  } finally {
    await handle.close();
  }
  if (file.bytes === null && total !== null && have !== total) {
    throw new NoScopeError(
      'unavailable',
      `the connection broke after ${have} of ${total} bytes of ${title}; run the command again to go on from there`,
    );
  }
}

async function request(
  url: string,
  have: number,
  title: string,
  { fetch = globalThis.fetch, signal }: PullOptions,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: have > 0 ? { range: `bytes=${have}-` } : {} });
  } catch (cause) {
    throwIfAborted(signal);
    throw new NoScopeError(
      'unavailable',
      `${title} cannot be fetched: no network, or ${new URL(url).host} is not reachable (${reasonOf(cause)}); fetch ${url} elsewhere and name the file instead`,
      { cause },
    );
  }
  if (response.ok || (response.status === 416 && have > 0)) return response;
  throw new NoScopeError(
    'unavailable',
    `${title} cannot be fetched: ${new URL(url).host} answers ${response.status} ${response.statusText}; fetch ${url} elsewhere and name the file instead`,
  );
}

async function* bodyOf(response: Response, title: string): AsyncGenerator<Uint8Array> {
  if (response.body === null) throw new NoScopeError('unavailable', `the server sent nothing for ${title}`);
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    if (cause instanceof NoScopeError) throw cause;
    if (cause instanceof Error && cause.name === 'AbortError')
      throw new NoScopeError('aborted', 'stopped on request', { cause });
    throw new NoScopeError(
      'unavailable',
      `the connection broke while fetching ${title} (${reasonOf(cause)}); run the command again to go on from there`,
      { cause },
    );
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function hashFile(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) {
    throwIfAborted(signal);
    hash.update(chunk);
  }
  return hash.digest('hex');
}

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

async function guardDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new NoScopeError('resource', `${path} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // fetch wraps what happened ("fetch failed") around its reason.
  return cause.cause instanceof Error ? cause.cause.message || cause.cause.name : cause.message;
}
