/**
 * Slalom's protocol: sessions, pads, challenges, the check and its soundness. Device, arithmetic and randomness are injected.
 * @module
 */

export { aModulus, CHECK_MODULUS, M31, type Modulus, modulusName, P24, smallestModulus } from '../model/modulus.js';
export type { ImageShape, Scaling, TrustedArithmetic, TrustedArrays, TrustedMap } from './arithmetic.js';
export { noWrapBound } from './certificate.js';
export { type ChallengeSpace, type ChallengeStructure, challengeError } from './challenge-error.js';
export { Unchecked, Verified } from './check.js';
export { addCosts, type Costs, costsSince, noCosts, trustedMs } from './costs.js';
export type { Device, DeviceInput, DeviceLimits, DeviceOutput, LoadedMap } from './device.js';
export {
  DeviceError,
  DeviceUnavailableError,
  IntegrityError,
  PadError,
  RandomnessError,
  SessionError,
} from './errors.js';
export type { Inference, Released } from './inference.js';
export { MemoryPadStore, type PadStore } from './pad-store.js';
export { Pad, type PadBinding, type PadMaterial, type PadSet, type Release } from './pads.js';
export { defaultParameters, type Parameters, someParameters } from './parameters.js';
export {
  type AddFollowUp,
  type Addition,
  type Blinding,
  type Finish,
  type FollowUp,
  finishedLength,
  type Incoming,
  type LookupFollowUp,
  type Outgoing,
  type PoolFollowUp,
  packedLength,
  poolsByRows,
  type RescaleFollowUp,
  type Unblinding,
} from './passes.js';
export { type ProcessIdentity, processIdentity } from './process-identity.js';
export { type Randomness, systemRandomness } from './randomness.js';
export { type Rational, soundnessBits } from './rational.js';
export { referenceArithmetic } from './reference-arithmetic.js';
export { sampleResidues } from './sampling.js';
export { Session } from './session.js';
export type { Progress, SessionOptions, SessionState } from './session-options.js';
export {
  type RejectPolicy,
  repetitionsFor,
  type Soundness,
  type SoundnessInput,
  type SoundnessTerm,
  sessionChallenges,
  soundness,
  type WrapCondition,
} from './soundness.js';
export { Own, type TrustedValue } from './trusted-value.js';
