import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBundle, withPlan } from './build.ts';
import { canonicalJson, sha256Hex } from './canonical.ts';
import { bundleTraces, detectorFile, modelFiles } from './files.ts';
import type { Bundle } from './manifest.ts';
import { bytes, index, otherPlan, parts, plan, recording } from './testing.ts';
import { decodeManifest, encodeManifest, openBundle, parseManifest, verifyBundle } from './verify.ts';

const clone = (bundle: Bundle): { manifest: Bundle['manifest']; files: Map<string, Uint8Array> } => ({
  manifest: structuredClone(bundle.manifest),
  files: new Map([...bundle.files].map(([path, file]) => [path, file.slice()])),
});

describe('hashes', () => {
  it('are SHA-256 as everyone computes it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
        expect(sha256Hex(content)).toBe(createHash('sha256').update(content).digest('hex'));
      }),
    );
  });

  it('do not depend on the order in which an object was put together', () => {
    expect(canonicalJson({ b: [1, { d: 0, c: null }], a: 'x', e: undefined })).toBe(
      '{"a":"x","b":[1,{"c":null,"d":0}]}',
    );
    expect(canonicalJson(Number.POSITIVE_INFINITY)).toBe('"Infinity"');
    expect(() => canonicalJson({ a: [Number.NaN] })).toThrow(/\$\.a\[0\]/);
  });
});

