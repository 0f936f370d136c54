/** The lives of sessions through protocol's own Session, on a clock of the test's own. */
import {
  type Device,
  DeviceError,
  type DeviceInput,
  type DeviceOutput,
  type Inference,
  IntegrityError,
  MemoryPadStore,
  type Modulus,
  Pad,
  PadError,
  Session,
  SessionError,
  type TrustedArithmetic,
  Verified,
} from '../../../src/protocol/index.js';
import { mapsHash } from '../../../src/protocol/maps-hash.js';
import { falseClaims } from '../generate/lifecycle-model.js';
import { mapOf } from '../generate/maps.js';
import type { After, BeginStep, LayerStep, Step } from '../shapes/lifecycle.js';
import { differing, type Falsehoods } from './judge.js';
import type { Group } from './read.js';
import { answerOf, scripted } from './scripted.js';
import { VirtualClock } from './virtual-clock.js';

type LifecycleGroup = Group<'lifecycle'>;

/** A device that does what the layer's calls say, and keeps what it was sent. */
class LivingDevice implements Device {
  readonly name = 'scripted';
  readonly limits: Device['limits'];
  readonly #clock: VirtualClock;
  #script: LayerStep['calls'] = [];
  #made: LayerStep['calls'] = [];

  constructor(maximumTransferBytes: number, clock: VirtualClock) {
    this.limits = { maximumTransferBytes, concurrency: 8 };
    this.#clock = clock;
  }

  begin(script: LayerStep['calls']): void {
    this.#script = script;
    this.#made = [];
  }

  /** The calls that were made since. */
  get made(): LayerStep['calls'] {
    return this.#made;
  }

  async load() {
    return {
      apply: (x: DeviceInput): Promise<DeviceOutput> => {
        const { answer, afterMs } = this.#script[this.#made.length] ?? { answer: null, afterMs: null };
        this.#made.push({ message: [...x], answer, afterMs });
        return new Promise((resolve, reject) => {
          const act = (): void =>
            answer === null ? reject(new Error('broken')) : resolve(answerOf(answer) as DeviceOutput);
          if (afterMs === 0) act();
          else if (afterMs !== null) this.#clock.after(afterMs, act);
        });
      },
      release: () => {},
    };
  }

  async close(): Promise<void> {}
}

async function storeOf({ store, layers }: LifecycleGroup): Promise<MemoryPadStore> {
  const hash = await mapsHash(layers.map(({ map }) => mapOf(map)));
  const pads = new MemoryPadStore();
  for (const set of store) {
    await pads.add(
      set.map(({ network, layer, modulus, inputs, outputs, rho, u }) => {
        const binding = {
          network: network === 'this' ? hash : hash.split('').reverse().join(''),
          layer,
          modulus: modulus as Modulus,
          inputs,
          outputs,
        };
        return new Pad(binding, { rho: Uint32Array.from(rho), u: Uint32Array.from(u) });
      }),
    );
  }
  return pads;
}

class Aborted extends Error {}

const kinds: readonly (readonly [new (...args: never[]) => Error, LayerStep['outcome']])[] = [
  [IntegrityError, 'reject'],
  [DeviceError, 'device'],
  [SessionError, 'session'],
  [Aborted, 'aborted'],
  [RangeError, 'range'],
];

/** One session and what is done with it. */
class Life {
  readonly #session: Session;
  readonly #device: LivingDevice;
  readonly #clock: VirtualClock;
  readonly #inferences: { readonly inference: Inference; readonly controller: AbortController }[] = [];

  constructor(session: Session, device: LivingDevice, clock: VirtualClock) {
    this.#session = session;
    this.#device = device;
    this.#clock = clock;
  }

  async act(step: Step): Promise<Step> {
    if (step.kind === 'begin') return { ...step, ...(await this.#begin(step)), after: await this.#after() };
    if (step.kind === 'layer') return { ...step, ...(await this.#layer(step)), after: await this.#after() };
    if (step.kind === 'wait') await this.#clock.pass(step.ms);
    else if (step.kind === 'close') this.#session.close();
    else this.#inferences[step.inference]!.inference.end();
    return { ...step, after: await this.#after() };
  }

  async #after(): Promise<After> {
    const { state } = this.#session;
    if (state === 'preparing') throw new Error('an open session is not being prepared');
    return { state, padSets: await this.#session.prepared() };
  }

  async #begin({ images }: BeginStep): Promise<Pick<BeginStep, 'outcome'>> {
    const controller = new AbortController();
    try {
      const begun = this.#session.begin(images, { signal: controller.signal });
      this.#inferences.push({ inference: await this.#clock.settle(begun), controller });
      return { outcome: 'begun' };
    } catch (error) {
      if (error instanceof SessionError) return { outcome: 'session' };
      if (error instanceof PadError) return { outcome: 'pads' };
      throw error;
    }
  }

  async #layer(step: LayerStep): Promise<Pick<LayerStep, 'outcome' | 'y' | 'calls' | 'elapsedMs'>> {
    const { inference, controller } = this.#inferences[step.inference]!;
    const { nowMs } = this.#clock;
    this.#device.begin(step.calls);
    const running = inference.linear(step.layer, Int16Array.from(step.x));
    const { interruption } = step;
    if (interruption !== null) {
      this.#clock.after(interruption.afterMs, () => {
        if (interruption.by === 'abort') controller.abort(new Aborted());
        else if (interruption.by === 'end') inference.end();
        else this.#session.close();
      });
    }
    const outcome = await this.#clock.settle(running.then(released, refused));
    return { ...outcome, calls: this.#device.made, elapsedMs: this.#clock.nowMs - nowMs };
  }
}

function released(given: { readonly value: Int32Array }): Pick<LayerStep, 'outcome' | 'y'> {
  return { outcome: given instanceof Verified ? 'verified' : 'unchecked', y: [...given.value] };
}

function refused(error: unknown): Pick<LayerStep, 'outcome' | 'y'> {
  const kind = kinds.find(([type]) => error instanceof type);
  if (kind === undefined) throw error;
  return { outcome: kind[1], y: null };
}

/** The falsehoods a session over `arithmetic` sees, up to the first step with any. */
export function livingSession(arithmetic: TrustedArithmetic): Falsehoods<'lifecycle'> {
  return async (group, { steps }) => {
    const { p, integrity, soundnessBits, maximumInferences, deviceTimeoutMs, runTimeoutMs, layers } = group;
    const clock = new VirtualClock();
    const device = new LivingDevice(group.maximumTransferBytes, clock);
    const randomness = scripted(group.randomBytes);
    const limits = { soundnessBits, maximumInferences, deviceTimeoutMs, runTimeoutMs };
    const session = await Session.open({
      device,
      arithmetic,
      maps: layers.map(({ map }) => mapOf(map)),
      parameters: { privacy: p !== null, integrity, ...limits },
      randomness,
      // Its clocks are not the test's.
      identity: { current: () => 'this', driftMs: () => 0 },
      ...(p === null ? {} : { pads: await storeOf(group) }),
    });
    const found = differing({ p: [p, session.modulus], randomBytes: [0, randomness.left] });
    const life = new Life(session, device, clock);
    clock.install();
    try {
      for (const step of steps) {
        found.push(...falseClaims(step, await life.act(step)));
        if (found.length > 0) return found;
      }
      return found;
    } finally {
      clock.uninstall();
      session.close();
    }
  };
}
