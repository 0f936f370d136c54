/** Nodes whose inputs are all constants are computed while importing: shapes and indices, prepared weights. */
import { repeatedSteps, stridesOf } from '../../../graph/index.js';
import { fail } from '../../shared/fail.js';
import { combined, gathered, joined, picked } from '../../shared/folding.js';
import { anOrder, askedShape } from '../arrangement.js';
import { type Constant, type EntryType, integers, reshaped, scalarOf } from '../constant.js';
import type { Value } from '../value.js';
import { expandedShape, squeezedShape } from './arranging.js';
import { made } from './made.js';
import { type Cut, plainCut, stridedCut } from './slicing.js';
import type { Step } from './step.js';

type Fold = (step: Step) => Constant;

function mapped(operation: (value: number) => number): Fold {
  return (step) => {
    const from = step.constant(0);
    return made(step, from.type, { shape: from.shape, entry: (index) => operation(from.entries[index]!) });
  };
}

/** Two constants entry by entry, the smaller repeated. */
function pair(operation: (a: number, b: number, real: boolean) => number): Fold {
  return (step) => {
    const [a, b] = [step.constant(0), step.constant(1)];
    const real = a.type === 'float32';
    const result = combined(a, b, (left, right) => operation(left, right, real));
    return made(step, a.type, result ?? fail(`shapes [${a.shape}] and [${b.shape}] do not fit`));
  };
}

function cutOut(step: Step, from: Constant, cut: Cut): Constant {
  const strides = stridesOf(from.shape);
  const start = cut.starts.reduce((sum, place, axis) => sum + place * strides[axis]!, 0);
  const steps = cut.steps.map((by, axis) => by * strides[axis]!);
  return { ...made(step, from.type, gathered(from, cut.counts, steps, start)), shape: cut.shape };
}

function transposed(step: Step): Constant {
  const from = step.constant(0);
  const order = anOrder(step.integers(1), from.shape.length);
  const strides = stridesOf(from.shape);
  const shape = order.map((axis) => from.shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  return made(step, from.type, gathered(from, shape, steps));
}

function joinedConstants(step: Step, parts: readonly Constant[], axis: number): Constant {
  const [first] = parts;
  if (first === undefined) return fail('it has no inputs');
  return made(step, first.type, joined(parts, axis) ?? fail('its inputs do not fit together'));
}

function concatenated(step: Step): Constant {
  const last = step.inputs.length - 1;
  const parts = Array.from({ length: last }, (_, at) => step.constant(at));
  const [axis] = step.axes([scalarOf(step.constant(last))], parts[0]?.shape.length ?? 0) as [number];
  return joinedConstants(step, parts, axis);
}

function packed(step: Step): Constant {
  const parts = step.inputs.map((_, at) => step.constant(at));
  const axes = (parts[0]?.shape.length ?? 0) + 1;
  const [axis] = step.axes([step.attributes.int('axis', 0)], axes) as [number];
  const wider = parts.map((part) => ({ ...part, shape: part.shape.toSpliced(axis, 0, 1) }));
  return joinedConstants(step, wider, axis);
}

function gather(step: Step): Constant {
  const [from, places] = [step.constant(0), step.constant(1)];
  const asked = step.inputs.length > 2 ? scalarOf(step.constant(2)) : 0;
  const [axis] = step.axes([asked], from.shape.length) as [number];
  const size = from.shape[axis]!;
  step.c.charge(places.entries.length);
  for (const place of places.entries) if (!(place >= 0 && place < size)) fail(`it takes place ${place} of ${size}`);
  return made(
    step,
    from.type,
    picked(from, places, axis, (place) => place),
  );
}

const TYPES: ReadonlyMap<string, EntryType> = new Map<string, EntryType>([
  ['DT_FLOAT', 'float32'],
  ['1', 'float32'],
  ['DT_INT32', 'int32'],
  ['3', 'int32'],
  ['DT_INT64', 'int32'],
  ['9', 'int32'],
  ['DT_BOOL', 'bool'],
  ['10', 'bool'],
]);

function cast(step: Step): Constant {
  const from = step.constant(0);
  const type = TYPES.get(step.attributes.type('DstT')) ?? fail('it casts to a type that is not supported');
  const entry = (index: number): number => {
    const value = from.entries[index]!;
    if (type === 'bool') return value === 0 ? 0 : 1;
    return type === 'int32' ? Math.trunc(value) : value;
  };
  return made(step, type, { shape: from.shape, entry });
}

function filled(step: Step): Constant {
  const value = step.constant(1);
  const entry = scalarOf(value);
  return made(step, value.type, { shape: step.integers(0), entry: () => entry });
}

function range(step: Step): Constant {
  const [start, limit, by] = [0, 1, 2].map((position) => scalarOf(step.constant(position))) as [number, number, number];
  const count = by === 0 ? Number.NaN : Math.max(0, Math.ceil((limit - start) / by));
  if (!Number.isInteger(count)) fail(`it counts from ${start} to ${limit} in steps of ${by}`);
  return made(step, step.constant(0).type, { shape: [count], entry: (index) => start + index * by });
}

/** One number from each run along some axes. */
function reduction(operation: (a: number, b: number) => number, empty: number): Fold {
  return (step) => {
    const from = step.constant(0);
    const given = step.inputs.length > 1 ? step.integers(1) : [...from.shape.keys()];
    const axes = step.axes(given, from.shape.length);
    const keep = step.attributes.bool('keep_dims');
    const shape = from.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    step.c.charge(from.entries.length);
    const result = made(step, from.type, { shape, entry: () => empty });
    const steps = repeatedSteps(shape, from.shape);
    const strides = stridesOf(from.shape);
    for (let index = 0; index < from.entries.length; index++) {
      let at = 0;
      for (let axis = 0; axis < shape.length; axis++) {
        at += (Math.floor(index / strides[axis]!) % from.shape[axis]!) * steps[axis]!;
      }
      result.entries[at] = operation(result.entries[at]!, from.entries[index]!);
    }
    return keep ? result : { ...result, shape: shape.filter((_, axis) => !axes.includes(axis)) };
  };
}

function tiled(step: Step): Constant {
  const from = step.constant(0);
  const times = step.integers(1);
  if (times.length !== from.shape.length || times.some((count) => count < 1))
    fail(`it repeats [${from.shape}] [${times}] times`);
  const shape = from.shape.map((size, axis) => size * times[axis]!);
  const [strides, own] = [stridesOf(shape), stridesOf(from.shape)];
  const entry = (index: number): number => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at += (Math.floor(index / strides[axis]!) % from.shape[axis]!) * own[axis]!;
    }
    return from.entries[at]!;
  };
  return made(step, from.type, { shape, entry });
}

