/** Shapes of the files about single numbers: the fields, sampling, rounding, blinding and folding. */
import { aFile, aGroup, aTest } from './file.js';
import { int16, int32, modulus, uint32 } from './linear.js';
import { decimal, hex, integer, list, type ValueOf, word } from './shape.js';

export const fieldFile = aFile(
  'field',
  aGroup(
    {
      operation: word('modulo', 'balanced', 'inverse', 'add', 'subtract', 'multiply', 'canonical'),
      p: decimal,
    },
    aTest({ operands: list(decimal), expected: decimal }),
  ),
);

export const roundingFile = aFile(
  'rounding',
  aGroup(
    { operation: word('floorDivision', 'roundedDivision', 'roundedShift') },
    aTest({ a: decimal, b: decimal, expected: decimal }),
  ),
);

export const samplingFile = aFile('sampling', aGroup({ p: modulus }, aTest({ bytes: hex, residues: uint32 })));

export const blindingFile = aFile(
  'blinding',
  aGroup({ p: modulus }, aTest({ x: int16, rho: uint32, message: uint32, z: uint32, u: uint32, y: int32 })),
);

export const foldingFile = aFile(
  'folding',
  aGroup({ q: integer(2147483647, 2147483647) }, aTest({ s: uint32, y: int32, fold: integer(0, 2 ** 32 - 1) })),
);

export type FieldFile = ValueOf<typeof fieldFile>;
export type RoundingFile = ValueOf<typeof roundingFile>;
export type SamplingFile = ValueOf<typeof samplingFile>;
export type BlindingFile = ValueOf<typeof blindingFile>;
export type FoldingFile = ValueOf<typeof foldingFile>;
