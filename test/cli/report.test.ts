/** `slalom report`: pages that are complete, hold nothing but text from their files, and repeat no number that is not so. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { decode } from '../../src/boundary/codecs.js';
import { type Executed, runOnce, runStream } from '../../src/cli/execute.js';
import { UsageError } from '../../src/cli/exit.js';
import { jsonCosts, jsonProtection } from '../../src/cli/json-result.js';
import { aBenchmark } from '../../src/cli/report-page/benchmark-codec.js';
import { benchmarkPage } from '../../src/cli/report-page/benchmark-page.js';
import { escaped, html } from '../../src/cli/report-page/html.js';
import { type RunFile, runFile } from '../../src/cli/report-page/run-codec.js';
import { runPage } from '../../src/cli/report-page/run-page.js';
import { networkHash } from '../../src/formats/slalom/index.js';
import { referenceArithmetic } from '../../src/protocol/index.js';
import { referenceDevice } from '../../src/reference/index.js';
import { NetworkSession } from '../../src/session/network-session.js';
import { seededRandomness } from '../seeded-randomness.js';
import { smallNetwork } from '../session/small-network.js';
import { check, seed, suite } from '../suite.js';
import { refused, root, slalom } from './slalom.js';

const test = suite('cli: report');

const [{ network, x }] = fc.sample(smallNetwork, { seed, numRuns: 1 }) as [{ network: never; x: Int16Array }];
const signal = new AbortController().signal;

interface Mode {
  readonly integrity: boolean;
  readonly privacy: boolean;
}

/** What the command prints for a real run of a small network. */
async function jsonOf(
  mode: Mode,
  outsourced: readonly boolean[],
  work: (session: NetworkSession) => Promise<Executed>,
): Promise<Record<string, unknown>> {
  const session = await NetworkSession.open({
    network,
    device: referenceDevice(),
    arithmetic: referenceArithmetic(),
    plan: { outsourced },
    parameters: mode,
    randomness: seededRandomness(seed),
  });
  try {
    const executed = await work(session);
    const protection = { ...mode, soundnessBits: 40, threads: 1, device: 'reference', plan: 'auto' } as const;
    const sha256 = createHash('sha256').update('small').digest('hex');
    const source = { name: 'small.tflite', sha256, networkHash: networkHash(network) };
    const value = { ...jsonProtection(source, protection, executed), ...jsonCosts(executed) };
    return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  } finally {
    session.close();
  }
}

const once = (session: NetworkSession): Promise<Executed> => runOnce(session, x, signal);
const both = { integrity: true, privacy: true };
const some = [true, false, true, true];
const read = (value: unknown): RunFile => decode(runFile, value, 'run');

let plain: Record<string, unknown>;
let folder: string;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slalom-report-'));
  plain = await jsonOf(both, some, once);
});
test.after(() => rmSync(folder, { recursive: true }));

