/** Tells a whole bundle from a damaged one, and names what is damaged. */
import { PREPROCESSING_VERSION } from '@noscope/engine';
import { checkPlan } from '@noscope/plan';
import { NoScopeError, throwIfAborted } from '@noscope/query';
import { z } from 'zod';
import { canonicalJson, sha256Hex } from './canonical.ts';
import {
  type Bundle,
  type BundleFile,
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type Manifest,
  manifestSchema,
} from './manifest.ts';
import { digestOf, idOf } from './seal.ts';

export const MANIFEST_FILE = 'manifest.json';

const AGAIN = 'copy or fetch the bundle again, or train it anew';

/**
 * A manifest from parsed JSON. Throws `unsupported` for a later version of the format or of the preprocessing, and
 * `corrupt` for anything that is not a manifest, contradicts itself or was changed after it was written.
 */
export function parseManifest(value: unknown): Manifest {
  const head = z.object({ format: z.literal(MANIFEST_FORMAT), version: z.number().int().positive() }).safeParse(value);
  if (!head.success) throw corrupt('is not the manifest of a NoScope bundle');
  if (head.data.version !== MANIFEST_VERSION) {
    throw new NoScopeError(
      'unsupported',
      `this bundle has version ${head.data.version} of the format, this program reads version ${MANIFEST_VERSION}: update the program, or publish the cascade again with this one`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw corrupt(`does not follow its schema:\n${z.prettifyError(parsed.error)}`, parsed.error);
  const manifest = parsed.data;
  if (idOf(manifest.decides) !== manifest.id) {
    throw corrupt('was changed: its id is not the hash of what it decides by');
  }
  if (digestOf(manifest) !== manifest.digest) throw corrupt('was changed: its digest does not match its contents');
  checkReferences(manifest);
  if (manifest.decides.preprocessing !== PREPROCESSING_VERSION) {
    throw new NoScopeError(
      'unsupported',
      `this bundle was taught on frames of preprocessing ${manifest.decides.preprocessing}, this program makes ${PREPROCESSING_VERSION}, on which its scores would mean something else: train it again`,
    );
  }
  return manifest;
}

/**
 * Checks a bundle in memory: the manifest, and every file it names by size and hash. Throws `corrupt` or `not-found`
 * with the file's name. Returns the bundle with the manifest as parsed.
 */
export function verifyBundle(bundle: { manifest: unknown; files: ReadonlyMap<string, Uint8Array> }): Bundle {
  const manifest = parseManifest(bundle.manifest);
  const files = new Map<string, Uint8Array>();
  for (const file of manifest.files) {
    const bytes = bundle.files.get(file.path);
    if (bytes === undefined) throw missing(file);
    checkFile(file, bytes);
    files.set(file.path, bytes);
  }
  return { manifest, files };
}

/**
 * Opens a bundle from wherever its files are: a folder, a server, a browser's database. `read` is asked for each file
 * once and may throw; what it gives is checked.
 */
export async function openBundle(
  manifest: unknown,
  read: (file: BundleFile) => Promise<Uint8Array>,
  options: { signal?: AbortSignal } = {},
): Promise<Bundle> {
  const parsed = parseManifest(manifest);
  const files = new Map<string, Uint8Array>();
  for (const file of parsed.files) {
    throwIfAborted(options.signal);
    const bytes = await read(file);
    checkFile(file, bytes);
    files.set(file.path, bytes);
  }
  return { manifest: parsed, files };
}

/** Throws `corrupt`, with the file's name, when the bytes are not those that the manifest names. */
export function checkFile(file: BundleFile, bytes: Uint8Array): void {
  if (bytes.length !== file.sizeBytes) {
    throw new NoScopeError(
      'corrupt',
      `${file.path} (${file.role}) has ${bytes.length} bytes instead of ${file.sizeBytes}: ${AGAIN}`,
    );
  }
  if (sha256Hex(bytes) !== file.sha256) {
    throw new NoScopeError(
      'corrupt',
      `${file.path} (${file.role}) is not what its hash says, it was changed: ${AGAIN}`,
    );
  }
}

/** The manifest as it is written: one rendering only, so that a changed byte in it is a changed manifest. */
export const encodeManifest = (manifest: Manifest): string => `${canonicalJson(manifest, 2)}\n`;

/** Reads {@link encodeManifest}'s text, which must be exactly as it was written. */
export function decodeManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt('is not JSON', cause);
  }
  const manifest = parseManifest(value);
  if (encodeManifest(manifest) !== text) {
    throw corrupt('was changed: it says the same, but is not written as it was (line ends, spaces, order)');
  }
  return manifest;
}

export const missing = (file: BundleFile, cause?: unknown): NoScopeError =>
  new NoScopeError('not-found', `${file.path} (${file.role}) is missing from the bundle: ${AGAIN}`, { cause });

/** Every plan's detector and model is there with its files, and no file is there for nothing. */
function checkReferences({ decides, beside, files }: Manifest): void {
  const byHash = new Map(files.map((file) => [file.sha256, file]));
  const used = new Set<string>();
  const use = (sha256: string): void => {
    if (!byHash.has(sha256)) throw corrupt(`names the file ${sha256}, which it does not list`);
    used.add(sha256);
  };
  for (const detector of beside.detectors) use(detector.file);
  for (const { onnx, layers } of beside.models) {
    if (onnx !== null) use(onnx);
    if (layers !== null) {
      use(layers.topology);
      use(layers.weights);
    }
  }
  if (beside.traces !== null) use(beside.traces);
  const stray = files.find((file) => !used.has(file.sha256));
  if (stray !== undefined) throw corrupt(`lists the file ${stray.path}, which nothing uses`);
  checkUnique(beside.detectors);
  checkUnique(beside.models);
  for (const plan of [decides.plan, ...beside.frontier.map((point) => point.plan)]) {
    checkPlan(plan);
    if (plan.detector !== null && !beside.detectors.some(({ id }) => id === plan.detector?.id)) {
      throw corrupt(`has a plan that uses the detector ${plan.detector.id}, which is not there`);
    }
    if (plan.model !== null && !beside.models.some(({ id }) => id === plan.model?.id)) {
      throw corrupt(`has a plan that uses the model ${plan.model.id}, which is not there`);
    }
  }
  const detector = beside.detectors.find(({ id }) => id === decides.plan.detector?.id) ?? null;
  const model = beside.models.find(({ id }) => id === decides.plan.model?.id) ?? null;
  if (
    canonicalJson(detector) !== canonicalJson(decides.detector) ||
    canonicalJson(model) !== canonicalJson(decides.model)
  ) {
    throw corrupt('names other files for its plan than for its detector or model');
  }
}

function checkUnique(entries: { id: string }[]): void {
  const ids = new Set<string>();
  for (const { id } of entries) {
    if (ids.has(id)) throw corrupt(`names ${id} twice`);
    ids.add(id);
  }
}

const corrupt = (what: string, cause?: unknown): NoScopeError =>
  new NoScopeError('corrupt', `${MANIFEST_FILE} ${what}; ${AGAIN}`, { cause });
