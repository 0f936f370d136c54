/** Every way in which an invariant can be weakened by one thing: a conjunct left out, a boundary off by one, half an equality. */
import type { QuintEx } from '@informalsystems/quint';
import type { Replaced } from './compiled.js';

export interface Weakening {
  /** What is changed, in words. */
  readonly name: string;
  readonly replaced: Replaced;
}

const NEW = 0n;
const yes: QuintEx = { id: NEW, kind: 'bool', value: true };
const app = (opcode: string, ...args: QuintEx[]): QuintEx => ({ id: NEW, kind: 'app', opcode, args });
const one: QuintEx = { id: NEW, kind: 'int', value: 1n };

/** Of `a < b` and its like: the same with one more allowed. */
const BOUNDARIES: Readonly<Record<string, string>> = { ilt: 'isub', ilte: 'isub', igt: 'iadd', igte: 'iadd' };
const TRUTHS = new Set(['eq', 'neq', 'and', 'or', 'not', 'ilt', 'ilte', 'igt', 'igte']);
const SETS = new Set(['union', 'to']);

/** All weakenings of what must hold, in the order in which it is written. */
export function weakenings(ex: QuintEx): Weakening[] {
  switch (ex.kind) {
    case 'lambda':
    case 'let':
      return weakenings(ex.expr);
    case 'app':
      return ofCall(ex);
    default:
      return [];
  }
}

function ofCall(ex: QuintEx & { kind: 'app' }): Weakening[] {
  const { opcode, args } = ex;
  const instead = (name: string, by: QuintEx): Weakening => ({ name, replaced: new Map([[ex.id, by]]) });
  if (opcode === 'and') {
    return args.flatMap((arg) => [
      { name: `without ${written(arg)}`, replaced: new Map([[arg.id, yes]]) },
      ...weakenings(arg),
    ]);
  }
  if (opcode === 'or') return args.flatMap(weakenings);
  if (opcode === 'implies' || opcode === 'forall') return weakenings(args[1]!);
  const [left, right] = args;
  if (opcode in BOUNDARIES) {
    return [instead(`one more than ${written(ex)}`, app(opcode, app(BOUNDARIES[opcode]!, left!, one), right!))];
  }
  if (opcode !== 'eq') return [];
  const half = isCall(left!, TRUTHS) ? 'implies' : isCall(left!, SETS) || isCall(right!, SETS) ? 'subseteq' : null;
  if (half === null) return [];
  const halves = [app(half, left!, right!), app(half, right!, left!)];
  return halves.map((by) => instead(`only ${written(by)}`, by));
}

function isCall(ex: QuintEx, opcodes: ReadonlySet<string>): boolean {
  return ex.kind === 'app' && opcodes.has(ex.opcode);
}

/** The expression in one line. */
function written(ex: QuintEx): string {
  switch (ex.kind) {
    case 'name':
      return ex.name;
    case 'lambda':
      return `${ex.params.map(({ name }) => name).join(', ')} => ${written(ex.expr)}`;
    case 'let':
      return written(ex.expr);
    case 'app':
      return `${ex.opcode}(${ex.args.map(written).join(', ')})`;
    default:
      return String(ex.value);
  }
}
