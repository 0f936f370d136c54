/**
 * The model as JavaScript: what Quint parsed, translated operator by operator. Some hundred times as fast as Quint's
 * evaluator, which is what an exploration of all states needs; `compiled.test.ts` holds the two equal, state by state.
 */
import type { QuintDef, QuintEx } from '@informalsystems/quint';
import { leaves, parseModel } from './quint.js';
import type { PlainState } from './traces.js';
import { aRecord, type Composite, keyOf, operators, plainOf, remember, toItf, type Value } from './values.js';

/** The variables of one state, by name. */
export type Variables = Record<string, Value>;

/** Expressions that stand for others, by the identity of those. */
export type Replaced = ReadonlyMap<bigint, QuintEx>;

const INFIX: Readonly<Record<string, string>> = {
  eq: '===',
  neq: '!==',
  iadd: '+',
  isub: '-',
  ilt: '<',
  ilte: '<=',
  igt: '>',
  igte: '>=',
  iff: '===',
};

/** Translates the expressions of one module. */
class Translator {
  readonly #defs: ReadonlyMap<string, QuintDef>;
  readonly #replaced: Replaced;
  #names = 0;

  constructor(defs: ReadonlyMap<string, QuintDef>, replaced: Replaced = new Map()) {
    this.#defs = defs;
    this.#replaced = replaced;
  }

  /** An expression without assignments; `local` are the names that a parameter or a `val` inside gives a meaning. */
  value(expression: QuintEx, local: ReadonlySet<string>): string {
    const ex = this.#replaced.get(expression.id) ?? expression;
    switch (ex.kind) {
      case 'bool':
      case 'int':
        return String(ex.value);
      case 'str':
        return JSON.stringify(ex.value);
      case 'name':
        return this.#name(ex.name, local);
      case 'lambda': {
        const inner = new Set([...local, ...ex.params.map(({ name }) => name)]);
        return `((${ex.params.map(({ name }) => `v_${name}`).join(', ')}) => ${this.value(ex.expr, inner)})`;
      }
      case 'let': {
        const inner = new Set([...local, ex.opdef.name]);
        const bound = this.value(ex.opdef.expr, local);
        return `((v_${ex.opdef.name}) => ${this.value(ex.expr, inner)})(${bound})`;
      }
      default:
        return this.#call(ex.opcode, ex.args, local);
    }
  }

  #name(name: string, local: ReadonlySet<string>): string {
    if (local.has(name)) return `v_${name}`;
    return this.#defs.has(name) ? `d_${name}(s)` : `s.${name}`;
  }

  #call(opcode: string, args: readonly QuintEx[], local: ReadonlySet<string>): string {
    const given = args.map((arg) => this.value(arg, local));
    if (local.has(opcode)) return `v_${opcode}(${given.join(', ')})`;
    if (this.#defs.has(opcode)) return `d_${opcode}(${['s', ...given].join(', ')})`;
    if (opcode in INFIX) return `(${given.join(` ${INFIX[opcode]} `)})`;
    if (opcode === 'and') return `(${['true', ...given].join(' && ')})`;
    if (opcode === 'or') return `(${['false', ...given].join(' || ')})`;
    if (opcode === 'not') return `!${given[0]}`;
    if (opcode === 'implies') return `(!${given[0]} || ${given[1]})`;
    if (opcode === 'iuminus') return `(-${given[0]})`;
    if (opcode === 'ite') return `(${given[0]} ? ${given[1]} : ${given[2]})`;
    if (!(opcode in operators)) throw new Error(`the translation knows no operator ${opcode}`);
    return `o.${opcode}(${given.join(', ')})`;
  }

  /** Statements that do `then` once for every way in which the action can be taken. */
  action(ex: QuintEx, then: string, local: ReadonlySet<string>): string {
    if (ex.kind === 'let') {
      const { name, qualifier, expr } = ex.opdef;
      const rest = this.action(ex.expr, then, new Set([...local, name]));
      if (qualifier !== 'nondet') return `{ const v_${name} = ${this.value(expr, local)}; ${rest} }`;
      if (expr.kind !== 'app' || expr.opcode !== 'oneOf') throw new Error(`${name} is not one of a set`);
      return `for (const v_${name} of ${this.value(expr.args[0]!, local)}.parts) { ${rest} }`;
    }
    if (ex.kind === 'name' && this.#isAction(ex.name)) return `d_${ex.name}(s, n, () => { ${then} });`;
    if (ex.kind !== 'app') return `if (${this.value(ex, local)}) { ${then} }`;
    const { opcode, args } = ex;
    if (opcode === 'assign' && args[0]!.kind === 'name')
      return `n.${args[0]!.name} = ${this.value(args[1]!, local)}; ${then}`;
    if (opcode === 'actionAll') return args.reduceRight((rest, one) => this.action(one, rest, local), then);
    if (opcode === 'actionAny')
      return this.#branches(then, (go) => args.map((one) => this.action(one, go, local)).join(' '));
    if (opcode === 'ite') {
      const [test, yes, no] = args as [QuintEx, QuintEx, QuintEx];
      return this.#branches(then, (go) => {
        return `if (${this.value(test, local)}) { ${this.action(yes, go, local)} } else { ${this.action(no, go, local)} }`;
      });
    }
    if (!this.#isAction(opcode)) return `if (${this.value(ex, local)}) { ${then} }`;
    return `d_${opcode}(${['s', 'n', `() => { ${then} }`, ...args.map((arg) => this.value(arg, local))].join(', ')});`;
  }

  #branches(then: string, write: (go: string) => string): string {
    const name = `then${this.#names++}`;
    return `{ const ${name} = () => { ${then} }; ${write(`${name}();`)} }`;
  }

  #isAction(name: string): boolean {
    const def = this.#defs.get(name);
    return def?.kind === 'def' && def.qualifier === 'action';
  }

  /** A definition as a function. */
  definition({ name, qualifier, expr }: QuintDef & { kind: 'def' }): string {
    const params = expr.kind === 'lambda' ? expr.params.map((param) => param.name) : [];
    const body = expr.kind === 'lambda' ? expr.expr : expr;
    const given = params.map((param) => `v_${param}`);
    const local = new Set(params);
    if (qualifier === 'action')
      return `function d_${name}(${['s', 'n', 'k', ...given].join(', ')}) { ${this.action(body, 'k();', local)} }`;
    const result = this.value(body, local);
    const all = ['s', ...given].join(', ');
    if (qualifier === 'puredef' && given.length > 0) {
      return `const p_${name} = o.remember((${given.join(', ')}) => ${result}); function d_${name}(${all}) { return p_${name}(${given.join(', ')}); }`;
    }
    if (qualifier === 'pureval') return `let r_${name}; function d_${name}() { return (r_${name} ??= ${result}); }`;
    // A definition without parameters means one thing in one state.
    if (given.length > 0) return `function d_${name}(${all}) { return ${result}; }`;
    return `let s_${name}; let r_${name}; function d_${name}(s) { if (s !== s_${name}) { r_${name} = ${result}; s_${name} = s; } return r_${name}; }`;
  }
}

