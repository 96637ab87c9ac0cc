/** A disk that is full: a small file system in memory where the system lets us mount one. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

export interface SmallDisk {
  path: string;
  /** Gives it another size, without losing what is there. */
  resize(kilobytes: number): void;
  remove(): void;
}

/** Mounts a file system of `kilobytes` at `path`; null where that is not allowed, which takes root on Linux. */
export function mountSmallDisk(path: string, kilobytes: number): SmallDisk | null {
  mkdirSync(path, { recursive: true });
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'noscope-test', path)) return null;
  return {
    path,
    resize: (size) => {
      if (!run('mount', '-o', `remount,size=${size}k`, path)) throw new Error(`${path} cannot be resized`);
    },
    remove: () => {
      if (!run('umount', path)) run('umount', '-l', path);
    },
  };
}
