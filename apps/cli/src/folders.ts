/**
 * Where the program keeps what it may need again: weights that were fetched, scenes that were rendered, and the work of
 * runs that may be resumed.
 */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** `NOSCOPE_CACHE`, else the platform's cache folder. */
function cacheFolder(): string {
  const { NOSCOPE_CACHE, XDG_CACHE_HOME } = process.env;
  return NOSCOPE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'noscope');
}

export const weightsFolder = (): string => join(cacheFolder(), 'weights');

/** Where a rendered scene is kept; other settings, another folder. */
export const sceneFolder = (settings: unknown): string =>
  join(cacheFolder(), 'scenes', createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12));

/** One folder a video and question, so that the same command goes on where it was stopped. */
export function workFolder(video: string, settings: unknown): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([resolve(video), settings]))
    .digest('hex')
    .slice(0, 12);
  return join(
    cacheFolder(),
    'work',
    `${basename(video)
      .replace(/[^\w.-]/g, '_')
      .slice(0, 60)}-${hash}`,
  );
}
