/** What every command shares: its terminal, its stop signal, and how an error becomes an exit code. */
import { NoScopeError } from '@noscope/query';
import type { Command } from 'commander';
import { UsageError } from './arguments.ts';
import { Terminal } from './terminal.ts';

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

export interface Running {
  terminal: Terminal;
  signal: AbortSignal;
}

export class Session {
  /** Runs a command's work; sets the exit code instead of throwing. The first Ctrl-C stops cleanly, a second at once. */
  async run(command: Command, work: (running: Running) => Promise<void>): Promise<void> {
    const terminal = new Terminal({ json: command.optsWithGlobals<{ json?: boolean }>().json === true });
    const controller = new AbortController();
    const stop = () => {
      if (controller.signal.aborted) process.exit(EXIT.failed);
      terminal.note('stopping; the same command goes on from here (Ctrl-C again to leave at once)');
      controller.abort(new NoScopeError('aborted', 'stopped by Ctrl-C'));
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    try {
      await work({ terminal, signal: controller.signal });
    } catch (error) {
      process.exitCode = report(error, terminal);
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    }
  }
}

function report(error: unknown, terminal: Terminal): number {
  if (!(error instanceof NoScopeError)) {
    terminal.note(`noscope: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return EXIT.failed;
  }
  if (error.code === 'aborted') {
    terminal.note('noscope: stopped');
    return EXIT.failed;
  }
  terminal.note(`noscope: ${error.message}`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
