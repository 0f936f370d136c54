/** What hostile devices answer in place of the truth, by the name of the defect. */
import { M31, P24 } from '../../../src/reference/index.js';
import type { AnswerVector } from '../shapes/protocol.js';

/** An answer and the defect it carries. */
export type Cheat = readonly [bugType: string, comment: string, answer: AnswerVector];

const WORD = 2 ** 32;
const unsigned = (values: AnswerVector['values']): AnswerVector => ({ type: 'Uint32Array', values });
const signed = (values: AnswerVector['values']): AnswerVector => ({ type: 'Int32Array', values });

/** Wrong in form: refused whatever the numbers are. `make` builds an answer of the right type. */
function malformed(truth: number[], make: typeof unsigned): Cheat[] {
  const { type } = make([]);
  const other = type === 'Uint32Array' ? signed : unsigned;
  return [
    ['bad_short_output', 'the last entry is missing', make(truth.slice(0, -1))],
    ['bad_long_output', 'there is an entry too many', make([...truth, 0])],
    ['bad_long_output', 'everything comes twice', make([...truth, ...truth])],
    ['bad_empty_output', 'nothing comes', make([])],
    [
      'bad_wrong_type',
      'the right numbers as single-precision floats',
      { type: 'Float32Array', values: truth.map(Math.fround) },
    ],
    ['bad_wrong_type', 'the right numbers as double-precision floats', { type: 'Float64Array', values: truth }],
    ['bad_wrong_type', 'the right numbers as a plain list', { type: 'Array', values: truth }],
    [
      'bad_wrong_type',
      'the right numbers with the other signedness',
      other(truth.map((value) => (type === 'Uint32Array' ? value | 0 : value >>> 0))),
    ],
    ['bad_wrong_type', 'bytes', { type: 'Uint8Array', values: truth.map((value) => value & 0xff) }],
    ['bad_not_a_number', 'one entry is not a number', { type: 'Float64Array', values: [...truth.slice(1), 'NaN'] }],
    ['bad_not_a_number', 'one entry is infinite', { type: 'Float64Array', values: [...truth.slice(1), 'Infinity'] }],
    ['bad_fraction', 'one entry is not whole', { type: 'Float64Array', values: truth.with(0, truth[0]! + 0.5) }],
  ];
}

/** Answers to a blinded input: residues modulo p. */
export function privateCheats(truth: number[], channels: number, other: number[], p: number): Cheat[] {
  const shifted = (at: number, by: number): number[] => truth.with(at, (truth[at]! + by + p) % p);
  const last = truth.length - 1;
  const cheats: Cheat[] = [
    ...malformed(truth, unsigned),
    ['bad_noncanonical_residue', 'p is added to the first entry', unsigned(truth.with(0, truth[0]! + p))],
    ['bad_noncanonical_residue', 'p is added to the last entry', unsigned(truth.with(last, truth[last]! + p))],
    ['bad_noncanonical_residue', 'one entry is p', unsigned(truth.with(1, p))],
    ['bad_noncanonical_residue', 'one entry is 2^32 - 1', unsigned(truth.with(1, WORD - 1))],
    ['bad_off_by_one', 'one is added to the first entry', unsigned(shifted(0, 1))],
    ['bad_off_by_one', 'one is taken from the last entry', unsigned(shifted(last, -1))],
    ['bad_out_of_range', 'half of p is added to one entry', unsigned(shifted(1, (p - 1) / 2))],
    ['bad_swapped_channels', 'two channels change places', unsigned(swapped(truth, channels))],
    ['bad_swapped_entries', 'the entries come in reverse', unsigned([...truth].reverse())],
    ['bad_zero_answer', 'zeros', unsigned(truth.map(() => 0))],
    ['bad_negated_answer', 'every entry has the other sign', unsigned(truth.map((value) => (p - value) % p))],
    ['bad_other_layer', 'the answer of another map', unsigned(other)],
  ];
  if (p === Number(P24)) return cheats;
  return [
    ...cheats,
    ['bad_low_24_bits', 'entries are cut to 24 bits', unsigned(truth.map((value) => value % 2 ** 24))],
  ];
}

/** Answers to an input in the clear: integers. */
export function plainCheats(truth: number[], channels: number, other: number[]): Cheat[] {
  const q = Number(M31);
  const last = truth.length - 1;
  const wrapped = (at: number, by: number): number[] => truth.with(at, truth[at]! + (truth[at]! > 0 ? -by : by));
  return [
    ...malformed(truth, signed),
    ['bad_off_by_one', 'one is added to the first entry', signed(truth.with(0, truth[0]! + 1))],
    ['bad_off_by_one', 'one is taken from the last entry', signed(truth.with(last, truth[last]! - 1))],
    ['bad_wrap_by_q', 'q away: the same modulo q, so only the range tells', signed(wrapped(0, q))],
    ['bad_wrap_by_q', 'q away in every entry', signed(truth.map((value) => value + (value > 0 ? -q : q)))],
    ['bad_wrap_by_p', 'the smaller pad modulus away', signed(wrapped(1, Number(P24)))],
    ['bad_out_of_range', 'the largest 32-bit integer', signed(truth.with(0, 2 ** 31 - 1))],
    ['bad_out_of_range', 'the smallest 32-bit integer', signed(truth.with(last, -(2 ** 31)))],
    ['bad_swapped_channels', 'two channels change places', signed(swapped(truth, channels))],
    ['bad_swapped_entries', 'the entries come in reverse', signed([...truth].reverse())],
    ['bad_zero_answer', 'zeros', signed(truth.map(() => 0))],
    ['bad_negated_answer', 'every entry has the other sign', signed(truth.map((value) => -value))],
    ['bad_other_layer', 'the answer of another map', signed(other)],
    ['bad_saturated_16', 'entries are cut to 16 bits', signed(truth.map((value) => (value << 16) >> 16))],
  ];
}

function swapped(values: number[], channels: number): number[] {
  return values.map((value, index) => {
    const channel = index % channels;
    return channel > 1 ? value : values[index + (channel === 0 ? 1 : -1)]!;
  });
}
