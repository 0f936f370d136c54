/**
 * Figures of the specification that are code: a comment `<!-- excerpt: path#name -->`, an empty line or none, and a fenced block
 * that must be the declaration of that name.
 *   npx tsx test/spec/excerpts.ts --update    writes the declarations into the text
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../cli/slalom.js';
import { declaration } from './declarations.js';

const folder = join(root, 'spec');
const pattern = /<!-- excerpt: ([\w./-]+)#([\w.#]+) -->\n+```ts\n([\s\S]*?)\n```/g;

export interface Excerpt {
  readonly file: string;
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

/** The texts of the specification. */
export function texts(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.md'));
}

/** Every figure; a comment without a block throws. */
export function excerpts(): Excerpt[] {
  return texts().flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const found = [...text.matchAll(pattern)].map(([, path, name, code]) => ({
      file,
      path: path!,
      name: name!,
      text: code!,
    }));
    if (text.split('<!-- excerpt:').length - 1 !== found.length) throw new Error(`${file} has an excerpt without code`);
    return found;
  });
}

/** The code of every block without a comment above it. */
export function unmarkedBlocks(): string[] {
  return texts().flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8').replaceAll(pattern, '');
    return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => `${file}: ${code}`);
  });
}

function update(): void {
  for (const file of texts()) {
    const text = readFileSync(join(folder, file), 'utf8');
    const updated = text.replaceAll(
      pattern,
      (_, path: string, name: string) =>
        `<!-- excerpt: ${path}#${name} -->\n\`\`\`ts\n${declaration(path, name)}\n\`\`\``,
    );
    if (updated !== text) writeFileSync(join(folder, file), updated);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && process.argv.includes('--update')) update();
