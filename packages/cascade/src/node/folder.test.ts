import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildBundle, withPlan } from '../bundle/build.ts';
import { otherPlan, parts } from '../bundle/testing.ts';
import { isBundleFolder, readBundle, readManifest, writeBundle } from './folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'noscope-bundle-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const bundle = buildBundle(parts());

describe('a bundle on disk', () => {
  it('is read as it was written, and takes the place of an older one', async () => {
    const folder = join(root, 'a', 'bundle');
    await writeBundle(folder, bundle);
    expect(await readBundle(folder)).toEqual(bundle);
    const next = withPlan(bundle, otherPlan);
    await writeBundle(folder, next);
    expect((await readManifest(folder)).id).toBe(next.manifest.id);
    expect(await readdir(join(root, 'a'))).toEqual(['bundle']);
    expect(await isBundleFolder(folder)).toBe(true);
    expect(await isBundleFolder(root)).toBe(false);
  });

  it('goes into an empty folder, and leaves every other alone', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    await writeBundle(empty, bundle);
    expect(await isBundleFolder(empty)).toBe(true);
    await writeFile(join(empty, 'notes.txt'), 'mine');
    await expect(writeBundle(empty, bundle)).rejects.toThrow(/notes\.txt/);
    expect(await readFile(join(empty, 'notes.txt'), 'utf8')).toBe('mine');
    await writeFile(join(root, 'file'), '');
    await expect(writeBundle(join(root, 'file'), bundle)).rejects.toThrow(/is a file/);
    await expect(writeBundle(join(root, 'file', 'below'), bundle)).rejects.toMatchObject({ name: 'NoScopeError' });
  });

  it('leaves nothing behind when it is stopped', async () => {
    const folder = join(root, 'stopped');
    await expect(writeBundle(folder, bundle, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(await readdir(root)).toEqual([]);
  });

  it('is refused with the name of the file in which a byte was changed', async () => {
    const folder = join(root, 'changed');
    await writeBundle(folder, bundle);
    const names = [...bundle.files.keys(), 'manifest.json'];
    await fc.assert(
      fc.asyncProperty(
        fc.nat(names.length - 1),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (which, at, flip) => {
          const path = join(folder, names[which]);
          const original = await readFile(path);
          const changed = new Uint8Array(original);
          changed[at % changed.length] ^= flip;
          await writeFile(path, changed);
          await expect(readBundle(folder)).rejects.toThrow(
            names[which] === 'manifest.json' ? /manifest\.json|version/ : names[which],
          );
          await writeFile(path, original);
        },
      ),
      { numRuns: 60 },
    );
    expect(await readBundle(folder)).toEqual(bundle);
  });

  it('says what is missing', async () => {
    const folder = join(root, 'missing');
    await expect(readBundle(folder)).rejects.toThrow(/no bundle.*manifest\.json/);
    await writeBundle(folder, bundle);
    const [first] = bundle.manifest.files;
    await rm(join(folder, first.path));
    await expect(readBundle(folder)).rejects.toThrow(`${first.path} (${first.role}) is missing`);
    await writeFile(join(folder, 'manifest.json'), '{');
    await expect(readBundle(folder)).rejects.toThrow(/not JSON/);
    await writeFile(join(folder, 'manifest.json'), new Uint8Array([0xff, 0xfe]));
    await expect(readBundle(folder)).rejects.toThrow(/not text/);
  });
});
