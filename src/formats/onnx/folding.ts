/** Nodes whose inputs are all constants are computed while importing: shapes as exporters write them, prepared weights. */
import { countEntries } from '../shared/target/count-entries.js';
import { askedOrder, askedShape, squeezed, unsqueezed } from './arrangement.js';
import { type Constant, integers, newEntries } from './constant.js';
import { type ElementType, elementType, isReal } from './element-type.js';
import { shapeOf } from './layout.js';
import { askedSlices } from './selection.js';
import type { Step } from './step.js';

type Fold = (step: Step) => Constant;

/** A new constant, charged before it is made. */
function made(step: Step, type: ElementType, shape: readonly number[], entry: (index: number) => number): Constant {
  const count = countEntries(shape, step.name);
  step.graph.charge(count + 1);
  const entries = newEntries(type, count);
  for (let index = 0; index < count; index++) entries[index] = entry(index);
  return { kind: 'constant', name: step.name, type, shape, entries };
}

/** How far apart in memory neighbours along each axis lie. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** A constant whose entry at each position is one of `from`: steps[axis] apart, beginning at `start`. */
function gathered(step: Step, from: Constant, shape: readonly number[], steps: readonly number[], start = 0): Constant {
  const strides = stridesOf(shape);
  return made(step, from.type, shape, (index) => {
    let at = start;
    for (let axis = 0; axis < shape.length; axis++) {
      at += (Math.floor(index / strides[axis]!) % shape[axis]!) * steps[axis]!;
    }
    return from.entries[at]!;
  });
}

function reshaped(step: Step, shape: readonly number[]): Constant {
  const from = step.constant(0);
  if (countEntries(shape, step.name) !== from.entries.length) step.fail(`it cannot make [${shape}] of [${from.shape}]`);
  return { kind: 'constant', name: step.name, type: from.type, shape, entries: from.entries };
}

