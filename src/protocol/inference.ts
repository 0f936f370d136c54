/** One run through a session's layers: sends, waits, checks. Each layer once, in any order the graph allows. */
import { inputLength, outputLength } from '../reference/linear-map.js';
import { askDevice } from './ask-device.js';
import { check, type Unchecked, type Verified } from './check.js';
import { type Costs, noCosts } from './costs.js';
import type { DeviceInput } from './device.js';
import { SessionError } from './errors.js';
import type { PadMaterial, PadSet } from './pads.js';
import type { Session, SessionLayer } from './session.js';

/** What an inference may ask of its session. */
export interface SessionHooks {
  end(): void;
  /** Poisons the session and throws. */
  reject(): never;
  /** Throws when the session is poisoned or closed. */
  requireUsable(): void;
  progress(done: number): void;
}

/** What a linear layer gives: verified, or unchecked in a session without integrity. */
export type Released = Verified<Int32Array> | Unchecked<Int32Array>;

/** Made by `Session.begin`. Call `end` when done, also after an error. */
export class Inference {
  /** What this inference cost so far. */
  readonly costs: Costs = noCosts();
  readonly #session: Session;
  readonly #layers: readonly SessionLayer[];
  readonly #pads: PadSet | null;
  readonly #hooks: SessionHooks;
  readonly #used = new Set<number>();
  #ended = false;
  #done = 0;

  constructor(session: Session, layers: readonly SessionLayer[], pads: PadSet | null, hooks: SessionHooks) {
    this.#session = session;
    this.#layers = layers;
    this.#pads = pads;
    this.#hooks = hooks;
  }

  /**
   * L(x) of layer `index`, computed by the device and checked.
   * @param x |X| centred integers inside the map's declared range, in trusted memory, unchanged until this resolves
   * @returns |Y| integers in trusted memory; the caller releases them
   * @throws IntegrityError when the answer is wrong (the session is then poisoned); DeviceError when there is no answer
   */
  async linear(index: number, x: Int16Array): Promise<Released> {
    const layer = this.#claimLayer(index, x);
    const { arithmetic, modulus } = this.#session;
    const { costs } = this;
    const started = performance.now();
    const pad = this.#pads === null ? null : this.#pads[index]!.take();
    const size = outputLength(layer.map);
    const memory = {
      residues: pad === null ? null : arithmetic.allocate('u32', size),
      y: arithmetic.allocate('i32', size),
    };
    let released: Released | null = null;
    try {
      const message = this.#message(x, pad);
      costs.bytesToDevice += message.byteLength;
      const sent = performance.now();
      costs.protocolMs += sent - started;
      const answer: unknown = await askDevice(
        () => layer.loaded.apply(message),
        this.#session.parameters.deviceTimeoutMs,
      );
      const arrived = performance.now();
      costs.deviceMs += arrived - sent;
      this.#requireRunning();
      const unblinding = pad === null || modulus === null ? null : { u: pad.u, modulus };
      const claim = { x, bound: layer.bound, challenges: layer.challenges, unblinding };
      released = check(answer, claim, memory, arithmetic);
      costs.bytesFromDevice += memory.y.byteLength;
      costs.protocolMs += performance.now() - arrived;
    } finally {
      if (pad !== null) for (const secret of [pad.rho, pad.u]) arithmetic.release(secret);
      if (memory.residues !== null) arithmetic.release(memory.residues);
      if (released === null) arithmetic.release(memory.y);
    }
    if (released === null) this.#hooks.reject();
    if (layer.challenges !== null) costs.verifiedLayers++;
    this.#hooks.progress(++this.#done);
    return released;
  }

  #claimLayer(index: number, x: Int16Array): SessionLayer {
    this.#requireRunning();
    const layer = this.#layers[index];
    if (layer === undefined) throw new RangeError(`there is no layer ${index}`);
    if (this.#used.has(index)) throw new SessionError(`layer ${index} was already run in this inference`);
    requireInput(x, layer);
    this.#used.add(index);
    return layer;
  }

  /** What travels: x blinded, or x itself; always a copy in memory of its own, never a view of trusted memory. */
  #message(x: Int16Array, pad: PadMaterial | null): DeviceInput {
    const { arithmetic, modulus } = this.#session;
    if (pad === null || modulus === null) return x.slice();
    const blinded = arithmetic.allocate('u32', x.length);
    arithmetic.blind(x, pad.rho, modulus, blinded);
    const message = blinded.slice();
    arithmetic.release(blinded);
    return message;
  }

  #requireRunning(): void {
    this.#hooks.requireUsable();
    if (this.#ended) throw new SessionError('This inference has ended.');
  }

  /** Ends the inference and wipes the pads it did not use. Calling it twice is harmless. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const pad of this.#pads ?? []) pad.destroy();
    this.#hooks.end();
  }
}

/** The bound B holds for inputs in the declared range only, so an input outside it is an error on the trusted side. */
function requireInput(x: Int16Array, layer: SessionLayer): void {
  if (!(x instanceof Int16Array)) throw new TypeError('x must be an Int16Array');
  const size = inputLength(layer.map);
  if (x.length !== size) throw new RangeError(`expected ${size} inputs, got ${x.length}`);
  const { minimum, maximum } = layer.map.inputRange;
  let below = 0;
  let above = 0;
  for (let index = 0; index < size; index++) {
    below = Math.min(below, x[index]!);
    above = Math.max(above, x[index]!);
  }
  if (below < minimum || above > maximum) {
    throw new RangeError(`an input lies outside the declared range [${minimum}, ${maximum}]`);
  }
}
