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
/** How long an opening or a preparing may take before a replay gives it up. */
const MOST_WAITED_NS = 20_000_000_000n;
const RUN_TIMEOUT_MS = 600_000;
/** How a device fails, in the model's numbers; the third is that the run has used up its time. */
const [BROKEN, LATE] = [0, 1];

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
  #signals: AbortController[] = [];
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
      case 'abort':
        this.#signals[event.inference]!.abort(new DOMException('The caller wants it no more.', 'AbortError'));
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
        parameters: {
          maximumInferences: LIFETIME,
          runTimeoutMs: RUN_TIMEOUT_MS,
          integrity: this.#defects.integrity ?? true,
        },
        pads: this.#defects.store?.() ?? new MemoryPadStore(),
      }),
    );
    await this.#untilDone(opening);
    if (opening.value !== undefined) this.#session = this.#defects.session?.(opening.value) ?? opening.value;
    return opening.name!;
  }

  async #untilDone(outcome: Outcome<unknown>): Promise<void> {
    // The hash of the maps is computed in another thread, which takes as long as it takes.
    const limit = process.hrtime.bigint() + MOST_WAITED_NS;
    while (outcome.name === null && process.hrtime.bigint() < limit) {
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
    const controller = new AbortController();
    const beginning = new Outcome(session.begin(images, { signal: controller.signal }));
    await settle();
    if (beginning.value !== undefined) {
      this.#inferences.push(beginning.value);
      this.#signals.push(controller);
    }
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

  #callOf({ inference, layer }: Event): Call & { request: Request } {
    const call = this.#calls.get(`${inference},${layer}`);
    if (call?.request === undefined) throw new Error('the device was not asked');
    return call as Call & { request: Request };
  }

  async #answer(event: Event): Promise<string> {
    const { outcome, request, images } = this.#callOf(event);
    const truth = await request.honest;
    const before = outcome.name;
    request.resolve(event.count === 0 ? truth : lie(truth, event.count, images, this.#turn));
    await settle();
    if (before !== null) return outcome.name === before ? 'unheard' : `heard, and ${outcome.name}`;
    if (outcome.value === undefined) return outcome.name ?? 'waiting';
    const one = apply(maps[event.layer]!, integers(Int16Array.from(X))).map(Number);
    const expected = Array.from({ length: images }, () => one).flat();
    return String([...outcome.value.value]) === String(expected) ? 'ok' : 'ok, and wrong';
  }

  async #fail(event: Event): Promise<string> {
    const { outcome, request } = this.#callOf(event);
    const before = outcome.name;
    if (event.count === BROKEN) request.reject(new Error('the device broke'));
    else if (event.count === LATE) this.clock.ring(request.timer!);
    else this.clock.during(RUN_TIMEOUT_MS, () => this.clock.ring(request.timer!));
    await settle();
    this.clock.during(0);
    request.resolve(await request.honest);
    await settle();
    if (before !== null) return outcome.name === before ? 'unheard' : `heard, and ${outcome.name}`;
    return outcome.name ?? 'waiting';
  }

  async #crash(): Promise<void> {
    this.#session = null;
    this.#inferences = [];
    this.#signals = [];
    this.#calls.clear();
    this.#preparing = null;
    await this.world.forget();
  }

  /** What can be seen from outside, under the names of the model. */
  async seen(state: PlainState): Promise<PlainState> {
    const prepared = new Outcome(this.#session?.prepared() ?? Promise.resolve(0));
    await settle();
    return {
      state: this.#session?.state ?? 'none',
      prepared: prepared.value ?? -1,
      made: this.world.made,
      held: this.world.held(state.making as number),
      uses: sorted(
        [...this.world.uses].map(([pad, count]): Plain => [pad.startsWith('[') ? JSON.parse(pad) : pad, count]),
      ),
      calls: asked(state, (inference, layer) => this.#calls.get(`${inference},${layer}`)?.outcome.name ?? 'waiting'),
    };
  }
}

/** An inference of the model, as far as a replay looks at it. */
interface ModelInference {
  readonly waiting: readonly number[];
  readonly late: readonly number[];
  readonly over: string;
}

/** How the calls stand whose messages are with the device in this state of the model, waited for or given up. */
function asked(state: PlainState, outcome: (inference: number, layer: number, one: ModelInference) => string): Plain {
  const inferences = state.inferences as unknown as ModelInference[];
  return inferences.map((one, inference) => {
    return [...one.waiting, ...one.late].map((layer): Plain => [layer, outcome(inference, layer, one)]);
  });
}

/** The same of a state of the model. */
export function expected(state: PlainState): PlainState {
  const { held, made, uses } = state;
  const calls = asked(state, (_, layer, { late, over }) => (late.includes(layer) ? over : 'waiting'));
  return {
    state: state.state!,
    prepared: (state.store as Plain[]).length,
    made: made!,
    held: held!,
    uses: uses!,
    calls,
  };
}
