/** What a caller may name as a video: a path, a file address, or an address that FFmpeg understands. */
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NoScopeError } from '@noscope/query';

export interface Address {
  /** As FFmpeg takes it. */
  url: string;
  /** The local file, or null for a network address. */
  path: string | null;
  /** Lower case, null for a local file. */
  protocol: string | null;
}

export function parseAddress(address: string): Address {
  if (address.trim() === '') throw new NoScopeError('bad-input', 'no video was named: give a path or an address');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1].toLowerCase();
  if (scheme !== undefined && scheme !== 'file') return { url: address, path: null, protocol: scheme };
  const path = resolve(scheme === 'file' ? fileURLToPath(address) : address);
  // The prefix keeps FFmpeg from taking `a:b.mp4` for a protocol.
  return { url: `file:${path}`, path, protocol: null };
}

/** Refuses what can be refused without FFmpeg, in words. */
export async function checkLocalFile(path: string): Promise<void> {
  let size: number;
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new NoScopeError('bad-input', `${path} is a folder: name a video file in it`);
    size = found.isFile() ? found.size : -1;
  } catch (error) {
    if (error instanceof NoScopeError) throw error;
    if (codeOf(error) === 'EACCES') {
      throw new NoScopeError('resource', `${path} may not be read: check its permissions`, { cause: error });
    }
    throw new NoScopeError('not-found', `no such file: ${path}`, { cause: error });
  }
  if (size === 0) throw new NoScopeError('corrupt', `${path} is empty: it holds no video`);
}

/** The container that a file's first bytes announce, or null: tells a damaged video from a file that is none. */
export async function announcedContainer(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const head = buffer.subarray(0, bytesRead);
    const word = (at: number) => head.toString('latin1', at, at + 4);
    if (['ftyp', 'moov', 'mdat', 'free', 'wide', 'skip'].includes(word(4))) return 'MP4';
    if (head.readUInt32BE(0) === 0x1a45dfa3) return 'Matroska';
    if (word(0) === 'RIFF') return 'AVI';
    if (word(0) === 'FLV\x01') return 'FLV';
    return null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
