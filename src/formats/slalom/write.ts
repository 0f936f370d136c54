/** Writes a network and what is known about it as one file. */
import { sha256 } from '@noble/hashes/sha2';
import { decode } from '../../boundary/codecs.js';
import { encodeNetwork } from '../../canonical/encode-network.js';
import { ABOUT_PROLOGUE_BYTES, LARGEST_HEADER } from '../../canonical/layout.js';
import { modulusName } from '../../model/modulus.js';
import type { QuantizedNetwork } from '../../model/quantized-network.js';
import { type Certificate, certify } from '../../operations/certificate.js';
import { aPreprocessing, pictureExtent } from '../../pictures/prepare-picture.js';
import { type About, about, certificateRecord, type NetworkDetails, NO_DETAILS } from './about.js';

function kept({ bound, modulus, layers }: Certificate): About['certificate'] {
  const some = layers.map((layer) => ({ bound: layer.bound, macs: layer.macs }));
  return { modulus: modulusName(modulus), bound, layers: some };
}

/** Whether a stored certificate is the one that was computed. */
export function isCertificate(stored: About['certificate'], computed: Certificate): boolean {
  return JSON.stringify(stored) === JSON.stringify(decode(certificateRecord, kept(computed), 'the certificate'));
}

function aboutOf(network: QuantizedNetwork, { preprocessing, labels, origin }: NetworkDetails): About {
  const names = (parts: readonly { readonly name: string }[]): string[] => parts.map(({ name }) => name);
  if (preprocessing !== null) {
    const { name, shape } = network.tensors[network.input]!;
    aPreprocessing(preprocessing, pictureExtent(name, shape).channels);
  }
  return decode(
    about,
    {
      name: network.name,
      tensors: names(network.tensors),
      operations: names(network.operations),
      certificate: kept(certify(network)),
      labels: [...labels],
      ...(preprocessing === null ? {} : { preprocessing }),
      ...(origin === null ? {} : { origin }),
    },
    'the details',
  );
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * The bytes of a network file. The same network and details give the same bytes.
 * @param details what a run needs beside the network; nothing unless given
 * @throws ModelError when the network is not well formed or does not fit; RangeError or TypeError when the details do not
 *   fit it, or it has so many labels or names that a header exceeds 64 MiB
 * @example await writeFile('net.slalom', writeNetworkFile(network, { labels }));
 */
export function writeNetworkFile(network: QuantizedNetwork, details: Partial<NetworkDetails> = {}): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(aboutOf(network, { ...NO_DETAILS, ...details })));
  if (text.length > LARGEST_HEADER) throw new RangeError('the labels and names are too long');
  const length = new Uint8Array(ABOUT_PROLOGUE_BYTES);
  new DataView(length.buffer).setUint32(0, text.length, true);
  const pieces = [...encodeNetwork(network), length, text];
  const hash = sha256.create();
  for (const piece of pieces) hash.update(piece);
  return joined([...pieces, hash.digest()]);
}
