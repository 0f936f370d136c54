/** What a session cost so far. Offline work is the trusted side's too, and is always shown beside the online cost. */
export interface Costs {
  /** Drawing and folding challenges, making pads. */
  offlineMs: number;
  /** Online, trusted side, the protocol's share: blinding, decoding, unblinding, checking. */
  protocolMs: number;
  /** Online, waiting for the device. */
  deviceMs: number;
  bytesToDevice: number;
  bytesFromDevice: number;
  /** Answers that passed the check. */
  verifiedLayers: number;
}

/** All zero. */
export function noCosts(): Costs {
  return { offlineMs: 0, protocolMs: 0, deviceMs: 0, bytesToDevice: 0, bytesFromDevice: 0, verifiedLayers: 0 };
}
