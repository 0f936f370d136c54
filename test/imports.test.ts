/** The arrows of the design: who may import whom. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

const architecture = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');

/** The rooms and what each may import, as ARCHITECTURE.md says: `~` means types only. */
const rooms = new Map(
  [...architecture.matchAll(/^\| `([\w/-]+)` \|[^|]*\|([^|]*)\|$/gm)].map(([, room, arrows]) => [
    room!,
    new Map([...arrows!.matchAll(/`([\w/-]+)(~?)`/g)].map(([, to, types]) => [to!, types === '~'])),
  ]),
);

/** What may import every room, and what no room may import. */
const isDoor = (path: string): boolean => /^(network\/|cli\/|index\.|fast\/(index|browser|web)\.)/.test(path);

const roomOf = (path: string): string | undefined => {
  const [first, second] = path.split('/') as [string, string];
  return [`${first}/${second}`, first].find((name) => rooms.has(name));
};

/** Imports against the table that are meant to be, each with its reason in ARCHITECTURE.md. */
const exceptions = [
  { from: /^protocol\/reference-arithmetic\.ts$/, to: /^reference\/index\.js$/ },
  { from: /^fast\/devices\/wasm\//, to: /^fast\/trusted\// },
];

/** Whole packages that a room may use; rooms that are not here may use any. */
const packages: Readonly<Record<string, readonly RegExp[]>> = {
  model: [],
  boundary: [/^io-ts$/, /^fp-ts\//],
  reference: [],
  protocol: [/^io-ts$/, /^fp-ts\//, /^@noble\/hashes\/sha2$/],
  calculator: [/^io-ts$/],
  operations: [/^io-ts$/],
  canonical: [/^io-ts$/, /^@noble\/hashes\/sha2$/],
  graph: [],
  session: [],
  conformance: [],
  'fast/trusted': [/^node:/, /^@noble\/hashes\/sha2$/],
  'fast/devices': [/^node:/, /^io-ts$/],
};

function isAllowed({ from, to, typeOnly }: Import): boolean {
  if (isDoor(from)) return true;
  const room = roomOf(from);
  if (room === undefined) return false;
  if (exceptions.some((one) => one.from.test(from) && one.to.test(to))) return true;
  if (!files.includes(join(root, to.replace(/js$/, 'ts')))) {
    const known = packages[room];
    return known === undefined || known.some((one) => one.test(to));
  }
  const target = isDoor(to) ? undefined : roomOf(to);
  if (target === undefined) return false;
  if (target === room) return true;
  const types = rooms.get(room)!.get(target);
  return types === false || (types === true && typeOnly);
}

test('every file is in a room or a door, and every room has files', () => {
  assert.ok(rooms.size > 15, 'the test found the table');
  const names = files.map((path) => relative(root, path));
  assert.equal(
    names.filter((name) => !isDoor(name) && roomOf(name) === undefined),
    [],
  );
  assert.equal(
    [...rooms.keys()].filter((room) => !names.some((name) => !isDoor(name) && roomOf(name) === room)),
    [],
  );
});

test('every import follows the arrows', () => {
  assert.ok(imports.length > 50, 'the test found the sources');
  assert.equal(
    imports.filter((entry) => !isAllowed(entry)),
    [],
  );
});

test('every arrow is used: the table promises no more than is needed', () => {
  const unused = [...rooms].flatMap(([room, arrows]) =>
    [...arrows.keys()]
      .filter((to) => !imports.some((one) => roomOf(one.from) === room && roomOf(one.to) === to && !isDoor(one.to)))
      .map((to) => `${room} -> ${to}`),
  );
  assert.equal(unused, []);
});

test('a rule that is broken is noticed', () => {
  const wrong: Import[] = [
    { from: 'model/tensor.ts', to: 'reference/apply.js', typeOnly: true },
    { from: 'fast/trusted/memory.ts', to: 'fast/devices/within.js', typeOnly: true },
    { from: 'fast/devices/cuda/device.ts', to: 'fast/trusted/memory.js', typeOnly: true },
    { from: 'session/summary.ts', to: 'calculator/input.js', typeOnly: false },
    { from: 'protocol/session.ts', to: 'network/index.js', typeOnly: true },
    { from: 'protocol/session.ts', to: 'session/nowhere.js', typeOnly: true },
    { from: 'protocol/session.ts', to: 'node:fs', typeOnly: false },
    { from: 'cellar/rat.ts', to: 'model/tensor.js', typeOnly: true },
  ];
  assert.equal(wrong.filter(isAllowed), []);
});

test('no file imports itself in a circle', () => {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to.replace(/\.js$/, '.ts')]);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.not.ok(path.includes(file), `${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
});

test('every path that ARCHITECTURE.md names is there', () => {
  const paths = [...architecture.matchAll(/`((?:src|test)\/[\w./-]+)`/g)].map(([, path]) => path!);
  assert.ok(paths.length > 30);
  assert.equal(
    paths.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url))),
    [],
  );
});

/** The kinds of operations: trusted ones as operations.ts lists them, and those of float networks. */
const kinds = ((): Set<string> => {
  const text = readFileSync(join(root, 'operations/operations.ts'), 'utf8');
  const record = /export const OPERATIONS[^{]*\{[^}]*\} = \{([^}]*)\}/s.exec(text)![1]!;
  const trusted = [...record.matchAll(/^ {2}(\w+)/gm)].map(([, kind]) => kind!);
  const float = readFileSync(join(root, 'graph/float-network.ts'), 'utf8');
  const named = [...float.matchAll(/^ {2}readonly kind: (.*);$/gm)].flatMap(([, types]) => [
    ...types!.matchAll(/'(\w+)'/g),
  ]);
  return new Set([...trusted, ...named.map(([, kind]) => kind!)]);
})();

test('no switch over operations has a default: the compiler says what is missing', () => {
  assert.ok(kinds.has('rescale') && kinds.has('batchNorm') && kinds.has('smaller') && kinds.size > 18);
  const found: string[] = [];
  let switches = 0;
  for (const path of files) {
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCaseBlock(node)) {
        const labels = node.clauses.flatMap((clause) =>
          ts.isCaseClause(clause) && ts.isStringLiteral(clause.expression) ? [clause.expression.text] : [],
        );
        const about = labels.filter((label) => kinds.has(label)).length >= 2;
        if (about) switches++;
        if (about && node.clauses.some(ts.isDefaultClause)) found.push(relative(root, path));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  assert.ok(switches > 2, 'the test found switches');
  assert.equal(found, []);
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
