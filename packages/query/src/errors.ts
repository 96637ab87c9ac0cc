/**
 * The one error type of the project. `code` is what programs read (HTTP and exit codes are mapped from it in one place
 * each), `message` tells a person what is wrong and what to do next.
 */
export type ErrorCode =
  /** The caller's arguments, configuration or file contents are wrong. */
  | 'bad-input'
  /** A file, model or bundle that was named is not there. */
  | 'not-found'
  /** The input is recognised and not supported. */
  | 'unsupported'
  /** A file is damaged: cut off, altered, or not what its hash says. */
  | 'corrupt'
  /** A host, engine or device that is needed cannot be had now. */
  | 'unavailable'
  /** No space, no memory, no permission. */
  | 'resource'
  /** Stopped by an AbortSignal. */
  | 'aborted';

export class NoScopeError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'NoScopeError';
    this.code = code;
  }
}

/** Throws `aborted` when the signal says so; called between units of work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new NoScopeError('aborted', 'stopped on request', { cause: signal.reason });
}
