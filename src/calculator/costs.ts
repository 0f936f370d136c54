/** What a session's layers cost both sides: counts that follow from the shapes, and times where speeds are given. */
import { packedLength } from '../protocol/passes.js';
import type { CalculatorLayer, CalculatorSpeeds, ResolvedInput } from './input.js';

/** Once per session, per private inference, and online per inference; counts are exact, times are estimates. */
export interface CalculatedCosts {
  /** Per session, trusted and secret: k challenges per layer drawn, and folded: folded = transpose of L applied to s, mod q. */
  readonly challenges: {
    /** Residues drawn: k |Y| per layer; k (positions + channels) for rank-one challenges. */
    readonly drawn: number;
    /** k times the multiply-accumulates of the layers. */
    readonly macs: number;
    /** The trusted memory that keeps them: 4 bytes an entry, folded ones in whole groups of eight. */
    readonly bytes: number;
    /** Folding; null without a speed. */
    readonly ms: number | null;
  };
  /** Per private inference, trusted and secret: rho drawn, u = L(rho) mod p. All zero without privacy. */
  readonly pads: {
    /** Residues drawn: |X| per layer. */
    readonly drawn: number;
    /** The multiply-accumulates of the layers. */
    readonly macs: number;
    /** 4 (|X| + |Y|) per layer, until they are used. */
    readonly bytes: number;
    /** L(rho); null without a speed. */
    readonly ms: number | null;
  };
  /** Per inference, on the trusted side. */
  readonly trusted: {
    /** |X| + |Y| per layer: each entry is touched in one pass. */
    readonly entries: number;
    /** k (|X| + |Y|) per layer. */
    readonly foldProducts: number;
    /** The two passes; null without a speed. */
    readonly ms: number | null;
  };
  /** Per inference, on the device. */
  readonly device: {
    /** The multiply-accumulates of the layers. */
    readonly macs: number;
    /** Null without a speed. */
    readonly ms: number | null;
  };
  /** Per inference, on the way. */
  readonly moved: {
    /** 4 |X| per layer blinded, 2 |X| in the clear. */
    readonly bytesToDevice: number;
    /** 4 |Y| per layer. */
    readonly bytesFromDevice: number;
    /** Both ways; null without a speed. */
    readonly ms: number | null;
  };
}

/** Bytes of a residue, of an answer's entry and of an unblinded input's entry. */
const WORD_BYTES = 4;
const PLAIN_BYTES = 2;

const sum = (layers: readonly CalculatorLayer[], of: (layer: CalculatorLayer) => number): number =>
  layers.reduce((total, layer) => total + of(layer), 0);

const ms = (count: number, perSecond: number | undefined): number | null =>
  perSecond === undefined ? null : (1000 * count) / perSecond;

/** The costs of the layers with k repetitions; null when only their number is known. */
export function costsOf(input: ResolvedInput, repetitions: number): CalculatedCosts | null {
  const { layers, privacy, structure } = input;
  if (typeof layers === 'number') return null;
  const speeds: CalculatorSpeeds = input.speeds;
  const drawnOnce = ({ outputs, channels = 1 }: CalculatorLayer): number =>
    structure === 'full' ? outputs : outputs / channels + channels;
  const drawn = repetitions * sum(layers, drawnOnce);
  const macs = sum(layers, (layer) => layer.macs);
  const inputs = sum(layers, (layer) => layer.inputs);
  const outputs = sum(layers, (layer) => layer.outputs);
  const folded = repetitions * sum(layers, (layer) => packedLength(layer.inputs));
  const padMacs = privacy ? macs : 0;
  const bytesToDevice = inputs * (privacy ? WORD_BYTES : PLAIN_BYTES);
  const bytesFromDevice = outputs * WORD_BYTES;
  const entries = inputs + outputs;
  return {
    challenges: {
      drawn,
      macs: repetitions * macs,
      bytes: WORD_BYTES * (drawn + folded),
      ms: ms(repetitions * macs, speeds.trustedMacs),
    },
    pads: {
      drawn: privacy ? inputs : 0,
      macs: padMacs,
      bytes: privacy ? WORD_BYTES * entries : 0,
      ms: ms(padMacs, speeds.trustedMacs),
    },
    trusted: {
      entries,
      foldProducts: repetitions * entries,
      ms: ms(Math.max(repetitions, 1) * entries, speeds.trustedEntries),
    },
    device: { macs, ms: ms(macs, speeds.deviceMacs) },
    moved: { bytesToDevice, bytesFromDevice, ms: ms(bytesToDevice + bytesFromDevice, speeds.linkBytes) },
  };
}

/** What it takes to have pads ready at a steady rate. */
export interface PadSupply {
  /** Pads of whole inferences that wait at any time: rate times lifetime, rounded up. Null without a lifetime. */
  readonly waiting: number | null;
  /** The trusted memory or storage they take. */
  readonly storageBytes: number | null;
  /** Multiply-accumulates a second that the trusted side spends on pads. */
  readonly macsPerSecond: number;
  /** The same as a share of its speed: 2 means that two such trusted sides are needed. Null when that is not given. */
  readonly busy: number | null;
}

/** The supply for `padsPerSecond`; null when that is not asked, privacy is off, or only the number of layers is known. */
export function padSupplyOf(input: ResolvedInput, costs: CalculatedCosts | null): PadSupply | null {
  const { privacy, padsPerSecond, padLifetimeSeconds } = input;
  if (costs === null || !privacy || padsPerSecond === null) return null;
  const waiting = padLifetimeSeconds === null ? null : Math.ceil(padsPerSecond * padLifetimeSeconds);
  return {
    waiting,
    storageBytes: waiting === null ? null : waiting * costs.pads.bytes,
    macsPerSecond: padsPerSecond * costs.pads.macs,
    busy: costs.pads.ms === null ? null : (padsPerSecond * costs.pads.ms) / 1000,
  };
}
