/** Reads the committed vectors: strictly, or not at all. */
import { readFileSync } from 'node:fs';
import { type Codec, decode } from '../../../src/boundary/codecs.js';
import { files } from '../shapes/schema.js';
import type { ValueOf } from '../shapes/shape.js';

export type Name = keyof typeof files;
export type File<N extends Name> = ValueOf<(typeof files)[N]>;
export type Group<N extends Name> = File<N>['groups'][number];
export type TestOf<N extends Name> = Group<N>['tests'][number];

export const names = Object.keys(files) as Name[];

/** The text of spec/vectors/<name>.json. */
export const textOf = (name: string): string =>
  readFileSync(new URL(`../../../spec/vectors/${name}.json`, import.meta.url), 'utf8');

/** A file's content. @throws TypeError when it is not of the file's shape */
export function read<N extends Name>(name: N, text = textOf(name)): File<N> {
  const codec = files[name].codec as unknown as Codec<File<N>>;
  return decode(codec, JSON.parse(text), `${name}.json`);
}
