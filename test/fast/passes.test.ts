/** The two passes are exactly the reference's, on one thread and on several, wherever messages and answers lie. */
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { wasmArithmetic } from '../../src/fast/index.js';
import { CHECK_MODULUS, M31, type Modulus, P24 } from '../../src/model/modulus.js';
import {
  type Finish,
  type FollowUp,
  finishedLength,
  type Incoming,
  type Outgoing,
  packedLength,
  referenceArithmetic,
  type TrustedArithmetic,
} from '../../src/protocol/index.js';
import { check, suite } from '../suite.js';

const test = suite('fast passes');
const slow = referenceArithmetic();
const teams = [await wasmArithmetic(), await wasmArithmetic({ threads: 3 })];
test.after(() => {
  for (const arithmetic of teams) arithmetic.close();
});

type Numbers = Int16Array | Int32Array | Uint32Array;
type Filled = <A extends Numbers>(array: A, minimum: number, maximum: number) => A;

/** Whole numbers of a range that follow from a seed, the ends more often than others. */
function filler(seed: number): Filled {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return (array, minimum, maximum) => {
    for (let i = 0; i < array.length; i++) {
      const kind = next();
      array[i] = kind < 0.1 ? minimum : kind < 0.2 ? maximum : minimum + Math.floor(next() * (maximum - minimum + 1));
    }
    return array;
  };
}

const shape = { height: 7, width: 5, channels: 6 };
const lengths = fc.constantFrom(1, 7, 8, 9, 42, 210, 513, 4096, 4100, 9000);
const places = fc.constantFrom('kernels', 'ordinary', 'shared');
type Place = 'kernels' | 'ordinary' | 'shared';

/** A copy of the array where the test wants it. */
function placed<A extends Numbers>(arithmetic: TrustedArithmetic, array: A, place: Place): A {
  const kind = array instanceof Int16Array ? 'i16' : array instanceof Int32Array ? 'i32' : 'u32';
  if (place === 'kernels') {
    const copy = arithmetic.allocate(kind, array.length) as A;
    copy.set(array);
    return copy;
  }
  const type = array.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => A;
  const buffer =
    place === 'shared' ? new SharedArrayBuffer(array.byteLength + 16) : new ArrayBuffer(array.byteLength + 16);
  const copy = new type(buffer, 8, array.length);
  copy.set(array);
  return copy;
}

/** Secrets where the test wants them, each a copy; `wiped` says whether nothing is left of them, or everything. */
function secrets(arithmetic: TrustedArithmetic, arrays: readonly Uint32Array[], place: Place, wipe: boolean) {
  const copies = arrays.map((array) => placed(arithmetic, array, place));
  const wiped = (): void => {
    copies.forEach((copy, i) => {
      const rest = [...copy];
      assert.equal(rest, wipe ? rest.map(() => 0) : [...arrays[i]!], `secret ${i}, wipe ${wipe}`);
      if (place === 'kernels') arithmetic.release(copy, wipe ? 'zeros' : 'wipe');
    });
  };
  return { copies, wiped };
}

const outgoingCase = fc.record({
  length: lengths,
  images: fc.integer({ min: 1, max: 3 }),
  k: fc.integer({ min: 0, max: 3 }),
  modulus: fc.constantFrom<Modulus | null>(null, P24, M31),
  range: fc.constantFrom(
    { minimum: -128, maximum: 127 },
    { minimum: 0, maximum: 255 },
    { minimum: -32768, maximum: 32767 },
  ),
  place: places,
  wipe: fc.boolean(),
  seed: fc.nat(),
});

