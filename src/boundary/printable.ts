/** Text from the other side, made harmless: it will reach a terminal or a log. */

/** Reasons are short; a list of the places that were searched for a missing library is not. */
export const LONGEST_REASON = 300;
export const LONGEST_LIST = 4096;

/** One line of printable ASCII, of at most `most` characters. */
export function printable(text: string, most: number): string {
  return text
    .slice(0, 4 * most)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, most);
}

/** Why something failed, made harmless. Whatever was thrown, asking it for its reason throws nothing. */
export function reasonOf(error: unknown, most = LONGEST_REASON): string {
  try {
    const message: unknown = typeof error === 'string' ? error : (Object(error) as { message?: unknown }).message;
    if (typeof message === 'string' && message !== '') return printable(message, most);
  } catch {
    // A getter or a proxy: what it throws says no more than its absence.
  }
  return 'it gave no reason';
}
