/** Files that the command line names. */
import { readFile } from 'node:fs/promises';
import { UsageError } from './exit.js';

/**
 * The bytes of a file.
 * @throws UsageError one sentence naming the option
 */
export async function readInput(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`${option} ${path}: ${missing ? 'there is no such file' : 'the file cannot be read'}.`);
  }
}
