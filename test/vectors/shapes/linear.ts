/** Shapes of linear maps, and of the file about them. */
import { aFile, aGroup, aTest } from './file.js';
import { either, integer, integers, list, object, type ValueOf, word } from './shape.js';

export const int16 = integers(-32768, 32767);
export const int32 = integers(-(2 ** 31), 2 ** 31 - 1);
export const uint32 = integers(0, 2 ** 32 - 1);
const size = integer(1, 2 ** 24);
const border = integer(0, 2 ** 24);

export const padding = object({ top: border, bottom: border, left: border, right: border });
export const steps = object({ y: size, x: size });
export const window = object({ height: size, width: size });
const inputRange = object({ minimum: integer(-32768, 0), maximum: integer(0, 32767) });

/** Like `Dense` and `Convolution` of the reference, with weights as a list. */
const dense = object({ kind: word('dense'), inputs: size, outputs: size, inputRange, weights: int16 });
const convolution = object({
  kind: word('convolution'),
  input: object({ height: size, width: size, channels: size }),
  kernel: window,
  stride: steps,
  dilation: steps,
  padding,
  groups: size,
  outputChannels: size,
  inputRange,
  weights: int16,
});
export const map = either(dense, convolution);
/** The two pad moduli. */
export const modulus = integer(16777213, 2147483647);

export const linearFile = aFile(
  'linear',
  aGroup(
    { map },
    aTest({
      x: int16,
      y: int32,
      modular: list(object({ p: modulus, x: uint32, y: uint32 })),
      transposed: object({ s: uint32, folded: uint32 }),
      bound: integer(0, 2 ** 53 - 1),
    }),
  ),
);

export type MapVector = ValueOf<typeof map>;
export type LinearFile = ValueOf<typeof linearFile>;
