/**
 * The one boundary at which messages from another thread become data of this one. Only headers are looked at, never the entries of
 * arrays: whoever reads those checks them.
 */
import * as t from 'io-ts';
import { isTypedArray } from '../../../boundary/array-buffers.js';
import { type Codec, chosen, oneOf, strictObject, wholeNumber } from '../../../boundary/codecs.js';
import type { LinearMap } from '../../../model/linear-map.js';
import type { DeviceOutput } from '../../../protocol/device.js';
import type { Answer, Job, Mode, Request } from './messages.js';

const number = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const anything: Codec<unknown> = t.unknown;

/** Of some type; which one is decided where the array is used. */
function typedArray<A>(): Codec<A> {
  const good = anything as Codec<A>;
  const bad = t.undefined as unknown as Codec<A>;
  return chosen('a typed array', (value) => (isTypedArray(value) ? good : bad));
}

const ANSWER = strictObject(
  { id: number },
  { y: typedArray<DeviceOutput>(), description: anything, failure: t.string, unavailable: t.boolean },
);

const REQUEST = strictObject({ id: number, job: anything });

const JOBS: { readonly [V in Job['verb']]: Codec<Extract<Job, { verb: V }>> } = {
  load: strictObject({
    verb: oneOf('load'),
    handle: number,
    map: anything as Codec<LinearMap>,
    mode: anything as Codec<Mode>,
  }),
  apply: strictObject(
    { verb: oneOf('apply'), handle: number, x: typedArray<Int16Array | Uint32Array>() },
    { into: typedArray<DeviceOutput>() },
  ),
  release: strictObject({ verb: oneOf('release'), handle: number }),
  describe: strictObject({ verb: oneOf('describe') }),
  close: strictObject({ verb: oneOf('close') }),
};

/** What the codec makes of a value, or null; foreign objects may throw when they are looked at. */
function decoded<A>(codec: t.Type<A, A, unknown>, value: unknown): A | null {
  try {
    const result = codec.decode(value);
    return result._tag === 'Right' ? result.right : null;
  } catch {
    return null;
  }
}

/** An answer, or null if the message is none. */
export function anAnswer(message: unknown): Answer | null {
  return decoded(ANSWER, message);
}

/** A request whose job may still be anything, or null if the message has no number to answer to. */
export function aRequest(message: unknown): (Pick<Request, 'id'> & { readonly job: unknown }) | null {
  return decoded(REQUEST, message);
}

/** @throws TypeError when it is no job */
export function aJob(job: unknown): Job {
  const verb = (Object(job) as { verb?: unknown }).verb;
  const codec = typeof verb === 'string' && Object.hasOwn(JOBS, verb) ? JOBS[verb as Job['verb']] : undefined;
  const known = codec === undefined ? null : decoded(codec as Codec<Job>, job);
  if (known === null) throw new TypeError('this is no request that a device knows');
  return known;
}
