/** Functions of one number that are made of the known ones: x * clamp(x + 3, 0, 6) / 6 is one function, not four. */
import { evaluatorOf as evaluatorOfKnown, type RealFunction } from './functions.js';

/** The entry itself, a known function of something, or two things combined. */
export type Expression =
  | {
      /** The entry. */
      readonly kind: 'entry';
    }
  | {
      /** A known function. */
      readonly kind: 'function';
      /** Which. */
      readonly function: RealFunction;
      /** Of what. */
      readonly of: Expression;
    }
  | {
      /** Sum, product, difference, the larger or the smaller. */
      readonly kind: 'add' | 'multiply' | 'subtract' | 'larger' | 'smaller';
      /** Of what. */
      readonly of: readonly [Expression, Expression];
    };

/** A function that an expression stands for. */
export interface Composition {
  /** Tells it from the known functions. */
  readonly name: 'composition';
  /** What it is. */
  readonly expression: Expression;
}

const COMBINED = {
  add: (a: number, b: number) => a + b,
  multiply: (a: number, b: number) => a * b,
  subtract: (a: number, b: number) => a - b,
  larger: Math.max,
  smaller: Math.min,
} as const;

function compiled(expression: Expression): (x: number) => number {
  if (expression.kind === 'entry') return (x) => x;
  if (expression.kind === 'function') {
    const [f, of] = [evaluatorOfKnown(expression.function), compiled(expression.of)];
    return (x) => f(of(x));
  }
  const combine = COMBINED[expression.kind];
  const [a, b] = [compiled(expression.of[0]), compiled(expression.of[1])];
  return (x) => combine(a(x), b(x));
}

/** How many parts an expression has; a part that is used twice counts twice. */
export function sizeOf(expression: Expression): number {
  if (expression.kind === 'entry') return 1;
  if (expression.kind === 'function') return 1 + sizeOf(expression.of);
  return 1 + sizeOf(expression.of[0]) + sizeOf(expression.of[1]);
}

/** What the function gives for a number: computed in double precision. */
export function evaluatorOf(f: RealFunction | Composition): (x: number) => number {
  return f.name === 'composition' ? compiled(f.expression) : evaluatorOfKnown(f);
}
