/**
 * A device as the trusted side holds it. Everything that a device states is read from its object once, here, validated and
 * copied; its functions are taken along and its objects never looked at again. Errors of any kind become a `DeviceError`.
 */

import { printable, reasonOf } from '../boundary/printable.js';
import type { LinearMap } from '../model/linear-map.js';
import type { Modulus } from '../model/modulus.js';
import { askDevice, type Wait } from './ask-device.js';
import type { Device, DeviceInput, DeviceLimits, DeviceOutput } from './device.js';
import { DeviceError } from './errors.js';
import { copyOfMap } from './map-copy.js';

/** The longest name that is repeated. */
const LONGEST_NAME = 64;

/** The most calls that anybody keeps in flight. */
const MOST_CALLS = 2 ** 16;

/** A map on a device. */
export interface HeldMap {
  /** Whatever the device gives, returns or throws: nothing about it is believed. Called within `askDevice` only. */
  apply(x: DeviceInput, into: DeviceOutput | undefined): unknown;
  /** Tells the device that the map is needed no more. Whatever it does then disturbs nobody. */
  release(): void;
}

/** What is left of a device once it was held. */
export interface HeldDevice {
  /** Printable, at most 64 characters. */
  readonly name: string;
  /** As they were stated when the device was held; every field is of its type and range. */
  readonly limits: Required<DeviceLimits>;
  /** Hands the device a copy of the map. @throws DeviceError when the device cannot hold it or gives nothing that can be applied */
  load(map: LinearMap, mode: Modulus | 'integers', wait: Wait): Promise<HeldMap>;
}

/**
 * Reads and validates what the device states.
 * @throws DeviceError when a statement is missing, not of its type or range, or cannot be read
 */
export function holdDevice(device: Device): HeldDevice {
  const { name, limits, load } = stated(() => {
    const { name, limits, load } = device;
    const { maximumTransferBytes, concurrency, sharedMemory } = limits;
    return { name, limits: { maximumTransferBytes, concurrency, sharedMemory }, load };
  }, 'what it is and what it can take');
  if (typeof name !== 'string') throw nonsense('its name is not a string');
  if (typeof load !== 'function') throw nonsense('it has no function load');
  aCount(limits.maximumTransferBytes, 'maximumTransferBytes', Number.MAX_SAFE_INTEGER);
  aCount(limits.concurrency, 'concurrency', MOST_CALLS);
  if (limits.sharedMemory !== undefined && typeof limits.sharedMemory !== 'boolean') {
    throw nonsense('its limit sharedMemory is neither true nor false');
  }
  // Pages that are not isolated from other origins have no shared memory to hand out.
  const sharedMemory = limits.sharedMemory === true && typeof SharedArrayBuffer !== 'undefined';
  return {
    name: printable(name, LONGEST_NAME) || 'device',
    limits: { ...limits, sharedMemory },
    load: (map, mode, wait) => loadOn(device, load, copyOfMap(map), mode, wait),
  };
}

async function loadOn(
  device: Device,
  load: Device['load'],
  map: LinearMap,
  mode: Modulus | 'integers',
  wait: Wait,
): Promise<HeldMap> {
  let given = false;
  const loading = async (): Promise<HeldMap> => {
    const held = holdMap(await Reflect.apply(load, device, [map, mode]));
    // The wait for it may be over.
    if (given) held.release();
    return held;
  };
  try {
    return await askDevice(loading, wait);
  } finally {
    given = true;
  }
}

function holdMap(loaded: unknown): HeldMap {
  const { apply, release } = stated(() => {
    const { apply, release } = loaded as Record<'apply' | 'release', unknown>;
    return { apply, release };
  }, 'its map');
  if (typeof apply !== 'function' || typeof release !== 'function') {
    throw nonsense('what it loaded has no functions apply and release');
  }
  return {
    apply: (x, into) => Reflect.apply(apply, loaded, [x, into]),
    release: () => void quietly(async () => Reflect.apply(release, loaded, [])),
  };
}

/** Nobody waits for this, and there is nothing left that it could spoil. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    // The device is not trusted to behave.
  }
}

function stated<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    throw new DeviceError(`The device does not say ${what}: ${reasonOf(error)}`);
  }
}

function aCount(value: unknown, name: string, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > most) {
    throw nonsense(`its limit ${name} must be a whole number from 1 to ${most}, not ${shown(value)}`);
  }
}

/** A value in a word: of a device, so nothing of it is asked to describe itself. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}

function nonsense(why: string): DeviceError {
  return new DeviceError(`The device cannot be used: ${why}.`);
}
