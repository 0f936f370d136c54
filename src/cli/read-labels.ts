/** Label files that the command line names. */
import { readLabels } from '../pictures/classification.js';
import { UsageError } from './exit.js';
import { readInput } from './read-input.js';

/**
 * The labels of a text file, one per line.
 * @throws UsageError when the file cannot be read or is not text
 */
export async function readLabelFile(path: string): Promise<string[]> {
  const bytes = await readInput(path, '--labels');
  try {
    return readLabels(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new UsageError(`--labels ${path}: this is not a text file with one label per line.`);
  }
}
