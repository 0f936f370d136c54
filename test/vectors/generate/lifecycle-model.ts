/**
 * What becomes of a session, step by step, by the definition: what is sent, what is released, when a wait ends, and what is
 * left. It can also be wrong in one way, by the name of a defect: that is where the vectors to be rejected come from.
 */
import { inputLength, outputLength } from '../../../src/reference/index.js';
import type { After, BoundPad, LayerStep, LifecycleFile, Step } from '../shapes/lifecycle.js';
import type { AnswerVector } from '../shapes/protocol.js';
import { mapOf } from './maps.js';
import { honestAnswer, messageOf, verdictOf } from './protocol.js';

export type LifecycleGroup = LifecycleFile['groups'][number];

/** What the device does in one call. */
export interface Behaviour {
  readonly answer: AnswerVector | null;
  readonly afterMs: number | null;
}

/** What a device does with call number `call` of a layer, when the true answer is known. */
export type Device = (call: number, truth: AnswerVector) => Behaviour;

/** A step without what is claimed about it. */
export type Action =
  | { readonly kind: 'begin'; readonly images: number }
  | (Pick<LayerStep, 'kind' | 'inference' | 'layer' | 'x' | 'interruption'> & { readonly device: Device })
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'end'; readonly inference: number }
  | { readonly kind: 'close' };

interface Running {
  readonly images: number;
  readonly sets: readonly (readonly BoundPad[])[];
  readonly used: Set<number>;
  waitedMs: number;
  over: 'session' | 'aborted' | null;
}

type Outcome = Pick<LayerStep, 'calls' | 'outcome' | 'y' | 'elapsedMs'>;
const nothingSent = (outcome: LayerStep['outcome']): Outcome => ({ calls: [], outcome, y: null, elapsedMs: 0 });

/** One session. */
export class LifecycleModel {
  readonly #group: LifecycleGroup;
  readonly #defect: string | null;
  readonly #running: Running[] = [];
  #store: (readonly BoundPad[])[];
  #ended: 'poisoned' | 'closed' | null = null;
  #started = 0;

  /** @param defect what this implementation does wrong; null: it does what it must */
  constructor(group: LifecycleGroup, defect: string | null = null) {
    this.#group = group;
    this.#defect = defect;
    this.#store = [...group.store];
  }

