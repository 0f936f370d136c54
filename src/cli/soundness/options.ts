/** The options of `slalom soundness`, from text to the calculator's input. */

import { type CalculatorInput, type Preset, type PresetName, presetNames, presets } from '../../calculator/index.js';
import { networkHash } from '../../formats/slalom/index.js';
import { networkSummary } from '../../session/summary.js';
import { UsageError } from '../exit.js';
import { loadNetworkOrZoo } from '../load-network.js';
import { aNumber } from '../options.js';

/** The command line, as text. */
export interface SoundnessText {
  readonly network?: string;
  readonly layers?: string;
  readonly preset: string;
  readonly targetBits?: string;
  readonly targetPer?: string;
  readonly sessionBits?: string;
  readonly inferences?: string;
  readonly repetitions?: string;
  readonly checkModulus?: string;
  readonly padModulus?: string;
  readonly challengeSet?: string;
  readonly structure?: string;
  readonly onReject?: string;
  readonly privacy?: string;
  readonly padsPerSecond?: string;
  readonly padLifetime?: string;
  readonly trustedMacs?: string;
  readonly trustedEntries?: string;
  readonly deviceMacs?: string;
  readonly linkBytes?: string;
  readonly json?: boolean;
  readonly md?: boolean;
}

/** What is calculated, and about what. */
export interface SoundnessQuestion {
  /** A network's name, or how many layers there are. */
  readonly subject: string;
  readonly sha256: string | null;
  /** See `networkHash`; null when there is only a number of layers. */
  readonly networkHash: string | null;
  readonly preset: PresetName;
  readonly input: CalculatorInput;
}

function oneOfThese<S extends string>(text: string, option: string, allowed: readonly S[]): S {
  const found = allowed.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes one of ${allowed.join(', ')}, not "${text}".`);
}

/** A whole number, also written as a power of two and something: 2^31-1. */
function aModulusText(text: string, option: string): number {
  const match = /^(?:(\d{1,16})|2\^(\d{1,2})(?:([+-])(\d{1,9}))?)$/.exec(text);
  const [, plain, exponent, sign, rest = '0'] = match ?? [];
  const value = plain === undefined ? 2 ** Number(exponent) + Number(`${sign ?? '+'}${rest}`) : Number(plain);
  if (match === null || !Number.isSafeInteger(value)) {
    throw new UsageError(`${option} takes a whole number below 2^53, such as 16777213 or 2^24-3, not "${text}".`);
  }
  return value;
}

function aRate(text: string, option: string): number {
  const value = /^\d+(\.\d+)?(e\d{1,2})?$/.test(text) ? Number(text) : 0;
  if (Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${option} takes a number above 0, such as 250 or 4.5e9, not "${text}".`);
}

/** The fields of `made` that are there. */
function given<T extends object>(made: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** `parse` of an option that may be missing. */
function maybe<T>(text: string | undefined, option: string, parse: (text: string, option: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text, option);
}

const upTo =
  (least: number, most: number) =>
  (text: string, option: string): number =>
    aNumber(text, option, least, most);

function choices(text: SoundnessText): Partial<Preset> {
  const speeds = given({
    trustedMacs: maybe(text.trustedMacs, '--trusted-macs', aRate),
    trustedEntries: maybe(text.trustedEntries, '--trusted-entries', aRate),
    deviceMacs: maybe(text.deviceMacs, '--device-macs', aRate),
    linkBytes: maybe(text.linkBytes, '--link-bytes', aRate),
  });
  return given<Preset>({
    targetBits: maybe(text.targetBits, '--target-bits', upTo(1, 256)),
    targetPer: maybe(text.targetPer, '--target-per', (t, o) => oneOfThese(t, o, ['inference', 'check'])),
    sessionTargetBits: maybe(text.sessionBits, '--session-bits', upTo(1, 256)),
    inferences: maybe(text.inferences, '--inferences', upTo(1, 2 ** 40)),
    repetitions: maybe(text.repetitions, '--repetitions', upTo(0, 16)),
    checkModulus: maybe(text.checkModulus, '--check-modulus', aModulusText),
    padModulus: maybe(text.padModulus, '--pad-modulus', aModulusText),
    challengeSet: maybe(text.challengeSet, '--challenge-set', aModulusText),
    structure: maybe(text.structure, '--structure', (t, o) => oneOfThese(t, o, ['full', 'rank-one'])),
    onReject: maybe(text.onReject, '--on-reject', (t, o) => oneOfThese(t, o, ['poison', 'continue'])),
    privacy: maybe(text.privacy, '--privacy', (t, o) => oneOfThese(t, o, ['on', 'off']) === 'on'),
    padsPerSecond: maybe(text.padsPerSecond, '--pads-per-second', aRate),
    padLifetimeSeconds: maybe(text.padLifetime, '--pad-lifetime', aRate),
    speeds,
  });
}

/**
 * Checks the options and reads the network.
 * @throws UsageError one sentence naming the option; ModelError when the file is not a network
 */
export async function aQuestion(text: SoundnessText): Promise<SoundnessQuestion> {
  if (text.json && text.md) throw new UsageError('--json and --md exclude each other.');
  const preset = oneOfThese(text.preset, '--preset', presetNames);
  const chosen = { ...presets[preset], ...choices(text) };
  if ((text.network === undefined) === (text.layers === undefined)) {
    throw new UsageError('Say what is to be checked: either --network FILE or a name of the zoo, or --layers N.');
  }
  if (text.network === undefined) {
    const layers = aNumber(text.layers!, '--layers', 0, 1_000_000);
    const subject = `${layers} linear ${layers === 1 ? 'layer' : 'layers'}`;
    return { subject, sha256: null, networkHash: null, preset, input: { ...chosen, layers } };
  }
  const { network, name, sha256 } = await loadNetworkOrZoo(text.network, '--network');
  const layers = networkSummary(network);
  const subject = `${name}, ${layers.length} linear layers`;
  return { subject, sha256, networkHash: networkHash(network), preset, input: { ...chosen, layers } };
}
