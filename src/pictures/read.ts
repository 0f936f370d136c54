/** Reads pictures from files. */
import { readFile } from 'node:fs/promises';
import { ImageError } from '../model/errors.js';
import { decodeImage } from './decode.js';
import type { Image } from './image.js';

/** What to say of a file that cannot be read. */
function unreadable(path: string, code: string | undefined): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no file ${path}.`;
  if (code === 'EISDIR') return `${path} is a folder: give a BMP, JPEG or PNG picture.`;
  if (code === 'EACCES' || code === 'EPERM') return `${path} may not be read: check its permissions.`;
  return `${path} could not be read (${code ?? 'unknown reason'}).`;
}

/**
 * Reads and decodes a picture from a file; see `decodeImage`.
 * @throws ImageError also when the file is missing or cannot be read.
 */
export async function readImage(path: string): Promise<Image> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ImageError(unreadable(path, error.code));
  });
  return decodeImage(bytes, path);
}