/** Tags, their attributes, and the text between them; strict enough that markup from outside would stand out. */
function requireInert(page: string): void {
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  assert.match(page, `default-src 'none'; style-src 'sha256-${hash}'`, 'the policy names the style');
  assert.not.match(style, /url\(|@import/);
  const rest = page.replace(style, '');
  const tags = [...rest.matchAll(/<(\/?)([a-zA-Z!][\w-]*)([^<>]*)>/g)];
  assert.is(tags.length, (rest.match(/</g) ?? []).length, 'every < begins a tag');
  const allowed =
    '!doctype html head meta title style body main h1 h2 h3 p section dl dt dd code div table thead tbody tr th td span ul ol li svg rect details summary footer';
  for (const [, , name, attributes] of tags) {
    assert.ok(allowed.split(' ').includes(name!.toLowerCase()), `<${name}>`);
    const names = attributes!.replace(/="[^"]*"/g, '=');
    assert.match(names, /^( html| (?!on|src|href|style)[\w-]+=?)*\/?$/, `<${name}${attributes}>`);
  }
}

test('the page of a run says what it did, in every mode', async () => {
  for (const integrity of [true, false]) {
    for (const privacy of [true, false]) {
      for (const outsourced of [some, [false, false, false, false]]) {
        const page = runPage(read(await jsonOf({ integrity, privacy }, outsourced, once)));
        requireInert(page);
        const nothing = outsourced !== some;
        assert.is(page.includes('3 of 4 linear layers verified, 1 computed inside.'), integrity && !nothing);
        assert.is(page.includes('Integrity was off: 3 layers'), !integrity && !nothing);
        assert.is(page.includes('All 4 linear layers computed inside'), nothing);
        assert.is(page.includes('only uniformly random numbers modulo'), privacy && !nothing);
        assert.is((page.match(/>verified</g) ?? []).length, integrity && !nothing ? 3 : 0);
      }
    }
  }
});

test('it has the hash, the exact errors, the binding term, bytes, and a bar for each layer', () => {
  const page = runPage(read(plain));
  const { network: source } = read(plain);
  assert.match(page, source.sha256!);
  assert.match(page, networkHash(network));
  const q = 2n ** 31n - 1n;
  // One lie: the same per check, per inference and per session.
  assert.is(page.split(`<code>1/${q ** 2n}</code>`).length - 1, 3);
  assert.match(
    page,
    /Freivalds&#39; check: one lie in any of 3 layers[^<]*<\/th><td[^>]*>2\^-61<\/td><td[^>]*><span class="binds">binds</,
  );
  for (const { name } of read(plain).layers) assert.match(page, `title="${name}"`);
  assert.is((page.match(/<li><span class="soft">\d/g) ?? []).length, 4);
  // Bars begin where the layer began, as a share of the whole run.
  const { layers, onlineMs } = read(plain);
  const begins = [
    ...page.matchAll(/aria-label="layer (\d+),[^>]*><title>[^<]*<\/title><rect class="\w+" x="([\d.]+)"/g),
  ];
  assert.is(begins.length, layers.filter((layer) => layer.protocolMs + layer.insideMs + layer.deviceMs > 0).length);
  for (const [, index, at] of begins) {
    assert.ok(Math.abs(Number(at) - (1000 * layers[Number(index)]!.startMs!) / onlineMs) < 0.01);
  }
});

test('a run records every layer: in order, inside the run, and adding up to it', async () => {
  const { layers, ...run } = read(plain);
  let end = 0;
  for (const layer of layers) {
    assert.ok(layer.startMs! >= end && layer.endMs! >= layer.startMs!);
    end = layer.endMs!;
    assert.ok(layer.protocolMs + layer.insideMs + layer.deviceMs <= layer.endMs! - layer.startMs! + 0.01);
    assert.equal([layer.insideMs === 0, layer.bytesToDevice > 0], [layer.by === 'device', layer.by === 'device']);
  }
  assert.ok(end <= run.onlineMs);
  const stream = await jsonOf(both, some, (session) =>
    runStream(session, { count: 5, batch: 2, read: async () => x }, () => {}, new AbortController().signal),
  );
  const { layers: all, bytesToDevice, images: count, batches } = read(stream);
  assert.equal([count, batches], [5, 3]);
  assert.is(bytesToDevice, 5 * run.bytesToDevice);
  assert.is(
    all.reduce((sum, layer) => sum + layer.bytesToDevice, 0),
    bytesToDevice,
  );
  assert.ok(all.every(({ startMs }) => startMs === null));
  requireInert(runPage(read(stream)));
});

test('an error that the parameters do not give is not repeated', () => {
  const { soundness } = read(plain);
  const worse = { ...soundness, perInference: { ...soundness.perInference, numerator: '2' } };
  for (const change of [
    { soundness: worse },
    { soundness: { ...soundness, inferenceBits: 200 } },
    { soundness: { ...soundness, terms: [] } },
    { soundness: { ...soundness, perSession: { ...soundness.perSession, numerator: '3' } } },
    { repetitions: 9 },
  ]) {
    assert.throws(
      () => runPage(read({ ...plain, ...change })),
      (error: unknown) => error instanceof UsageError && /not what its parameters give/.test(error.message),
    );
  }
  for (const change of [
    { outsourcedLayers: 4 },
    { bytesToDevice: 1 },
    { layers: read(plain).layers.slice(1) },
    { verifiedLayers: 4 },
    { integrity: false },
    { layers: read(plain).layers.map((layer) => ({ ...layer, verified: true })) },
  ]) {
    assert.throws(
      () => runPage(read({ ...plain, ...change })),
      (error: unknown) => error instanceof UsageError && /contradicts itself/.test(error.message),
    );
  }
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '</title><script>',
    '&lt;script&gt;',
    '\u202egnp.exe',
    '\u0000\ud800',
    '--><svg/onload=alert(1)>',
  ),
);

test('whatever names a file has, the page holds them as text', () =>
  check(
    fc.property(hostile, hostile, hostile, (name, label, image) => {
      const file = read({
        ...plain,
        network: { name, sha256: null },
        device: label,
        slalom: label,
        layers: read(plain).layers.map((layer) => ({ ...layer, name })),
        results: [{ image, top: [{ label, index: 1, probability: 0.5 }], output: [1] }],
      });
      requireInert(runPage(file));
    }),
    200,
  ));

test('text is escaped everywhere, and the escape can be undone', () =>
  check(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const back = escaped(text)
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&');
      assert.is(back, text);
      assert.not.match(escaped(text), /[<>"']/);
      assert.is(html`<p title="${text}">${[text, null]}</p>`.text, `<p title="${escaped(text)}">${escaped(text)}</p>`);
    }),
    200,
  ));

/** Every place in a value, and what is there. */
function* places(value: unknown, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  yield path;
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* places(inner, [...path, key]);
  }
}

function changed(value: unknown, path: readonly (string | number)[], put: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, put);
  return copy;
}

