/** What the calculator's page is set to: strings as in the fields, an address that holds them all, and the input they mean. */
import type { CalculatorInput, CalculatorLayer } from '../../../src/calculator/input.js';
import { presets } from '../../../src/calculator/presets.js';

/** One string per field; an empty one leaves the choice to the calculator. */
export interface PageState {
  /** `layers`, `file`, or the name of a network of the zoo. */
  network: string;
  layers: string;
  targetBits: string;
  targetPer: string;
  sessionTargetBits: string;
  inferences: string;
  repetitions: string;
  checkModulus: string;
  challengeSet: string;
  structure: string;
  onReject: string;
  privacy: string;
  padModulus: string;
  padsPerSecond: string;
  padLifetimeSeconds: string;
  trustedMacs: string;
  trustedEntries: string;
  deviceMacs: string;
  linkBytes: string;
}

export const initialState: Readonly<PageState> = {
  network: 'layers',
  layers: '53',
  targetBits: '40',
  targetPer: 'inference',
  sessionTargetBits: '',
  inferences: '65536',
  repetitions: '',
  checkModulus: '2147483647',
  challengeSet: '',
  structure: 'full',
  onReject: 'poison',
  privacy: 'on',
  padModulus: '',
  padsPerSecond: '',
  padLifetimeSeconds: '',
  trustedMacs: '',
  trustedEntries: '',
  deviceMacs: '',
  linkBytes: '',
};

const keys = Object.keys(initialState) as (keyof PageState)[];

/** The state a preset stands for, with the network and speeds as they are. */
export function withPreset(state: PageState, name: keyof typeof presets): PageState {
  const preset = presets[name];
  const text = (value: number | null | undefined, otherwise: string): string =>
    value === null || value === undefined ? otherwise : String(value);
  return {
    ...state,
    targetBits: text(preset.targetBits, initialState.targetBits),
    targetPer: preset.targetPer ?? 'inference',
    sessionTargetBits: '',
    inferences: initialState.inferences,
    repetitions: text(preset.repetitions, ''),
    checkModulus: text(preset.checkModulus, initialState.checkModulus),
    challengeSet: text(preset.challengeSet, ''),
    structure: preset.structure ?? 'full',
    onReject: preset.onReject ?? 'poison',
  };
}

/** Layers of a file, short enough for an address: six numbers each, in base 36. */
function packLayers(layers: readonly CalculatorLayer[]): string {
  const numbers = ({ inputs, outputs, macs, bound, largestBias, channels }: CalculatorLayer) =>
    [inputs, outputs, macs, bound ?? '', largestBias ?? '', channels ?? 1].map((n) => n.toString(36)).join('.');
  return layers.map(numbers).join('_');
}

function unpackLayers(packed: string): CalculatorLayer[] {
  return packed.split('_').map((text, index) => {
    const [inputs, outputs, macs, bound, largestBias, channels] = text.split('.').map((n) => Number.parseInt(n, 36));
    return {
      name: `layer ${index}`,
      inputs: inputs!,
      outputs: outputs!,
      macs: macs!,
      channels: channels!,
      ...(Number.isNaN(bound!) ? {} : { bound: bound! }),
      ...(Number.isNaN(largestBias!) ? {} : { largestBias: largestBias! }),
    };
  });
}

/** The query of an address that opens the page with this state: only what differs from the initial one. */
export function toQuery(state: PageState, fileLayers: readonly CalculatorLayer[] | null): string {
  const query = new URLSearchParams();
  for (const key of keys) if (state[key] !== initialState[key]) query.set(key, state[key]);
  if (state.network === 'file' && fileLayers !== null) query.set('file', packLayers(fileLayers));
  return query.toString();
}

/** The state of an address; names it does not know are ignored, and what is wrong shows as an error on the page. */
export function fromQuery(text: string): { state: PageState; fileLayers: CalculatorLayer[] | null } {
  const query = new URLSearchParams(text);
  const state = { ...initialState };
  for (const key of keys) state[key] = query.get(key) ?? state[key];
  const packed = query.get('file');
  return { state, fileLayers: packed === null ? null : unpackLayers(packed) };
}

/** A field as a number; NaN goes on to the calculator, which says in a sentence what it wants. */
function aNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.trim());
}

const orNull = (text: string): number | null => (text.trim() === '' ? null : aNumber(text));

/** What the calculator is asked. */
export function toInput(
  state: PageState,
  networks: Readonly<Record<string, readonly CalculatorLayer[]>>,
  fileLayers: readonly CalculatorLayer[] | null,
): CalculatorInput {
  const ofNetwork =
    state.network === 'file' ? fileLayers : Object.hasOwn(networks, state.network) ? networks[state.network] : null;
  const speeds = Object.entries({
    trustedMacs: state.trustedMacs,
    trustedEntries: state.trustedEntries,
    deviceMacs: state.deviceMacs,
    linkBytes: state.linkBytes,
  }).filter(([, text]) => text.trim() !== '');
  return {
    layers: ofNetwork ?? aNumber(state.layers),
    privacy: state.privacy !== 'off',
    targetBits: aNumber(state.targetBits),
    targetPer: state.targetPer as 'inference' | 'check',
    sessionTargetBits: orNull(state.sessionTargetBits),
    inferences: aNumber(state.inferences),
    repetitions: orNull(state.repetitions),
    checkModulus: aNumber(state.checkModulus),
    challengeSet: orNull(state.challengeSet),
    structure: state.structure as 'full' | 'rank-one',
    onReject: state.onReject as 'poison' | 'continue',
    padModulus: orNull(state.padModulus),
    padsPerSecond: orNull(state.padsPerSecond),
    padLifetimeSeconds: orNull(state.padLifetimeSeconds),
    speeds: Object.fromEntries(speeds.map(([name, text]) => [name, aNumber(text) * 1e9])),
  };
}
