/** A report in sections, as plain text or as Markdown. */
import { table } from './table.js';

/** One section: a table, sentences, or both. */
export interface Section {
  readonly title: string;
  readonly header?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly sentences?: readonly string[];
}

/** For a terminal. */
export function asText(heading: string, sections: readonly Section[]): string {
  const parts = sections.map(({ title, header, rows = [], sentences = [] }) =>
    [
      header === undefined ? title : '',
      header === undefined ? '' : table([title, ...header.slice(1)], rows),
      ...sentences.map((sentence) => `* ${sentence}`),
    ]
      .filter((part) => part !== '')
      .join('\n'),
  );
  return [heading, ...parts].join('\n\n');
}

const cell = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('*', '\\*');

/** For a document. */
export function asMarkdown(heading: string, sections: readonly Section[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const parts = sections.map(({ title, header, rows = [], sentences = [] }) => {
    const lines = [`## ${title}`, ''];
    if (header !== undefined) lines.push(row(header), `|${'---|'.repeat(header.length)}`, ...rows.map(row));
    if (header !== undefined && sentences.length > 0) lines.push('');
    lines.push(...sentences.map((sentence) => `* ${cell(sentence)}`));
    return lines.join('\n');
  });
  return [`# ${heading}`, ...parts].join('\n\n');
}
