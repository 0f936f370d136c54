/** Sums and products, of values that depend on the input and of constants, repeated along axes of size one. */
import { realFunction } from '../../graph/index.js';
import { fail, shown } from '../shared/fail.js';
import { type Constant, realsOf } from './constant.js';
import type { Construction } from './construction.js';
import { commonShape, repeatedTo } from './moving.js';
import { type Activation, activation, product } from './value.js';

const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;

const one = (value: number): Float64Array => Float64Array.of(value);

/** The constant's values for every entry of some last axes of a value; a single one when they are all equal. */
export function broadcast(c: Construction, shape: readonly number[], constant: Constant): Float64Array {
  const values = realsOf(constant);
  const missing = shape.length - constant.shape.length;
  const fits = missing >= 0 && constant.shape.every((size, axis) => size === 1 || size === shape[axis + missing]);
  if (!fits || values.length === 0) {
    return fail(
      `the constant ${shown(constant.name)} of shape [${constant.shape}] does not fit a value of shape [${shape}]`,
    );
  }
  const [first] = values;
  // Even to look at them takes time, and many nodes may share them.
  c.charge(values.length);
  if (values.every((value) => value === first)) return one(first!);
  const from = missing + constant.shape.findIndex((size) => size !== 1);
  const sizes = shape.slice(from);
  const own = constant.shape.slice(from - missing);
  c.charge(product(sizes));
  let result = Float64Array.from(values);
  // From the last axis: what lies behind is repeated where the constant has size 1.
  for (let axis = sizes.length - 1, behind = 1; axis >= 0; behind *= sizes[axis]!, axis--) {
    if (own[axis] === sizes[axis]) continue;
    const longer = new Float64Array(result.length * sizes[axis]!);
    for (let at = 0; at < longer.length; at++) {
      longer[at] = result[Math.floor(at / (behind * sizes[axis]!)) * behind + (at % behind)]!;
    }
    result = longer;
  }
  return result;
}

/** factor * x + offset, each a single number or one for every entry of some last axes. */
export function affine(
  c: Construction,
  given: Activation,
  factors: Float64Array,
  offsets: Float64Array,
  name: string,
): Activation {
  if (factors.length === 1 && offsets.length === 1 && factors[0] === 1 && offsets[0] === 0) return given;
  if (![factors, offsets].every((values) => values.every(Number.isFinite))) {
    return fail('its constants make numbers that are not finite');
  }
  const x = c.settled(given, name);
  const length = Math.max(factors.length, offsets.length);
  const repeated = (values: Float64Array): Float64Array => {
    if (values.length === length || values.length === 1) return values;
    c.charge(length);
    return Float64Array.from({ length }, (_, at) => values[at % values.length]!);
  };
  const handle = length === 1 ? x.handle : c.rows(x, length, name);
  return activation(c.target.affine(handle, repeated(factors), repeated(offsets), name), x.shape);
}

/** factor * x + offset, with two numbers. */
export function scaled(c: Construction, x: Activation, factor: number, offset: number, name: string): Activation {
  return affine(c, x, one(factor), one(offset), name);
}

export type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'larger' | 'smaller';

/** x op constant, or constant op x. */
export function withConstant(
  c: Construction,
  given: Activation,
  constant: Constant,
  how: Arithmetic,
  constantFirst: boolean,
  name: string,
): Activation {
  const x = repeatedTo(c, given, commonShape(given.shape, constant.shape), `${name}/repeated`);
  const values = broadcast(c, x.shape, constant);
  switch (how) {
    case 'add':
      return affine(c, x, one(1), values, name);
    case 'subtract':
      if (constantFirst) return affine(c, x, one(-1), values, name);
      return affine(
        c,
        x,
        one(1),
        values.map((value) => -value),
        name,
      );
    case 'multiply':
      return affine(c, x, values, one(0), name);
    case 'divide':
      if (constantFirst) return affine(c, inverse(c, x, `${name}/inverse`), values, one(0), name);
      return affine(
        c,
        x,
        values.map((value) => 1 / value),
        one(0),
        name,
      );
    case 'larger':
    case 'smaller': {
      const [value] = values as unknown as [number];
      if (values.length > 1) return fail('its constant must be a single number');
      const [minimum, maximum] = how === 'larger' ? [value, POSITIVE_INFINITY] : [NEGATIVE_INFINITY, value];
      const { handle, shape } = c.settled(x, name);
      return activation(c.target.clamp(handle, minimum, maximum, name), shape);
    }
  }
}

function inverse(c: Construction, given: Activation, name: string): Activation {
  const x = c.settled(given, name);
  return activation(c.target.function(x.handle, realFunction('reciprocal'), name), x.shape);
}

/** Arithmetic of two values that depend on the input. */
export function combined(c: Construction, a: Activation, b: Activation, how: Arithmetic, name: string): Activation {
  if (how === 'divide') return combined(c, a, inverse(c, b, `${name}/inverse`), 'multiply', name);
  const shape = commonShape(a.shape, b.shape);
  const left = c.settled(repeatedTo(c, a, shape, `${name}/left`), name);
  const right = c.settled(repeatedTo(c, b, shape, `${name}/right`), name);
  const other = c.shaped(right.handle, c.target.shape(left.handle), name);
  const { handle } = left;
  return activation(how === 'add' ? c.target.add(handle, other, name) : c.target.pair(how, handle, other, name), shape);
}
