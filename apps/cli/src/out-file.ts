/** Where a result goes: found wrong before hours of work, not after them. */
import { statSync } from 'node:fs';
import { UsageError } from './arguments.ts';

/** Throws `UsageError` where a file cannot be put because a folder is there. */
export function checkOutFile(path: string, flag = '--out'): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${flag} ${path} is a folder; name a file in it`);
  }
}
