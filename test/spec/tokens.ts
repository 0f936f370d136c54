/** Code as lines of tokens: what a compiler reads, so no comments; a string or a template is one token. */
import ts from 'typescript';

/** The tokens of one line of source. */
export type Line = readonly string[];

function linesOf(tokens: Iterable<readonly [line: number, text: string]>): Line[] {
  const lines = new Map<number, string[]>();
  for (const [line, text] of tokens) {
    const known = lines.get(line);
    if (known === undefined) lines.set(line, [text]);
    else known.push(text);
  }
  return [...lines.values()];
}

/** The leaves of a tree with the line that each begins in. */
function* leaves(node: ts.Node, file: ts.SourceFile): Generator<readonly [number, string]> {
  // Documentation hangs in the tree, other comments do not.
  if (ts.isJSDoc(node)) return;
  const children = ts.isTemplateExpression(node) ? [] : node.getChildren(file);
  if (children.length > 0) for (const child of children) yield* leaves(child, file);
  else {
    const text = node.getText(file);
    if (text !== '') yield [file.getLineAndCharacterOfPosition(node.getStart(file)).line, text];
  }
}

/** The code of a node. */
export function codeLines(node: ts.Node): Line[] {
  return linesOf(leaves(node, node.getSourceFile()));
}

/** WGSL's comments nest and C++'s do not: what is a comment in either is none of the program here. */
function withoutComments(text: string): string {
  let kept = '';
  let depth = 0;
  for (const [part] of text.matchAll(/\/\*|\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|[\s\S]/g)) {
    if (part === '/*') depth++;
    else if (part === '*/' && depth > 0) depth--;
    else if (part === '\n') kept += part;
    else if (depth === 0 && !part.startsWith('//')) kept += part;
  }
  return kept;
}

const TOKEN = /"(?:\\.|[^"\\\n])*"|[A-Za-z_$][\w$]*|\d[\w.]*|\S/g;

/** The tokens of a text in a language like C's. A text with parts that a preprocessor may drop has none. */
export function textLines(text: string): Line[] {
  const program = withoutComments(text);
  if (/^\s*#\s*(if|else|elif)/m.test(program)) return [];
  return program
    .split('\n')
    .map((line) => line.match(TOKEN) ?? [])
    .filter((line) => line.length > 0);
}

/** What a node's strings and templates hold, each for itself; `${...}` as it stands in the source. */
export function texts(node: ts.Node): string[] {
  if (ts.isJSDoc(node)) return [];
  const own = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ? [node.getText().slice(1, -1)] : [];
  return [...own, ...node.getChildren().flatMap(texts)];
}
