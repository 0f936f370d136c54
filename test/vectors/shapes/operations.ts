/** Shapes of the trusted operations, and of the file about them. */
import { aFile, aGroup, aTest } from './file.js';
import { int32, padding, steps, uint32, window } from './linear.js';
import { either, integer, integers, list, object, type ValueOf, word } from './shape.js';

const end = integer(-32768, 32767);
const shift = integer(1, 62);
const multiplier = integer(0, 2 ** 31 - 1);
const clamp = { minimum: end, maximum: end };
const size = integer(1, 2 ** 24);
const image = object({ height: size, width: size, channels: size });

/** Biases and multipliers are one per channel, channels last. */
export const requantization = object({ multipliers: integers(0, 2 ** 31 - 1), shift, ...clamp });
export const pooling = object({
  kind: word('averagePool', 'maxPool'),
  window,
  stride: steps,
  padding,
  shape: image,
  ...clamp,
});

const requantize = object({ kind: word('requantize'), bias: int32, how: requantization });
const addBias = object({ kind: word('addBias'), bias: int32 });
const add = object({ kind: word('add'), multipliers: list(multiplier), shift, ...clamp });
const rescale = object({ kind: word('rescale'), multiplier, shift, ...clamp });
const pad = object({ kind: word('pad'), padding, shape: image });
const concat = object({ kind: word('concat'), axis: integer(0, 3), shapes: list(list(size)) });
const softmax = object({ kind: word('softmax'), width: size, exponentials: uint32, unit: integer(1, 65536), ...clamp });
const layerNormalization = object({
  kind: word('layerNormalization'),
  factors: int32,
  bias: int32,
  shift: integer(16, 62),
  epsilon: integer(0, 2 ** 53 - 1),
  ...clamp,
});

const place = integers(0, 2 ** 24);
const take = object({ kind: word('take'), offsets: list(place) });
const multiply = object({ kind: word('multiply'), multiplier, shift, ...clamp });
const subtract = object({ kind: word('subtract'), multipliers: list(multiplier), shift, ...clamp });
const extreme = object({ kind: word('larger', 'smaller'), ...clamp });
const between = object({ lower: place, upper: place, weights: integers(0, 1024) });
const lookup = object({ kind: word('lookup'), minimum: integer(-32768, 0), table: integers(-32768, 32767) });
const interpolate = object({ kind: word('interpolate'), rows: between, columns: between, shape: image });

export const operation = either(
  either(
    either(either(requantize, addBias), either(add, rescale)),
    either(either(pooling, pad), either(concat, softmax)),
  ),
  either(
    either(either(take, interpolate), either(multiply, subtract)),
    either(either(extreme, lookup), layerNormalization),
  ),
);

export const operationsFile = aFile('operations', aGroup({ operation }, aTest({ inputs: list(int32), output: int32 })));
export type OperationVector = ValueOf<typeof operation>;
export type PoolingVector = ValueOf<typeof pooling>;
export type RequantizationVector = ValueOf<typeof requantization>;
export type OperationsFile = ValueOf<typeof operationsFile>;
