/** The options of `slalom import`, from text to checked values. */
import { type Colours, type Preprocessing, pictureExtent } from '../pictures/index.js';
import { ACTIVATION_BITS_RANGE, PERCENTILE, type RangeChoice } from '../quantizer/index.js';
import { UsageError } from './exit.js';
import { aNumber } from './options.js';

/** The command line, as text. */
export interface ImportText {
  readonly output: string;
  readonly calibrate?: readonly string[];
  readonly calibration?: string;
  readonly percentile?: string;
  readonly equalize: boolean;
  readonly biasCorrection: boolean;
  readonly modulus: string;
  readonly activationBits: string;
  readonly inputShape?: string;
  readonly outputs?: readonly string[];
  readonly mean?: string;
  readonly std?: string;
  readonly range?: string;
  readonly fit?: string;
  readonly order?: string;
  readonly labels?: string;
  readonly threads: string;
  readonly json?: boolean;
}

function oneOf<S extends string>(text: string, option: string, ...allowed: readonly S[]): S {
  const found = allowed.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes one of ${allowed.join(', ')}, not "${text}".`);
}

/** Numbers with commas between them. */
function numbers(text: string, option: string, counts: readonly number[]): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!values.every(Number.isFinite) || !counts.includes(values.length)) {
    throw new UsageError(`${option} takes ${counts.join(' or ')} numbers with commas between them, not "${text}".`);
  }
  return values;
}

/** The input's shape, with or without its batch axis, as the file has it; undefined when it is not given. */
export function anInputShape({ inputShape }: ImportText): readonly number[] | undefined {
  if (inputShape === undefined) return undefined;
  const sizes = numbers(inputShape, '--input-shape', [1, 2, 3, 4, 5]);
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 2 ** 24)) {
    throw new UsageError(`--input-shape takes whole numbers from 1, not "${inputShape}".`);
  }
  return sizes;
}

/** How many bits activations get. */
export function anActivationBits({ activationBits }: ImportText): number {
  return aNumber(activationBits, '--activation-bits', ...ACTIVATION_BITS_RANGE);
}

/** How ranges of activations are chosen. */
export function aCalibration({ calibration = 'min-max', percentile }: ImportText): RangeChoice {
  const method = oneOf(calibration, '--calibration', 'min-max', 'percentile', 'mse');
  if (method !== 'percentile') {
    if (percentile !== undefined) throw new UsageError('--percentile belongs to --calibration percentile.');
    return { method };
  }
  const [value = PERCENTILE] = percentile === undefined ? [] : numbers(percentile, '--percentile', [1]);
  if (!(value >= 50 && value <= 100)) throw new UsageError(`--percentile takes a number from 50 to 100, not ${value}.`);
  return { method, percentile: value };
}

/** One number for each channel, from one for all or one for each. */
function perChannel(text: string, option: string, channels: number): number[] {
  const values = numbers(text, option, channels === 1 ? [1] : [1, channels]);
  return Array.from({ length: channels }, (_, c) => values[c] ?? values[0]!);
}

function coloursOf({ mean, std, range }: ImportText, channels: number): Colours | null {
  if (range !== undefined) {
    if (mean !== undefined || std !== undefined) throw new UsageError('Give --range, or --mean and --std, not both.');
    const [low, high] = numbers(range, '--range', [2]) as [number, number];
    if (!(low < high)) throw new UsageError(`--range takes a smaller and a larger number, not "${range}".`);
    const all = (value: number): number[] => Array(channels).fill(value);
    return { kind: 'affine', factors: all((high - low) / 255), offsets: all(low) };
  }
  if (mean === undefined && std === undefined) return null;
  const means = perChannel(mean ?? '0', '--mean', channels);
  const deviations = perChannel(std ?? '1', '--std', channels);
  if (!deviations.every((value) => value > 0)) throw new UsageError(`--std takes positive numbers, not "${std}".`);
  return {
    kind: 'affine',
    factors: deviations.map((deviation) => 1 / (255 * deviation)),
    offsets: means.map((value, c) => 0 - value / deviations[c]!),
  };
}

/** What a float model is taken to expect when nothing is said: real = colour / 255. */
export const UNIT_RANGE = '0,1';

/**
 * How pictures are prepared: `known`, with what the options say over it. Null when the network takes no pictures.
 * @param known what the model's file says, if it does
 * @throws UsageError when an option is given to a network that takes no pictures, or does not make sense
 */
export function aPreprocessing(
  text: ImportText,
  shape: readonly number[],
  known: Preprocessing | null,
): Preprocessing | null {
  let channels: number;
  try {
    ({ channels } = pictureExtent('the input', shape));
  } catch (error) {
    const asked = (['mean', 'std', 'range', 'fit', 'order'] as const).find((name) => text[name] !== undefined);
    if (asked === undefined) return null;
    throw new UsageError(`--${asked} cannot be used: ${(error as RangeError).message}.`);
  }
  const colours = coloursOf(text, channels) ?? known?.colours ?? null;
  if (colours === null) return null;
  const order = oneOf(text.order ?? known?.order ?? 'rgb', '--order', 'rgb', 'bgr');
  if (channels === 1 && order === 'bgr') throw new UsageError('--order bgr needs a network with three channels.');
  return {
    fit: oneOf(text.fit ?? known?.fit ?? 'stretch', '--fit', 'stretch', 'crop', 'pad', 'corner'),
    order,
    colours,
  };
}
