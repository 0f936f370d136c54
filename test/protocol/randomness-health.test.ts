/** A generator that fails is noticed before one of its bytes is used; a good one is never accused. */
import * as assert from 'uvu/assert';
import {
  type Device,
  type Randomness,
  RandomnessError,
  referenceArithmetic,
  Session,
  systemRandomness,
} from '../../src/protocol/index.js';
import {
  healthyRandomness,
  PLACE_ALARM_BITS,
  PROPORTION_CUTOFF,
  REPETITION_CUTOFF,
  REQUEST_ALARM_BITS,
  WINDOW,
  withoutHealthTests,
} from '../../src/protocol/randomness-health.js';
import { type Dense, referenceDevice } from '../../src/reference/index.js';
import { seededRandomness } from '../seeded-randomness.js';
import { seed, suite } from '../suite.js';

const test = suite('protocol: health of the generator');

const good = (): Randomness => seededRandomness(seed);
const refused = (error: unknown): boolean => error instanceof RandomnessError;

/** `good`, with something done to every request after the first `after`. */
function spoiled(spoil: (bytes: Uint8Array, request: number) => void, after = 0): Randomness {
  const source = good();
  let requests = 0;
  return {
    fill(bytes) {
      source.fill(bytes);
      if (requests >= after) spoil(bytes, requests);
      requests++;
    },
  };
}

const kept = new Uint8Array(1 << 17);
good().fill(kept);

/** What each does wrong, and after how many requests of 4096 bytes it must be known at the latest. */
const failures: Record<string, { source: () => Randomness; requests: number }> = {
  'writes nothing': { source: () => ({ fill() {} }), requests: 1 },
  'writes zeros': { source: () => ({ fill: (bytes) => void bytes.fill(0) }), requests: 1 },
  'writes a constant': { source: () => ({ fill: (bytes) => void bytes.fill(0xa5) }), requests: 1 },
  'writes the first half': {
    source: () => ({ fill: (bytes) => good().fill(bytes.subarray(0, bytes.length >> 1)) }),
    requests: 1,
  },
  'leaves the last eight bytes': { source: () => spoiled((bytes) => void bytes.fill(0, -8)), requests: 1 },
  'leaves twenty bytes in the middle': {
    source: () => spoiled((bytes) => void bytes.fill(0, 2001, 2021)),
    requests: 1,
  },
  'repeats one word': {
    source: () =>
      spoiled((bytes) => void new Uint32Array(bytes.buffer, bytes.byteOffset, 1024).fill(0x12345678, 500, 504)),
    requests: 1,
  },
  'gives the same request for ever': {
    source: () => ({ fill: (bytes) => void bytes.set(kept.subarray(0, bytes.length)) }),
    requests: 2,
  },
  'goes round in sixty requests': {
    source: () => {
      let request = 0;
      return {
        fill: (bytes) => void bytes.set(kept.subarray((request++ % 60) * 64, bytes.length + ((request - 1) % 60) * 64)),
      };
    },
    requests: 61,
  },
  'has three values of a byte only': {
    source: () => spoiled((bytes) => bytes.set(bytes.map((value) => value % 3))),
    requests: 1,
  },
  'is biased in every sixteenth byte': {
    source: () =>
      spoiled((bytes) =>
        bytes.forEach((_, i) => {
          if (i % 16 === 0) bytes[i] = 7;
        }),
      ),
    requests: 1,
  },
  throws: {
    source: () => ({
      fill() {
        throw new Error('no entropy');
      },
    }),
    requests: 1,
  },
  'fills later': {
    source: () => ({ fill: (async (bytes: Uint8Array) => good().fill(bytes)) as unknown as () => void }),
    requests: 1,
  },
  'fails after a hundred requests': { source: () => spoiled((bytes) => void bytes.fill(1), 100), requests: 101 },
};

for (const [name, { source, requests }] of Object.entries(failures)) {
  test(`noticed: a generator that ${name}`, () => {
    const healthy = healthyRandomness(source());
    let filled = 0;
    let error: unknown;
    const bytes = new Uint8Array(4096);
    for (; filled < 200 && error === undefined; filled++) {
      try {
        healthy.fill(bytes);
      } catch (reason) {
        error = reason;
      }
    }
    assert.ok(refused(error), `not noticed in ${filled} requests`);
    assert.is(filled <= requests, true, `noticed in request ${filled}`);
    assert.ok(
      bytes.every((byte) => byte === 0),
      'the bytes were left',
    );
    assert.throws(() => healthy.fill(bytes), refused);
  });
}

