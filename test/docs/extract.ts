/** Finds every code sample of the documentation: fenced blocks of pages, and `@example`s of the sources. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { importedPages } from '../../docs/.vitepress/site/pages.js';
import { root } from '../cli/slalom.js';

export interface Sample {
  /** Relative to the repository. */
  readonly file: string;
  /** Where it begins, from 1. */
  readonly line: number;
  readonly language: 'ts' | 'js' | 'sh' | 'other';
  readonly code: string;
}

const languages: Readonly<Record<string, Sample['language']>> = { ts: 'ts', js: 'js', mjs: 'js', sh: 'sh', bash: 'sh' };

/** The fenced blocks of a Markdown text. */
export function samplesOfMarkdown(file: string, text: string): Sample[] {
  return [...text.matchAll(/^```([a-z]*)[^\n]*\n([\s\S]*?)^```$/gm)].map(({ index, 1: name, 2: code }) => ({
    file,
    line: text.slice(0, index).split('\n').length + 1,
    language: languages[name!] ?? 'other',
    code: code!,
  }));
}

/** The pages that are written by hand, and the README; what the site imports from elsewhere is tested where it lives. */
function pages(): string[] {
  const imported = new Set([...importedPages.values()].map((page) => `docs/${page}`));
  const written = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', ...written.filter((page) => !imported.has(page))];
}

/** The text of every `@example` of a source, a code fence around it taken off. */
export function examplesOfSource(file: string, text: string): Sample[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const samples: Sample[] = [];
  const visit = (node: ts.Node): void => {
    for (const tag of ts.getJSDocTags(node)) {
      if (tag.tagName.text !== 'example' || tag.parent?.parent !== node) continue;
      const comment = ts.getTextOfJSDocComment(tag.comment) ?? '';
      const code = comment.replace(/^```\w*\n/, '').replace(/\n```$/, '');
      const { line } = source.getLineAndCharacterOfPosition(tag.getStart());
      samples.push({ file, line: line + 1, language: 'ts', code: `${code}\n` });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return samples;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return path.endsWith('/assembly') || entry.name === 'generated' ? [] : sources(path);
    return /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** Every sample, in the order of files and lines. */
export function allSamples(): Sample[] {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  return [
    ...pages().flatMap((file) => samplesOfMarkdown(file, read(file))),
    ...sources('src').flatMap((file) => examplesOfSource(file, read(file))),
  ];
}
