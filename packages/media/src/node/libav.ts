/**
 * FFmpeg as a library. Only node-av's low-level half is used: its high-level half needs `Promise.withResolvers`, which
 * Node 20 lacks, and without it silently yields no frames.
 */
import { AV_LOG_QUIET, type AVLogLevel } from 'node-av/constants';
import { FFmpegError, Log } from 'node-av/lib';

// FFmpeg writes to standard error on its own; what it has to say reaches the caller as error codes.
Log.setLevel(AV_LOG_QUIET as AVLogLevel);

/** FFmpeg's words for one of its error codes. */
export const describeCode = (code: number): string => FFmpegError.strerror(code);
