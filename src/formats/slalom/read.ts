/** Reads a network file: the seal first, then the headers, then the whole network is validated. */
import { sha256 } from '@noble/hashes/sha2';
import { type Codec, decode } from '../../boundary/codecs.js';
import { decodeNetwork, type Nameless } from '../../canonical/decode-network.js';
import { structureText } from '../../canonical/encode-network.js';
import {
  ABOUT_PROLOGUE_BYTES,
  aligned,
  DIGEST_BYTES,
  isNetworkFile,
  LARGEST_HEADER,
  PROLOGUE_BYTES,
  VERSION,
} from '../../canonical/layout.js';
import { hexadecimal, rememberHash } from '../../canonical/network-hash.js';
import { structure } from '../../canonical/structure.js';
import { ModelError, NetworkFileError, NoWrapError } from '../../model/errors.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import { type Certificate, certify } from '../../operations/certificate.js';
import { aPreprocessing, pictureExtent } from '../../pictures/prepare-picture.js';
import type { Preprocessing } from '../../pictures/preprocessing.js';
import { type About, about, type NetworkDetails } from './about.js';
import { isCertificate } from './write.js';

/** A network from a file, with what the file says about it. */
export interface NetworkFile extends NetworkDetails {
  /** Validated and certified. */
  readonly network: QuantizedNetwork;
  /** See `networkHash`. */
  readonly networkHash: string;
  /** Computed from the weights when the file was read; the one in the file must be the same. */
  readonly certificate: Certificate;
}

const DAMAGED = 'it was changed or damaged after it was written; get it again or import the model anew';

