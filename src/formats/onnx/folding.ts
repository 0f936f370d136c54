/** Nodes whose inputs are all constants are computed while importing: shapes as exporters write them, prepared weights. */
import { pairedShape, repeatedSteps, stridesOf } from '../../graph/index.js';
import { countEntries } from '../shared/count-entries.js';
import { combined, type Folded, gathered, joined, picked } from '../shared/folding.js';
import { askedOrder, askedShape, squeezed, unsqueezed } from './arrangement.js';
import { type Constant, integers, newEntries } from './constant.js';
import { type ElementType, elementType, isReal } from './element-type.js';
import { shapeOf } from './layout.js';
import { askedSlices } from './selection.js';
import type { Step } from './step.js';

type Fold = (step: Step) => Constant;

/** A new constant, charged before it is made. */
function made(step: Step, type: ElementType, { shape, entry }: Folded): Constant {
  const count = countEntries(shape, step.name);
  step.graph.charge(count + 1);
  const entries = newEntries(type, count);
  for (let index = 0; index < count; index++) entries[index] = entry(index);
  return { kind: 'constant', name: step.name, type, shape, entries };
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
  const result = made(step, from.type, gathered(from, shape, steps));
  if (from.codes === undefined) return result;
  const { centred, scales, axis } = from.codes;
  const codes = made(step, 'INT32', gathered({ entries: centred }, shape, steps));
  return { ...result, codes: { centred: codes.entries as Int32Array, scales, axis: order.indexOf(axis) } };
}

/** Two constants entry by entry, the smaller repeated. */
function pair(operation: (a: number, b: number, real: boolean) => number): Fold {
  return (step) => {
    const [a, b] = [step.constant(0), step.constant(1)];
    const real = isReal(a.type);
    const result = combined(a, b, (left, right) => operation(left, right, real));
    return made(step, a.type, result ?? step.fail(`shapes [${a.shape}] and [${b.shape}] do not fit`));
  };
}

function mapped(operation: (value: number) => number): Fold {
  return (step) => {
    const { type, shape, entries } = step.constant(0);
    return made(step, type, { shape, entry: (index) => operation(entries[index]!) });
  };
}

function gather(step: Step): Constant {
  const [from, indices] = [step.constant(0), step.constant(1)];
  const axis = step.axis(step.int('axis', 0), from.shape.length);
  if (isReal(indices.type)) step.fail('its indices are not whole numbers');
  return made(
    step,
    from.type,
    picked(from, indices, axis, (asked) => step.axis(asked, from.shape[axis]!)),
  );
}

function concatenated(step: Step): Constant {
  const parts = step.node.inputs.map((_, position) => step.constant(position));
  const axis = step.axis(step.int('axis', 0), parts[0]!.shape.length);
  return made(step, parts[0]!.type, joined(parts, axis) ?? step.fail('its inputs do not fit'));
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
  return made(step, from.type, gathered(from, shape, by, begin));
}

function cast(step: Step): Constant {
  const from = step.constant(0);
  const type = elementType(step.int('to', 0)) ?? step.fail(`it casts to type ${step.int('to', 0)}`);
  const whole = isReal(from.type) && !isReal(type);
  const entry = (index: number): number => {
    const value = from.entries[index]!;
    if (type === 'BOOL') return value === 0 ? 0 : 1;
    return whole ? Math.trunc(value) : value;
  };
  return made(step, type, { shape: from.shape, entry });
}

function filled(step: Step): Constant {
  const value = step.tensor('value');
  const entry = value === null ? 0 : step.scalar(value);
  return made(step, value?.type ?? 'FLOAT', { shape: step.integers(step.constant(0)), entry: () => entry });
}

function expanded(step: Step): Constant {
  const [from, asked] = [step.constant(0), step.integers(step.constant(1))];
  const shape = pairedShape(from.shape, asked) ?? step.fail('its shape does not fit');
  return made(step, from.type, gathered(from, shape, repeatedSteps(from.shape, shape)));
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
  Add: pair((a, b) => a + b),
  Sub: pair((a, b) => a - b),
  Mul: pair((a, b) => a * b),
  Div: pair((a, b, real) => (real ? a / b : Math.trunc(a / b))),
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
