/** Shapes of the files about the protocol: one verdict, and whole sessions. */
import { aFile, aGroup, aTest } from './file.js';
import { int16, int32, map, modulus, uint32 } from './linear.js';
import { pooling, requantization } from './operations.js';
import { either, flag, hex, integer, list, nullable, object, real, type ValueOf, word } from './shape.js';

export const challenge = object({ s: uint32, folded: uint32 });
const pad = object({ rho: uint32, u: uint32 });
export const bound = integer(0, 2 ** 30 - 1);
/** Where it is not the type that was promised, or not a whole number, the answer is to be refused unread. */
export const answer = object({
  type: word('Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'Uint8Array', 'Array'),
  values: list(either(real, word('NaN', 'Infinity'))),
});

export const verdictFile = aFile(
  'verdict',
  aGroup(
    {
      p: nullable(modulus),
      map,
      bound,
      x: int16,
      pad: nullable(pad),
      challenges: list(challenge),
      message: list(real),
    },
    aTest({ answer, y: nullable(int32) }),
  ),
);

const step = object({
  x: int16,
  message: list(integer(-32768, 2 ** 31 - 1)),
  answer,
  y: nullable(int32),
  accepted: flag,
  output: nullable(int32),
});

export const sessionFile = aFile(
  'session',
  aGroup(
    {
      p: nullable(modulus),
      soundnessBits: integer(1, 256),
      layers: list(
        object({
          map,
          bound,
          bias: int32,
          requantization: nullable(requantization),
          pooling: nullable(pooling),
        }),
      ),
      randomBytes: hex,
      challenges: list(list(challenge)),
      pads: list(list(pad)),
    },
    aTest({ inferences: list(list(step)) }),
  ),
);

export type AnswerVector = ValueOf<typeof answer>;
export type VerdictFile = ValueOf<typeof verdictFile>;
export type SessionFile = ValueOf<typeof sessionFile>;
export type SessionStep = ValueOf<typeof step>;
