/** The files of a bundle, asked for by what they are. */
import { NoScopeError } from '@noscope/query';
import type { Bundle } from './manifest.ts';
import { decodeRecording, type Traces } from './traces.ts';

/** The file of a detector; throws `not-found` when the bundle has none of this id. */
export function detectorFile(bundle: Bundle, id: string): Uint8Array {
  const entry = bundle.manifest.beside.detectors.find((detector) => detector.id === id);
  if (entry === undefined) throw unknown('difference detector', id);
  return byHash(bundle, entry.file);
}

/** The files of a specialized model; throws `not-found` when the bundle has none of this id. */
export function modelFiles(
  bundle: Bundle,
  id: string,
): { onnx: Uint8Array | null; layers: { topology: Uint8Array; weights: Uint8Array } | null } {
  const entry = bundle.manifest.beside.models.find((model) => model.id === id);
  if (entry === undefined) throw unknown('specialized model', id);
  const { onnx, layers } = entry;
  return {
    onnx: onnx === null ? null : byHash(bundle, onnx),
    layers:
      layers === null ? null : { topology: byHash(bundle, layers.topology), weights: byHash(bundle, layers.weights) },
  };
}

/** The optimize split's traces, to choose again with other costs; null where the bundle carries none. */
export function bundleTraces(bundle: Bundle): Traces | null {
  const { traces } = bundle.manifest.beside;
  return traces === null ? null : decodeRecording(byHash(bundle, traces));
}

function byHash(bundle: Bundle, sha256: string): Uint8Array {
  const file = bundle.manifest.files.find((listed) => listed.sha256 === sha256);
  const bytes = file === undefined ? undefined : bundle.files.get(file.path);
  if (bytes === undefined) throw new NoScopeError('not-found', `the bundle does not hold the file ${sha256}`);
  return bytes;
}

const unknown = (kind: string, id: string): NoScopeError =>
  new NoScopeError('not-found', `the bundle holds no ${kind} ${id}; take one that its manifest lists`);
