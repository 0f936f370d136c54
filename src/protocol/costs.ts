/** What one inference cost so far, online. Offline work is counted by the session and always shown beside it. */
export interface Costs {
  /** The trusted side's share of the protocol: blinding, decoding, unblinding, checking. */
  protocolMs: number;
  /** Waiting for the device. */
  deviceMs: number;
  bytesToDevice: number;
  bytesFromDevice: number;
  /** Answers that passed the check. */
  verifiedLayers: number;
}

/** All zero. */
export function noCosts(): Costs {
  return { protocolMs: 0, deviceMs: 0, bytesToDevice: 0, bytesFromDevice: 0, verifiedLayers: 0 };
}
