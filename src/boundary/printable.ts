/** Text from the other side, made harmless: it will reach a terminal or a log. */

/** One line of printable ASCII, of at most `most` characters. */
export function printable(text: string, most: number): string {
  return text
    .slice(0, 4 * most)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, most);
}

/** The message of an error that may be anything, a getter that throws included. */
export function messageOf(error: unknown): string {
  try {
    const { message } = Object(error) as { message?: unknown };
    return typeof message === 'string' ? message : typeof error === 'string' ? error : 'it gave no reason';
  } catch {
    return 'it gave no reason';
  }
}
