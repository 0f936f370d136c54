/** The network while it is being built, and what is left of the memory that its file entitles it to. */

import type { FloatNetwork, Size } from '../../graph/index.js';
import { ModelError } from '../../model/errors.js';
import { fail } from '../shared/fail.js';
import { type Handle, Target } from '../shared/target.js';
import { type Activation, activation, product, withoutBatch } from './value.js';

/** Weights may be shared between layers, but a small file must not grow into an endless network. */
const MOST_USES_OF_A_BYTE = 16;
/** What an importer may make of nothing: the weights of averages and scalings. */
const FREE_ENTRIES = 2 ** 20;

/** An activation seen as an image, without its border. */
export interface Image extends Size {
  /** [height, width, channels]. */
  readonly handle: Handle;
  readonly channels: number;
}

/** Every importer of an operator gets it. */
export class Construction {
  readonly target: Target;
  #entriesLeft: number;

  /** @param inputShape with the batch axis @param byteLength of all files of the model */
  constructor(name: string, inputShape: readonly number[], byteLength: number) {
    this.#entriesLeft = MOST_USES_OF_A_BYTE * byteLength + FREE_ENTRIES;
    this.target = new Target(name, withoutBatch(inputShape), false, (entries) => this.charge(entries));
  }

  /** Counts entries before they are made: copies of weights, and results computed from constants. */
  charge(entries: number): void {
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0) throw new ModelError('it makes too many constants from a small file.');
  }

  /** The tensor under that shape: itself where it has it already. */
  shaped(handle: Handle, shape: readonly number[], name: string): Handle {
    if (this.target.shape(handle).join() === shape.join()) return handle;
    return this.target.reshape(handle, shape, `${name}/reshaped`);
  }

  /** The same value with its border, if it has one, made part of the tensor. */
  settled(x: Activation, name: string): Activation {
    if (x.border === null) return x;
    return activation(this.target.pad(this.image(x, name).handle, x.border, `${name}/padded`), x.shape);
  }

  /** Sees a value [1, rows, columns, channels] as an image; a border is not part of it. */
  image(x: Activation, name: string): Image {
    const [batch, rows, columns, channels] = x.shape;
    if (x.shape.length !== 4) {
      return fail(`its input has shape [${x.shape}], and only images [1, rows, columns, channels] are supported`);
    }
    if (batch !== 1) fail(`its input has batch size ${batch}, and only 1 is supported`);
    const { top, bottom, left, right } = x.border ?? { top: 0, bottom: 0, left: 0, right: 0 };
    const [height, width] = [rows! - top - bottom, columns! - left - right];
    return { handle: this.shaped(x.handle, [height, width, channels!], name), height, width, channels: channels! };
  }

  /** The tensor as rows of that many entries, which divides their number. */
  rows(x: Activation, length: number, name: string): Handle {
    const own = this.target.shape(x.handle);
    if (own.at(-1) === length) return x.handle;
    const count = product(own) / length;
    return this.shaped(x.handle, count === 1 ? [length] : [count, length], name);
  }

  /** The network whose outputs these values are, under their shapes without the batch axis. */
  finished(values: readonly Activation[]): FloatNetwork {
    const handles = values.map((value, at) => {
      const name = `output${at}`;
      const { handle, shape } = this.settled(value, name);
      return this.shaped(handle, withoutBatch(shape), name);
    });
    return this.target.build(handles);
  }
}
