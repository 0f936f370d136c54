/**
 * Slalom: run a neural network on an untrusted device. Every wrong answer is caught, with a stated probability, and the
 * device sees only uniform noise. The parts have entry points of their own: `slalom/reference`, `slalom/protocol`,
 * `slalom/fast`, `slalom/network`.
 * @module
 */
export { type SaboteurOptions, saboteur, type WasmDeviceOptions, wasmArithmetic, wasmDevice } from './fast/index.js';
export {
  type Certificate,
  type Classification,
  certify,
  classify,
  decodeImage,
  type Image,
  ImageError,
  importTflite,
  ModelError,
  NetworkSession,
  type NetworkSessionOptions,
  type Output,
  quantizeInput,
  type RunResult,
  readImage,
  readLabels,
  resizeBilinear,
  runInTheClear,
  storedCodes,
  type ZooName,
  type ZooOptions,
  zooNames,
  zooNetwork,
} from './network/index.js';
export {
  type Costs,
  type Device,
  DeviceError,
  type DeviceInput,
  type DeviceLimits,
  type DeviceOutput,
  defaultParameters,
  IntegrityError,
  type LoadedMap,
  MemoryPadStore,
  PadError,
  type PadStore,
  type Parameters,
  type Progress,
  type Randomness,
  Session,
  SessionError,
  type SessionState,
  type Soundness,
  type TrustedArithmetic,
  Unchecked,
  Verified,
} from './protocol/index.js';
export type { LinearMap, QuantizedNetwork, Tensor } from './reference/index.js';
