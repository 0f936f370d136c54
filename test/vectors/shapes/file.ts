/** What every vector file has in common. */
import { bugName, either, integer, list, object, type Shape, text, word } from './shape.js';

const common = { id: integer(1, 65536), comment: text, flags: list(text) };

/** What tells a test that holds from one that must be refused. */
export type Outcome =
  | { id: number; comment: string; flags: string[]; result: 'valid' }
  | { id: number; comment: string; flags: string[]; result: 'reject'; bugType: string };

type Fields = Parameters<typeof object>[0];

/** A test with its own `fields`; one that must be refused names its defect. */
export function aTest<const F extends Fields>(fields: F) {
  const valid = object({ ...common, result: word('valid'), ...fields });
  const reject = object({ ...common, result: word('reject'), bugType: bugName, ...fields });
  return either(valid, reject) as Shape<Outcome & ReturnType<typeof object<F>>['codec']['_A']>;
}

/** A group: what its tests share, and the tests. */
export function aGroup<const G extends Fields, T>(shared: G, test: Shape<T>) {
  return object({ ...shared, comment: text, tests: list(test) });
}

/** A whole file. */
export function aFile<const N extends string, G>(algorithm: N, group: Shape<G>) {
  return object({ $schema: word('./schema.json'), algorithm: word(algorithm), notes: list(text), groups: list(group) });
}
