/** Files that a command writes: whole or not at all, whatever happens meanwhile. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from './exit.js';

/**
 * Finds out whether the file can be written, before long work is done for it.
 * @throws UsageError one sentence naming the option
 */
export async function requireWritable(path: string, option: string): Promise<void> {
  const isFolder = (at: string): Promise<boolean> =>
    stat(at).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
  if (await isFolder(path)) throw new UsageError(`${option} ${path}: this is a folder.`);
  if (!(await isFolder(dirname(path)))) throw new UsageError(`${option} ${path}: there is no folder ${dirname(path)}.`);
}

/**
 * Writes the file under another name beside it, and gives it its name when everything is on the disk.
 * @throws UsageError when it cannot be written; an AbortError when the signal fires first: nothing is left then
 */
export async function writeOutput(path: string, bytes: Uint8Array, option: string, signal: AbortSignal): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes, { signal });
      await file.sync();
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (signal.aborted) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option} ${path}: the file cannot be written (${code ?? 'unknown reason'}).`);
  }
}
