/**
 * The conformance suite for devices: bring your own and test it in one line.
 * @module
 */
export {
  ConformanceError,
  type ConformanceOptions,
  type ConformanceReport,
  type ConformanceRow,
  conformance,
  examine,
} from './suite.js';