test('outgoing: message and sums', () =>
  check(
    fc.property(outgoingCase, ({ length, images, k, modulus, range, place, wipe, seed }) => {
      const fill = filler(seed);
      const x = fill(new Int16Array(length * images), range.minimum, range.maximum);
      const rho = Array.from({ length: images }, () => fill(new Uint32Array(length), 0, (modulus ?? P24) - 1));
      const folded = Array.from({ length: k }, () => fill(new Uint32Array(length), 0, CHECK_MODULUS - 1));
      const empty = modulus === null ? new Int16Array(x.length) : new Uint32Array(x.length);
      const run = (arithmetic: TrustedArithmetic) => {
        const packed = folded.map((vector) => {
          const out = new Uint32Array(packedLength(length));
          arithmetic.packFolded(vector, out);
          return out;
        });
        const pads = secrets(arithmetic, rho, place, wipe && modulus !== null);
        const blinding = modulus === null ? null : { rho: pads.copies, modulus, wipe };
        const how: Outgoing = { images, range, blinding, folded: packed };
        const message = placed(arithmetic, empty, place);
        const sums = new Uint32Array(images * k).fill(7);
        const good = arithmetic.outgoing(x, how, message, sums);
        const seen = { good, message: [...message], sums: [...sums] };
        if (place === 'kernels') arithmetic.release(message);
        pads.wiped();
        return seen;
      };
      const expected = run(slow);
      for (const arithmetic of teams) assert.equal(run(arithmetic), expected);
      assert.ok(expected.good);
    }),
    120,
  ));

test('outgoing: one entry outside the range, anywhere, is noticed', () => {
  const range = { minimum: -5, maximum: 9 };
  for (const arithmetic of teams) {
    for (const at of [0, 3, 8, 4095, 4096, 9001, 9002]) {
      for (const value of [-6, 10, -32768, 32767]) {
        const x = new Int16Array(9003).fill(9);
        x[at] = value;
        const how = { images: 3, range, blinding: null, folded: [] };
        assert.not.ok(arithmetic.outgoing(x, how, new Int16Array(x.length), new Uint32Array(0)), `${value} at ${at}`);
        const rho = [0, 1, 2].map(() => new Uint32Array(3001).fill(3));
        const blinding = { rho, modulus: P24 as Modulus, wipe: true };
        assert.not.ok(arithmetic.outgoing(x, { ...how, blinding }, new Uint32Array(x.length), new Uint32Array(0)));
        assert.ok(
          rho.every((pad) => pad.every((entry) => entry === 0)),
          'a refused input spends its pads too',
        );
      }
    }
  }
});

const clamp = { minimum: -100, maximum: 120 };
const names = { name: '', input: 0, output: 0 };
const window = (height: number, width: number) => ({ height, width });
const none = { top: 0, bottom: 0, left: 0, right: 0 };
const pools = [
  { window: window(2, 2), stride: { y: 2, x: 2 }, padding: none },
  { window: window(7, 5), stride: { y: 7, x: 5 }, padding: none },
  { window: window(2, 3), stride: { y: 3, x: 1 }, padding: { ...none, left: 1, right: 2 } },
];
const followUp = fc.oneof(
  fc.constant('rescale' as const),
  fc.constant('add' as const),
  // A table that is read whole, and one that is not.
  fc.constantFrom('table' as const, 'long table' as const),
  fc.record({ pool: fc.constantFrom(...pools), kind: fc.constantFrom('averagePool' as const, 'maxPool' as const) }),
);

const incomingCase = fc.record({
  length: lengths,
  images: fc.integer({ min: 1, max: 3 }),
  k: fc.integer({ min: 0, max: 3 }),
  modulus: fc.constantFrom<Modulus | null>(null, P24, M31),
  bound: fc.constantFrom(2 ** 22, 2 ** 23 - 3, 1000),
  finish: fc.constantFrom('none', 'bias', 'requantize'),
  channels: fc.constantFrom(1, 3, 6, 8),
  shift: fc.constantFrom(20, 31, 33, 40),
  followUps: fc.array(followUp, { maxLength: 3 }),
  place: places,
  wipe: fc.boolean(),
  seed: fc.nat(),
});

