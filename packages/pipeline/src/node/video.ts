/** Which video a stored result belongs to. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { NoScopeError } from '@noscope/query';

/** Whether an address is read over a network, rather than from a file. */
export const isStream = (address: string): boolean =>
  /^[a-z][a-z0-9+.-]+:\/\//i.test(address) && !address.startsWith('file:');

/** Name and size of a file; a stream has no size. Throws `not-found` for a file that is not there. */
export function videoIdentity(address: string): { name: string; sizeBytes: number } {
  if (isStream(address)) return { name: address.replace(/\/\/[^@/]*@/, '//'), sizeBytes: 0 };
  const stats = statSync(address, { throwIfNoEntry: false });
  if (stats === undefined) throw new NoScopeError('not-found', `there is no file ${address}; check the path`);
  if (!stats.isFile()) throw new NoScopeError('bad-input', `${address} is not a file; name a video`);
  return { name: basename(address), sizeBytes: stats.size };
}
