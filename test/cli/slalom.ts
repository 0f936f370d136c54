/** The built `slalom` command: as a process, and in this one, where only what it says is asked for. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';

/** The root of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a process ended. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command; with `interruptAt`, sends SIGINT once that text appears on standard error. */
export function slalom(args: readonly string[], interruptAt?: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    let interrupted = false;
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
      if (interruptAt !== undefined && !interrupted && err.includes(interruptAt)) interrupted = child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/** Runs the built command in this process, which saves its start. One at a time: it hears both streams of the process. */
export async function slalomHere(args: readonly string[]): Promise<Outcome> {
  const { main } = (await import(pathToFileURL(join(root, 'dist', 'cli', 'main.js')).href)) as {
    main(args: readonly string[]): Promise<number>;
  };
  const said = { out: '', err: '' };
  const { write: out } = process.stdout;
  const { write: err } = process.stderr;
  const hear = (stream: keyof typeof said): typeof out =>
    ((chunk: string | Uint8Array, ...more: unknown[]): boolean => {
      said[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const called = more.at(-1);
      if (typeof called === 'function') called();
      return true;
    }) as typeof out;
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const listening = signals.map((signal) => process.listeners(signal));
  process.stdout.write = hear('out');
  process.stderr.write = hear('err');
  try {
    const code = await main(args);
    return { code, ...said };
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
    // The command listens until its process ends.
    for (const [at, signal] of signals.entries()) {
      for (const listener of process.listeners(signal))
        if (!listening[at]!.includes(listener)) process.off(signal, listener);
    }
  }
}

/** Exit code 2, nothing on standard output, and one plain sentence that says what is wrong. */
export async function refused(args: readonly string[], sentence: RegExp, run = slalomHere): Promise<void> {
  const { code, out, err } = await run(args);
  assert.is(code, 2, err);
  assert.is(out, '');
  assert.match(err, sentence);
  assert.not.match(err, /\n\s+at |node:internal|\[object|undefined/);
  assert.is(
    err
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('slalom: ')).length,
    1,
    err,
  );
}
