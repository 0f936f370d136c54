/**
 * Operations that make an entry of nothing but one entry of one tensor become one function of it: hard swish written as
 * x * relu6(x + 3) / 6 is then one table that rounds once, in place of four operations that each round.
 */
import {
  type Activation,
  type Expression,
  type FloatNetwork,
  type FloatOperation,
  type FloatTensorId,
  isPair,
  type RealFunction,
  realFunction,
  sizeOf,
} from '../graph/index.js';
import { withoutUnreadOperations } from './graph.js';

/** Functions of more parts are left in pieces: a part that is used twice counts twice, so that they could grow without end. */
const MOST_PARTS = 64;

/** What a tensor's entries are, of which tensor's. */
interface Derived {
  readonly source: FloatTensorId;
  readonly expression: Expression;
}

const ENTRY: Expression = { kind: 'entry' };

const CLAMPS: Readonly<Record<Exclude<Activation, 'none'>, RealFunction>> = {
  relu: realFunction('clamp', 0, Number.POSITIVE_INFINITY),
  relu6: realFunction('clamp', 0, 6),
};

function clamped(of: Expression, activation: Activation): Expression {
  return activation === 'none' ? of : { kind: 'function', function: CLAMPS[activation], of };
}

/** What the operation's result is; null when it is no function of single entries, or too long a one. */
function derivedBy(operation: FloatOperation, of: (id: FloatTensorId) => Derived): Derived | null {
  if (operation.kind === 'function') {
    const { source, expression } = of(operation.input);
    const { function: f } = operation;
    // A composition is finished: nothing is put before it a second time.
    if (f.name === 'composition') return expression === ENTRY ? { source, expression: f.expression } : null;
    return { source, expression: { kind: 'function', function: f, of: expression } };
  }
  if (operation.kind === 'activation') {
    const { source, expression } = of(operation.input);
    return { source, expression: clamped(expression, operation.activation) };
  }
  if (!isPair(operation)) return null;
  const [a, b] = [of(operation.inputs[0]), of(operation.inputs[1])];
  if (a.source !== b.source) return null;
  const expression: Expression = { kind: operation.kind, of: [a.expression, b.expression] };
  return { source: a.source, expression: clamped(expression, operation.activation) };
}

/** The operation as one function, where it is more than the one operation it was. */
function composed(operation: FloatOperation, { source, expression }: Derived): FloatOperation {
  const plain = operation.kind === 'function' || operation.kind === 'activation';
  if (plain && 'input' in operation && operation.input === source) return operation;
  const { name, output } = operation;
  return { kind: 'function', name, input: source, output, function: { name: 'composition', expression } };
}

/** An equal network (up to float rounding) in which functions of functions are one. */
export function composeFunctions(network: FloatNetwork): FloatNetwork {
  const known = new Map<FloatTensorId, Derived>();
  const of = (id: FloatTensorId): Derived => known.get(id) ?? { source: id, expression: ENTRY };
  let changed = false;
  const operations = network.operations.map((operation) => {
    const derived = derivedBy(operation, of);
    if (derived === null || sizeOf(derived.expression) > MOST_PARTS) return operation;
    known.set(operation.output, derived);
    const result = composed(operation, derived);
    changed ||= result !== operation;
    return result;
  });
  return changed ? { ...network, operations: withoutUnreadOperations(operations, network.outputs) } : network;
}
