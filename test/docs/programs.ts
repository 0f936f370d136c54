/** Makes whole programs of samples: imports of what they use, their surroundings, and what is looked at afterwards. */
import ts from 'typescript';
import * as calculator from '../../src/calculator/index.js';
import * as conformance from '../../src/conformance/index.js';
import * as fast from '../../src/fast/index.js';
import * as main from '../../src/index.js';
import * as network from '../../src/network/index.js';
import * as protocol from '../../src/protocol/index.js';
import * as reference from '../../src/reference/index.js';
import type { Sample } from './extract.js';
import { setupOf, surroundings } from './setups.js';

const entries: readonly (readonly [string, object])[] = [
  ['slalom', main],
  ['slalom/network', network],
  ['slalom/fast', fast],
  ['slalom/protocol', protocol],
  ['slalom/calculator', calculator],
  ['slalom/conformance', conformance],
  ['slalom/reference', reference],
];

/** Where a name is exported, if it is. */
const exportedBy = new Map<string, string>(
  [...entries].reverse().flatMap(([entry, names]) => Object.keys(names).map((name): [string, string] => [name, entry])),
);
exportedBy.set('readFile', 'node:fs/promises');
exportedBy.set('writeFile', 'node:fs/promises');

/** Types that samples name without importing them. */
const TYPES: readonly string[] = ['Device', 'LinearMap'];

/** Names a code uses, and those it declares or imports itself. */
function namesOf(code: string): { used: Set<string>; declared: Set<string> } {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isProperty =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        ts.isPropertySignature(parent);
      const declares =
        (ts.isVariableDeclaration(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isBindingElement(parent) ||
          ts.isInterfaceDeclaration(parent)) &&
        parent.name === node;
      if (declares || ts.isImportSpecifier(parent) || ts.isNamespaceImport(parent) || ts.isImportClause(parent))
        declared.add(node.text);
      else if (!isProperty) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('sample.ts', code, ts.ScriptTarget.ES2022, true));
  return { used, declared };
}

/** The lines of `surroundings` that a code needs, those they need themselves first. */
function prelude(code: string): string[] {
  const lines: string[] = [];
  const seen = new Set<string>();
  const add = (text: string, own: ReadonlySet<string>): void => {
    for (const name of namesOf(text).used) {
      const line = surroundings[name];
      if (line === undefined || own.has(name) || seen.has(name)) continue;
      seen.add(name);
      add(line, own);
      lines.push(line);
    }
  };
  add(code, namesOf(code).declared);
  return lines;
}

/** The name that a sample's first line gives its file: `// frames.mjs`. */
export function fileNameOf(sample: Sample): string | null {
  return /^\/\/ ([\w-]+\.m?[jt]s)\b/.exec(sample.code)?.[1] ?? null;
}

/** A program that runs the sample. Plain JavaScript that names its file is taken as it is. */
export function programOf(sample: Sample): string {
  const setup = setupOf(sample);
  const code = (setup?.replace ?? []).reduce((text, [part, by]) => text.replaceAll(part, by), sample.code);
  const body = `${code}\n${setup?.after ?? ''}\n`;
  if (sample.language === 'js' && /^import /m.test(code)) return body;
  if (fileNameOf(sample) !== null) return body;
  const lines = prelude(code);
  const { used, declared } = namesOf(`${lines.join('\n')}\n${body}`);
  const imports = [...used]
    .filter((name) => !declared.has(name) && exportedBy.has(name))
    .map((name) => `import { ${name} } from '${exportedBy.get(name)}';`);
  const types = [...used]
    .filter((name) => !declared.has(name) && TYPES.includes(name))
    .map((name) => `import type { ${name} } from 'slalom';`);
  return [...imports, ...types, ...lines, body, 'export {};'].join('\n');
}