test('a damaged file is refused in one sentence, or its page is as harmless as any', () => {
  const all = [...places(plain)];
  return check(
    fc.property(fc.constantFrom(...all), fc.oneof(fc.jsonValue(), hostile, fc.double()), (path, put) => {
      const damaged: unknown = JSON.parse(JSON.stringify(changed(plain, path, put)));
      let page: string;
      try {
        page = runPage(read(damaged));
      } catch (error) {
        assert.ok(error instanceof TypeError || error instanceof UsageError, String(error));
        assert.not.match((error as Error).message, /\n|\[object/);
        return;
      }
      requireInert(page);
    }),
    400,
  );
});

const results = join(root, 'bench', 'results');

test('every recorded benchmark has a page', () => {
  const files = readdirSync(results).filter((name) => name.endsWith('.json'));
  assert.ok(files.length >= 3);
  for (const name of files) {
    const text = readFileSync(join(results, name), 'utf8');
    const page = benchmarkPage(aBenchmark(JSON.parse(text)));
    requireInert(page);
    for (const [, network] of text.matchAll(/"network": "([\w .-]+)"/g)) assert.match(page, network!);
  }
  const page = benchmarkPage(aBenchmark(JSON.parse(readFileSync(join(results, 'end-to-end.json'), 'utf8'))));
  assert.match(page, /vgg16, milliseconds per image/);
  assert.match(page, /Soundness of rows/);
});

test('a damaged benchmark is refused in one sentence, or its page is as harmless as any', () => {
  const good = JSON.parse(readFileSync(join(results, 'offline.json'), 'utf8')) as unknown;
  const all = [...places(good)];
  return check(
    fc.property(fc.constantFrom(...all), fc.oneof(fc.jsonValue(), hostile), (path, put) => {
      let page: string;
      try {
        page = benchmarkPage(aBenchmark(JSON.parse(JSON.stringify(changed(good, path, put)))));
      } catch (error) {
        assert.instance(error, TypeError);
        assert.not.match((error as Error).message, /\n/);
        return;
      }
      requireInert(page);
    }),
    300,
  );
});

test('the command writes a file, prints a page, or ends with code 2', async () => {
  const file = join(folder, 'run.json');
  const output = join(folder, 'out.html');
  writeFileSync(file, JSON.stringify(plain));
  const written = await slalom(['report', file, '-o', output]);
  assert.equal([written.code, written.out.trim()], [0, `The report is in ${output}.`]);
  const printed = await slalom(['report', file, '--output', '-']);
  assert.is(printed.out, readFileSync(output, 'utf8'));
  requireInert(printed.out);
  writeFileSync(join(folder, 'text.json'), 'not json');
  writeFileSync(join(folder, 'other.json'), '{"slalom": 3}');
  writeFileSync(join(folder, 'list.json'), '[]');
  writeFileSync(join(folder, 'broken.json'), JSON.stringify({ ...plain, threads: 0 }));
  await refused(['report'], /missing required argument 'file'/);
  await refused(['report', join(folder, 'missing.json')], /there is no such file/);
  await refused(['report', join(folder, 'text.json')], /this is not JSON/);
  await refused(['report', join(folder, 'other.json')], /neither a run .* nor a benchmark/);
  await refused(['report', join(folder, 'list.json')], /neither a run .* nor a benchmark/);
  await refused(['report', join(folder, 'broken.json')], /run\.threads must be a whole number from 1 to 64, not 0/);
  await refused(['report', '-'], /standard input: this is not JSON/);
  await refused(['report', file, '-o', join(folder, 'no', 'where.html')], /cannot be written/);
});
