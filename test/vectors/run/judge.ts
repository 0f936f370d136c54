/** What an implementation makes of a file: a valid test must hold in every claim, one to be rejected must not. */
import type { File, Group, Name, TestOf } from './read.js';

/** The claims of a test that are false; null where an implementation has nothing to compute them with. */
export type Falsehoods<N extends Name> = (
  group: Group<N>,
  test: TestOf<N>,
) => readonly string[] | null | Promise<readonly string[] | null>;

/** Where implementation and vectors disagree, and how many tests were compared. */
export interface Judgement {
  readonly problems: readonly string[];
  readonly compared: number;
  readonly bugTypes: ReadonlySet<string>;
}

export async function judge<N extends Name>(file: File<N>, falsehoods: Falsehoods<N>): Promise<Judgement> {
  const problems: string[] = [];
  const bugTypes = new Set<string>();
  let compared = 0;
  for (const group of file.groups as Group<N>[]) {
    for (const test of group.tests as TestOf<N>[]) {
      const found = await falsehoods(group, test);
      if (found === null) continue;
      compared++;
      if (test.result === 'reject') bugTypes.add(test.bugType);
      if ((test.result === 'valid') === (found.length === 0)) continue;
      const what = found.length === 0 ? 'holds but must be rejected' : `is wrong in ${found.join(', ')}`;
      problems.push(`${file.algorithm} ${test.id} (${test.comment}) ${what}`);
    }
  }
  return { problems, compared, bugTypes };
}

/** The names of the claims that are not what they should be. */
export function differing(claims: Readonly<Record<string, readonly [claimed: unknown, computed: unknown]>>): string[] {
  return Object.entries(claims)
    .filter(([, [claimed, computed]]) => JSON.stringify(claimed) !== JSON.stringify(computed))
    .map(([name]) => name);
}

/** What `work` gives, or the word "refused" where it throws. */
export function attempt<T>(work: () => T): T | 'refused' {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return 'refused';
    throw error;
  }
}
