/** The pieces of trusted work whose rates decide a plan. Their numbers are made up: no input, pad or challenge takes part. */

import { inputLength, type LinearMap, macCount, outputChannels, outputLength } from '../../model/linear-map.js';
import { type Finish, M31, packedLength, sampleResidues, systemRandomness } from '../../protocol/index.js';
import type { Borrowed } from './borrowed.js';
import { type LayerClass, typicalMaps } from './layer-class.js';
import type { Subject } from './measure.js';
import type { Work } from './stopwatch.js';

/** A requantization like any other. */
function typicalFinish(channels: number): Finish {
  const multipliers = new Int32Array(channels).fill(2 ** 30 + 12345);
  const requantization = { multipliers, shift: 40, minimum: -128, maximum: 127 };
  return { bias: new Int32Array(channels).fill(1000), requantization, followUps: [] };
}

/** L(x) over the integers and finishing, as layers are computed inside. */
function computingInside(own: Borrowed, map: LinearMap): Work {
  const { arithmetic } = own;
  const trusted = own.load(map);
  const x = own.integers(inputLength(map));
  const y = own.allocate('i32', outputLength(map));
  const out = own.allocate('i16', y.length);
  const finish = typicalFinish(outputChannels(map));
  return () => {
    trusted.applyIntegers(x, y);
    arithmetic.finish(y, 1, finish, out);
  };
}

/** u = L(rho) mod p, as pads are made; it takes as long with either p. */
function makingPads(own: Borrowed, map: LinearMap): Work {
  const trusted = own.load(map);
  const rho = own.residues(inputLength(map));
  const u = own.allocate('u32', outputLength(map));
  return () => trusted.applyModulo(rho, M31, u);
}

function mapSubject(kind: LayerClass, use: (own: Borrowed, map: LinearMap) => Work): Subject {
  const sized = (make: () => LinearMap) => (own: Borrowed) => {
    const map = make();
    return { work: use(own, map), units: macCount(map), outputs: outputLength(map) };
  };
  return { small: sized(typicalMaps[kind].small), large: typicalMaps[kind].large.map(sized) };
}

/** Entries. In a run challenges and pads come from beyond the small caches, and with so many they do here. */
const FEW = 512;
const MANY = 2 ** 18;

function entrySubject(use: (own: Borrowed, length: number) => Work, many = MANY): Subject {
  const sized = (length: number) => (own: Borrowed) => ({ work: use(own, length), units: length, outputs: length });
  return { small: sized(FEW), large: [sized(many)] };
}

/** The pass over inputs: range, blinding, k folds. */
function outgoing(repetitions: number, privacy: boolean) {
  return (own: Borrowed, length: number): Work => {
    const { arithmetic } = own;
    const x = own.integers(length);
    const folded = Array.from({ length: repetitions }, () => own.residues(packedLength(length)));
    const sums = own.allocate('u32', repetitions);
    // As in a run, the pass wipes the pad, which takes as long when nothing is left to wipe.
    const blinding = privacy ? { rho: [own.residues(length)], modulus: M31 as typeof M31, wipe: true } : null;
    // Messages lie outside trusted memory.
    const message = privacy ? new Uint32Array(length) : new Int16Array(length);
    const how = { images: 1, range: { minimum: -128, maximum: 127 }, blinding, folded };
    return () => void arithmetic.outgoing(x, how, message, sums);
  };
}

/** The pass over outputs: unblinding, range, k folds, finishing. */
function incoming(repetitions: number, privacy: boolean) {
  return (own: Borrowed, length: number): Work => {
    const { arithmetic } = own;
    const challenges = Array.from({ length: repetitions }, () => own.residues(length));
    const folds = own.allocate('u32', repetitions);
    const out = own.allocate('i16', length);
    const u = privacy ? own.allocate('u32', length) : null;
    const unblinding = u === null ? null : { u: [u], modulus: M31 as typeof M31, wipe: true };
    // Answers lie outside trusted memory, and are written: pages of zeros that nobody wrote are all one page, in the cache.
    // y = 1, with an unblinding factor of zeros, such as wiping leaves.
    const answer = (u === null ? new Int32Array(length) : new Uint32Array(length)).fill(1);
    const how = { images: 1, unblinding, bound: 2 ** 22, challenges, finish: typicalFinish(64) };
    return () => void arithmetic.incoming(answer, how, folds, out);
  };
}

/** Drawing a pad, from the system's generator whatever a session's randomness is. */
function drawing(own: Borrowed, length: number): Work {
  const rho = own.allocate('u32', length);
  return () => sampleResidues(systemRandomness, M31, rho, own.arithmetic);
}

/** See `PlanRates.inside`. */
export const insideSubject = (kind: LayerClass): Subject => mapSubject(kind, computingInside);

/** See `PlanRates.pads`. */
export const padSubject = (kind: LayerClass): Subject => mapSubject(kind, makingPads);

/** See `PlanRates.drawing`. */
export const drawingSubject: Subject = entrySubject(drawing, 2 ** 14);

/** See `PlanRates.outgoing` and `PlanRates.incoming`. */
export const passSubjects = (repetitions: number, privacy: boolean): readonly [Subject, Subject] => [
  entrySubject(outgoing(repetitions, privacy)),
  entrySubject(incoming(repetitions, privacy)),
];
