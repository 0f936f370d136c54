/**
 * Builds the emulator (./emulator) and hands out its path and its controls. It runs the real host code and the real kernels
 * over host memory: evidence for their logic and arithmetic, none for speed, and none for a real card or real libraries.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadKoffi } from '../../../src/fast/devices/cuda/koffi.js';

const sources = fileURLToPath(new URL('./emulator', import.meta.url));

/** True if `SLALOM_REQUIRE` lists the name: then its absence is a failure. */
export function required(name: string): boolean {
  return (process.env.SLALOM_REQUIRE ?? '').split(',').includes(name);
}

/** What the emulator lacks on this machine, or null. */
export const missing: string | null =
  process.platform !== 'linux' || spawnSync('g++', ['--version']).status !== 0 ? 'there is no g++ to build it' : null;

/** The emulator's controls. */
export interface Emulator {
  readonly path: string;
  /** The n-th call from now fails with this status, or all from there. 0 turns it off. */
  fail(n: number, status: number, forever?: boolean): void;
  /** The function that was made to fail, or nothing. */
  failed(): string;
  calls(): number;
  cards(count: number): void;
  /** Everything on the card takes this much longer. */
  slow(microseconds: number): void;
  /** 90 for sm_90. */
  capability(value: number): void;
  /** What was acquired and not given back. */
  live(): string;
  /** The rules that were broken since the last time. */
  problems(): string;
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'slalom-emulator-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.env.SLALOM_EMULATOR_FOLDER = folder;
  const run = promisify(execFile);
  const objects = readdirSync(sources)
    .filter((name) => name.endsWith('.cpp'))
    .map((name) => ({ source: join(sources, name), object: join(folder, `${name}.o`) }));
  const flags = ['-std=c++17', '-O2', '-Wall', '-Werror', '-fPIC', '-pthread', '-c'];
  await Promise.all(objects.map(({ source, object }) => run('g++', [...flags, '-o', object, source])));
  const path = join(folder, 'libemulator.so');
  await run('g++', ['-shared', '-pthread', '-o', path, ...objects.map(({ object }) => object), '-ldl']);
  return path;
}

async function open(): Promise<Emulator> {
  const path = await build();
  const library = (await loadKoffi()).load(path);
  const text = (name: string): (() => string) => {
    const read = library.func(name, 'int', ['void *', 'int']);
    return () => {
      const bytes = new Uint8Array(4096);
      read(bytes, bytes.length);
      return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
    };
  };
  const fail = library.func('emulator_fail', 'int', ['uint32', 'int', 'int']);
  const calls = library.func('emulator_calls', 'int', []);
  const slow = library.func('emulator_slow', 'int', ['int']);
  const cards = library.func('emulator_cards', 'int', ['int']);
  const capability = library.func('emulator_capability', 'int', ['int']);
  const sweep = library.func('emulator_sweep', 'int', []);
  const [failed, live, problems] = [text('emulator_failed'), text('emulator_live'), text('emulator_problems')];
  return {
    path,
    fail: (n, status, forever = false) => void fail(n, status, forever ? 1 : 0),
    failed,
    calls: () => calls(),
    slow: (microseconds) => void slow(microseconds),
    cards: (count) => void cards(count),
    capability: (value) => void capability(value),
    live,
    problems: () => {
      sweep();
      return problems();
    },
  };
}

let opened: Promise<Emulator> | undefined;

/** The emulator, built once in a process. */
export function emulator(): Promise<Emulator> {
  opened ??= open();
  return opened;
}