interface Sections {
  readonly network: Uint8Array;
  readonly structure: Uint8Array;
  readonly tensors: Uint8Array;
  readonly about: Uint8Array;
  readonly digest: Uint8Array;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Cuts the file where its lengths say; fails unless they account for every byte. */
function cut(bytes: Uint8Array): Sections {
  if (!isNetworkFile(bytes)) throw new NetworkFileError('it does not begin as a Slalom network file does');
  if (bytes.length < PROLOGUE_BYTES) throw new NetworkFileError('it is cut short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) {
    throw new NetworkFileError(
      `it has version ${version}, and this program reads version ${VERSION}: use the program that wrote it`,
    );
  }
  const structureEnd = PROLOGUE_BYTES + view.getUint32(12, true);
  const tensorsBytes = view.getBigUint64(16, true);
  const tensorsStart = aligned(structureEnd);
  if (tensorsBytes > BigInt(bytes.length)) throw new NetworkFileError('it is cut short');
  const networkEnd = tensorsStart + Number(tensorsBytes);
  const aboutStart = networkEnd + ABOUT_PROLOGUE_BYTES;
  if (aboutStart + DIGEST_BYTES > bytes.length) throw new NetworkFileError('it is cut short');
  const aboutEnd = aboutStart + view.getUint32(networkEnd, true);
  if (aboutEnd + DIGEST_BYTES > bytes.length) throw new NetworkFileError('it is cut short');
  if (aboutEnd + DIGEST_BYTES < bytes.length) throw new NetworkFileError('there is something behind its end');
  return {
    network: bytes.subarray(0, networkEnd),
    structure: bytes.subarray(PROLOGUE_BYTES, structureEnd),
    tensors: bytes.subarray(tensorsStart, networkEnd),
    about: bytes.subarray(aboutStart, aboutEnd),
    digest: bytes.subarray(aboutEnd),
  };
}

/** Fails unless the digest is that of everything before it; returns the network's hash, which is made on the way. */
function openSeal(bytes: Uint8Array, { network, digest }: Sections): string {
  const hash = sha256.create().update(network);
  const name = hash.clone().digest();
  const whole = hash.update(bytes.subarray(network.length, bytes.length - DIGEST_BYTES)).digest();
  if (!whole.every((byte, index) => byte === digest[index])) throw new NetworkFileError(DAMAGED);
  return hexadecimal(name);
}

/** A header as its codec decodes it; its text must be the very one that the decoded header is written as. */
function header<A>(codec: Codec<A>, bytes: Uint8Array, what: string): A {
  if (bytes.length > LARGEST_HEADER) throw new NetworkFileError(`its ${what} is too long`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new NetworkFileError(`its ${what} is not JSON`);
  }
  let decoded: A;
  try {
    decoded = decode(codec, value, `its ${what}`);
  } catch (error) {
    throw new NetworkFileError((error as TypeError).message);
  }
  const text = new TextEncoder().encode(JSON.stringify(decoded));
  if (text.length !== bytes.length || !text.every((byte, index) => byte === bytes[index])) {
    throw new NetworkFileError(`its ${what} is not in canonical form`);
  }
  return decoded;
}

function named(nameless: Nameless, { name, tensors, operations }: About): QuantizedNetwork {
  if (tensors.length !== nameless.tensors.length || operations.length !== nameless.operations.length) {
    throw new NetworkFileError('it has not one name for every tensor and operation');
  }
  const join = (parts: readonly object[], names: readonly string[]): object[] =>
    parts.map((part, index) => ({ ...part, name: names[index]! }));
  // The structure's codec has one case per kind, with the very fields of that kind.
  return {
    name,
    tensors: join(nameless.tensors, tensors),
    operations: join(nameless.operations, operations),
    input: nameless.input,
    outputs: nameless.outputs,
  } as QuantizedNetwork;
}

function fittingPreprocessing(network: QuantizedNetwork, how: Preprocessing | undefined): Preprocessing | null {
  if (how === undefined) return null;
  const { name, shape } = network.tensors[network.input]!;
  try {
    return aPreprocessing(how, pictureExtent(name, shape).channels);
  } catch (error) {
    throw new NetworkFileError((error as RangeError).message);
  }
}

function read(bytes: Uint8Array): NetworkFile {
  const sections = cut(bytes);
  const hash = openSeal(bytes, sections);
  const shape = header(structure, sections.structure, 'structure');
  const filling = bytes.subarray(
    PROLOGUE_BYTES + structureText(shape).length,
    sections.network.length - sections.tensors.length,
  );
  const reserved = [
    bytes.subarray(24, PROLOGUE_BYTES),
    bytes.subarray(sections.network.length + 4, sections.network.length + 8),
  ];
  if (!filling.every((byte) => byte === 0x20) || !reserved.every(isZero)) {
    throw new NetworkFileError('there is something between its sections');
  }
  const details = header(about, sections.about, 'description');
  const network = named(decodeNetwork(shape, sections.tensors), details);
  const certificate = certify(network);
  if (!isCertificate(details.certificate, certificate)) {
    throw new NetworkFileError('its certificate is not that of its weights');
  }
  rememberHash(network, hash);
  const { labels, origin } = details;
  const preprocessing = fittingPreprocessing(network, details.preprocessing);
  return { network, networkHash: hash, certificate, preprocessing, labels, origin: origin ?? null };
}

/**
 * Reads what `writeNetworkFile` wrote. Nothing of the result refers to `bytes`. Memory is at most a few times the file's size.
 * @param bytes the whole file @param name what error messages call it
 * @throws NetworkFileError when it is no network file, of another version, cut short, changed, or not as it is written;
 *   NoWrapError when a layer fits no modulus; ModelError when the network is not well formed. Nothing else is thrown.
 * @example const { network, networkHash } = readNetworkFile(await readFile('net.slalom'), 'net.slalom');
 */
export function readNetworkFile(bytes: Uint8Array, name: string): NetworkFile {
  try {
    // Node's Buffer is a Uint8Array whose slices are not copies.
    return read(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof NetworkFileError) throw new NetworkFileError(`${name} cannot be used: ${error.message}.`);
    if (error instanceof NoWrapError) throw error;
    if (error instanceof ModelError) throw new ModelError(`${name} cannot be used: ${error.message}`);
    throw error;
  }
}
