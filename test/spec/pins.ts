/**
 * Lines of code that a theorem was written from: spec/proofs/modelled.tsv says where each must stand. A line is compared as
 * tokens, so that one in a comment, in a string, or in another declaration does not count, and only whole lines do.
 *   npx tsx test/spec/pins.ts             checks every line; ends with "N passed, N failed"
 *   npx tsx test/spec/pins.ts --locate    adds the declaration to rows that name a file only, where there is just one
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type ts from 'typescript';
import { root } from '../cli/slalom.js';
import { declared, declaredNames, parse, parsed } from './declarations.js';
import { codeLines, type Line, textLines, texts } from './tokens.js';

export const TABLE = join(root, 'spec', 'proofs', 'modelled.tsv');

/** A row of the table: `path#declaration` for code, `path#declaration:text` for the text of a kernel. */
export interface Pin {
  readonly place: string;
  readonly model: string;
  readonly line: string;
}

/** The rows. */
export function pinsOf(table: string): Pin[] {
  const rows = table.split('\n').filter((row) => row !== '' && !row.startsWith('#'));
  return rows.map((row) => {
    const [place, model, line, more] = row.split('\t');
    if (!place || !model || !line || more !== undefined) throw new Error(`not three columns: ${row}`);
    return { place, model, line };
  });
}

const joined = (lines: readonly Line[]): string => lines.map((line) => `\n${line.join(' ')}\n`).join('');

/** The pinned line as code. All of it must be tokens: a comment would not be compared. */
function pinnedCode(line: string): Line[] {
  const tokens = codeLines(parse('pin.ts', line)).flat();
  const bare = (text: string): string => text.replaceAll(/\s/g, '');
  if (bare(tokens.join('')) !== bare(line)) throw new Error(`not only code: ${line}`);
  return [tokens];
}

function stands(node: ts.Node, line: string, isText: boolean): boolean {
  if (isText) {
    const pinned = joined(textLines(line));
    return pinned !== '' && texts(node).some((text) => joined(textLines(text)).includes(pinned));
  }
  return joined(codeLines(node)).includes(joined(pinnedCode(line)));
}

/** The places of a file where a line stands. */
function placesOf(file: ts.SourceFile, line: string): string[] {
  const found = declaredNames(file).flatMap((name) =>
    [false, true].flatMap((isText) =>
      stands(declared(file, name), line, isText) ? [`${file.fileName}#${name}${isText ? ':text' : ''}`] : [],
    ),
  );
  return found.filter((place) => !found.some((other) => other.startsWith(`${place}.`)));
}

/** What is wrong with a pin, or null. `file` gives the tree of a path. */
export function complaint({ place, model, line }: Pin, file: (path: string) => ts.SourceFile = parsed): string | null {
  const [, path, name, text] = /^([^#]+)#([^:]+)(:text)?$/.exec(place) ?? [];
  try {
    if (path === undefined || name === undefined) {
      const places = placesOf(file(place), line);
      return `${place} names no declaration for ${model}; the line stands in: ${places.join(', ') || 'none'}`;
    }
    const isText = text !== undefined;
    return stands(declared(file(path), name), line, isText)
      ? null
      : `${place} has no line that ${model} models: ${line}`;
  } catch (error) {
    return `${place}, ${model}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function locate(): void {
  const rows = readFileSync(TABLE, 'utf8').split('\n');
  const located = rows.map((row) => {
    const [place, ...rest] = row.split('\t');
    if (row.startsWith('#') || rest.length !== 2 || place!.includes('#')) return row;
    const places = placesOf(parsed(place!), rest[1]!);
    return places.length === 1 ? [places[0], ...rest].join('\t') : row;
  });
  writeFileSync(TABLE, located.join('\n'));
}

function main(): void {
  if (process.argv.includes('--locate')) locate();
  const pins = pinsOf(readFileSync(TABLE, 'utf8'));
  const complaints = pins.map((pin) => complaint(pin)).filter((text) => text !== null);
  for (const text of complaints) console.log(`FAILED: ${text}`);
  console.log(`${pins.length - complaints.length} passed, ${complaints.length} failed`);
  if (complaints.length > 0 || pins.length === 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
