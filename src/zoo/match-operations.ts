/** Which operation of one network is which of another: both graphs are walked from their outputs to their inputs. */
import type { FloatNetwork, FloatOperation, FloatTensorId } from '../graph/index.js';
import { operationWords } from './operation-words.js';

/** Of each operation, except changes of shape, its counterpart. */
export type Counterparts = ReadonlyMap<FloatOperation, FloatOperation>;

/** All that lies before two tensors is the same; or what is not, and after how many operations it was met. */
type Match = { readonly pairs: Counterparts } | { readonly difference: string; readonly depth: number };

/** Two parts that meet again where they began; null when they do not agree about what is there. */
function joined(a: Counterparts, b: Counterparts): Counterparts | null {
  const all = new Map(a);
  for (const [operation, counterpart] of b) {
    if ((all.get(operation) ?? counterpart) !== counterpart) return null;
    all.set(operation, counterpart);
  }
  return all;
}

/** Who makes each tensor. Changes of shape are looked through: an image of one pixel and a vector are the same numbers. */
function producers({ operations }: FloatNetwork): (id: FloatTensorId) => FloatOperation | undefined {
  const all = new Map(operations.map((operation) => [operation.output, operation]));
  return (id) => {
    let operation = all.get(id);
    while (operation?.kind === 'reshape') operation = all.get(operation.input);
    return operation;
  };
}

class Walk {
  /** Remembered, because at every sum two ways lead back to the same tensors. */
  readonly #known = new Map<string, Match>();
  readonly #here: ReturnType<typeof producers>;
  readonly #there: ReturnType<typeof producers>;

  constructor(
    readonly network: FloatNetwork,
    readonly other: FloatNetwork,
  ) {
    this.#here = producers(network);
    this.#there = producers(other);
  }

  match(here: FloatTensorId, there: FloatTensorId, depth: number): Match {
    const key = `${here} ${there}`;
    const known = this.#known.get(key) ?? this.#operations(this.#here(here), this.#there(there), depth);
    this.#known.set(key, known);
    return known;
  }

  #operations(here: FloatOperation | undefined, there: FloatOperation | undefined, depth: number): Match {
    const ours = here === undefined ? 'the input' : operationWords(here, this.network);
    const theirs = there === undefined ? 'the input' : operationWords(there, this.other);
    if (ours !== theirs) {
      const name = there === undefined ? '' : ` ("${there.name}")`;
      return {
        difference: `${here === undefined ? '' : `"${here.name}" is `}${ours}, and in its place is ${theirs}${name}`,
        depth,
      };
    }
    if (here === undefined || there === undefined) return { pairs: new Map() };
    const before =
      here.kind === 'add' && there.kind === 'add'
        ? this.#terms(here.inputs, there.inputs, depth + 1)
        : this.match((here as { input: number }).input, (there as { input: number }).input, depth + 1);
    return 'difference' in before ? before : { pairs: new Map([...before.pairs, [here, there]]) };
  }

  /** The terms of two sums, in either order; what differs in the order that agrees for longer is what differs. */
  #terms(here: readonly [number, number], [a, b]: readonly [number, number], depth: number): Match {
    const straight = this.#both(here, [a, b], depth);
    if ('pairs' in straight) return straight;
    const crossed = this.#both(here, [b, a], depth);
    return 'pairs' in crossed || crossed.depth > straight.depth ? crossed : straight;
  }

  #both(here: readonly [number, number], there: readonly [number, number], depth: number): Match {
    const one = this.match(here[0], there[0], depth);
    if ('difference' in one) return one;
    const other = this.match(here[1], there[1], depth);
    if ('difference' in other) return other;
    const pairs = joined(one.pairs, other.pairs);
    return pairs === null ? { difference: 'the terms of a sum do not begin at one tensor', depth } : { pairs };
  }
}

/**
 * The counterparts of all operations of `network` in `other`, or in words the first difference that is met.
 * Networks of one output, with no operation of several inputs except sums.
 */
export function matchOperations(network: FloatNetwork, other: FloatNetwork): Counterparts | string {
  const match = new Walk(network, other).match(network.outputs[0]!, other.outputs[0]!, 0);
  return 'difference' in match ? match.difference : match.pairs;
}
