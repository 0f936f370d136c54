/** The built `slalom` command as a process. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

/** Exit code 2, nothing on standard output, and one plain sentence that says what is wrong. */
export async function refused(args: readonly string[], sentence: RegExp): Promise<void> {
  const { code, out, err } = await slalom(args);
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
