/** The shape of the recorded measurements, as far as the site draws them. */
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { PathReporter } from 'io-ts/lib/PathReporter.js';

const numberOrNull = t.union([t.number, t.null]);
const origin = t.type({
  command: t.string,
  date: t.string,
  machine: t.type({
    processor: t.string,
    processors: t.number,
    memoryGiB: t.number,
    node: t.string,
    loadAverageBefore: t.number,
  }),
});

const row = t.type({
  network: t.string,
  mode: t.string,
  plan: t.string,
  threads: t.number,
  batch: t.number,
  wallMs: t.number,
  teeMs: t.number,
  ortFp32Ms: numberOrNull,
  ortInt8Ms: numberOrNull,
  offlineMs: t.number,
});

const endToEnd = t.intersection([origin, t.type({ rows: t.array(row) })]);
const offline = t.intersection([
  origin,
  t.type({
    networks: t.array(t.type({ network: t.string, threads: t.number, challengesMs: t.number, padsMs: t.number })),
  }),
]);
const trusted = t.intersection([
  origin,
  t.type({ kernels: t.array(t.type({ kernel: t.string, ratioToCopy: t.number, gigabytesPerSecond: t.number })) }),
]);
const devices = t.intersection([
  origin,
  t.type({
    device: t.type({ name: t.string, about: t.string }),
    networks: t.array(t.type({ network: t.string, mode: t.string, msPerImage: t.number, gigaMacsPerSecond: t.number })),
  }),
]);

/** One file of results per kind; devices have one each. */
export interface Results {
  readonly endToEnd: t.TypeOf<typeof endToEnd>;
  readonly offline: t.TypeOf<typeof offline>;
  readonly trusted: t.TypeOf<typeof trusted>;
  readonly devices: readonly t.TypeOf<typeof devices>[];
}
export type EndToEndRow = t.TypeOf<typeof row>;
export type Origin = t.TypeOf<typeof origin>;

function read<A>(codec: t.Type<A, unknown>, text: string, file: string): A {
  const decoded = codec.decode(JSON.parse(text));
  if (isLeft(decoded)) {
    const [first] = PathReporter.report(decoded as never);
    throw new TypeError(`${file} is not what the charts expect: ${first}`);
  }
  return decoded.right;
}

/**
 * Reads the recorded results.
 * @throws TypeError naming the file and the first field that is missing or wrong
 */
export function readResults(files: ReadonlyMap<string, string>): Results {
  const one = <A>(codec: t.Type<A, unknown>, name: string): A => read(codec, files.get(name) ?? 'null', name);
  return {
    endToEnd: one(endToEnd, 'end-to-end.json'),
    offline: one(offline, 'offline.json'),
    trusted: one(trusted, 'trusted.json'),
    devices: [...files]
      .filter(([name]) => name.startsWith('devices-'))
      .map(([name, text]) => read(devices, text, name)),
  };
}
