/**
 * The model in this process: its actions one by one, with every choice they leave open. Built on the evaluator behind
 * `quint run`, which picks at random; here its source of randomness is a script that goes through all picks in turn.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type {
  fileSourceResolver,
  newIdGenerator,
  parse,
  parseExpressionOrDeclaration,
  QuintEx,
} from '@informalsystems/quint';
import type { Rng } from '@informalsystems/quint/dist/src/rng.js';
import type { Builder, buildExpr, EvalFunction } from '@informalsystems/quint/dist/src/runtime/impl/builder.js';
import type { Context } from '@informalsystems/quint/dist/src/runtime/impl/Context.js';
import type { Evaluator } from '@informalsystems/quint/dist/src/runtime/impl/evaluator.js';
import type { RuntimeValue } from '@informalsystems/quint/dist/src/runtime/impl/runtimeValue.js';
import type { newTraceRecorder } from '@informalsystems/quint/dist/src/runtime/trace.js';
import { root } from '../cli/slalom.js';
import { type Plain, record, sorted } from './plain.js';

// A pick that makes an action impossible is not replaced by another: every pick has its turn anyway. Read when Quint is loaded.
process.env.QUINT_RETRY_NONDET_SMALLER_THAN = '0';
const require = createRequire(import.meta.url);
const quint = require('@informalsystems/quint') as {
  parse: typeof parse;
  parseExpressionOrDeclaration: typeof parseExpressionOrDeclaration;
  newIdGenerator: typeof newIdGenerator;
  fileSourceResolver: typeof fileSourceResolver;
};
const inside = (path: string): unknown => require(`@informalsystems/quint/dist/src/${path}`);
const evaluators = inside('runtime/impl/evaluator.js') as { Evaluator: typeof Evaluator };
const builders = inside('runtime/impl/builder.js') as { buildExpr: typeof buildExpr };
const recorders = inside('runtime/trace.js') as { newTraceRecorder: typeof newTraceRecorder };
const visitors = inside('ir/IRVisitor.js') as { walkExpression(visitor: unknown, expression: QuintEx): void };

export const modelFile = join(root, 'spec', 'model', 'session.qnt');
export const modelText = readFileSync(modelFile, 'utf8');

/** A state: opaque, and its plain form. */
export interface State {
  readonly value: RuntimeValue;
  readonly plain: { readonly [name: string]: Plain };
}

function plain(value: RuntimeValue): Plain {
  switch (value.constructor.name) {
    case 'RuntimeValueBool':
      return value.toBool();
    case 'RuntimeValueInt':
      return Number(value.toInt());
    case 'RuntimeValueStr':
      return value.toStr();
    case 'RuntimeValueTupleOrList':
      return [...value.toList()].map(plain);
    case 'RuntimeValueRecord':
      return record([...value.toOrderedMap()].map(([name, field]) => [name, plain(field)]));
    case 'RuntimeValueMap':
      return sorted([...value.toMap()].map(([key, entry]) => [plain(key), plain(entry)]));
    default:
      if (!value.isSetLike) throw new Error(`a value of an unknown kind: ${value.constructor.name}`);
      return sorted([...value.toSet()].map(plain));
  }
}

/** All picks of one action, one after another: a path in the tree of choices, and then the next path. */
class Script implements Rng {
  #path: number[] = [];
  #bounds: number[] = [];
  #at = 0;
  getState = (): bigint => 0n;
  setState = (): void => {};
  next = (bound: bigint): bigint => {
    this.#bounds[this.#at] = Number(bound);
    this.#path[this.#at] ??= 0;
    return BigInt(this.#path[this.#at++]!);
  };

  /** Runs `work` once for every path. */
  all(work: () => void): void {
    this.#path = [];
    for (;;) {
      this.#bounds = [];
      this.#at = 0;
      work();
      let last = this.#at - 1;
      while (last >= 0 && this.#path[last] === this.#bounds[last]! - 1) last--;
      if (last < 0) break;
      this.#path = [...this.#path.slice(0, last), this.#path[last]! + 1];
    }
    this.#at = 0;
  }
}

/** A model as Quint reads it, and a reader of expressions in it. */
export interface Parsed {
  readonly parsed: ReturnType<typeof parse>;
  readonly read: (source: string) => QuintEx;
}

/** @throws Error when the text is not a model */
export function parseModel(text: string): Parsed {
  const ids = quint.newIdGenerator();
  const sources = new Map([[modelFile, text]]);
  const path = quint.fileSourceResolver(sources).lookupPath(join(modelFile, '..'), 'session.qnt');
  const parsed = quint.parse(ids, modelFile, path, text, sources);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`the model does not parse: ${error.message}`);
  const read = (source: string): QuintEx => {
    const result = quint.parseExpressionOrDeclaration(source, '<input>', ids, parsed.sourceMap);
    if (result.kind !== 'expr') throw new Error(`not an expression: ${source}`);
    parsed.resolver.switchToModule('session');
    visitors.walkExpression(parsed.resolver, result.expr);
    return result.expr;
  };
  return { parsed, read };
}

/** A model that can be asked for its successors, evaluated by Quint itself. */
export class Model {
  readonly #script = new Script();
  readonly #context: Context;
  readonly #init: EvalFunction;
  readonly #actions: EvalFunction[];
  readonly #compile: (text: string) => EvalFunction;

  /** @throws Error when the text is not a model */
  constructor(text: string) {
    const { parsed, read } = parseModel(text);
    const recorder = recorders.newTraceRecorder(0, this.#script, 1);
    const evaluator = new evaluators.Evaluator(parsed.table, recorder, this.#script);
    const { ctx, builder } = evaluator as unknown as { ctx: Context; builder: Builder };
    this.#context = ctx;
    this.#compile = (source) => builders.buildExpr(builder, read(source));
    this.#init = this.#compile('init');
    const step = parsed.modules.at(-1)!.declarations.find((entry) => entry.kind === 'def' && entry.name === 'step');
    if (step?.kind !== 'def') throw new Error('the model has no step');
    this.#actions = leaves(step.expr).map((action) => builders.buildExpr(builder, action));
  }

  /** The one initial state. */
  initial(): State {
    this.#context.varStorage.reset();
    if (!isTrue(this.#init(this.#context))) throw new Error('init is impossible');
    return this.#taken();
  }

  /** Every state that one action leads to, some of them more than once. */
  successors(state: State): State[] {
    const found: State[] = [];
    for (const action of this.#actions) {
      this.#script.all(() => {
        this.#context.varStorage.fromRecord(state.value);
        if (isTrue(action(this.#context))) found.push(this.#taken());
      });
    }
    return found;
  }

  /** A predicate of the model, by name or as an expression. */
  predicate(source: string): (state: State) => boolean {
    const evaluate = this.#compile(source);
    return ({ value }) => {
      this.#context.varStorage.fromRecord(value);
      return isTrue(evaluate(this.#context));
    };
  }

  #taken(): State {
    this.#context.varStorage.shiftVars();
    const value = this.#context.varStorage.asRecord();
    return { value, plain: plain(value) as State['plain'] };
  }
}

/** The alternatives of `any`, at any depth. */
export function leaves(expression: QuintEx): QuintEx[] {
  return expression.kind === 'app' && expression.opcode === 'actionAny'
    ? expression.args.flatMap(leaves)
    : [expression];
}

function isTrue(result: ReturnType<EvalFunction>): boolean {
  if (result.isLeft()) throw new Error(`the model failed: ${result.value.message}`);
  return (result.value as RuntimeValue).toBool();
}
