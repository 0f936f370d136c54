/** The frame of every report: one file, which loads nothing and runs nothing. */
import { createHash } from 'node:crypto';
import { version } from '../../formats/load/version.js';
import { html, Markup } from './html.js';
import { style } from './style.js';

/** The style is named by its hash, and everything else is forbidden: no script, no request, whatever a report contains. */
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The whole document. */
export function page(title: string, subtitle: string, sections: readonly Markup[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="soft">${subtitle}</p>
${sections}
<footer>Written by slalom ${version}. This file is complete: it loads nothing and runs no script.</footer>
</main>
</body>
</html>
`.text;
}

/** A part with a heading. */
export function section(title: string, content: Markup): Markup {
  return html`<section><h2>${title}</h2>${content}</section>\n`;
}

/** Names and what they stand for. */
export function definitions(entries: readonly (readonly [string, Markup | string])[]): Markup {
  return html`<dl>${entries.map(([term, value]) => html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

/** A cell: numbers are aligned to the right. */
export type Cell = Markup | string | number;

/** A table whose first column names the rows; wide ones scroll by themselves. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): Markup {
  const numeric = header.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column] ?? '')));
  const side = (column: number): string => (numeric[column] ? 'number' : 'text');
  const cells = (row: readonly Cell[]): Markup[] =>
    row.map((cell, column) =>
      column === 0
        ? html`<th scope="row" class="${side(column)}">${cell}</th>`
        : html`<td class="${side(column)}">${cell}</td>`,
    );
  const names = header.map((name, column) => html`<th scope="col" class="${side(column)}">${name}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${header.filter((name) => name !== '').join(', ')}"><table><thead><tr>${names}</tr></thead><tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody></table></div>`;
}

function isNumber(cell: Cell): boolean {
  return typeof cell === 'number' || (typeof cell === 'string' && /^(-?[\d,.]+( ?[%\w]+)?)?$/.test(cell));
}
