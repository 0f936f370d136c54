/** Each kind of sabotage changes the answer of its layer, and of no other. */
import * as assert from 'uvu/assert';
import { LIES } from '../../src/fast/devices/saboteurs/lies.js';
import { describeSabotage, SABOTAGES, type Sabotage, saboteur } from '../../src/fast/index.js';
import { M31, type Modulus, P24 } from '../../src/model/modulus.js';
import type { LoadedMap } from '../../src/protocol/device.js';
import {
  apply,
  type Convolution,
  type Dense,
  inputLength,
  type LinearMap,
  modulo,
  referenceDevice,
} from '../../src/reference/index.js';
import { integers } from '../generators.js';
import { suite } from '../suite.js';

const test = suite('saboteur');
type Mode = Modulus | 'integers';
const modes: readonly Mode[] = [P24, M31, 'integers'];

const dense: Dense = {
  kind: 'dense',
  inputs: 2,
  outputs: 3,
  weights: Int16Array.of(1, 2, 3, 4, 5, 6),
  inputRange: { minimum: -9, maximum: 9 },
};
const image: Convolution = {
  kind: 'convolution',
  input: { height: 2, width: 2, channels: 2 },
  kernel: { height: 1, width: 1 },
  stride: { y: 1, x: 1 },
  dilation: { y: 1, x: 1 },
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
  groups: 1,
  outputChannels: 3,
  weights: Int16Array.of(1, 1, 2, 3, -4, 5),
  inputRange: { minimum: -9, maximum: 9 },
};
const one: Dense = { ...dense, inputs: 1, outputs: 1, weights: Int16Array.of(1) };

function honest(map: LinearMap, mode: Mode, x: readonly number[]): number[] {
  const y = apply(map, x.map(BigInt));
  return y.map((value) => Number(mode === 'integers' ? value : modulo(value, BigInt(mode))));
}

function ask(loaded: LoadedMap, mode: Mode, x: readonly number[]): Promise<ArrayLike<number>> {
  return loaded.apply(mode === 'integers' ? Int16Array.from(x) : Uint32Array.from(x));
}

const inputs: Record<string, (map: LinearMap) => number[]> = {
  zeros: (map) => new Array(inputLength(map)).fill(0),
  ones: (map) => new Array(inputLength(map)).fill(1),
  different: (map) => Array.from({ length: inputLength(map) }, (_, i) => i + 1),
};

const answering = Object.keys(LIES) as (keyof typeof LIES)[];
const malformed: readonly Sabotage[] = ['short', 'long', 'wrong-type', 'nan'];

test('every kind changes the answer, whatever it is', async () => {
  for (const kind of answering) {
    for (const mode of modes) {
      for (const map of [dense, image, one]) {
        const device = saboteur(referenceDevice(), { layer: 1, kind });
        const first = await device.load(dense, mode);
        const second = await device.load(map, mode);
        assert.equal([...((await ask(first, mode, [1, 2])) as Uint32Array)], honest(dense, mode, [1, 2]));
        // The first call is for `adaptive`, which is honest then, and gives `replay` something to repeat.
        if (kind === 'adaptive') await ask(second, mode, inputs.ones!(map));
        for (const [name, input] of Object.entries(inputs)) {
          for (let repeat = 0; repeat < 2; repeat++) {
            const x = input(map);
            const y = await ask(second, mode, x);
            const truth = honest(map, mode, x);
            const same = y.length === truth.length && truth.every((value, i) => value === y[i]);
            if (kind === 'wrong-type') assert.instance(y, Float64Array);
            else assert.not.ok(same, `${kind} told the truth about ${name}, ${mode}`);
          }
        }
      }
    }
  }
});

test('well-formed lies have the right type and length, and canonical residues', async () => {
  for (const kind of answering.filter((kind) => !malformed.includes(kind))) {
    for (const mode of modes) {
      const loaded = await saboteur(referenceDevice(), { layer: 0, kind }).load(image, mode);
      for (const input of Object.values(inputs)) {
        const y = await ask(loaded, mode, input(image));
        assert.instance(y, mode === 'integers' ? Int32Array : Uint32Array);
        assert.is(y.length, 12);
        if (mode !== 'integers')
          assert.is(
            (y as Uint32Array).every((value) => value < mode),
            kind !== 'noncanonical',
          );
      }
    }
  }
});

