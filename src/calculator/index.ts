/**
 * The calculator: what parameters guarantee and what they cost, before anything runs. Exact fractions, no input or output.
 * @module
 */
export { calculateSoundness } from './calculate.js';
export type { BoundedError, CalculatedParameters, CalculatedTarget, Calculation } from './calculation.js';
export type { CalculatedCertificate, Condition, LaneCondition } from './certificate.js';
export type { CalculatedCosts, PadSupply } from './costs.js';
export type { CalculatorInput, CalculatorLayer, CalculatorSpeeds, ResolvedInput } from './input.js';
export { calculationToJson, type Json, toJson } from './json.js';
export { type Preset, type PresetName, presetNames, presets } from './presets.js';
export type { Rotation } from './rotation.js';
