/** HTML in which nothing that came from outside can be anything but text. */

/** Markup that was made here; only `html` makes it. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | null | readonly Part[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What HTML cannot hold (controls, halves of characters), or what would change the order of what is read. */
const UNSHOWABLE = /(?![\t\n\r])\p{Cc}|\p{Cs}|\p{Bidi_Control}|\p{Noncharacter_Code_Point}/gu;

/** Text for any place in a document between tags or quotes; what cannot be shown becomes U+FFFD. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!).replace(UNSHOWABLE, '\ufffd');
}

function shown(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map(shown).join('');
  return part === null ? '' : escaped(String(part));
}

/** A template whose parts are escaped unless they are markup; lists are joined, null is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(strings.reduce((text, string, index) => text + shown(parts[index - 1] ?? null) + string));
}
