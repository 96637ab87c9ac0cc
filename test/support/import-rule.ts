/**
 * The import rule of the architecture as a function from sources to complaints:
 * `query ← {plan, engine} ← {media, difference, specialized, reference, scene} ← {optimizer, cascade} ← {pipeline, client} ← apps`,
 * and which machinery may be touched where.
 */
import { posix } from 'node:path';
import { type SourceFacts, sourceFacts } from './source-facts.ts';

/** The repository as the rule sees it: paths relative to its root, with forward slashes. */
export interface Repository {
  /** Text of every TypeScript source. */
  sources: ReadonlyMap<string, string>;
  /** Parsed package.json of every package and app, by folder (`packages/query`). */
  packages: ReadonlyMap<string, PackageJson>;
}

export interface PackageJson {
  name: string;
  exports?: Record<string, unknown>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** From the vocabulary outward; imports go from a later layer to an earlier one, never within one. */
export const LAYERS: readonly (readonly string[])[] = [
  ['query'],
  ['plan', 'engine'],
  ['media', 'difference', 'specialized', 'reference', 'scene'],
  ['optimizer', 'cascade'],
  ['pipeline', 'client'],
];

/** Packages of the registry that need Node. */
const NODE_ONLY = new Set(['node-av', 'onnxruntime-node', '@napi-rs/canvas', 'webgpu', 'commander', 'vite', 'vitest']);
const NODE_BUILT_INS =
  /^(node:|(assert|buffer|child_process|cluster|crypto|dns|events|fs|http|http2|https|module|net|os|path|perf_hooks|process|readline|stream|tls|url|util|v8|vm|worker_threads|zlib)(\/|$))/;
const NODE_GLOBALS = ['process', 'Buffer', '__dirname', '__filename', 'require', 'setImmediate'];
const DOM_GLOBALS =
  /^(document|window|localStorage|sessionStorage|(HTML|SVG)\w*Element|Element|Document|MutationObserver)$/;

/** One sentence for every line that breaks the rule; empty when all is well. */
export function brokenImports(repository: Repository): string[] {
  const complaints: string[] = [];
  const facts = new Map<string, SourceFacts>();
  for (const [path, text] of repository.sources) facts.set(path, sourceFacts(text));
  for (const [folder, pack] of repository.packages) complaints.push(...checkPackage(folder, pack));
  complaints.push(...circles(packageGraph(repository), 'packages'));
  for (const [path, fact] of facts) complaints.push(...checkSource(path, fact, repository));
  complaints.push(...circles(fileGraph(facts), 'files'));
  return [...new Set(complaints)];
}

function layerOf(folder: string): number {
  if (folder.startsWith('apps/')) return LAYERS.length;
  return LAYERS.findIndex((names) => names.includes(posix.basename(folder)));
}

function checkPackage(folder: string, pack: PackageJson): string[] {
  const complaints: string[] = [];
  const layer = layerOf(folder);
  if (layer < 0) complaints.push(`${folder}: the import rule does not know this package; give it a layer`);
  for (const name of dependenciesOf(pack)) {
    if (!name.startsWith('@noscope/')) continue;
    const other = layerOf(`packages/${name.slice('@noscope/'.length)}`);
    if (layer >= 0 && other >= layer) complaints.push(`${folder}/package.json: ${runsBack(pack.name, name)}`);
  }
  return complaints;
}

const runsBack = (from: string, to: string): string => `${from} may not import ${to}: it is beside or above it`;

const dependenciesOf = (pack: PackageJson): string[] =>
  Object.keys({ ...pack.dependencies, ...pack.peerDependencies, ...pack.optionalDependencies });

function checkSource(path: string, facts: SourceFacts, repository: Repository): string[] {
  const complaints: string[] = [];
  const say = (what: string) => complaints.push(`${path}: ${what}`);
  const [room, name, ...inside] = path.split('/');
  const folder = `${room}/${name}`;
  const pack = repository.packages.get(folder);
  if (pack === undefined) return complaints;
  const isPackage = room === 'packages';
  const isTest = /(\.test|\/testing)\.ts$/.test(path) || inside[0] !== 'src';
  const isForNode = inside[1] === 'node';
  const isForBrowser = inside[1] === 'browser';
  const isIndex = posix.basename(path) === 'index.ts';

  for (const { module } of facts.imports) {
    if (module.startsWith('.')) {
      const target = posix.join(posix.dirname(path), module);
      if (target.startsWith('models/') || (isTest && target.startsWith('test/support/'))) continue;
      if (!target.startsWith(`${folder}/`)) say(`'${module}' leaves the package; import it by its name`);
      else if (!repository.sources.has(target) && target.endsWith('.ts')) say(`'${module}' does not exist`);
      if (isTest || !isPackage) continue;
      // One entry may hold all of another, as the entry for Node does; the circle check sees the rest.
      if (!isIndex && posix.basename(target) === 'index.ts' && path.startsWith(`${posix.dirname(target)}/`))
        say(`'${module}' is the index that this file stands behind; import the file itself`);
      if (!isForNode && target.startsWith(`${folder}/src/node/`))
        say(`'${module}' needs Node; move this file to node/`);
      if (!isForBrowser && target.startsWith(`${folder}/src/browser/`))
        say(`'${module}' needs a browser; move this file to browser/`);
      continue;
    }
    if (NODE_BUILT_INS.test(module)) {
      if (isPackage && !isTest && !isForNode) say(`'${module}' is a Node built-in; only node/ may import it`);
      continue;
    }
    const external = packageNameOf(module);
    if (external === pack.name) {
      say(`'${module}' is this very package; import the file itself`);
      continue;
    }
    if (external.startsWith('@noscope/')) {
      const other = `packages/${external.slice('@noscope/'.length)}`;
      const exported = repository.packages.get(other)?.exports ?? {};
      if (layerOf(other) < 0 || !(`.${module.slice(external.length)}` in exported))
        say(`'${module}' is no entry of a package here`);
      else if (layerOf(other) >= layerOf(folder)) say(runsBack(pack.name, external));
      if (isPackage && !isTest && !isForNode && module.endsWith('/node'))
        say(`'${module}' needs Node; only node/ may import it`);
    } else if (isPackage && !isTest && !isForNode && NODE_ONLY.has(external)) {
      say(`'${module}' needs Node; only node/ may import it`);
    }
    if (!isTest && !dependenciesOf(pack).includes(external))
      say(`'${external}' is not among the package's dependencies`);
  }

  if (isPackage && !isTest) {
    if (isIndex && !facts.onlyReExports) say('an index re-exports and does nothing else');
    if (facts.readsEnvironment) say('only apps read the environment');
    if (!isForNode) {
      for (const used of NODE_GLOBALS) if (facts.globals.has(used)) say(`'${used}' exists in Node only`);
    }
    if (!isForBrowser) {
      for (const used of facts.globals)
        if (DOM_GLOBALS.test(used)) say(`'${used}' belongs to the DOM; only browser/ may use it`);
    }
  }
  return complaints;
}

const packageNameOf = (module: string): string =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');

type Graph = Map<string, string[]>;

function packageGraph({ packages }: Repository): Graph {
  return new Map([...packages.values()].map((pack) => [pack.name, dependenciesOf(pack)]));
}

function fileGraph(facts: ReadonlyMap<string, SourceFacts>): Graph {
  const graph: Graph = new Map();
  for (const [path, { imports }] of facts) {
    graph.set(
      path,
      imports
        .filter(({ module }) => module.startsWith('.'))
        .map(({ module }) => posix.join(posix.dirname(path), module)),
    );
  }
  return graph;
}

/** Each circle once, as the path along it. */
function circles(graph: Graph, what: string): string[] {
  const complaints: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (at: string): void => {
    const start = trail.indexOf(at);
    if (start >= 0) complaints.push(`circle between ${what}: ${[...trail.slice(start), at].join(' → ')}`);
    if (start >= 0 || done.has(at)) return;
    trail.push(at);
    for (const next of graph.get(at) ?? []) walk(next);
    trail.pop();
    done.add(at);
  };
  for (const at of graph.keys()) walk(at);
  return complaints;
}
