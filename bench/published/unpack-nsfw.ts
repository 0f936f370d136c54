/** nsfwjs keeps each model as modules: a description as an object, shards of weights as base64. Here they become plain files. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

const SUFFIX = '.min.js';

/** What a module exports. It gets nothing but a place to put it. */
function exported(path: string): unknown {
  const module: { exports: unknown } = { exports: {} };
  runInNewContext(readFileSync(path, 'utf8'), { module, exports: module.exports }, { timeout: 10_000 });
  return module.exports;
}

/** Writes `models/NAME/model.json` and its shards for every model of the package, and removes the modules. */
export function unpackNsfw(folder: string): void {
  const models = join(folder, 'dist', 'models');
  for (const name of readdirSync(models)) {
    const target = join(folder, 'models', name);
    mkdirSync(target, { recursive: true });
    for (const file of readdirSync(join(models, name)).filter((one) => one.endsWith(SUFFIX))) {
      const value = exported(join(models, name, file));
      const own = file.slice(0, -SUFFIX.length);
      if (own === 'model') writeFileSync(join(target, 'model.json'), JSON.stringify(value));
      else writeFileSync(join(target, own), Buffer.from(String(value), 'base64'));
    }
  }
  rmSync(join(folder, 'dist'), { recursive: true });
}
