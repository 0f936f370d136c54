/** Files that a model names: only in the model's folder or below, wherever links lead. */
import { openSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

/** Whether a relative path with forward slashes stays inside the folder that it starts from. */
export function staysInside(location: string): boolean {
  const parts = location.split('/');
  return location !== '' && !isAbsolute(location) && !/[\\\0:]/.test(location) && parts.every((part) => part !== '..');
}

/** Opens a file that lies in the folder even after links have been followed; null when there is none. */
export function openInside(folder: string, location: string): number | null {
  if (!staysInside(location)) return null;
  try {
    const home = realpathSync(folder);
    const path = realpathSync(join(home, location));
    const inside = relative(home, path);
    if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return null;
    return openSync(path, 'r');
  } catch {
    return null;
  }
}
