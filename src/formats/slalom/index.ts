/** The network file (`.slalom`): a quantized network, named by its hash, and what a run of it needs, in one file. */

export { isNetworkFile } from '../../canonical/layout.js';
export { networkHash } from '../../canonical/network-hash.js';
export type { CalibrationRecord, NetworkDetails, Origin } from './about.js';
export { type NetworkFile, readNetworkFile } from './read.js';
export { writeNetworkFile } from './write.js';
