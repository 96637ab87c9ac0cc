/** The two hashes that a manifest carries. */
import { canonicalJson, sha256Hex } from './canonical.ts';
import type { Decides, Manifest } from './manifest.ts';

/** The bundle's id: the hash of what determines decisions. */
export const idOf = (decides: Decides): string => sha256Hex(canonicalJson(decides));

/** The hash of everything but the field that holds it. */
export function digestOf(manifest: Omit<Manifest, 'digest'> | Manifest): string {
  const { digest: _, ...sealed } = { digest: '', ...manifest };
  return sha256Hex(canonicalJson(sealed));
}
