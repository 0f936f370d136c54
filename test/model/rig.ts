/** Performs the model's actions on a real session and says what can be seen of it afterwards. */
import { type Inference, MemoryPadStore, type PadStore, type Released, Session } from '../../src/protocol/index.js';
import { apply } from '../../src/reference/index.js';
import { integers } from '../generators.js';
import { Clock, Outcome, settle } from './clock.js';
import { type Plain, sorted } from './plain.js';
import type { PlainState } from './traces.js';
import { maps, type Request, World, X } from './world.js';

/** The part of a session that a replay uses; a defective one can be put in its place. */
export type Subject = Pick<Session, 'state' | 'prepared' | 'prepare' | 'begin' | 'close'>;

/** What a replay may replace, to see that it notices. */
export interface Defects {
  readonly store?: () => PadStore;
  readonly session?: (session: Session) => Subject;
  readonly integrity?: boolean;
}

/** A layer that was asked for. */
interface Call {
  readonly outcome: Outcome<Released>;
  readonly request: Request | undefined;
  readonly images: number;
}

export interface Event {
  readonly call: string;
  readonly inference: number;
  readonly layer: number;
  readonly count: number;
  readonly outcome: string;
}

const LIFETIME = 5;

/** `images` inputs back to back; the first entry of the last one is outside the declared range if asked for. */
function inputs(images: number, inRange: boolean): Int16Array {
  const x = Int16Array.from(Array.from({ length: images }, () => [...X]).flat());
  if (!inRange) x[x.length - X.length] = 10;
  return x;
}

/** Ways to be wrong about `wrong` of `images` images, in turn. */
function lie(truth: Int32Array | Uint32Array, wrong: number, images: number, turn: number): unknown {
  const answer = truth.slice();
  const size = answer.length / images;
  if (wrong === images && turn % 4 === 1) return answer.subarray(1);
  if (wrong === images && turn % 4 === 2) return Float64Array.from(answer);
  if (wrong === images && turn % 4 === 3) return answer.fill(0xffffffff);
  for (let image = images - wrong; image < images; image++) answer[image * size]! ^= 1;
  return answer;
}

export class Rig {
  readonly clock = new Clock();
  readonly world = new World(this.clock);
  readonly #defects: Defects;
  #session: Subject | null = null;
  #inferences: Inference[] = [];
  #calls = new Map<string, Call>();
  #preparing: Outcome<void> | null = null;
  #turn = 0;

  constructor(defects: Defects = {}) {
    this.#defects = defects;
  }

  /** Does what the model's last event says and returns how it ended. */
  async perform(event: Event): Promise<string> {
    this.#turn++;
    const session = this.#session;
    if (event.call === 'init') return 'ok';
    if (event.call === 'open') return this.#open(event.count === 1);
    if (session === null) throw new Error(`${event.call} without a session`);
    switch (event.call) {
      case 'startPreparing':
        return this.#startPreparing(session);
      case 'finishPreparing':
        return this.#finishPreparing();
      case 'begin':
        return this.#begin(session, event.count);
      case 'ask':
        return this.#ask(event);
      case 'answer':
        return this.#answer(event);
      case 'fail':
        return this.#fail(event);
      case 'end':
        this.#inferences[event.inference]!.end();
        break;
      case 'close':
        session.close();
        break;
      case 'crash':
        await this.#crash();
        break;
      default:
        throw new Error(`the model has an event that the replay does not know: ${event.call}`);
    }
    await settle();
    return 'ok';
  }

  async #open(works: boolean): Promise<string> {
    this.world.loads = works;
    const opening = new Outcome(
      Session.open({
        device: this.world.device(),
        arithmetic: this.world.arithmetic(),
        maps,
        randomness: this.world.randomness,
        parameters: { maximumInferences: LIFETIME, integrity: this.#defects.integrity ?? true },
        pads: this.#defects.store?.() ?? new MemoryPadStore(),
      }),
    );
    await this.#untilDone(opening);
    if (opening.value !== undefined) this.#session = this.#defects.session?.(opening.value) ?? opening.value;
    return opening.name!;
  }

  async #untilDone(outcome: Outcome<unknown>): Promise<void> {
    for (let turn = 0; turn < 20 && outcome.name === null; turn++) {
      await settle();
      this.clock.ringDue();
    }
    await settle();
  }

  async #startPreparing(session: Subject): Promise<string> {
    this.world.nextSet();
    const preparing = new Outcome(session.prepare(1));
    await settle();
    if (preparing.name === null) this.#preparing = preparing;
    return preparing.name ?? 'started';
  }

  async #finishPreparing(): Promise<string> {
    const preparing = this.#preparing!;
    this.#preparing = null;
    await this.#untilDone(preparing);
    return preparing.name ?? 'waiting';
  }

  async #begin(session: Subject, images: number): Promise<string> {
    const beginning = new Outcome(session.begin(images));
    await settle();
    if (beginning.value !== undefined) this.#inferences.push(beginning.value);
    return beginning.name ?? 'waiting';
  }

  async #ask({ inference, layer, count }: Event): Promise<string> {
    const asked = this.#inferences[inference]!;
    const outcome = new Outcome(asked.linear(layer, inputs(asked.images, count === 1)));
    const call = { outcome, request: this.world.takeRequest(), images: asked.images };
    await settle();
    if (call.request !== undefined) this.#calls.set(`${inference},${layer}`, call);
    return outcome.name ?? 'sent';
  }

  #takeCall({ inference, layer }: Event): Call & { request: Request } {
    const call = this.#calls.get(`${inference},${layer}`);
    this.#calls.delete(`${inference},${layer}`);
    if (call?.request === undefined) throw new Error('the device was not asked');
    return call as Call & { request: Request };
  }

  async #answer(event: Event): Promise<string> {
    const { outcome, request, images } = this.#takeCall(event);
    const truth = await request.honest;
    request.resolve(event.count === 0 ? truth : lie(truth, event.count, images, this.#turn));
    await settle();
    if (outcome.value === undefined) return outcome.name ?? 'waiting';
    const one = apply(maps[event.layer]!, integers(Int16Array.from(X))).map(Number);
    const expected = Array.from({ length: images }, () => one).flat();
    return String([...outcome.value.value]) === String(expected) ? 'ok' : 'ok, and wrong';
  }

  async #fail(event: Event): Promise<string> {
    const { outcome, request } = this.#takeCall(event);
    if (event.count === 0) request.reject(new Error('the device broke'));
    else this.clock.ring(request.timer!);
    await settle();
    request.resolve(await request.honest);
    await settle();
    return outcome.name ?? 'waiting';
  }

  async #crash(): Promise<void> {
    this.#session = null;
    this.#inferences = [];
    this.#calls.clear();
    this.#preparing = null;
    await this.world.forget();
  }

  /** What can be seen from outside, under the names of the model. */
  seen(state: PlainState): PlainState {
    return {
      state: this.#session?.state ?? 'none',
      prepared: this.#session?.prepared ?? 0,
      made: this.world.made,
      held: this.world.held(state.making as number),
      uses: sorted(
        [...this.world.uses].map(([pad, count]): Plain => [pad.startsWith('[') ? JSON.parse(pad) : pad, count]),
      ),
    };
  }
}

/** The same of a state of the model. */
export function expected(state: PlainState): PlainState {
  const { held, made, uses } = state;
  return { state: state.state!, prepared: (state.store as Plain[]).length, made: made!, held: held!, uses: uses! };
}
