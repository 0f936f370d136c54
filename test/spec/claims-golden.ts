/** What every row of the claims says, beside what the theorems it names state: the text that a reviewer has to pin again. */

/** The cells of every row of every table, but for rules. */
export function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-| ]+\|$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Statements by the name of the theorem, from `spec/proofs/statements.golden`. @throws Error when a name is there twice */
export function statementsOf(golden: string): Map<string, string> {
  const statements = new Map<string, string>();
  for (const [, name, statement] of golden.matchAll(/^== \w+\.(\w+)\n([\s\S]*?)\n-- assumptions$/gm)) {
    if (statements.has(name!)) throw new Error(`two theorems are called ${name}`);
    statements.set(name!, statement!);
  }
  return statements;
}

/** The theorems that a row names, in its order. */
export function theoremsOf(cells: readonly string[]): string[] {
  return [...cells.join(' | ').matchAll(/`([a-z][A-Za-z0-9]*_[A-Za-z0-9_]+)`/g)].map(([, name]) => name!);
}

/**
 * Each row that names a theorem: its words, then the exact statement of every theorem.
 * @throws Error when a theorem is not proved
 */
export function claimsGolden(
  texts: readonly { readonly name: string; readonly text: string }[],
  golden: string,
): string {
  const statements = statementsOf(golden);
  const blocks: string[] = [];
  for (const { name, text } of texts) {
    for (const cells of rows(text)) {
      const theorems = theoremsOf(cells);
      if (theorems.length === 0) continue;
      blocks.push(`== ${name}: ${cells.join(' | ')}`);
      for (const theorem of theorems) {
        const statement = statements.get(theorem);
        if (statement === undefined) throw new Error(`${theorem}, which ${name} names, is not proved`);
        blocks.push(`-- ${theorem}\n${statement}`);
      }
    }
  }
  return `${blocks.join('\n')}\n`;
}

/** The texts whose rows are claims. */
export const claimTexts = ['README.md', 'soundness.md', 'defects.md'] as const;
