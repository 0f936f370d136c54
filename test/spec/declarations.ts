/** A declaration of a source file by its name, as text: lines may move, the text may not change. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../cli/slalom.js';

const files = new Map<string, ts.SourceFile>();

/** Source text as a tree. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** A source file of this repository, parsed once. */
export function parsed(path: string): ts.SourceFile {
  let file = files.get(path);
  if (file === undefined) {
    file = parse(path, readFileSync(join(root, path), 'utf8'));
    files.set(path, file);
  }
  return file;
}

/** The names that a node declares at its own level. */
function namesOf(node: ts.Node): string[] {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = node as Partial<ts.NamedDeclaration>;
  return name === undefined ? [] : [name.getText()];
}

/** What is declared inside a node: statements of a file, members of a class or an interface. */
function inside(node: ts.Node): readonly ts.Node[] {
  if (ts.isSourceFile(node)) return node.statements;
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? node.members : [];
}

/**
 * The one node that declares `name`, or `Class.member`; of overloads the one with a body.
 * @throws Error when there is none, or more than one with a body
 */
export function declared(file: ts.SourceFile, name: string): ts.Node {
  let found: readonly ts.Node[] = [file];
  for (const part of name.split('.')) found = found.flatMap(inside).filter((node) => namesOf(node).includes(part));
  const bodies = found.filter(
    (node) => !ts.isFunctionLike(node) || (node as ts.FunctionDeclaration).body !== undefined,
  );
  const [node, another] = bodies.length > 0 ? bodies : found;
  if (node === undefined) throw new Error(`${file.fileName} declares no ${name}`);
  if (another !== undefined) throw new Error(`${file.fileName} declares ${name} more than once`);
  return node;
}

/** Every name that `declared` finds in a file. */
export function declaredNames(file: ts.SourceFile): string[] {
  const members = (node: ts.Node): string[] =>
    namesOf(node).flatMap((name) => [
      name,
      ...inside(node)
        .flatMap(members)
        .map((member) => `${name}.${member}`),
    ]);
  return [...new Set(file.statements.flatMap(members))];
}

/** The text of `name` in a file, without the comment above it; `Class.member` for a member, moved to the left margin. */
export function declarationIn(file: ts.SourceFile, name: string): string {
  const node = declared(file, name);
  const { character } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return node.getText(file).replaceAll(`\n${' '.repeat(character)}`, '\n');
}

/** The same in a source file of this repository. */
export function declaration(path: string, name: string): string {
  return declarationIn(parsed(path), name);
}

/** True if the file declares the name at any depth: also a field, a parameter or a property of an object. */
export function declares(path: string, name: string): boolean {
  const look = (node: ts.Node): boolean => namesOf(node).includes(name) || (ts.forEachChild(node, look) ?? false);
  return look(parsed(path));
}
