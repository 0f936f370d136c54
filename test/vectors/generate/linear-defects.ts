/** How implementations get a linear map wrong, each as the map or the answer it would have. */
import { apply, bound, channelBounds, modulo, outputChannels, P24, transpose } from '../../../src/reference/index.js';
import type { LinearFile, MapVector } from '../shapes/linear.js';
import { convolution, dense, mapOf } from './maps.js';
import { integers, Numbers, plain } from './numbers.js';
import { cancellingBound, toElevenBits } from './wrong-numbers.js';

type Claims = Pick<LinearFile['groups'][number]['tests'][number], 'x' | 'y' | 'modular' | 'transposed' | 'bound'>;
type Wrong = readonly [bugType: string, comment: string, lie: Partial<Claims>];

/** A map and what is falsely said about it, given the truth. */
export interface Flaw {
  readonly name: string;
  readonly map: MapVector;
  readonly wrongs: (truth: Claims) => Wrong[];
}

type Convolved = MapVector & { kind: 'convolution' };

const applied = (map: MapVector, x: number[]): number[] => plain(apply(mapOf(map), integers(x)));

/** Weights under another order of their four indices (output, row, column, channel). */
function reordered(map: Convolved, from: (o: number, i: number, j: number, k: number) => number): Convolved {
  const { kernel, input, groups } = map;
  const depth = input.channels / groups;
  const weights: number[] = [];
  for (let o = 0; o < map.outputChannels; o++)
    for (let i = 0; i < kernel.height; i++)
      for (let j = 0; j < kernel.width; j++)
        for (let k = 0; k < depth; k++) weights.push(map.weights[from(o, i, j, k)]!);
  return { ...map, weights };
}

function swappedChannels(map: MapVector, y: number[]): number[] {
  const channels = outputChannels(mapOf(map));
  return y.map((value, index) =>
    index % channels < 2 ? y[index - (index % channels) + 1 - (index % channels)]! : value,
  );
}

const image = { height: 4, width: 5, channels: 2 };

function plainFlaws(numbers: Numbers): Flaw {
  const map = convolution(
    { input: image, padding: { top: 0, bottom: 2, left: 2, right: 0 }, outputChannels: 3 },
    numbers,
  );
  const { height, width } = map.kernel;
  const at = (o: number, i: number, j: number, k: number): number => ((o * height + i) * width + j) * 2 + k;
  const flipped = reordered(map, (o, i, j, k) => at(o, height - 1 - i, width - 1 - j, k));
  const moved = { ...map, padding: { top: 2, bottom: 0, left: 0, right: 2 } };
  const firsts = (x: number[]): number[] =>
    x.map((_, index) => {
      const [pixel, channel] = [Math.floor(index / 2), index % 2];
      return x[channel * image.height * image.width + pixel]!;
    });
  return {
    name: 'convolution',
    map,
    wrongs: ({ x, y, modular, transposed }) => [
      ['bad_flipped_kernel', 'a convolution in the sense of mathematics', { y: applied(flipped, x) }],
      ['bad_wrong_padding', 'the padding is on the opposite sides', { y: applied(moved, x) }],
      ['bad_swapped_channels', 'two output channels change places', { y: swappedChannels(map, y) }],
      [
        'bad_weight_layout',
        'weights read with the output channel last',
        {
          y: applied(
            reordered(map, (o, i, j, k) => ((i * width + j) * 2 + k) * 3 + o),
            x,
          ),
        },
      ],
      ['bad_channels_first', 'the input read channel by channel', { y: applied(map, firsts(x)) }],
      ['bad_off_by_one', 'one entry is one too large', { y: y.with(4, y[4]! + 1) }],
      ['bad_short_output', 'the last entry is missing', { y: y.slice(0, -1) }],
      ['bad_long_output', 'there is an entry too many', { y: [...y, 0] }],
      ['bad_zero_answer', 'nothing was computed', { y: y.map(() => 0) }],
      [
        'bad_noncanonical_residue',
        'the modulus is added to a residue',
        { modular: modular.map((entry) => ({ ...entry, y: entry.y.with(0, entry.y[0]! + entry.p) })) },
      ],
      [
        'bad_transpose_flipped',
        'the transpose of the flipped kernel',
        { transposed: { s: transposed.s, folded: foldedBy(flipped, transposed.s) } },
      ],
      [
        'bad_folded_modulo_p',
        'the transpose is reduced modulo the pad modulus',
        { transposed: { s: transposed.s, folded: foldedBy(map, transposed.s, P24) } },
      ],
      ['bad_cancelling_bound', 'weights are added with their signs', { bound: cancellingBound(map) }],
    ],
  };
}