/** The follow-ups that fit a case: pooling comes last and needs the image's shape. */
function someFollowUps(list: readonly unknown[], length: number, entries: number, fill: Filled): FollowUp[] {
  const found: FollowUp[] = [];
  for (const entry of list) {
    if (entry === 'rescale') {
      found.push({ kind: 'rescale', how: { ...names, ...clamp, kind: 'rescale', multiplier: 1431655765, shift: 30 } });
    } else if (entry === 'add') {
      const other = fill(new Int16Array(entries), -128, 255);
      found.push({ kind: 'add', how: { ...clamp, multipliers: [715827882, 1073741824], shift: 30 }, other });
    } else if (entry === 'table' || entry === 'long table') {
      // Results of the operation before lie in the clamp; a long table has entries for more.
      const least = entry === 'table' ? clamp.minimum : clamp.minimum - 300;
      const table = new Int16Array(clamp.maximum - least + 1);
      found.push({ kind: 'lookup', table: fill(table, clamp.minimum, clamp.maximum), minimum: least });
    } else if (length === 210) {
      const { pool, kind } = entry as { pool: (typeof pools)[number]; kind: 'averagePool' | 'maxPool' };
      return [...found, { kind: 'pool', how: { ...names, ...pool, ...clamp, kind }, shape }];
    }
  }
  return found;
}

test('incoming: verdict, folds and the finished output', () =>
  check(
    fc.property(incomingCase, ({ length, images, k, modulus, bound, channels, place, wipe, seed, ...rest }) => {
      fc.pre(length % channels === 0);
      const fill = filler(seed);
      const y = fill(new Int32Array(length * images), -bound, bound);
      const u = Array.from({ length: images }, () => fill(new Uint32Array(length), 0, (modulus ?? P24) - 1));
      const challenges = Array.from({ length: k }, () => fill(new Uint32Array(length), 0, CHECK_MODULUS - 1));
      const answer =
        modulus === null
          ? y
          : Uint32Array.from(y, (value, i) => {
              const sum = value + u[Math.floor(i / length)]![i % length]!;
              return ((sum % modulus) + modulus) % modulus;
            });
      const finish: Finish | null =
        rest.finish === 'none'
          ? null
          : {
              bias: fill(new Int32Array(channels), -5000, 5000),
              requantization:
                rest.finish === 'bias'
                  ? null
                  : { ...clamp, multipliers: fill(new Int32Array(channels), 0, 2 ** 31 - 1), shift: rest.shift },
              followUps: rest.finish === 'bias' ? [] : someFollowUps(rest.followUps, length, y.length, fill),
            };
      const run = (arithmetic: TrustedArithmetic) => {
        const size = finishedLength(finish, length) * images;
        const out = rest.finish === 'requantize' ? new Int16Array(size) : new Int32Array(size);
        const folds = new Uint32Array(images * k).fill(3);
        const from = placed(arithmetic, answer, place);
        const factors = secrets(arithmetic, u, place, wipe && modulus !== null);
        const unblinding = modulus === null ? null : { u: factors.copies, modulus, wipe };
        const how: Incoming = { images, unblinding, bound, challenges, finish };
        const good = arithmetic.incoming(from, how, folds, out);
        if (place === 'kernels') arithmetic.release(from);
        factors.wiped();
        return { good, folds: [...folds], out: [...out] };
      };
      const expected = run(slow);
      for (const arithmetic of teams) assert.equal(run(arithmetic), expected);
      assert.ok(expected.good);
      if (finish === null || modulus !== null) return;
      const out = expected.out.slice();
      for (const arithmetic of teams) {
        const again = rest.finish === 'requantize' ? new Int16Array(out.length) : new Int32Array(out.length);
        arithmetic.finish(y, images, finish, again);
        assert.equal([...again], out, 'finish alone');
      }
    }),
    200,
  ));

