/** What a network expects to be done to a picture, as data: it is kept in the network's file, so that a picture is all a run needs. */
import * as t from 'io-ts';
import { type Codec, finiteNumber, list, oneOf, strictObject } from '../boundary/codecs.js';

/**
 * How colours from 0 to 255 become centred integers.
 * `codes`: the tensor's lowest integer stands for 0 and its highest for 255, as in quantized files that take bytes.
 * `affine`: real = colour * factors[channel] + offsets[channel]; then the tensor's own scale, rounded and clamped.
 */
export type Colours =
  | {
      /** See there. */
      readonly kind: 'codes';
    }
  | {
      /** See there. */
      readonly kind: 'affine';
      /** One per channel, in the network's order. */
      readonly factors: readonly number[];
      /** One per channel. */
      readonly offsets: readonly number[];
    };

/** Everything between a decoded picture and a network's input. */
export interface Preprocessing {
  /**
   * What becomes of a picture of other proportions. `stretch`: it is squeezed; `crop`: the largest part around the middle
   * that has the right proportions; `pad`: black is added on both sides; `corner`: black is added on the right or below.
   */
  readonly fit: 'stretch' | 'crop' | 'pad' | 'corner';
  /** Whether the first channel is red or blue; of a network with one channel, which takes brightness, always `rgb`. */
  readonly order: 'rgb' | 'bgr';
  /** How colours become integers. */
  readonly colours: Colours;
}

/** What an importer assumes of a quantized file that takes bytes. */
export const BYTE_CODES: Preprocessing = { fit: 'stretch', order: 'rgb', colours: { kind: 'codes' } };

const perChannel = list(finiteNumber, 3);

/** Decodes a preprocessing; whether it fits a network, `aPreprocessing` says. */
export const preprocessingCodec: Codec<Preprocessing> = strictObject({
  fit: oneOf('stretch', 'crop', 'pad', 'corner'),
  order: oneOf('rgb', 'bgr'),
  colours: t.union([
    strictObject({ kind: oneOf('affine'), factors: perChannel, offsets: perChannel }),
    strictObject({ kind: oneOf('codes') }),
  ]) as unknown as Codec<Colours>,
});
