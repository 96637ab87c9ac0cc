import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { brokenImports, type PackageJson, type Repository } from './support/import-rule.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function readRepository(): Repository {
  const sources = new Map<string, string>();
  const packages = new Map<string, PackageJson>();
  for (const room of ['packages', 'apps']) {
    for (const entry of readdirSync(join(root, room), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (!entry.isFile() || name.includes('/node_modules/') || name.includes('/wasm/assembly/')) continue;
      if (/\.m?[jt]s$/.test(name) && !/\.d\.ts$/.test(name)) sources.set(name, readFileSync(path, 'utf8'));
      else if (/^[^/]+\/[^/]+\/package\.json$/.test(name))
        packages.set(name.slice(0, -'/package.json'.length), JSON.parse(readFileSync(path, 'utf8')));
    }
  }
  return { sources, packages };
}

describe('the import rule', () => {
  it('is kept by every package and app', () => {
    const repository = readRepository();
    expect(repository.packages.size).toBeGreaterThan(5);
    expect(brokenImports(repository)).toEqual([]);
  });
});

/** A repository of three packages and an app, all of it in order, with some sources replaced or added. */
function small(changes: Record<string, string>, dependencies: Record<string, string[]> = {}): Repository {
  const pack = (name: string, entries: string[], uses: string[]): [string, PackageJson] => [
    name,
    {
      name: name.replace('packages', '@noscope'),
      exports: Object.fromEntries(entries.map((entry) => [entry, 'x'])),
      dependencies: Object.fromEntries([...uses, ...(dependencies[name] ?? [])].map((use) => [use, '*'])),
    },
  ];
  return {
    packages: new Map([
      pack('packages/query', ['.'], ['zod']),
      pack('packages/plan', ['.'], ['@noscope/query']),
      pack('packages/engine', ['.', './node'], ['@noscope/query', 'onnxruntime-node']),
      pack('apps/cli', [], ['@noscope/engine']),
    ]),
    sources: new Map(
      Object.entries({
        'packages/query/src/index.ts': "export { type A, a } from './a.ts';\n",
        'packages/query/src/a.ts': "import { z } from 'zod';\nexport type A = 1;\nexport const a = z;\n",
        'packages/plan/src/index.ts': "export * from './b.ts';\n",
        'packages/plan/src/b.ts':
          "import { a } from '@noscope/query';\nexport const window = [a].map((window) => window);\n",
        'packages/engine/src/index.ts': "export * from './wasm/index.ts';\n",
        'packages/engine/src/wasm/index.ts': "export * from './twin.ts';\n",
        'packages/engine/src/wasm/twin.ts': 'export const twin = 1;\n',
        'packages/engine/src/node/index.ts': "export * from '../index.ts';\nexport * from './run.ts';\n",
        'packages/engine/src/node/run.ts':
          "import { cpus } from 'node:os';\nimport { twin } from '../wasm/twin.ts';\nexport const run = [cpus, twin];\n",
        'packages/engine/src/run.test.ts':
          "import { readFileSync } from 'node:fs';\nimport './index.ts';\nreadFileSync('x');\n",
        'apps/cli/src/main.ts': "import '@noscope/engine/node';\nexport const home = process.env.HOME;\n",
        ...changes,
      }),
    ),
  };
}

