/** The `noscope` command as a user starts it: a process of its own, with a cache of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../apps/cli/bin/noscope.js', import.meta.url));

/** Tells the process's peak resident memory on a fourth pipe when it ends; a killed process tells nothing. */
const REPORT_PEAK = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => writeSync(3, String(process.resourceUsage().maxRSS)));
`)}`;

export interface CliOptions {
  /** The cache folder, `NOSCOPE_CACHE`. */
  cache: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Largest file that the process may write, in 512-byte blocks (the shell's `ulimit -f`); for full disks without a mount. */
  fileBlocks?: number;
  /** Called with all of standard error so far, whenever more of it comes, to interfere at a known moment. */
  onStderr?(child: ChildProcess, text: string): void;
}

export interface CliResult {
  /** Null when a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Null when a signal ended the process. */
  peakRssBytes: number | null;
  wallS: number;
}

/** Runs `noscope` to its end, however that comes. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const { cache, cwd, env, fileBlocks, onStderr } = options;
  const command = [process.execPath, '--import', REPORT_PEAK, COMMAND, ...args];
  const [file, ...rest] =
    fileBlocks === undefined
      ? command
      : ['/bin/sh', '-c', `trap '' XFSZ; ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
  const startedMs = performance.now();
  const child = spawn(file, rest, {
    cwd,
    // Whatever the caller's own run is set to must not leak into a user's run: only what a shell has.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NOSCOPE_CACHE: cache, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let peak = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(child, stderr);
  });
  child.stdio[3]?.on('data', (bytes: Buffer) => {
    peak += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({
        code,
        signal,
        stdout,
        stderr,
        // The operating system counts in kibibytes.
        peakRssBytes: peak === '' ? null : Number(peak) * 1024,
        wallS: (performance.now() - startedMs) / 1000,
      }),
    );
  });
}

/** A folder for one test file, gone with `remove()`. */
export function scratch(name: string): { path: string; at(...parts: string[]): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `noscope-${name}-`));
  return {
    path,
    at: (...parts) => join(path, ...parts),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
