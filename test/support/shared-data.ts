/** Where the real clips, weights and oracle labels lie: beside the checkout in development and CI, nowhere on a user's machine. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder's path with a trailing slash, or null where it is absent: tests then skip and say so. */
export function sharedData(): string | null {
  const folder = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
  return existsSync(folder) ? folder : null;
}

/** A title for a suite that needs the real data, so that a skip says why. */
export const needsSharedData = (title: string): string =>
  sharedData() === null ? `${title} (skipped: the folder of real clips is not beside this checkout)` : title;