describe('a bundle', () => {
  const bundle = buildBundle(parts());

  it('holds the files of every plan on its frontier, once each, and no others', () => {
    const roles = bundle.manifest.files.map((file) => file.role).sort();
    expect(roles).toEqual([
      ...['detector', 'detector', 'model-layers', 'model-onnx', 'model-onnx', 'model-weights', 'model-weights'],
      'traces',
    ]);
    expect(bundle.manifest.files.map((file) => file.path).sort()).toEqual([...bundle.files.keys()].sort());
    expect(detectorFile(bundle, 'image')).toEqual(bytes(80, 1));
    expect(modelFiles(bundle, '4-64-256').layers?.weights).toEqual(bytes(150, 8));
    expect(() => detectorFile(bundle, 'unused')).toThrow(/no difference detector unused/);
  });

  it('is named by what decides, not by what was measured or when', () => {
    const id = bundle.manifest.id;
    const { costs } = parts();
    expect(
      buildBundle(parts({ createdAt: new Date(1e12), warnings: [], costs: { ...costs, decodeS: 1 } })).manifest.id,
    ).toBe(id);
    expect(
      buildBundle(parts({ frontier: parts().frontier.slice(0, 1), traces: null, accuracy: null })).manifest.id,
    ).toBe(id);
    const others = [
      parts({ query: { ...parts().query, confidence: 0.3 } }),
      parts({ view: { kind: 'small', size: 50 } }),
      parts({ frameIntervalS: 0.2 }),
      parts({ plan: { ...plan, tSkipS: 0.1 } }),
      parts({
        detectors: [
          { id: 'image', bytes: bytes(80, 1) },
          { id: 'earlier-1s', bytes: bytes(90, 9) },
        ],
      }),
    ];
    expect(new Set([id, ...others.map((other) => buildBundle(other).manifest.id)]).size).toBe(others.length + 1);
  });

  it('can take another plan of its frontier, and then decides by that', () => {
    const chosen = withPlan(bundle, otherPlan, { createdAt: new Date(5) });
    expect(chosen.manifest.id).toBe(buildBundle(parts({ plan: otherPlan })).manifest.id);
    expect(chosen.manifest.decides.plan).toEqual(otherPlan);
    expect(chosen.manifest.beside.accuracy).toBeNull();
    expect(verifyBundle(chosen).manifest).toEqual(chosen.manifest);
    const reference = withPlan(bundle, { tSkipS: 0, toleranceS: 0.05, detector: null, model: null });
    expect(reference.manifest.decides).toMatchObject({ detector: null, model: null });
  });

  it('carries traces from which its plans replay as they did', () => {
    const traces = bundleTraces(bundle);
    expect(traces?.index).toEqual(index);
    expect(traces?.difference('earlier-1s', 0.2)).toEqual(recording(60).difference('earlier-1s', 0.2));
  });

  it('survives being written as text, infinite thresholds too', () => {
    expect(decodeManifest(encodeManifest(bundle.manifest))).toEqual(bundle.manifest);
    const chosen = withPlan(bundle, otherPlan);
    expect(decodeManifest(encodeManifest(chosen.manifest)).decides.plan).toEqual(otherPlan);
  });

  it('opens from wherever its files are', async () => {
    const asked: string[] = [];
    const opened = await openBundle(JSON.parse(encodeManifest(bundle.manifest)), async (file) => {
      asked.push(file.path);
      return bundle.files.get(file.path) ?? new Uint8Array(0);
    });
    expect(opened).toEqual(bundle);
    expect(asked).toEqual(bundle.manifest.files.map((file) => file.path));
    const [first] = bundle.manifest.files;
    await expect(openBundle(bundle.manifest, async () => new Uint8Array(first.sizeBytes))).rejects.toThrow(first.path);
    await expect(
      openBundle(bundle.manifest, async () => new Uint8Array(0), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('what is refused', () => {
  const bundle = buildBundle(parts());

  it('any changed byte of any file, by the file’s name', () => {
    const files = bundle.manifest.files;
    fc.assert(
      fc.property(fc.nat(files.length - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, flip) => {
        const changed = clone(bundle);
        const file = changed.files.get(files[which].path);
        if (file === undefined) throw new Error('not there');
        file[at % file.length] ^= flip;
        expect(() => verifyBundle(changed)).toThrow(files[which].path);
      }),
      { numRuns: 300 },
    );
  });

  it('any changed byte of the manifest', () => {
    const text = new TextEncoder().encode(encodeManifest(bundle.manifest));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = text.slice();
        changed[at] ^= flip;
        expect(() => decodeManifest(new TextDecoder().decode(changed))).toThrow(
          expect.objectContaining({ name: 'NoScopeError' }),
        );
      }),
      { numRuns: 600 },
    );
  });

  it('a missing, cut or swapped file', () => {
    const [first, second] = bundle.manifest.files;
    const without = clone(bundle);
    without.files.delete(first.path);
    expect(() => verifyBundle(without)).toThrow(expect.objectContaining({ code: 'not-found' }));
    const cut = clone(bundle);
    cut.files.set(second.path, (bundle.files.get(second.path) ?? bytes(1, 1)).slice(1));
    expect(() => verifyBundle(cut)).toThrow(/instead of/);
  });

  it('a later version, with what to do', () => {
    expect(() => parseManifest({ ...bundle.manifest, version: 2, news: true })).toThrow(
      /version 2.*update the program/,
    );
    expect(() => parseManifest({ format: 'zip' })).toThrow(/not the manifest/);
    expect(() => parseManifest(null)).toThrow(/not the manifest/);
  });

  it('fields that the schema does not know, a path that leads away', () => {
    expect(() => parseManifest({ ...bundle.manifest, extra: 1 })).toThrow(/schema/);
    const away = clone(bundle);
    away.manifest.files[0].path = '../../etc/passwd';
    expect(() => verifyBundle(away)).toThrow(/schema/);
  });

  it('a plan without its files, and parts that make no bundle', () => {
    expect(() => buildBundle(parts({ models: [] }))).toThrow(/specialized model 2-32-64.*has none/);
    expect(() => withPlan(bundle, { ...plan, detector: null, model: { id: 'x', cLow: 0, cHigh: 1 } })).toThrow(
      /model x/,
    );
    expect(() => buildBundle(parts({ frameIntervalS: -1 }))).toThrow(expect.objectContaining({ code: 'bad-input' }));
    expect(() =>
      buildBundle(parts({ models: parts().models.map(({ id }) => ({ id, onnx: null, layers: null })) })),
    ).toThrow(/needs a file/);
  });
});