const floored = pair((a, b) => Math.floor(a / b));

export const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Add', pair((a, b) => a + b)],
  ['AddV2', pair((a, b) => a + b)],
  ['Cast', cast],
  ['ConcatV2', concatenated],
  ['ExpandDims', (step) => reshaped(step.constant(0), expandedShape(step, step.constant(0).shape))],
  ['Fill', filled],
  ['Floor', mapped(Math.floor)],
  ['FloorDiv', floored],
  ['FloorMod', pair((a, b) => a - b * Math.floor(a / b))],
  ['Gather', gather],
  ['GatherV2', gather],
  ['Max', reduction(Math.max, Number.NEGATIVE_INFINITY)],
  ['Maximum', pair((a, b) => Math.max(a, b))],
  ['Min', reduction(Math.min, Number.POSITIVE_INFINITY)],
  ['Minimum', pair((a, b) => Math.min(a, b))],
  ['Mul', pair((a, b) => a * b)],
  ['Neg', mapped((value) => -value)],
  ['Pack', packed],
  ['Prod', reduction((a, b) => a * b, 1)],
  ['Range', range],
  ['RealDiv', pair((a, b, real) => (real ? a / b : Math.trunc(a / b)))],
  ['Reshape', (step) => reshaped(step.constant(0), askedShape(step.constant(0).shape, step.integers(1)))],
  ['Rsqrt', mapped((value) => 1 / Math.sqrt(value))],
  ['Size', (step) => integers(step.name, [step.constant(0).entries.length], [])],
  ['Slice', (step) => cutOut(step, step.constant(0), plainCut(step, step.constant(0).shape))],
  ['Sqrt', mapped(Math.sqrt)],
  ['Square', mapped((value) => value * value)],
  ['Squeeze', (step) => reshaped(step.constant(0), squeezedShape(step, step.constant(0).shape))],
  ['StridedSlice', (step) => cutOut(step, step.constant(0), stridedCut(step, step.constant(0).shape))],
  ['Sub', pair((a, b) => a - b)],
  ['Sum', reduction((a, b) => a + b, 0)],
  ['Tile', tiled],
  ['Transpose', transposed],
  ['ZerosLike', mapped(() => 0)],
]);

/** Shape: the sizes of the axes, which are always known here. */
export function shapeOf(step: Step): Constant {
  const value = step.value(0);
  return integers(step.name, value.kind === 'constant' ? value.shape : step.bordered(0).shape);
}

/** The result of a node that depends on constants only, or null when its operator is not one of those that are folded. */
export function folded(step: Step): Value | null {
  const { node, inputs } = step;
  if (inputs.length === 0 || inputs.some(({ kind }) => kind !== 'constant')) return null;
  return FOLDS.get(node.kind)?.(step) ?? null;
}
