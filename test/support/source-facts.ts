/** What a source file imports and which globals it leans on, read from its syntax tree rather than by searching text. */
import { parseAst } from 'vite';

export interface SourceFacts {
  /** Every module named: static and dynamic imports, re-exports, types. */
  imports: { module: string; typeOnly: boolean }[];
  /** Names used and not declared in the file. */
  globals: Set<string>;
  /** `process.env`, in whatever spelling. */
  readsEnvironment: boolean;
  /** Holds nothing but re-exports of other modules. */
  onlyReExports: boolean;
}

interface Node {
  type: string;
  [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

const nodeOf = (value: unknown): Node | null => (isNode(value) ? value : null);
const nodesOf = (value: unknown): Node[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
const nameOf = (node: Node | null): string | null =>
  node !== null && (node.type === 'Identifier' || node.type === 'PrivateIdentifier') ? String(node.name) : null;
const literalOf = (value: unknown): string | null => {
  const node = nodeOf(value);
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
};

/** Throws a SyntaxError for text that is no TypeScript. */
export function sourceFacts(text: string): SourceFacts {
  const body = nodesOf(parseAst(text, { lang: 'ts' }).body);
  const facts: SourceFacts = {
    imports: [],
    globals: new Set(),
    readsEnvironment: false,
    onlyReExports: body.every(
      (node) =>
        node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source !== null),
    ),
  };
  const declared = new Set<string>();
  for (const node of body) visit(node, null, '', facts, declared);
  for (const name of declared) facts.globals.delete(name);
  return facts;
}

function visit(node: Node, parent: Node | null, slot: string, facts: SourceFacts, declared: Set<string>): void {
  const module = literalOf(node.source);
  if (module !== null) facts.imports.push({ module, typeOnly: isTypeOnly(node) });
  const name = nameOf(node);
  if (name !== null) {
    if (declares(parent, slot)) declared.add(name);
    else if (!isJustAName(parent, slot)) facts.globals.add(name);
  }
  if (node.type === 'MemberExpression') {
    const object = nodeOf(node.object);
    const property = nodeOf(node.property);
    const member = node.computed === true ? literalOf(property) : nameOf(property);
    if (nameOf(object) === 'globalThis' && member !== null) facts.globals.add(member);
    if (member === 'env' && (nameOf(object) === 'process' || isGlobalProcess(object))) facts.readsEnvironment = true;
  }
  if (node.type === 'VariableDeclarator' && nameOf(nodeOf(node.init)) === 'process') {
    const pattern = JSON.stringify(node.id);
    if (pattern.includes('"name":"env"')) facts.readsEnvironment = true;
  }
  for (const [key, value] of Object.entries(node)) {
    for (const child of nodesOf(value)) visit(child, node, key, facts, declared);
  }
}

const isGlobalProcess = (node: Node | null): boolean =>
  node?.type === 'MemberExpression' && nameOf(nodeOf(node.property)) === 'process';

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = nodesOf(node.specifiers);
  return (
    specifiers.length > 0 &&
    specifiers.every((specifier) => specifier.importKind === 'type' || specifier.exportKind === 'type')
  );
}

/** The name is bound here: a parameter, a variable, an import, a function, class, type or element of a pattern. */
function declares(parent: Node | null, slot: string): boolean {
  if (parent === null) return false;
  if (slot === 'params' || slot === 'id' || slot === 'local' || slot === 'param') return true;
  if (parent.type === 'ArrayPattern' || parent.type === 'RestElement') return true;
  if (parent.type === 'AssignmentPattern' && slot === 'left') return true;
  return parent.type === 'TSTypeParameter' && slot === 'name';
}

/** The name only labels something, as a key or a member does. */
function isJustAName(parent: Node | null, slot: string): boolean {
  if (parent === null) return false;
  if (slot === 'imported' || slot === 'exported' || slot === 'label' || slot === 'qualifier') return true;
  if (slot === 'property' || slot === 'key') return parent.computed !== true;
  if (slot === 'right' && parent.type === 'TSQualifiedName') return true;
  return slot === 'meta' || parent.type === 'MetaProperty';
}
