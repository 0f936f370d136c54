/** JSON text in the repository's formatting: two spaces, 120 columns, lists of numbers filled line by line. */

const WIDTH = 120;

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${oneLine(entry)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** As many numbers a line as fit. */
function filled(values: readonly number[], indent: string): string {
  const lines: string[] = [];
  let line = indent;
  values.forEach((value, index) => {
    const piece = `${value}${index < values.length - 1 ? ',' : ''}`;
    if (line !== indent && line.length + 1 + piece.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? piece : ` ${piece}`;
  });
  return [...lines, line].join('\n');
}

const isLeaf = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** Objects that hold more than plain values are broken over lines, and so is what holds them. */
function breaks(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(breaks);
  return !isLeaf(value) && !Object.values(value as object).every(isLeaf);
}

/** `used`: the columns taken on the first line by what stands before, and after by a comma. */
function lay(value: unknown, indent: string, used: number): string {
  const inner = `${indent}  `;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const flat = oneLine(value);
  const fits = used + flat.length <= WIDTH;
  if (Array.isArray(value)) {
    if (value.length === 0 || (fits && !value.some(breaks))) return flat;
    if (value.every((entry) => typeof entry === 'number')) return `[\n${filled(value, inner)}\n${indent}]`;
    const parts = value.map((entry) => `${inner}${lay(entry, inner, inner.length + 1)}`);
    return `[\n${parts.join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || (fits && !breaks(value))) return flat;
  const parts = entries.map(([key, entry]) => {
    const name = `${inner}${JSON.stringify(key)}: `;
    return name + lay(entry, inner, name.length + 1);
  });
  return `{\n${parts.join(',\n')}\n${indent}}`;
}

/** The text of a file. */
export const format = (value: unknown): string => `${lay(value, '', 0)}\n`;
