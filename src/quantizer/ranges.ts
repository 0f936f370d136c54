/** Calibrated ranges: between which real numbers every tensor of a network was seen to lie. Plain data, kept as JSON. */
import { decode, finiteNumber, list, nonEmptyString, strictObject } from '../boundary/codecs.js';
import { ModelError } from '../model/errors.js';

/** minimum <= 0 <= maximum, both finite: zero must be representable, or padding with zeros would be wrong. */
export interface Range {
  /** The smallest real value. */
  readonly minimum: number;
  /** The largest. */
  readonly maximum: number;
}

/** A range and the name of its tensor. */
export interface TensorRange extends Range {
  /** The name of the tensor. */
  readonly tensor: string;
}

/** One entry per tensor, no tensor twice. */
export type Ranges = readonly TensorRange[];

const codec = list(strictObject({ tensor: nonEmptyString, minimum: finiteNumber, maximum: finiteNumber }), 2 ** 16);

/**
 * Returns a checked copy of what was read from a file.
 * @throws ModelError when it is not a list of ranges, a range does not include zero, or a tensor appears twice
 */
export function readRanges(value: unknown): Ranges {
  let ranges: TensorRange[];
  try {
    ranges = decode(codec, value, 'the calibration');
  } catch (error) {
    throw new ModelError(`The calibration cannot be used: ${(error as TypeError).message}.`);
  }
  const seen = new Set<string>();
  for (const { tensor, minimum, maximum } of ranges) {
    if (seen.has(tensor)) throw new ModelError(`The calibration has two ranges for the tensor "${tensor}".`);
    if (minimum > 0 || maximum < 0) throw new ModelError(`The range of the tensor "${tensor}" does not include zero.`);
    seen.add(tensor);
  }
  return ranges;
}

/** The smallest range that includes all of them. */
export function hull(ranges: readonly Range[]): Range {
  return {
    minimum: ranges.reduce((least, range) => Math.min(least, range.minimum), 0),
    maximum: ranges.reduce((most, range) => Math.max(most, range.maximum), 0),
  };
}
