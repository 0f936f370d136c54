/** The file on the life of a session: scenarios, done rightly, and with every defect that shows in them. */
import { inputLength, M31, outputLength, P24 } from '../../../src/reference/index.js';
import type { BoundPad, LifecycleFile } from '../shapes/lifecycle.js';
import { goWrong, type LifecycleGroup, liveThrough } from './lifecycle-model.js';
import { batches, foreignPads, type Scenario, timing, unchecked } from './lifecycle-scenarios.js';
import { boundOf } from './linear-defects.js';
import { dense, mapOf } from './maps.js';
import { Numbers, Recorder, toHex } from './numbers.js';
import { drawChallenge, drawPad } from './protocol.js';
import { Tests } from './tests.js';

const REPETITIONS = 2;

/** What an implementation may do wrong, in words. */
export const lifecycleDefects: Readonly<Record<string, string>> = {
  bad_aborted_goes_on: 'an inference goes on after its caller gave it up',
  bad_abort_closes: 'a caller who gives up one inference ends the session',
  bad_batch_counted_once: 'a batch counts as one inference',
  bad_blamed_device: 'whoever ends a wait, it is the device that is said to have failed',
  bad_called_verified: 'what nobody checked is called verified',
  bad_first_image_only: 'only the first image of a batch is checked',
  bad_foreign_pad_kept: 'pads that were refused stay in the store',
  bad_ignored_deadline: 'a run may wait for the device for ever',
  bad_ignored_time_out: 'a call may take as long as the whole run',
  bad_interruption_waits: 'an interruption is heard when the device answers or is given up',
  bad_kept_pad: 'the pads of an inference that failed are used again',
  bad_late_answer: 'an answer that comes too late counts',
  bad_layer_twice: 'a layer runs twice in one inference, with the same pad',
  bad_lifetime_off_by_one: 'one inference too many shares the challenges',
  bad_order_of_arrival: 'answers to parts of a batch are taken in the order in which they come',
  bad_partial_reserve: 'a batch that lacks pads spends those that are there',
  bad_poisoned_by_silence: 'a device that does not answer ends the session as if it had lied',
  bad_refused_batch_spends: 'a batch that is refused spends its pads',
  bad_restarted_deadline: 'the time of a run is counted anew for every layer',
  bad_shared_pad: "all images of a batch are blinded with the first image's pad",
  bad_unbound_layer: 'pads of another layer are used',
  bad_unbound_modulus: 'pads of another modulus are used',
  bad_unbound_network: 'pads of another network are used',
  bad_unchecked_form: 'with integrity off, an answer is read whatever its form is',
  bad_uncut: 'with integrity off, entries beyond the bound go on',
  bad_unpoisoned: 'a session goes on after a reject',
  bad_usable_when_closed: 'a closed session begins an inference',
  bad_usable_when_poisoned: 'a poisoned session begins an inference',
};

type Settings = Pick<
  LifecycleGroup,
  'p' | 'integrity' | 'maximumInferences' | 'deviceTimeoutMs' | 'runTimeoutMs' | 'maximumTransferBytes'
> & {
  readonly sets: number;
  readonly layers: number;
  /** What is in the store in place of its second set. */
  readonly change?: (set: BoundPad[]) => BoundPad[];
};

const usual = {
  integrity: true,
  maximumInferences: 65536,
  deviceTimeoutMs: 120_000,
  runTimeoutMs: 600_000,
  maximumTransferBytes: 2 ** 31 - 1,
  layers: 2,
};

/** Sets of pads that were made for something else, in one of their layers. */
const foreign: Readonly<Record<string, (set: BoundPad[]) => BoundPad[]>> = {
  'another network': (set) => set.with(1, { ...set[1]!, network: 'another' }),
  'another order of layers': (set) => [...set].reverse(),
  'another modulus': (set) => set.with(0, { ...set[0]!, modulus: Number(M31) }),
  'longer inputs': (set) => set.with(1, { ...set[1]!, inputs: 3, rho: [...set[1]!.rho, 5] }),
  'shorter outputs': (set) => set.with(0, { ...set[0]!, outputs: 2, u: set[0]!.u.slice(1) }),
};

