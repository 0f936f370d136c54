/** Finding the libraries, and saying where they were looked for. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { conformance } from '../../../src/conformance/index.js';
import { cudaDevice, describeCuda } from '../../../src/fast/devices/cuda/index.js';
import { type Koffi, loadKoffi } from '../../../src/fast/devices/cuda/koffi.js';
import { LibrarySearch } from '../../../src/fast/devices/cuda/libraries.js';
import { places } from '../../../src/fast/devices/cuda/places.js';
import { DeviceUnavailableError } from '../../../src/protocol/errors.js';
import { suite } from '../../suite.js';
import { required } from './emulated.js';

const test = suite('cuda libraries');
const root = mkdtempSync(join(tmpdir(), 'slalom-search-'));
const folder = (...parts: string[]): string => {
  const path = join(root, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
};
const file = (at: string, name: string): string => {
  writeFileSync(join(at, name), 'not a library');
  return join(at, name);
};

/** Loads whatever it is told to, and remembers what that was. */
function listening(refuse: (path: string) => boolean = () => false): { koffi: Koffi; loaded: string[] } {
  const loaded: string[] = [];
  const load = (path: string | null): ReturnType<Koffi['load']> => {
    if (refuse(path ?? '')) throw new Error('it is broken');
    loaded.push(path ?? '');
    return { func: () => assert.unreachable() as never };
  };
  return { koffi: { load, address: () => 0n, view: () => new ArrayBuffer(0), decode: { string: () => '' } }, loaded };
}

function unavailable(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.instance(error, DeviceUnavailableError);
    return (error as Error).message;
  }
  return assert.unreachable('it was found') as never;
}

test('toolkits, environments and Python packages are searched, most specific first', () => {
  const wheel = folder('venv', 'lib', 'python3.12', 'site-packages', 'nvidia', 'cu13', 'lib');
  const older = folder('conda', 'lib', 'python3.9', 'site-packages', 'nvidia', 'cublas', 'lib');
  const onPath = folder('other', 'lib', 'python3.11', 'site-packages', 'nvidia', 'cuda_nvrtc', 'lib');
  file(folder('other', 'bin'), 'python3');
  const found = places({
    HOME: root,
    PATH: `/nowhere:${join(root, 'other', 'bin')}`,
    VIRTUAL_ENV: join(root, 'venv'),
    CONDA_PREFIX: join(root, 'conda'),
    CUDA_HOME: '/my/cuda',
    LD_LIBRARY_PATH: '/first:/second',
    SLALOM_CUDA_LIBRARIES: '/chosen',
  });
  const order = [
    '/chosen',
    '/first',
    '/second',
    '/my/cuda/lib64',
    '/usr/local/cuda/lib64',
    '/usr/lib/x86_64-linux-gnu',
  ];
  const positions = [...order, join(root, 'conda', 'lib'), wheel, older, onPath].map((place) => found.indexOf(place));
  assert.ok(
    positions.every((at) => at >= 0),
    positions.join(),
  );
  assert.equal(
    positions,
    [...positions].sort((a, b) => a - b),
  );
  assert.is(new Set(found).size, found.length);
});

test('versions that the driver knows come first, newest first, and companions are loaded before', () => {
  const many = folder('many');
  for (const version of ['11', '12', '13', '14']) file(many, `libcublas.so.${version}`);
  for (const version of ['12', '13']) file(many, `libcublasLt.so.${version}`);
  file(many, 'libnvrtc.so.12');
  file(many, 'libnvrtc-builtins.so.12.4');
  file(many, 'libcublas_static.a');
  const { koffi, loaded } = listening();
  const search = new LibrarySearch(koffi, many);
  assert.is(search.open('cublas', 13).path, join(many, 'libcublas.so.13'));
  assert.is(search.open('cublas', 12).path, join(many, 'libcublas.so.12'));
  assert.is(search.open('nvrtc', 12).path, join(many, 'libnvrtc.so.12'));
  const names = ['libcublasLt.so.13', 'libcublas.so.13', 'libcublasLt.so.12', 'libcublas.so.12'];
  assert.equal(
    loaded,
    [...names, 'libnvrtc-builtins.so.12.4', 'libnvrtc.so.12'].map((name) => join(many, name)),
  );
  const broken = listening((path) => /\.so\.(13|12)$/.test(path));
  assert.is(new LibrarySearch(broken.koffi, many).open('cublas', 13).path, join(many, 'libcublas.so.11'));
});

test('nothing found: the error lists every place, and what was wrong with what was there', async () => {
  const koffi = await loadKoffi();
  const bad = file(folder('bad'), 'libcuda.so.1');
  const environment = {
    HOME: root,
    PATH: '',
    SLALOM_CUDA_LIBRARIES: folder('bad'),
    LD_LIBRARY_PATH: '/nowhere/at/all',
  };
  const search = new LibrarySearch(koffi, undefined, environment);
  const nothing = new LibrarySearch(listening((path) => path !== '').koffi, undefined, environment);
  const message = unavailable(() => nothing.open('cuda'));
  for (const place of places(environment)) assert.ok(message.includes(place), place);
  assert.match(message, /libcuda\.so\.1 through the system's loader/);
  assert.ok(message.includes(`${bad}: it is broken`), message);
  assert.match(message, /install NVIDIA's driver/);
  const only = unavailable(() => new LibrarySearch(koffi, '/no/such/file').open('cublas'));
  assert.match(only, /Looked only at \/no\/such\/file/);
  assert.match(
    unavailable(() => new LibrarySearch(koffi, { nvrtc: bad }).open('nvrtc')),
    /could not be loaded|Could not be loaded/,
  );
  assert.ok(search instanceof LibrarySearch);
});

test('a library that lacks a function is named', async () => {
  const error = await cudaDevice({ libraries: 'libc.so.6' }).catch((caught: unknown) => caught);
  assert.instance(error, DeviceUnavailableError);
  assert.match((error as Error).message, /libc\.so\.6 cannot be used: .*cuInit/);
});

test('without koffi the error says how to install it', async () => {
  const error = await loadKoffi('koffi-is-not-installed').catch((caught: unknown) => caught);
  assert.instance(error, DeviceUnavailableError);
  assert.match((error as Error).message, /npm install koffi@3\.3\.4/);
});

const described = await describeCuda().catch((error: unknown) => error);
if (Array.isArray(described)) {
  test('the real card: conformance', async () => void (await conformance(() => cudaDevice())), 600_000);
} else {
  test('without a driver, a card or a library the device is unavailable', async () => {
    assert.instance(described, DeviceUnavailableError);
    assert.instance(await cudaDevice().catch((error: unknown) => error), DeviceUnavailableError);
  });
  const reason = described instanceof Error ? described.message.split('. Looked')[0]! : String(described);
  if (required('cuda')) test('a card is required', () => assert.unreachable(reason));
  else test.skip('the real card: conformance', reason);
}

test.after(() => rmSync(root, { recursive: true }));