/** As many bytes as a pad's block has: tested at marks, but for the first request and every 64th. */
const LONG_BYTES = 49152;

/** A stretch of good bytes, new for every request, laid out again and again. */
function tiled(period: number): Randomness {
  const source = seededRandomness(seed + 1);
  return {
    fill(bytes) {
      const stretch = new Uint8Array(period);
      source.fill(stretch);
      for (let start = 0; start < bytes.length; start += period) {
        bytes.set(stretch.subarray(0, bytes.length - start), start);
      }
    },
  };
}

/** `good` requests of the first bytes of a cycle of this many. */
function cycling(requests: number): Randomness {
  let request = 0;
  return { fill: (bytes) => seededRandomness(request++ % requests).fill(bytes) };
}

/** What each does wrong to long requests after a good one, and how many requests after that it must be known at the latest. */
const longFailures: Record<string, { source: () => Randomness; requests: number }> = {
  'writes nothing': {
    source: () => {
      const [source, once] = [good(), { done: false }];
      return {
        fill(bytes) {
          if (!once.done) source.fill(bytes);
          once.done = true;
        },
      };
    },
    requests: 1,
  },
  'writes all but the last eight bytes': {
    source: () => {
      const source = good();
      let requests = 0;
      return { fill: (bytes) => source.fill(requests++ === 0 ? bytes : bytes.subarray(0, -8)) };
    },
    requests: 1,
  },
  'leaves 1100 bytes in the middle as they were': {
    source: () => {
      const source = good();
      return {
        fill(bytes) {
          source.fill(bytes.subarray(0, 20_001));
          source.fill(bytes.subarray(21_101));
        },
      };
    },
    requests: 1,
  },
  'holds one word for 300 bytes': {
    source: () => spoiled((bytes) => void bytes.fill(0x5a, 30_001, 30_301), 1),
    requests: 1,
  },
  'holds one word for 20 bytes': {
    source: () => spoiled((bytes) => void bytes.fill(0x5a, 30_001, 30_021), 1),
    requests: 64,
  },
  'is biased in every sixteenth byte': {
    source: () =>
      spoiled((bytes) => {
        for (let index = 0; index < bytes.length; index += 16) bytes[index] = 7;
      }, 1),
    requests: 8,
  },
  'goes round in a thousand requests': { source: () => cycling(1000), requests: 1000 },
};
for (const period of [13, 16, 64, 127, 256, 1000, 4096, 8192]) {
  longFailures[`lays out ${period} bytes again and again`] = {
    source: () => {
      const [source, repeating] = [good(), tiled(period)];
      let requests = 0;
      return { fill: (bytes) => (requests++ === 0 ? source : repeating).fill(bytes) };
    },
    requests: 1,
  };
}

for (const [name, { source, requests }] of Object.entries(longFailures)) {
  test(`noticed in long requests: a generator that ${name}`, () => {
    const healthy = healthyRandomness(source());
    const bytes = new Uint8Array(LONG_BYTES);
    if (!name.startsWith('leaves')) healthy.fill(bytes);
    else bytes.set(kept.subarray(0, LONG_BYTES));
    let passed = 0;
    let error: unknown;
    while (error === undefined && passed < requests) {
      try {
        healthy.fill(bytes);
        passed++;
      } catch (reason) {
        error = reason;
      }
    }
    assert.ok(refused(error), `not noticed in ${passed} requests`);
    assert.ok(bytes.every((byte) => byte === 0));
  });
}

test('a stretch that was left in a long request shows also when what lay there was not zero', () => {
  let request = 0;
  const source = good();
  const healthy = healthyRandomness({
    fill(bytes) {
      source.fill(bytes.subarray(0, request === 0 ? bytes.length : 40_000));
      if (request++ > 0) source.fill(bytes.subarray(41_100));
    },
  });
  const bytes = new Uint8Array(LONG_BYTES);
  healthy.fill(bytes);
  assert.throws(() => healthy.fill(bytes), refused);
});

test('a generator that promises to fill, and breaks it, does not end the process', async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', listen);
  try {
    const fill = (() => Promise.reject(new Error('later'))) as unknown as () => void;
    assert.throws(() => healthyRandomness({ fill }).fill(new Uint8Array(64)), refused);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('unhandledRejection', listen);
  }
  assert.equal(unheard, []);
});