describe('what the import rule catches', () => {
  it('says nothing about a repository in order', () => {
    expect(brokenImports(small({}))).toEqual([]);
  });

  const b = 'packages/plan/src/b.ts';
  const cases: [
    title: string,
    complaint: RegExp,
    changes: Record<string, string>,
    dependencies?: Record<string, string[]>,
  ][] = [
    [
      'an arrow that runs back',
      /query\/src\/a.ts: @noscope\/query may not import @noscope\/plan/,
      { 'packages/query/src/a.ts': "export * from '@noscope/plan';\n" },
      { 'packages/query': ['@noscope/plan'] },
    ],
    [
      'an arrow that runs back in a package.json alone',
      /query\/package.json: @noscope\/query may not import @noscope\/plan/,
      {},
      { 'packages/query': ['@noscope/plan'] },
    ],
    [
      'siblings',
      /@noscope\/plan may not import @noscope\/engine/,
      { [b]: "const twin = await import('@noscope/engine');\nexport { twin };\n" },
      { 'packages/plan': ['@noscope/engine'] },
    ],
    ['siblings in a type', /may not import/, { [b]: "export type T = import('@noscope/engine').T;\n" }],
    [
      'a circle between packages',
      /circle between packages: @noscope\/query → @noscope\/plan → @noscope\/query/,
      {},
      { 'packages/query': ['@noscope/plan'] },
    ],
    [
      'a circle between files',
      /circle between files: packages\/plan\/src\/b.ts → packages\/plan\/src\/c.ts → packages\/plan\/src\/b.ts/,
      { [b]: "import './c.ts';\n", 'packages/plan/src/c.ts': "export type { X } from './b.ts';\n" },
    ],
    ['a Node built-in outside node/', /'node:fs' is a Node built-in/, { [b]: "import 'node:fs';\n" }],
    ['a Node built-in without its prefix', /'fs\/promises' is a Node built-in/, { [b]: "import 'fs/promises';\n" }],
    ['a Node global outside node/', /'Buffer' exists in Node only/, { [b]: 'export const b = Buffer.from([]);\n' }],
    [
      'a package that needs Node outside node/',
      /'onnxruntime-node' needs Node/,
      { 'packages/engine/src/wasm/twin.ts': "import 'onnxruntime-node';\n" },
    ],
    [
      'a node/ file outside node/',
      /'\.\/node\/run.ts' needs Node/,
      { 'packages/engine/src/x.ts': "import './node/run.ts';\n" },
    ],
    ['the DOM outside browser/', /'document' belongs to the DOM/, { [b]: 'export const d = document.title;\n' }],
    ['the DOM in a type', /'HTMLVideoElement' belongs/, { [b]: 'export type V = HTMLVideoElement;\n' }],
    [
      'the DOM through globalThis',
      /'window' belongs/,
      { 'packages/plan/src/c.ts': 'export const w = globalThis.window;\n' },
    ],
    ['an index that does something', /an index re-exports/, { 'packages/plan/src/index.ts': 'export const x = 1;\n' }],
    ['an index that imports', /an index re-exports/, { 'packages/plan/src/index.ts': "import './b.ts';\n" }],
    ['the inside importing its index', /is the index that this file/, { [b]: "import './index.ts';\n" }],
    [
      'the inside importing an index further out',
      /is the index that this file/,
      { 'packages/engine/src/node/run.ts': "import '../index.ts';\n" },
    ],
    ['a package importing itself', /is this very package/, { [b]: "import '@noscope/plan';\n" }],
    [
      'the environment outside apps',
      /only apps read/,
      { 'packages/engine/src/node/run.ts': 'export const x = process.env.X;\n' },
    ],
    [
      'the environment by destructuring',
      /only apps read/,
      { 'packages/engine/src/node/run.ts': 'const { env } = process;\nexport const x = env.X;\n' },
    ],
    ['a path out of the package', /leaves the package/, { [b]: "import '../../query/src/a.ts';\n" }],
    ['an entry that is not exported', /is no entry/, { [b]: "import '@noscope/query/src/a.ts';\n" }],
    ['a dependency not declared', /'lodash' is not among/, { [b]: "import 'lodash';\n" }],
    ['a package without a layer', /does not know this package/, {}, {}],
  ];
  it.each(cases)('%s', (title, complaint, changes, dependencies) => {
    const repository = small(changes, dependencies);
    if (title === 'a package without a layer')
      repository.packages = new Map([...repository.packages, ['packages/odd', { name: '@noscope/odd' }]]);
    expect(brokenImports(repository).join('\n')).toMatch(complaint);
  });
});