test('each lie is the lie it says', async () => {
  const lie = async (kind: Sabotage, mode: Mode, before: (loaded: LoadedMap) => Promise<unknown> = async () => {}) => {
    const loaded = await saboteur(referenceDevice(), { layer: 0, kind }).load(image, mode);
    await before(loaded);
    return [...((await ask(loaded, mode, inputs.different!(image))) as Int32Array)];
  };
  const truth = honest(image, 'integers', inputs.different!(image));
  const [a, b, c] = [truth.slice(0, 3), truth.slice(3, 6), truth.slice(6)];
  assert.equal(await lie('one', 'integers'), truth.with(6, truth[6]! + 1));
  assert.equal(await lie('zero', 'integers'), new Array(12).fill(0));
  assert.equal(await lie('swap-rows', 'integers'), [...b, ...a, ...c]);
  assert.equal(
    await lie('swap', 'integers'),
    truth.map((_, i) => truth[i % 3 === 0 ? i + 1 : i % 3 === 1 ? i - 1 : i]!),
  );
  assert.equal(await lie('short', 'integers'), truth.slice(0, -1));
  assert.equal(await lie('long', 'integers'), [...truth, 0]);
  assert.equal(await lie('wrong-type', 'integers'), truth);
  assert.equal(await lie('nan', 'integers'), truth.with(6, Number.NaN));
  assert.equal(
    await lie('replay', 'integers', (l) => ask(l, 'integers', inputs.ones!(image))),
    honest(image, 'integers', inputs.ones!(image)),
  );
  assert.is((await lie('noncanonical', P24))[6], honest(image, P24, inputs.different!(image))[6]! + P24);
  assert.is(Math.abs((await lie('noncanonical', 'integers'))[6]! - truth[6]!), 2 ** 31 - 1);
});

test('p - 1 plus one is 0, so `one` stays canonical', async () => {
  for (const mode of [P24, M31] as const) {
    const loaded = await saboteur(referenceDevice(), { layer: 0, kind: 'one' }).load(one, mode);
    assert.equal([...(await loaded.apply(Uint32Array.of(mode - 1)))], [0]);
  }
});

test('`adaptive` is honest once, then wrong in one place', async () => {
  const loaded = await saboteur(referenceDevice(), { layer: 0, kind: 'adaptive' }).load(image, P24);
  const x = inputs.different!(image);
  const truth = integers(honest(image, P24, x));
  const wrong = async (): Promise<number[]> => {
    const y = await ask(loaded, P24, x);
    return truth.flatMap((value, i) => (value === BigInt(y[i]!) ? [] : [i]));
  };
  assert.equal(await wrong(), []);
  const places = [await wrong(), await wrong(), await wrong()];
  assert.ok(places.every((list) => list.length === 1));
  assert.is(new Set(places.flat()).size, 3);
});

test('`other-layer` answers with what another layer answered', async () => {
  const device = saboteur(referenceDevice(), { layer: 1, kind: 'other-layer' });
  const first = await device.load(dense, P24);
  const second = await device.load(image, P24);
  await ask(first, P24, [3, 4]);
  const y = (await ask(second, P24, inputs.different!(image))) as Uint32Array;
  assert.equal([...y.subarray(0, 3)], honest(dense, P24, [3, 4]));
});

test('`throws` rejects and `hangs` never answers', async () => {
  const throwing = await saboteur(referenceDevice(), { layer: 0, kind: 'throws' }).load(one, P24);
  let error: unknown;
  await throwing.apply(Uint32Array.of(1)).catch((caught: unknown) => {
    error = caught;
  });
  assert.instance(error, Error);
  const hanging = await saboteur(referenceDevice(), { layer: 0, kind: 'hangs' }).load(one, P24);
  const silence = new Promise((resolve) => setTimeout(resolve, 30, 'silence'));
  assert.is(await Promise.race([hanging.apply(Uint32Array.of(1)), silence]), 'silence');
});

test('options are checked', () => {
  assert.throws(() => saboteur(referenceDevice(), { layer: 0, kind: 'none' as Sabotage }), /kind must be one of/);
  assert.throws(() => saboteur(referenceDevice(), { layer: -1, kind: 'one' }), /layer/);
});

test('every kind says what it does and what must come of it', () => {
  for (const kind of SABOTAGES) {
    const { does, outcome, silent } = describeSabotage(kind);
    assert.match(does, /^[a-z][\x20-\x7e]{8,}$/);
    assert.ok(['refused at open', 'IntegrityError', 'DeviceError', 'right result'].includes(outcome));
    if (silent) assert.ok(outcome === 'DeviceError' || outcome === 'refused at open', kind);
  }
  assert.is(new Set(SABOTAGES.map((kind) => describeSabotage(kind).does)).size, SABOTAGES.length);
  assert.throws(() => describeSabotage('none' as Sabotage), /kind must be one of/);
  assert.throws(() => describeSabotage('toString' as Sabotage), /kind must be one of/);
});