  /** Does one step and says all about it. */
  act(action: Action): Step {
    switch (action.kind) {
      case 'begin': {
        const { images } = action;
        return { kind: 'begin', images, outcome: this.#begin(images), after: this.#after() };
      }
      case 'layer': {
        const { kind, inference, layer, x, interruption } = action;
        const { calls, outcome, y, elapsedMs } = this.#layer(action);
        return { kind, inference, layer, x, calls, interruption, outcome, y, elapsedMs, after: this.#after() };
      }
      case 'wait':
        return { ...action, after: this.#after() };
      case 'end':
        this.#end(this.#running[action.inference]!, 'session');
        return { ...action, after: this.#after() };
      case 'close':
        this.#destroy('closed');
        return { ...action, after: this.#after() };
    }
  }

  #is(defect: string): boolean {
    return this.#defect === defect;
  }

  #after(): After {
    const open = this.#running.some(({ over }) => over === null);
    const state = this.#ended ?? (open ? 'running' : 'ready');
    return { state, padSets: this.#group.p === null || this.#ended !== null ? 0 : this.#store.length };
  }

  #begin(images: number): 'begun' | 'session' | 'pads' {
    if (this.#ended !== null && !this.#is(`bad_usable_when_${this.#ended}`)) return 'session';
    const counted = this.#is('bad_batch_counted_once') ? 1 : images;
    const most = this.#group.maximumInferences + Number(this.#is('bad_lifetime_off_by_one'));
    if (this.#started + counted > most) {
      if (this.#is('bad_refused_batch_spends')) this.#store.splice(0, images);
      return 'session';
    }
    let sets: readonly (readonly BoundPad[])[] = [];
    if (this.#group.p !== null && this.#ended === null) {
      if (this.#store.length < images) {
        if (this.#is('bad_partial_reserve')) this.#store = [];
        return 'pads';
      }
      sets = this.#store.slice(0, images);
      if (!sets.every((set) => this.#fits(set))) {
        if (!this.#is('bad_foreign_pad_kept')) this.#store.splice(0, images);
        return 'pads';
      }
      this.#store.splice(0, images);
    }
    this.#started += counted;
    this.#running.push({ images, sets, used: new Set(), waitedMs: 0, over: null });
    return 'begun';
  }

  #fits(set: readonly BoundPad[]): boolean {
    const { layers, p } = this.#group;
    return layers.every(({ map }, index) => {
      const pad = set[index];
      if (pad === undefined) return false;
      return (
        (pad.network === 'this' || this.#is('bad_unbound_network')) &&
        (pad.layer === index || this.#is('bad_unbound_layer')) &&
        (pad.modulus === p || this.#is('bad_unbound_modulus')) &&
        pad.inputs === inputLength(mapOf(map)) &&
        pad.outputs === outputLength(mapOf(map))
      );
    });
  }

  #end(inference: Running, over: 'session' | 'aborted'): void {
    inference.over ??= over;
  }

  #destroy(ended: 'poisoned' | 'closed'): void {
    if (this.#ended !== null) return;
    this.#ended = ended;
    for (const inference of this.#running) this.#end(inference, 'session');
  }

  #layer(action: Extract<Action, { kind: 'layer' }>): Outcome {
    const inference = this.#running[action.inference]!;
    if (inference.over === 'aborted' && !this.#is('bad_aborted_goes_on')) return nothingSent('aborted');
    if (inference.over === 'session') return nothingSent('session');
    if (inference.used.has(action.layer) && !this.#is('bad_layer_twice')) return nothingSent('session');
    inference.used.add(action.layer);
    const { minimum, maximum } = this.#group.layers[action.layer]!.map.inputRange;
    if (action.x.some((value) => value < minimum || value > maximum)) return nothingSent('range');
    const { deviceTimeoutMs, runTimeoutMs } = this.#group;
    const leftMs = this.#is('bad_restarted_deadline') ? runTimeoutMs : runTimeoutMs - inference.waitedMs;
    if (leftMs < 1) return nothingSent('device');
    const limits = [
      ...(this.#is('bad_ignored_time_out') ? [] : [deviceTimeoutMs]),
      ...(this.#is('bad_ignored_deadline') ? [] : [leftMs]),
    ];
    const calls = this.#send(action, inference);
    const waited = this.#wait(calls, Math.min(...limits), action.interruption);
    inference.waitedMs += waited.elapsedMs;
    return { calls, ...waited, ...this.#judge(action, inference, calls, waited.outcome) };
  }

  /** As many images a call as the device takes, at least one; all calls at once. */
  #send({ layer, x, device }: Extract<Action, { kind: 'layer' }>, inference: Running): Outcome['calls'] {
    const { p, layers, maximumTransferBytes } = this.#group;
    const map = mapOf(layers[layer]!.map);
    const [inputs, outputs] = [inputLength(map), outputLength(map)];
    const perImage = Math.max(inputs * (p === null ? 2 : 4), outputs * 4);
    const perCall = Math.max(1, Math.floor(maximumTransferBytes / perImage));
    const messages = Array.from({ length: inference.images }, (_, image) => {
      const pad = this.#padOf(inference, image, layer);
      return messageOf(x.slice(image * inputs, (image + 1) * inputs), pad, p);
    });
    return Array.from({ length: Math.ceil(inference.images / perCall) }, (_, call) => {
      const some = messages.slice(call * perCall, (call + 1) * perCall);
      const truths = some.map((message) => honestAnswer(map, message, p));
      const truth = { type: truths[0]!.type, values: truths.flatMap(({ values }) => values) };
      return { message: some.flat(), ...device(call, truth) };
    });
  }

  #padOf({ sets }: Running, image: number, layer: number): BoundPad | null {
    return sets[this.#is('bad_shared_pad') ? 0 : image]?.[layer] ?? null;
  }

  /** How the wait ends, and when: with all answers, or the first failure, or the limit, or the interruption. */
  #wait(
    calls: Outcome['calls'],
    limitMs: number,
    interruption: LayerStep['interruption'],
  ): { outcome: LayerStep['outcome']; elapsedMs: number } {
    const failures = calls.flatMap(({ answer, afterMs }) => (answer === null && afterMs !== null ? [afterMs] : []));
    const answered = Math.max(...calls.map(({ afterMs }) => afterMs ?? Number.POSITIVE_INFINITY));
    const late = this.#is('bad_late_answer') && answered < Number.POSITIVE_INFINITY;
    const deviceMs = Math.min(...failures, late ? Number.POSITIVE_INFINITY : limitMs);
    const whole = answered < deviceMs;
    const overMs = Math.min(answered, deviceMs);
    if (interruption === null || interruption.afterMs > overMs)
      return { outcome: whole ? 'verified' : 'device', elapsedMs: overMs };
    const waits = this.#is('bad_interruption_waits');
    const how = interruption.by === 'abort' ? 'aborted' : 'session';
    const outcome = this.#is('bad_blamed_device') ? 'device' : how;
    return { outcome, elapsedMs: waits ? overMs : interruption.afterMs };
  }

  #judge(
    { layer, x, interruption }: Extract<Action, { kind: 'layer' }>,
    inference: Running,
    calls: Outcome['calls'],
    outcome: LayerStep['outcome'],
  ): Pick<Outcome, 'outcome' | 'y'> {
    if (outcome === 'verified') {
      const y = this.#released(layer, x, inference, calls);
      if (y !== null)
        return { outcome: this.#group.integrity || this.#is('bad_called_verified') ? 'verified' : 'unchecked', y };
      if (!this.#is('bad_unpoisoned')) this.#destroy('poisoned');
      return { outcome: 'reject', y: null };
    }
    if (outcome === 'device' && interruption === null) {
      if (this.#is('bad_poisoned_by_silence')) this.#destroy('poisoned');
      if (this.#is('bad_kept_pad')) this.#store.unshift(...inference.sets);
      return { outcome, y: null };
    }
    if (interruption!.by === 'close' || this.#is('bad_abort_closes')) this.#destroy('closed');
    else this.#end(inference, interruption!.by === 'abort' ? 'aborted' : 'session');
    if (this.#is('bad_kept_pad')) this.#store.unshift(...inference.sets);
    return { outcome, y: null };
  }

  /** y of all images, or null: one verdict for all of them. */
  #released(layer: number, x: readonly number[], inference: Running, calls: Outcome['calls']): number[] | null {
    const { p, layers, challenges, integrity } = this.#group;
    const { map: vector, bound } = layers[layer]!;
    const map = mapOf(vector);
    const [inputs, outputs] = [inputLength(map), outputLength(map)];
    const order = this.#is('bad_order_of_arrival') ? [...calls].sort((a, b) => a.afterMs! - b.afterMs!) : calls;
    const ys: number[][] = [];
    for (const { message, answer } of order) {
      const images = message.length / inputs;
      if (answer!.values.length !== images * outputs && !this.#is('bad_unchecked_form')) return null;
      for (let at = 0; at < images; at++) {
        const image = ys.length;
        const whole = { ...answer!, values: answer!.values.slice(at * outputs, (at + 1) * outputs) };
        const read = this.#is('bad_unchecked_form') ? asIfWellFormed(whole, outputs, p) : whole;
        const own = x.slice(image * inputs, (image + 1) * inputs);
        const known = integrity ? challenges[layer]! : [];
        const { y, accepted } = verdictOf(map, own, this.#padOf(inference, image, layer), known, read, p);
        const believed = !integrity || (this.#is('bad_first_image_only') && image > 0);
        if (y === null || !(accepted || believed)) return null;
        ys.push(integrity || this.#is('bad_uncut') ? y : y.map((value) => Math.max(-bound, Math.min(bound, value))));
      }
    }
    return ys.flat();
  }
}

/** What a careless reader makes of an answer. */
function asIfWellFormed(answer: AnswerVector, length: number, p: number | null): AnswerVector {
  const values = Array.from({ length }, (_, at) => Number(answer.values[at] ?? 0));
  return p === null
    ? { type: 'Int32Array', values: values.map((value) => value | 0) }
    : { type: 'Uint32Array', values: values.map((value) => value % p) };
}

/** The actions that a test's steps are made of: the device does what it did. */
export function actionsOf(steps: readonly Step[]): Action[] {
  return steps.map((step): Action => {
    if (step.kind !== 'layer') return step;
    const { kind, inference, layer, x, interruption, calls } = step;
    const device: Device = (call) => {
      const { answer, afterMs } = calls[call] ?? { answer: null, afterMs: null };
      return { answer, afterMs };
    };
    return { kind, inference, layer, x, interruption, device };
  });
}

/** The claims of a step that are not what was computed. */
export function falseClaims(claimed: Step, computed: Step): string[] {
  const facts = ({ after, ...step }: Step): Record<string, unknown> => ({ ...step, ...after });
  const [said, done] = [facts(claimed), facts(computed)];
  return Object.keys(said).filter((name) => JSON.stringify(said[name]) !== JSON.stringify(done[name]));
}

/** A session that does what it must, from its first step to its last. */
export function liveThrough(group: LifecycleGroup, actions: readonly Action[]): Step[] {
  const model = new LifecycleModel(group);
  return actions.map((action) => model.act(action));
}

/** The steps of a session with a defect up to the first that is wrong, and what is wrong in it; null if nothing is. */
export function goWrong(
  group: LifecycleGroup,
  actions: readonly Action[],
  defect: string,
): { readonly steps: Step[]; readonly wrong: string[] } | null {
  const [right, defective] = [new LifecycleModel(group), new LifecycleModel(group, defect)];
  const steps: Step[] = [];
  for (const action of actions) {
    const step = defective.act(action);
    steps.push(step);
    const wrong = falseClaims(step, right.act(action));
    if (wrong.length > 0) return { steps, wrong };
  }
  return null;
}
