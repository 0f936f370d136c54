/** The arrows of the design: who may import whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import * as assert from 'uvu/assert';
import { suite } from './suite.js';

const test = suite('import arrows');
const root = fileURLToPath(new URL('../src', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((element) => element.isTypeOnly)
  );
}

/** Every relative import and export of a file, dynamic ones included, as paths below src. */
function importsOf(path: string): Import[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const to = specifier.startsWith('.') ? relative(root, join(dirname(path), specifier)) : specifier;
    found.push({ from: relative(root, path), to, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, isTypeOnly(node));
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      add(node.argument.literal.text, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('assembly'))
  .map((name) => join(root, name));
const imports = files.flatMap(importsOf);
const house = (path: string): string => path.split('/')[0]!.replace(/\.(js|ts)$/, '');
const houses = ['reference', 'protocol', 'fast', 'network', 'conformance', 'cli', 'index'];

/** Shape rules and constants: facts about data, not the oracle's computations. */
const sharedFacts = [
  'reference/linear-map.js',
  'reference/rounding.js',
  'protocol/fold-terms.js',
  'protocol/modulus.js',
  'protocol/passes.js',
  'protocol/errors.js',
  'protocol/codecs.js',
  'protocol/index.js',
];

const allowed: Record<string, (entry: Import) => boolean> = {
  reference: ({ to }) => house(to) === 'reference',
  protocol: ({ to }) =>
    ['protocol', 'reference'].includes(house(to)) ||
    ['io-ts', 'fp-ts/lib/Either.js', '@noble/hashes/sha2'].includes(to),
  fast: ({ to, typeOnly }) =>
    house(to) === 'fast' ||
    to.startsWith('node:') ||
    ['io-ts', '@noble/hashes/sha2'].includes(to) ||
    sharedFacts.includes(to) ||
    (typeOnly && ['reference', 'protocol'].includes(house(to))),
  // The reference's data types and shape rules are protocol's vocabulary, so the network may name them too.
  network: ({ to }) => ['network', 'protocol', 'reference'].includes(house(to)) || !houses.includes(house(to)),
  // The suite compares devices with the oracle, so it may import the oracle; a device is handed to it.
  conformance: ({ to }) => ['conformance', 'protocol', 'reference'].includes(house(to)),
  cli: () => true,
  index: () => true,
};

test('every import follows the arrows', () => {
  assert.ok(imports.length > 50, 'the test found the sources');
  const wrong = imports.filter((entry) => !allowed[house(entry.from)]!(entry));
  assert.equal(wrong, []);
});

test('a device is never imported by protocol or network', () => {
  assert.equal(
    imports.filter(
      ({ from, to }) => ['protocol', 'network', 'reference'].includes(house(from)) && to.startsWith('fast'),
    ),
    [],
  );
});

test('the fast side never computes with the oracle', () => {
  const oracle =
    /^reference\/(apply|transpose|evaluate|trusted-operations|freivalds|blinding|field|layer|sampling|index)\.js$/;
  assert.equal(
    imports.filter(({ from, to, typeOnly }) => house(from) === 'fast' && !typeOnly && oracle.test(to)),
    [],
  );
});

test('files are short and the reference shorter', () => {
  for (const path of files) {
    const lines = readFileSync(path, 'utf8').split('\n').length - 1;
    const limit = relative(root, path).startsWith('reference') ? 150 : 500;
    assert.ok(lines <= limit, `${relative(root, path)} has ${lines} lines, more than ${limit}`);
  }
});

test('randomness comes from one module', () => {
  const allowedFile = 'protocol/randomness.ts';
  const forbidden = ['Math.' + 'random', 'getRandomValues', 'randomBytes', 'randomFillSync', 'webcrypto'];
  for (const path of files) {
    if (relative(root, path) === allowedFile) continue;
    const text = readFileSync(path, 'utf8');
    for (const word of forbidden) assert.not.ok(text.includes(word), `${relative(root, path)} uses ${word}`);
  }
});
