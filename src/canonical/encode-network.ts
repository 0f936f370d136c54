/** The network part of a file: prologue, structure and tensors, in the one canonical form. */

import { byteLength, describe, isDescriptor, type NetworkArray, toBytes } from '../boundary/array-bytes.js';
import { decode } from '../boundary/codecs.js';
import type { QuantizedNetwork } from '../model/quantized-network.js';
import { aligned, MAGIC, PROLOGUE_BYTES, VERSION } from './layout.js';
import { type Structure, structure } from './structure.js';

/** Without names: what a network computes does not depend on what its parts are called. */
function withoutNames(network: QuantizedNetwork): object {
  const nameless = ({ name: _, ...rest }: { readonly name: string }): object => rest;
  const { tensors, operations, input, outputs } = network;
  return { tensors: tensors.map(nameless), operations: operations.map(nameless), input, outputs };
}

function described(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return describe(value as NetworkArray);
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, described(entry)]));
}

/** The arrays of `original` in the order in which `ordered` names them. */
function* arraysOf(ordered: unknown, original: unknown): Generator<NetworkArray> {
  if (isDescriptor(ordered)) yield original as NetworkArray;
  else if (typeof ordered === 'object' && ordered !== null) {
    for (const key of Object.keys(ordered)) {
      yield* arraysOf((ordered as Record<string, unknown>)[key], (original as Record<string, unknown>)[key]);
    }
  }
}

/** The text of a structure. */
export function structureText(value: Structure): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** So many bytes up to the next multiple of the alignment. */
function filling(offset: number, byte: number): Uint8Array {
  return new Uint8Array(aligned(offset) - offset).fill(byte);
}

function prologue(structureBytes: number, tensorsBytes: number): Uint8Array {
  const bytes = new Uint8Array(PROLOGUE_BYTES);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, structureBytes, true);
  view.setBigUint64(16, BigInt(tensorsBytes), true);
  return bytes;
}

/**
 * The bytes, in pieces, without a copy of the large ones.
 * @throws TypeError when a field is not of its type or range, as no validated network has it
 */
export function* encodeNetwork(network: QuantizedNetwork): Generator<Uint8Array> {
  const original = withoutNames(network);
  const ordered = decode(structure, described(original), 'the network');
  const text = structureText(ordered);
  const arrays = [...arraysOf(ordered, original)];
  const tensorsBytes = arrays.reduce((sum, array) => sum + aligned(byteLength(describe(array))), 0);
  yield prologue(text.length, tensorsBytes);
  yield text;
  yield filling(PROLOGUE_BYTES + text.length, 0x20);
  for (const array of arrays) {
    const bytes = toBytes(array);
    yield bytes;
    yield filling(bytes.length, 0);
  }
}