function groupOf(tests: Tests, comment: string, scenarios: (group: LifecycleGroup) => Scenario[], how: Settings) {
  const { p, integrity, sets, layers: count, change = (set: BoundPad[]) => set, ...limits } = how;
  const numbers = new Numbers(`lifecycle ${comment}`);
  // Wide enough for the modulus, or narrow.
  const [end, largest] = p === Number(M31) ? [300, 32767] : [9, 50];
  const range = { minimum: -end, maximum: end };
  const vectors = Array.from({ length: count }, () => dense(2, 3, numbers.list(6, -largest, largest), range));
  const maps = vectors.map(mapOf);
  const bytes = new Recorder(numbers.bytes());
  const challenges = integrity
    ? maps.map((map) => Array.from({ length: REPETITIONS }, () => drawChallenge(map, bytes)))
    : [];
  const padBytes = numbers.bytes();
  const store = Array.from({ length: p === null ? 0 : sets }, () =>
    maps.map(
      (map, layer): BoundPad => ({
        ...{ network: 'this', layer, modulus: p!, inputs: inputLength(map), outputs: outputLength(map) },
        ...drawPad(map, padBytes, p!),
      }),
    ),
  );
  const group: LifecycleGroup = {
    p,
    integrity,
    soundnessBits: 40,
    ...limits,
    layers: vectors.map((map) => ({ map, bound: boundOf(map) })),
    randomBytes: toHex(bytes.taken),
    challenges,
    store: store.map((set, index) => (index === 1 ? change(set) : set)),
    comment: `${comment}, ${p === null ? 'in the clear' : `blinded modulo ${p}`}`,
    tests: [],
  };
  const all = scenarios(group);
  for (const { name, actions } of all) group.tests.push(tests.valid(name, { steps: liveThrough(group, actions) }));
  for (const [defect, what] of Object.entries(lifecycleDefects)) {
    for (const { name, actions } of all) {
      const found = goWrong(group, actions, defect);
      if (found === null) continue;
      group.tests.push(tests.reject(defect, `${what}: ${name}`, { steps: found.steps }, found.wrong));
      break;
    }
  }
  return group;
}

export function lifecycleFile(): LifecycleFile {
  const tests = new Tests();
  const p = Number(P24);
  const small = { ...usual, maximumInferences: 7, maximumTransferBytes: 24, sets: 4 };
  const timed = { ...usual, deviceTimeoutMs: 50, runTimeoutMs: 120, layers: 4, sets: 4 };
  return {
    $schema: './schema.json',
    algorithm: 'lifecycle',
    notes: [
      'A session is opened with the given limits, draws its challenges from randomBytes and its pads from the store, in order.',
      'Inferences are numbered from 0, in the order in which they begin. x, y, messages and answers hold all images, one after the other.',
      'A call takes as many images as maximumTransferBytes hold of the larger of an input and an output, 4 bytes an entry, ' +
        '2 of an input in the clear; at least one. All calls of a layer are made at once.',
      'The device answers each call after afterMs: null is never; a time without an answer is a failure. Time is that of the test: ' +
        'nothing else takes any.',
      'A call is given up after deviceTimeoutMs, and when its inference has waited for runTimeoutMs over all its layers. An interruption ' +
        'comes while the device is silent: the caller gives the inference up (abort), or ends it, or closes the session.',
      'outcome: begun, or refused because of the session, or for want of pads that fit; verified, unchecked (integrity is off), reject, ' +
        'the device failed, the session or inference is over, aborted, or an input out of range. Where calls is empty nothing is sent.',
      'after: the state of the session, and how many sets of pads its store still has; none when the session is of no more use.',
      'A reject is what a session with one defect does up to its first false claim; flags name the claims that are false.',
    ],
    groups: [
      groupOf(tests, 'batches and lifetime', batches, { ...small, p }),
      groupOf(tests, 'batches and lifetime', batches, { ...small, p: null }),
      groupOf(tests, 'time-outs and callers who give up', timing, { ...timed, p }),
      groupOf(tests, 'time-outs and callers who give up', timing, { ...timed, p: null }),
      groupOf(tests, 'integrity off', unchecked, { ...usual, integrity: false, p, sets: 3 }),
      groupOf(tests, 'integrity off', unchecked, { ...usual, integrity: false, p: null, sets: 0 }),
      groupOf(tests, 'integrity off', unchecked, { ...usual, integrity: false, p: Number(M31), sets: 3 }),
      ...Object.entries(foreign).map(([what, change]) =>
        groupOf(tests, `pads for ${what} in the store`, foreignPads, { ...usual, p, sets: 5, change }),
      ),
    ],
  };
}
