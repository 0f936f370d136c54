/** Nodes whose inputs are all constants are computed while importing: shapes and indices, prepared weights. */
import { anOrder, askedShape } from '../arrangement.js';
import { type Constant, type EntryType, integers, reshaped, scalarOf } from '../constant.js';
import { fail } from '../fail.js';
import type { Value } from '../value.js';
import { expandedShape, squeezedShape } from './arranging.js';
import { commonShape, gathered, made, repeatedSteps, stridesOf } from './fold-entries.js';
import { type Cut, plainCut, stridedCut } from './slicing.js';
import type { Step } from './step.js';

type Fold = (step: Step) => Constant;

function mapped(operation: (value: number) => number): Fold {
  return (step) => {
    const from = step.constant(0);
    return made(step, from.type, from.shape, (index) => operation(from.entries[index]!));
  };
}

/** Two constants entry by entry, the smaller repeated. */
function combined(operation: (a: number, b: number, real: boolean) => number): Fold {
  return (step) => {
    const [a, b] = [step.constant(0), step.constant(1)];
    const shape = commonShape(a.shape, b.shape);
    const [left, right] = [repeatedSteps(shape, a.shape), repeatedSteps(shape, b.shape)];
    const strides = stridesOf(shape);
    const real = a.type === 'float32';
    return made(step, a.type, shape, (index) => {
      let [atA, atB] = [0, 0];
      for (let axis = 0; axis < shape.length; axis++) {
        const position = Math.floor(index / strides[axis]!) % shape[axis]!;
        atA += position * left[axis]!;
        atB += position * right[axis]!;
      }
      return operation(a.entries[atA]!, b.entries[atB]!, real);
    });
  };
}

function cutOut(step: Step, from: Constant, cut: Cut): Constant {
  const strides = stridesOf(from.shape);
  const start = cut.starts.reduce((sum, place, axis) => sum + place * strides[axis]!, 0);
  const steps = cut.steps.map((by, axis) => by * strides[axis]!);
  return { ...gathered(step, from, cut.counts, steps, start), shape: cut.shape };
}

function transposed(step: Step): Constant {
  const from = step.constant(0);
  const order = anOrder(step.integers(1), from.shape.length);
  const strides = stridesOf(from.shape);
  return gathered(
    step,
    from,
    order.map((axis) => from.shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

function joinedConstants(step: Step, parts: readonly Constant[], axis: number): Constant {
  const [first] = parts;
  if (first === undefined) return fail('it has no inputs');
  const rest = ({ shape }: Constant): string => shape.with(axis, 0).join();
  for (const part of parts) {
    if (part.shape.length !== first.shape.length || rest(part) !== rest(first)) fail('its inputs do not fit together');
  }
  const sizes = parts.map(({ shape }) => shape[axis]!);
  const shape = first.shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const block = stridesOf(shape)[axis]!;
  const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((sum, size) => sum + size, 0));
  return made(step, first.type, shape, (index) => {
    const place = Math.floor(index / block) % shape[axis]!;
    const part = starts.findLastIndex((start) => start <= place);
    const outer = Math.floor(index / (block * shape[axis]!));
    return parts[part]!.entries[(outer * sizes[part]! + place - starts[part]!) * block + (index % block)]!;
  });
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
  const shape = [...from.shape.slice(0, axis), ...places.shape, ...from.shape.slice(axis + 1)];
  const inner = from.shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const count = places.entries.length;
  return made(step, from.type, shape, (index) => {
    const place = places.entries[Math.floor(index / inner) % count]!;
    const outer = Math.floor(index / (inner * count));
    return from.entries[(outer * size + place) * inner + (index % inner)]!;
  });
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
  return made(step, type, from.shape, (index) => {
    const value = from.entries[index]!;
    if (type === 'bool') return value === 0 ? 0 : 1;
    return type === 'int32' ? Math.trunc(value) : value;
  });
}

function filled(step: Step): Constant {
  const value = step.constant(1);
  const entry = scalarOf(value);
  return made(step, value.type, step.integers(0), () => entry);
}

function range(step: Step): Constant {
  const [start, limit, by] = [0, 1, 2].map((position) => scalarOf(step.constant(position))) as [number, number, number];
  const count = by === 0 ? Number.NaN : Math.max(0, Math.ceil((limit - start) / by));
  if (!Number.isInteger(count)) fail(`it counts from ${start} to ${limit} in steps of ${by}`);
  return made(step, step.constant(0).type, [count], (index) => start + index * by);
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
    const result = made(step, from.type, shape, () => empty);
    const steps = repeatedSteps(from.shape, shape);
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
  return made(step, from.type, shape, (index) => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      at += (Math.floor(index / strides[axis]!) % from.shape[axis]!) * own[axis]!;
    }
    return from.entries[at]!;
  });
}

const floored = combined((a, b) => Math.floor(a / b));

export const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  ['Add', combined((a, b) => a + b)],
  ['AddV2', combined((a, b) => a + b)],
  ['Cast', cast],
  ['ConcatV2', concatenated],
  ['ExpandDims', (step) => reshaped(step.constant(0), expandedShape(step, step.constant(0).shape))],
  ['Fill', filled],
  ['Floor', mapped(Math.floor)],
  ['FloorDiv', floored],
  ['FloorMod', combined((a, b) => a - b * Math.floor(a / b))],
  ['Gather', gather],
  ['GatherV2', gather],
  ['Max', reduction(Math.max, Number.NEGATIVE_INFINITY)],
  ['Maximum', combined((a, b) => Math.max(a, b))],
  ['Min', reduction(Math.min, Number.POSITIVE_INFINITY)],
  ['Minimum', combined((a, b) => Math.min(a, b))],
  ['Mul', combined((a, b) => a * b)],
  ['Neg', mapped((value) => -value)],
  ['Pack', packed],
  ['Prod', reduction((a, b) => a * b, 1)],
  ['Range', range],
  ['RealDiv', combined((a, b, real) => (real ? a / b : Math.trunc(a / b)))],
  ['Reshape', (step) => reshaped(step.constant(0), askedShape(step.constant(0).shape, step.integers(1)))],
  ['Rsqrt', mapped((value) => 1 / Math.sqrt(value))],
  ['Size', (step) => integers(step.name, [step.constant(0).entries.length], [])],
  ['Slice', (step) => cutOut(step, step.constant(0), plainCut(step, step.constant(0).shape))],
  ['Sqrt', mapped(Math.sqrt)],
  ['Square', mapped((value) => value * value)],
  ['Squeeze', (step) => reshaped(step.constant(0), squeezedShape(step, step.constant(0).shape))],
  ['StridedSlice', (step) => cutOut(step, step.constant(0), stridedCut(step, step.constant(0).shape))],
  ['Sub', combined((a, b) => a - b)],
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
