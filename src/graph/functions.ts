/** The real functions that a network applies entry by entry, with their parameters. The quantizer makes tables of them. */
import { ModelError } from '../model/errors.js';
import { errorFunction } from './error-function.js';

const { abs, exp, expm1, log, log1p, max, min, sqrt, tanh } = Math;

/** What a function is called. */
export type FunctionName =
  | 'absolute'
  | 'affine'
  | 'celu'
  | 'clamp'
  | 'elu'
  | 'erf'
  | 'exponential'
  | 'gelu'
  | 'geluTanh'
  | 'hardSigmoid'
  | 'hardSwish'
  | 'leakyRelu'
  | 'logarithm'
  | 'mish'
  | 'power'
  | 'reciprocal'
  | 'selu'
  | 'sigmoid'
  | 'silu'
  | 'softplus'
  | 'softsign'
  | 'squareRoot'
  | 'tanh'
  | 'thresholdedRelu';

type Parameters = readonly number[];

/** Without overflow on either side. */
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)));
/** ln(1 + e^x), likewise. */
const softplus = (x: number): number => max(x, 0) + log1p(exp(-abs(x)));

interface Definition {
  /** The parameters unless given; as many as the function has. */
  readonly defaults: Parameters;
  readonly of: (parameters: Parameters) => (x: number) => number;
}

function plain(f: (x: number) => number): Definition {
  return { defaults: [], of: () => f };
}

function withParameters(defaults: Parameters, f: (x: number, a: number, b: number) => number): Definition {
  return {
    defaults,
    of:
      ([a = 0, b = 0]) =>
      (x) =>
        f(x, a, b),
  };
}

const DEFINITIONS: Readonly<Record<FunctionName, Definition>> = {
  /** |x| */
  absolute: plain(abs),
  /** a x + b */
  affine: withParameters([1, 0], (x, a, b) => a * x + b),
  /** x where it is positive, a (e^(x / a) - 1) where not */
  celu: withParameters([1], (x, a) => (x > 0 ? x : a * expm1(x / a))),
  /** x moved into [a, b] */
  clamp: withParameters([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], (x, a, b) => min(max(x, a), b)),
  /** x where it is positive, a (e^x - 1) where not */
  elu: withParameters([1], (x, a) => (x > 0 ? x : a * expm1(x))),
  /** The integral of the normal distribution, from -1 to 1 */
  erf: plain(errorFunction),
  /** e^x */
  exponential: plain(exp),
  /** x Phi(x), with Phi the normal distribution */
  gelu: plain((x) => (x / 2) * (1 + errorFunction(x / Math.SQRT2))),
  /** Its approximation by tanh */
  geluTanh: plain((x) => (x / 2) * (1 + tanh(sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  /** a x + b moved into [0, 1] */
  hardSigmoid: withParameters([0.2, 0.5], (x, a, b) => min(max(a * x + b, 0), 1)),
  /** x hardSigmoid(x), with 1/6 and 1/2 */
  hardSwish: plain((x) => (x * min(max(x + 3, 0), 6)) / 6),
  /** x where it is positive, a x where not */
  leakyRelu: withParameters([0.01], (x, a) => (x >= 0 ? x : a * x)),
  /** ln x */
  logarithm: plain(log),
  /** x tanh(softplus(x)) */
  mish: plain((x) => x * tanh(softplus(x))),
  /** x^a */
  power: withParameters([2], (x, a) => x ** a),
  /** a / x */
  reciprocal: withParameters([1], (x, a) => a / x),
  /** b x where it is positive, a b (e^x - 1) where not */
  selu: withParameters([1.6732632423543772, 1.0507009873554805], (x, a, b) => b * (x > 0 ? x : a * expm1(x))),
  /** 1 / (1 + e^-x) */
  sigmoid: plain(sigmoid),
  /** x sigmoid(a x) */
  silu: withParameters([1], (x, a) => x * sigmoid(a * x)),
  /** ln(1 + e^x) */
  softplus: plain(softplus),
  /** x / (1 + |x|) */
  softsign: plain((x) => x / (1 + abs(x))),
  /** The square root */
  squareRoot: plain(sqrt),
  /** The hyperbolic tangent */
  tanh: plain(tanh),
  /** x where it is above a, 0 where not */
  thresholdedRelu: withParameters([1], (x, a) => (x > a ? x : 0)),
};

/** A function of one real number. */
export interface RealFunction {
  /** Which of the known functions. */
  readonly name: FunctionName;
  /** As many as it has; none are infinite or not a number, but for the ends of a clamp. */
  readonly parameters: readonly number[];
}

/**
 * A known function with the parameters given, and its usual ones where none are.
 * @throws ModelError when it is unknown, has fewer parameters, or one is not a number
 * @example realFunction('leakyRelu', 0.2)
 */
export function realFunction(name: FunctionName, ...parameters: number[]): RealFunction {
  if (!Object.hasOwn(DEFINITIONS, name)) {
    throw new ModelError(`There is no function "${name}"; there are ${Object.keys(DEFINITIONS).join(', ')}.`);
  }
  const { defaults } = DEFINITIONS[name];
  const all = defaults.map((usual, index) => parameters[index] ?? usual);
  const wrong = name === 'clamp' ? !(all[0]! <= all[1]!) : !all.every(Number.isFinite);
  if (parameters.length > defaults.length || wrong) {
    throw new ModelError(`The function "${name}" cannot have the parameters [${parameters}].`);
  }
  return { name, parameters: all };
}

/** What the function gives for a number: computed in double precision. */
export function evaluatorOf({ name, parameters }: RealFunction): (x: number) => number {
  return DEFINITIONS[name].of(parameters);
}

/** Whether f(s x) = s f(x) for every s > 0. */
export function isHomogeneous({ name, parameters }: RealFunction): boolean {
  return name === 'absolute' || name === 'leakyRelu' || (name === 'affine' && parameters[1] === 0);
}