/** The model, its states as interned values. */
export class CompiledModel {
  readonly #defs: Map<string, QuintDef & { kind: 'def' }>;
  readonly #read: (source: string) => QuintEx;
  readonly #text: string;
  /** The alternatives of `step`: their names, and how often each is taken when every `any` picks evenly. */
  readonly actions: readonly { readonly name: string; readonly weight: number }[];
  readonly #steps: readonly ((s: Variables, n: Variables, k: () => void) => void)[];
  readonly #init: (s: Variables, n: Variables, k: () => void) => void;

  /** @throws Error when the text is not a model, or uses what the translation does not know */
  constructor(text: string) {
    const { parsed, read } = parseModel(text);
    this.#read = read;
    const defs = parsed.modules.at(-1)!.declarations.filter((entry) => entry.kind === 'def');
    this.#defs = new Map(defs.map((def) => [def.name, def]));
    const translator = new Translator(this.#defs);
    this.#text = defs.map((def) => translator.definition(def)).join('\n');
    const step = this.definition('step');
    const alternatives = leaves(step).map((action) => translator.action(action, 'k();', new Set()));
    this.actions = weighted(step, 1);
    this.#steps = this.#run(`[${alternatives.map((action) => `(s, n, k) => { ${action} }`).join(', ')}]`);
    this.#init = this.#run('d_init');
  }

  #run<T>(expression: string): T {
    return new Function('o', `"use strict";\nconst s = null;\n${this.#text}\nreturn ${expression};`)({
      ...operators,
      remember,
    }) as T;
  }

  /** What a definition of the model says. @throws Error when there is none */
  definition(name: string): QuintEx {
    const def = this.#defs.get(name);
    if (def === undefined) throw new Error(`the model has no ${name}`);
    return def.expr;
  }

  initial(): Variables {
    const next: Variables = {};
    let state: Variables | undefined;
    this.#init(next, next, () => {
      state = { ...next };
    });
    if (state === undefined) throw new Error('init is impossible');
    return state;
  }

  /** Every state that one action leads to, some of them more than once. */
  successors(state: Variables): Variables[] {
    return this.byAction(state).flat();
  }

  /** The same, by the action that leads there, in the order of `actions`. */
  byAction(state: Variables): Variables[][] {
    return this.#steps.map((step) => {
      const found: Variables[] = [];
      const next: Variables = {};
      step(state, next, () => found.push({ ...next }));
      return found;
    });
  }

  /** A predicate of the model, as an expression, with parts of it replaced. */
  predicate(expression: string | QuintEx, replaced: Replaced = new Map()): (state: Variables) => boolean {
    const ex = typeof expression === 'string' ? this.#read(expression) : expression;
    return this.#run(`(s) => ${new Translator(this.#defs, replaced).value(ex, new Set())}`);
  }
}

function weighted(ex: QuintEx, weight: number): { name: string; weight: number }[] {
  if (ex.kind === 'app' && ex.opcode === 'actionAny')
    return ex.args.flatMap((one) => weighted(one, weight / ex.args.length));
  return [{ name: ex.kind === 'name' ? ex.name : 'unnamed', weight }];
}

/** The state as plain data, as `Model` gives it. */
export function plainState(state: Variables): PlainState {
  return plainOf(whole(state)) as PlainState;
}

/** The state in the Informal Trace Format. */
export function itfState(state: Variables): unknown {
  return toItf(whole(state));
}

function whole(state: Variables): Composite {
  return aRecord(Object.entries(state));
}

/** The same for equal states only; `last` reports and is left out if so wished. */
export function stateKey(state: Variables, names: readonly string[]): string {
  let key = '';
  for (const name of names) key += `${keyOf(state[name]!)} `;
  return key;
}