function foldedBy(map: MapVector, s: number[], q = 2n ** 31n - 1n): number[] {
  return plain(transpose(mapOf(map), integers(s)).map((value) => modulo(value, q)));
}

function spreadFlaws(numbers: Numbers): Flaw {
  const map = convolution(
    { input: { ...image, height: 6 }, dilation: { y: 2, x: 2 }, padding: { top: 2, bottom: 2, left: 2, right: 2 } },
    numbers,
  );
  const narrow = { ...map, dilation: { y: 1, x: 1 }, padding: { top: 1, bottom: 1, left: 1, right: 1 } };
  return {
    name: 'dilated convolution',
    map,
    wrongs: ({ x }) => [['bad_ignored_dilation', 'neighbouring entries are taken', { y: applied(narrow, x) }]],
  };
}

function strideFlaws(numbers: Numbers): Flaw {
  const map = convolution(
    { input: { ...image, width: 4 }, stride: { y: 2, x: 2 }, padding: { top: 0, bottom: 1, left: 0, right: 1 } },
    numbers,
  );
  const centred = { ...map, padding: { top: 1, bottom: 0, left: 1, right: 0 } };
  return {
    name: 'strided convolution',
    map,
    wrongs: ({ x }) => [['bad_stride_offset', 'windows begin one entry too early', { y: applied(centred, x) }]],
  };
}

function groupFlaws(numbers: Numbers): Flaw {
  const map = convolution({ input: { height: 3, width: 3, channels: 4 }, groups: 2, outputChannels: 4 }, numbers);
  const interleaved = (x: number[]): number[] =>
    x.map((_, index) => x[index - (index % 4) + [0, 2, 1, 3][index % 4]!]!);
  const byMultiplier = (y: number[]): number[] =>
    y.map((_, index) => y[index - (index % 4) + [0, 2, 1, 3][index % 4]!]!);
  return {
    name: 'grouped convolution',
    map,
    wrongs: ({ x, y }) => [
      ['bad_interleaved_groups', 'channels are dealt to the groups in turn', { y: applied(map, interleaved(x)) }],
      ['bad_multiplier_order', 'output channels with the group varying fastest', { y: byMultiplier(y) }],
    ],
  };
}

function denseFlaws(): Flaw {
  const map = dense(
    4,
    4,
    Array.from({ length: 16 }, (_, index) => 40 * index - 201 + (index % 3)),
    { minimum: -32768, maximum: 20001 },
  );
  const turned = {
    ...map,
    weights: map.weights.map((_, index) => map.weights[(index % 4) * 4 + Math.floor(index / 4)]!),
  };
  const [first] = channelBounds(mapOf(map)).map(Number);
  return {
    name: 'dense',
    map,
    wrongs: ({ x, y, modular, bound: certified }) => [
      ['bad_transposed_matrix', 'the matrix is read by columns', { y: applied(turned, x) }],
      [
        'bad_saturated_16',
        'sums are cut to 16 bits',
        { y: y.map((value) => Math.max(-32768, Math.min(32767, value))) },
      ],
      ['bad_wrapped_16', 'sums wrap at 16 bits', { y: y.map((value) => (value << 16) >> 16) }],
      ['bad_half_precision', 'sums keep eleven significant bits', { y: y.map(toElevenBits) }],
      ['bad_wrap_by_p', 'a multiple of p is added to the integers', { y: y.with(1, y[1]! + Number(P24)) }],
      [
        'bad_unreduced_integers',
        'integers in place of residues',
        { modular: modular.map((entry) => ({ ...entry, y: y.map((value) => value >>> 0) })) },
      ],
      [
        'bad_range_maximum',
        'the larger end of the range counts although the other is farther away',
        { bound: (certified / 32768) * 20001 },
      ],
      ['bad_first_channel_bound', 'only the first output channel is looked at', { bound: first! }],
    ],
  };
}

/** Every flawed map. */
export function flaws(): Flaw[] {
  const numbers = new Numbers('flaws');
  return [plainFlaws(numbers), spreadFlaws(numbers), strideFlaws(numbers), groupFlaws(numbers), denseFlaws()];
}

/** The certified bound as a number. */
export const boundOf = (map: MapVector): number => Number(bound(mapOf(map)));
