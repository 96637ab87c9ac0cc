/**
 * One rendering for one value, so that a hash of JSON means something: keys sorted, no spaces, no dependence on the
 * order in which an object was put together.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { NoScopeError } from '@noscope/query';

/**
 * JSON with sorted keys. A property that is `undefined` counts as absent, as in JSON; ±Infinity is written as the
 * string "Infinity" or "-Infinity", because a threshold may mean "always". Throws `bad-input` for what JSON cannot say.
 *
 * @param indent spaces a level; 0 writes one line
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(sorted(value, '$'), null, indent);
}

function sorted(value: unknown, at: string): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isNaN(value)) throw new NoScopeError('bad-input', `${at} is not a number; nothing can be made of it`);
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item, i) => sorted(item, `${at}[${i}]`));
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
          .map(([key, item]) => [key, sorted(item, `${at}.${key}`)]),
      );
    default:
      throw new NoScopeError('bad-input', `${at} is a ${typeof value}, which JSON cannot hold`);
  }
}

/**
 * SHA-256 in lower-case hex. Not `crypto.subtle`: a page that came by plain HTTP has none, and still has to tell a whole
 * bundle from a damaged one.
 */
export function sha256Hex(content: Uint8Array | string): string {
  return bytesToHex(sha256(typeof content === 'string' ? new TextEncoder().encode(content) : content));
}
