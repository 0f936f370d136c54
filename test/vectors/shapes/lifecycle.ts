/** Shape of the file on the life of a session: batches, lifetimes, time-outs, callers who give up, integrity off, foreign pads. */
import { aFile, aGroup, aTest } from './file.js';
import { int16, int32, map, modulus, uint32 } from './linear.js';
import { answer, bound, challenge } from './protocol.js';
import { either, flag, hex, integer, list, nullable, object, type ValueOf, word } from './shape.js';

const count = integer(0, 65536);
const milliseconds = integer(0, 2 ** 31 - 1);

/** A pad and what it says it was made for. */
const boundPad = object({
  network: word('this', 'another'),
  layer: count,
  modulus,
  inputs: count,
  outputs: count,
  rho: uint32,
  u: uint32,
});

/** What can be seen of the session when the step is over. */
const after = object({ state: word('ready', 'running', 'poisoned', 'closed'), padSets: count });

const begin = object({
  kind: word('begin'),
  images: count,
  outcome: word('begun', 'session', 'pads'),
  after,
});

/** One call of the device: it fails where there is a time and no answer, and is silent for ever where there is no time. */
const call = object({
  message: list(integer(-32768, 2 ** 31 - 1)),
  answer: nullable(answer),
  afterMs: nullable(milliseconds),
});

const layer = object({
  kind: word('layer'),
  inference: count,
  layer: count,
  x: int16,
  calls: list(call),
  interruption: nullable(object({ by: word('abort', 'end', 'close'), afterMs: milliseconds })),
  outcome: word('verified', 'unchecked', 'reject', 'device', 'session', 'aborted', 'range'),
  y: nullable(int32),
  elapsedMs: milliseconds,
  after,
});

const wait = object({ kind: word('wait'), ms: milliseconds, after });
const end = object({ kind: word('end'), inference: count, after });
const close = object({ kind: word('close'), after });

export const lifecycleFile = aFile(
  'lifecycle',
  aGroup(
    {
      p: nullable(modulus),
      integrity: flag,
      soundnessBits: integer(1, 256),
      maximumInferences: count,
      deviceTimeoutMs: milliseconds,
      runTimeoutMs: milliseconds,
      maximumTransferBytes: milliseconds,
      layers: list(object({ map, bound })),
      randomBytes: hex,
      challenges: list(list(challenge)),
      store: list(list(boundPad)),
    },
    aTest({ steps: list(either(either(begin, layer), either(wait, either(end, close)))) }),
  ),
);

export type LifecycleFile = ValueOf<typeof lifecycleFile>;
export type BoundPad = ValueOf<typeof boundPad>;
export type BeginStep = ValueOf<typeof begin>;
export type LayerStep = ValueOf<typeof layer>;
export type WaitStep = ValueOf<typeof wait>;
export type EndStep = ValueOf<typeof end>;
export type CloseStep = ValueOf<typeof close>;
export type Step = BeginStep | LayerStep | WaitStep | EndStep | CloseStep;
export type After = ValueOf<typeof after>;