test('incoming: one entry out of range or not canonical, anywhere, is noticed', () => {
  for (const arithmetic of teams) {
    for (const at of [0, 5, 8, 4097, 9000, 9002]) {
      const s = [new Uint32Array(3001).fill(1)];
      const plain = new Int32Array(9003).fill(50);
      plain[at] = at % 2 === 0 ? 51 : -51;
      const how = { images: 3, bound: 50, challenges: s, finish: null, unblinding: null };
      assert.not.ok(arithmetic.incoming(plain, how, new Uint32Array(3), new Int32Array(9003)), `range, ${at}`);
      for (const modulus of [P24, M31] as const) {
        const u = [0, 1, 2].map(() => new Uint32Array(3001).fill(modulus - 40));
        for (const wrong of [modulus, modulus + 10, 11, 2 ** 32 - 1]) {
          const residues = new Uint32Array(9003).fill(10);
          const blinded = { ...how, unblinding: { u, modulus } };
          assert.ok(arithmetic.incoming(residues, blinded, new Uint32Array(3), new Int32Array(9003)));
          residues[at] = wrong;
          const spent = { u: u.map((factor) => factor.slice()), modulus, wipe: true };
          for (const unblinding of [blinded.unblinding, spent]) {
            assert.not.ok(
              arithmetic.incoming(residues, { ...how, unblinding }, new Uint32Array(3), new Int32Array(9003)),
              `${wrong} at ${at}`,
            );
          }
          assert.ok(
            spent.u.every((factor) => factor.every((entry) => entry === 0)),
            'a refused answer spends its unblinding factors too',
          );
        }
      }
    }
  }
});

test('without challenges y is cut to the bound, and only what is not canonical is refused', () => {
  for (const arithmetic of [slow, ...teams]) {
    const how = { images: 1, bound: 50, challenges: [], finish: null, unblinding: null };
    const out = new Int32Array(4);
    assert.ok(arithmetic.incoming(Int32Array.of(-(2 ** 31), -51, 7, 2 ** 31 - 1), how, new Uint32Array(0), out));
    assert.equal([...out], [-50, -50, 7, 50]);
    const unblinding = { u: [Uint32Array.of(0, 5, 5, 5)], modulus: P24 as Modulus };
    const blinded = { ...how, unblinding };
    assert.ok(arithmetic.incoming(Uint32Array.of(60, 4, 5, P24 - 1), blinded, new Uint32Array(0), out));
    assert.equal([...out], [50, -1, 0, -6]);
    assert.not.ok(arithmetic.incoming(Uint32Array.of(60, 4, 5, P24), blinded, new Uint32Array(0), out));
  }
});

test('wrong lengths are refused before anything is read', () => {
  for (const arithmetic of teams) {
    const how = { images: 2, bound: 50, challenges: [new Uint32Array(3)], finish: null, unblinding: null };
    const incoming = (given: object, folds = 2, out = 6) =>
      assert.throws(() =>
        arithmetic.incoming(new Int32Array(6), { ...how, ...given }, new Uint32Array(folds), new Int32Array(out)),
      );
    incoming({ challenges: [new Uint32Array(2)] });
    incoming({ images: 4 });
    incoming({ bound: -1 });
    incoming({}, 1);
    incoming({}, 2, 5);
    incoming({ unblinding: { u: [new Uint32Array(3)], modulus: P24 } });
    const range = { minimum: 0, maximum: 1 };
    const out = { images: 2, range, blinding: null, folded: [new Uint32Array(8)] };
    const x = new Int16Array(6);
    assert.throws(() =>
      arithmetic.outgoing(x, { ...out, folded: [new Uint32Array(3)] }, new Int16Array(6), new Uint32Array(2)),
    );
    assert.throws(() => arithmetic.outgoing(x, out, new Int16Array(5), new Uint32Array(2)));
    assert.throws(() => arithmetic.outgoing(x, out, new Int16Array(6), new Uint32Array(1)));
  }
});
