/** The folder of a run: what was measured or trained once, by name, written whole or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NoScopeError } from '@noscope/query';
import { reason } from './journal.ts';

export class WorkFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
  }

  read(name: string): Uint8Array | null {
    const path = join(this.path, name);
    return existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
  }

  write(name: string, bytes: Uint8Array | string): void {
    const path = join(this.path, name);
    try {
      writeFileSync(`${path}.partial`, bytes);
      renameSync(`${path}.partial`, path);
    } catch (cause) {
      throw new NoScopeError(
        'resource',
        `cannot write ${path}: ${reason(cause)}; make room, then run the same command again`,
        { cause },
      );
    }
  }

  /** The value kept under `name`, or what `make` gives, kept from now on: costs are frozen this way. */
  async remember<T>(name: string, make: () => Promise<T>): Promise<T> {
    const kept = this.read(name);
    if (kept !== null) return JSON.parse(new TextDecoder().decode(kept)) as T;
    const made = await make();
    this.write(name, JSON.stringify(made));
    return made;
  }
}