test('good bytes pass unchanged in long requests, and in those that are made in parts', () => {
  const healthy = healthyRandomness(good());
  const plain = good();
  for (const length of [...new Array<number>(130).fill(LONG_BYTES), 65536, 65537, 200_003]) {
    const [given, expected] = [new Uint8Array(length), new Uint8Array(length)];
    healthy.fill(given);
    // A part shorter than 16 bytes is drawn longer, and what is over is thrown away.
    for (let start = 0; start < length; start += 65536) {
      const part = expected.subarray(start, start + 65536);
      const drawn = new Uint8Array(Math.max(part.length, 16));
      plain.fill(drawn);
      part.set(drawn.subarray(0, part.length));
    }
    assert.is(Buffer.compare(given, expected), 0, `${length}`);
  }
});

test('nothing is sent, and no session opened, with a generator that writes nothing, however small the network', async () => {
  for (const size of [1, 2, 3, 40]) {
    for (const integrity of [true, false]) {
      const map: Dense = {
        kind: 'dense',
        inputs: size,
        outputs: 1,
        weights: new Int16Array(size).fill(1),
        inputRange: { minimum: -9, maximum: 9 },
      };
      let sent = 0;
      const device: Device = {
        ...referenceDevice(),
        load: async () => ({
          async apply(x) {
            sent += x.length;
            return new Uint32Array(1);
          },
          release() {},
        }),
      };
      const error = await (async () => {
        const session = await Session.open({
          device,
          arithmetic: referenceArithmetic(),
          maps: [map],
          parameters: { integrity },
          randomness: { fill() {} },
        });
        await session.prepare(1);
        await (await session.begin()).linear(0, new Int16Array(size).fill(3));
      })().catch((reason: unknown) => reason);
      assert.ok(refused(error));
      assert.is(sent, 0);
    }
  }
});

test('good bytes pass unchanged, in requests of every size and at every offset', () => {
  const healthy = healthyRandomness(good());
  const plain = good();
  for (let request = 0; request < 2000; request++) {
    const length = request % 3 === 0 ? 16 + (request % 900) : 4096;
    const offset = request % 5;
    const memory = new Uint8Array(offset + length + 3);
    const expected = new Uint8Array(length);
    healthy.fill(memory.subarray(offset, offset + length));
    plain.fill(expected);
    assert.equal(memory.subarray(offset, offset + length), expected);
    assert.ok(memory.subarray(0, offset).every((byte) => byte === 0));
    assert.ok(memory.subarray(offset + length).every((byte) => byte === 0));
  }
  healthyRandomness(good()).fill(new Uint8Array(0));
  const tiny = new Uint8Array(3);
  for (let request = 0; request < 200; request++) healthyRandomness(systemRandomness).fill(tiny);
});

test('small requests are tested too', () => {
  for (const length of [1, 2, 3, 4, 7, 15]) {
    assert.throws(() => healthyRandomness({ fill() {} }).fill(new Uint8Array(length)), refused);
    assert.throws(
      () => healthyRandomness({ fill: (bytes) => void bytes.fill(9) }).fill(new Uint8Array(length)),
      refused,
    );
  }
});

test('the cut-offs follow from the stated probabilities of a false alarm', () => {
  assert.is(REPETITION_CUTOFF, 1 + Math.ceil(PLACE_ALARM_BITS / 32));
  // P(X > c) for X ~ Binomial(511, 1/256), times 256^511, exactly.
  const others = WINDOW - 1;
  const tail = (c: number): bigint => {
    let sum = 0n;
    let choose = 1n;
    for (let k = 0; k <= others; k++) {
      if (k > c) sum += choose * 255n ** BigInt(others - k);
      choose = (choose * BigInt(others - k)) / BigInt(k + 1);
    }
    return sum;
  };
  const rare = (c: number): boolean => tail(c) << BigInt(REQUEST_ALARM_BITS) <= 256n ** BigInt(others);
  let c = 0;
  while (!rare(c)) c++;
  assert.is(PROPORTION_CUTOFF, c + 2);
});

test('a source is wrapped once, and scripted bytes can be let through', () => {
  const healthy = healthyRandomness(good());
  assert.is(healthyRandomness(healthy), healthy);
  const scripted: Randomness = { fill: (bytes) => void bytes.fill(0) };
  assert.not.equal(healthyRandomness(scripted), scripted);
  assert.is(healthyRandomness(withoutHealthTests(scripted)), scripted);
});
