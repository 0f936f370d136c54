/** Every trusted operation's rules: the compiler demands what is missing. */
import type { TrustedOperation } from '../model/trusted-operations.js';
import { add } from './add.js';
import { concat } from './concat.js';
import { extremes } from './extremes.js';
import { interpolate } from './interpolate.js';
import { layerNormalization } from './layer-normalization.js';
import { lookup } from './lookup.js';
import { multiply } from './multiply.js';
import { pad } from './pad.js';
import { pool } from './pool.js';
import { rescale } from './rescale.js';
import { reshape } from './reshape.js';
import type { OperationRules } from './rules.js';
import { softmax } from './softmax.js';
import { subtract } from './subtract.js';
import { take } from './take.js';

/** The kinds of trusted operations. */
export type OperationKind = TrustedOperation['kind'];

/** The operation of a kind; `Extract` would lose those of which several kinds share one type. */
type OperationOf<K, O extends TrustedOperation = TrustedOperation> = O extends unknown
  ? K extends O['kind']
    ? O
    : never
  : never;

export const OPERATIONS: { readonly [K in OperationKind]: OperationRules<OperationOf<K>> } = {
  rescale,
  add,
  subtract,
  multiply,
  larger: extremes,
  smaller: extremes,
  lookup,
  softmax,
  layerNormalization,
  averagePool: pool,
  maxPool: pool,
  interpolate,
  concat,
  pad,
  reshape,
  take,
};

/** The rules of an operation's kind. */
export function rulesOf<O extends TrustedOperation>({ kind }: O): OperationRules<O> {
  // One record for each kind is what the type of OPERATIONS says; the compiler cannot follow it through the union.
  return OPERATIONS[kind] as unknown as OperationRules<O>;
}
