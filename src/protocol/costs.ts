/** What an inference cost online. Offline work is counted by the session and always shown beside it. */
export interface Costs {
  /** The trusted side's share of the protocol: blinding, decoding, unblinding, checking, and what is fused with them. */
  protocolMs: number;
  /** The trusted operations that were not fused with a check. */
  operationsMs: number;
  /** Linear layers that the trusted side computed itself. */
  insideMs: number;
  /** From a layer's message to its answer; for layers of several inferences in flight these times overlap. */
  deviceMs: number;
  /** Of all messages. */
  bytesToDevice: number;
  /** Of all answers. */
  bytesFromDevice: number;
  /** Layers whose answers passed the check; a layer of a batch counts once. */
  verifiedLayers: number;
}

/** All zero. */
export function noCosts(): Costs {
  return {
    protocolMs: 0,
    operationsMs: 0,
    insideMs: 0,
    deviceMs: 0,
    bytesToDevice: 0,
    bytesFromDevice: 0,
    verifiedLayers: 0,
  };
}

/** Everything the trusted side did online, in milliseconds of the calling thread. */
export function trustedMs({ protocolMs, operationsMs, insideMs }: Costs): number {
  return protocolMs + operationsMs + insideMs;
}

/** total += some. */
export function addCosts(total: Costs, some: Costs): void {
  for (const key of Object.keys(total) as (keyof Costs)[]) total[key] += some[key];
}

/** now - before: what was added since `before` was copied. */
export function costsSince(now: Costs, before: Costs): Costs {
  const since = { ...now };
  for (const key of Object.keys(since) as (keyof Costs)[]) since[key] -= before[key];
  return since;
}