function transposed(step: Step): Constant {
  const from = step.constant(0);
  const order = askedOrder(step, from.shape.length);
  const strides = stridesOf(from.shape);
  const shape = order.map((axis) => from.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const result = gathered(step, from, shape, steps);
  if (from.codes === undefined) return result;
  const { centred, scales, axis } = from.codes;
  const codes = gathered(step, { ...from, type: 'INT32', entries: centred }, shape, steps);
  return { ...result, codes: { centred: codes.entries as Int32Array, scales, axis: order.indexOf(axis) } };
}

/** Two constants entry by entry, the smaller repeated. */
function combined(operation: (a: number, b: number, real: boolean) => number): Fold {
  return (step) => {
    const [a, b] = [step.constant(0), step.constant(1)];
    const axes = Math.max(a.shape.length, b.shape.length);
    const padded = (shape: readonly number[]): number[] => [...Array<number>(axes - shape.length).fill(1), ...shape];
    const [left, right] = [padded(a.shape), padded(b.shape)];
    const shape = left.map((size, axis) => {
      const other = right[axis]!;
      if (size !== other && size !== 1 && other !== 1) step.fail(`shapes [${a.shape}] and [${b.shape}] do not fit`);
      return size === 1 ? other : size;
    });
    const [strides, strideA, strideB] = [stridesOf(shape), stridesOf(left), stridesOf(right)];
    const real = isReal(a.type);
    return made(step, a.type, shape, (index) => {
      let [atA, atB] = [0, 0];
      for (let axis = 0; axis < axes; axis++) {
        const position = Math.floor(index / strides[axis]!) % shape[axis]!;
        if (left[axis] !== 1) atA += position * strideA[axis]!;
        if (right[axis] !== 1) atB += position * strideB[axis]!;
      }
      return operation(a.entries[atA]!, b.entries[atB]!, real);
    });
  };
}

function mapped(operation: (value: number) => number): Fold {
  return (step) => {
    const from = step.constant(0);
    return made(step, from.type, from.shape, (index) => operation(from.entries[index]!));
  };
}

function gather(step: Step): Constant {
  const [from, indices] = [step.constant(0), step.constant(1)];
  const axis = step.axis(step.int('axis', 0), from.shape.length);
  const size = from.shape[axis]!;
  const inner = stridesOf(from.shape)[axis]!;
  const count = indices.entries.length;
  const shape = from.shape.toSpliced(axis, 1, ...indices.shape);
  if (isReal(indices.type)) step.fail('its indices are not whole numbers');
  return made(step, from.type, shape, (index) => {
    const asked = indices.entries[Math.floor(index / inner) % count]!;
    const at = step.axis(asked, size);
    return from.entries[(Math.floor(index / (inner * count)) * size + at) * inner + (index % inner)]!;
  });
}

function concatenated(step: Step): Constant {
  const parts = step.node.inputs.map((_, position) => step.constant(position));
  const [first] = parts as [Constant];
  const axis = step.axis(step.int('axis', 0), first.shape.length);
  const outside = (shape: readonly number[]): string => shape.map((size, at) => (at === axis ? '*' : size)).join();
  if (parts.some(({ shape }) => outside(shape) !== outside(first.shape))) step.fail('its inputs do not fit');
  const lengths = parts.map(({ shape }) => shape[axis]! * stridesOf(shape)[axis]!);
  const block = lengths.reduce((sum, length) => sum + length, 0);
  const shape = first.shape.with(
    axis,
    parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
  );
  return made(step, first.type, shape, (index) => {
    let at = index % block;
    let part = 0;
    while (at >= lengths[part]!) at -= lengths[part++]!;
    return parts[part]!.entries[Math.floor(index / block) * lengths[part]! + at]!;
  });
}

function sliced(step: Step): Constant {
  const from = step.constant(0);
  const shape = [...from.shape];
  const strides = stridesOf(from.shape);
  const by = [...strides];
  let begin = 0;
  for (const slice of askedSlices(step, from.shape)) {
    const stride = strides[slice.axis]!;
    shape[slice.axis] = slice.count;
    by[slice.axis] = stride * slice.step;
    begin += slice.begin * stride;
  }
  return gathered(step, from, shape, by, begin);
}

function cast(step: Step): Constant {
  const from = step.constant(0);
  const type = elementType(step.int('to', 0)) ?? step.fail(`it casts to type ${step.int('to', 0)}`);
  if (type === 'BOOL') return made(step, type, from.shape, (index) => (from.entries[index] === 0 ? 0 : 1));
  const whole = isReal(from.type) && !isReal(type);
  return made(step, type, from.shape, (index) => {
    const value = from.entries[index]!;
    return whole ? Math.trunc(value) : value;
  });
}

function filled(step: Step): Constant {
  const value = step.tensor('value');
  const entry = value === null ? 0 : step.scalar(value);
  return made(step, value?.type ?? 'FLOAT', step.integers(step.constant(0)), () => entry);
}

function expanded(step: Step): Constant {
  const [from, asked] = [step.constant(0), step.integers(step.constant(1))];
  const axes = Math.max(from.shape.length, asked.length);
  const padded = (shape: readonly number[]): number[] => [...Array<number>(axes - shape.length).fill(1), ...shape];
  const [left, right] = [padded(from.shape), padded(asked)];
  const strides = stridesOf(left);
  const shape = left.map((size, axis) => (size === 1 ? right[axis]! : size));
  if (shape.some((size, axis) => size !== right[axis] && right[axis] !== 1)) step.fail('its shape does not fit');
  return gathered(
    step,
    from,
    shape,
    left.map((size, axis) => (size === 1 ? 0 : strides[axis]!)),
  );
}

const FOLDS: Readonly<Record<string, Fold | undefined>> = {
  Identity: (step) => step.constant(0),
  Dropout: (step) => step.constant(0),
  Cast: cast,
  Reshape: (step) =>
    reshaped(
      step,
      askedShape(step, step.constant(0).shape, step.integersAt('shape', 1) ?? step.fail('its shape is missing')),
    ),
  Squeeze: (step) => reshaped(step, squeezed(step, step.constant(0).shape, step.integersAt('axes', 1))),
  Unsqueeze: (step) => reshaped(step, unsqueezed(step, step.constant(0).shape, step.integersAt('axes', 1))),
  Transpose: transposed,
  Concat: concatenated,
  Gather: gather,
  Slice: sliced,
  ConstantOfShape: filled,
  Expand: expanded,
  Add: combined((a, b) => a + b),
  Sub: combined((a, b) => a - b),
  Mul: combined((a, b) => a * b),
  Div: combined((a, b, real) => (real ? a / b : Math.trunc(a / b))),
  Sqrt: mapped(Math.sqrt),
  Neg: mapped((value) => -value),
  Floor: mapped(Math.floor),
};

/** The result of a node that depends on constants only, or null when the operator is not one of those that are folded. */
export function folded(step: Step): Constant | null {
  const fold = Object.hasOwn(FOLDS, step.node.kind) ? FOLDS[step.node.kind] : undefined;
  return fold === undefined ? null : fold(step);
}

function constantOf(step: Step): Constant {
  const tensor = step.tensor('value');
  if (tensor !== null) return tensor;
  const { attributes } = step.node;
  if (attributes.has('value_int')) return integers(step.name, [step.int('value_int', 0)], []);
  if (attributes.has('value_ints')) return integers(step.name, step.ints('value_ints')!);
  if (!attributes.has('value_float')) return step.fail('it holds no numbers');
  const entries = Float32Array.of(step.float('value_float', 0));
  return { kind: 'constant', name: step.name, type: 'FLOAT', shape: [], entries };
}

/** Constant: a tensor, or numbers in an attribute of their own. */
export function importConstant(step: Step): void {
  step.finish(constantOf(step));
}

/** Shape: the sizes of the axes, which are always known here. */
export function importShape(step: Step): void {
  const value = step.value(0);
  const shape = value.kind === 'constant' ? value.shape : shapeOf(value.layout);
  const place = (at: number): number => Math.min(shape.length, Math.max(0, at < 0 ? at + shape.length : at));
  const end = place(step.int('end', shape.length));
  step.finish(integers(step.name, shape.slice(place(step.int('start', 0)), end)));
}
