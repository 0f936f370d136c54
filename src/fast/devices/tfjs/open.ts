/** Opens TensorFlow.js devices by the name of their backend; the packages are loaded only when one is asked for. */

import { someOptions } from '../../../boundary/validators.js';
import type { Device } from '../../../protocol/device.js';
import { DeviceUnavailableError } from '../../../protocol/errors.js';
import { aTimeout, within } from '../within.js';
import { isTfjsCore, type TfjsCore } from './core.js';
import { tfjsDevice } from './device.js';
import { inTurn } from './turns.js';

/** The version that this package is tested with. */
const VERSION = '4.22.0';
const WEBGPU_VERSION = '0.6.2';

/** What each backend needs: packages, the one that has the namespace first, and the name it registers. */
const BACKENDS = {
  'node-gpu': { packages: ['@tensorflow/tfjs-node-gpu'], backend: 'tensorflow' },
  node: { packages: ['@tensorflow/tfjs-node'], backend: 'tensorflow' },
  wasm: { packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'], backend: 'wasm' },
  webgpu: { packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'], backend: 'webgpu' },
  cpu: { packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'], backend: 'cpu' },
} as const satisfies Record<string, { packages: readonly string[]; backend: string }>;

/** A backend that `openTfjs` can load. */
export type TfjsBackend = keyof typeof BACKENDS;

/** All of them. */
export const TFJS_BACKENDS = Object.keys(BACKENDS) as readonly TfjsBackend[];

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function reason(error: unknown): string {
  const message = members(error).message;
  return (typeof message === 'string' ? message : String(error)).split('\n')[0]!;
}

function unavailable(error: unknown, name: string, device: string, version: string): DeviceUnavailableError {
  const missing = members(error).code === 'ERR_MODULE_NOT_FOUND' && reason(error).includes(name);
  const what = missing ? 'is not installed' : `could not be loaded: ${reason(error)}`;
  return new DeviceUnavailableError(
    `The device "${device}" needs the package ${name}, which ${what}. Install it: npm install ${name}@${version}`,
  );
}

/** The package by name: a variable, so that neither the compiler nor a bundler asks for it. */
async function load(name: string, device: string, version = VERSION): Promise<unknown> {
  try {
    return await import(name);
  } catch (error) {
    throw unavailable(error, name, device, version);
  }
}

/** Checks that the package is there, without loading it. */
async function present(name: string, device: string): Promise<void> {
  const { createRequire } = await import('node:module');
  try {
    createRequire(import.meta.url).resolve(name);
  } catch {
    await load(name, device);
  }
}

/** The namespace of a module, which Node may have wrapped. */
function namespaceOf(module: unknown, device: string): TfjsCore {
  for (const candidate of [module, members(module).default]) if (isTfjsCore(candidate)) return candidate;
  throw new DeviceUnavailableError(`The device "${device}" cannot be used: its package is not TensorFlow.js.`);
}

async function initialise(tf: TfjsCore, backend: string, device: string): Promise<void> {
  let failure = 'TensorFlow.js printed why';
  try {
    if (await tf.setBackend(backend)) return;
  } catch (error) {
    failure = reason(error);
  }
  throw new DeviceUnavailableError(`The device "${device}" cannot be used: its backend did not start (${failure}).`);
}

/**
 * Gives Node what browsers have, since TensorFlow.js looks for it there: the global `navigator.gpu` and WebGPU's constants,
 * from the package `webgpu`. Does nothing where they exist.
 */
async function provideGpu(device: string): Promise<void> {
  const { navigator } = globalThis as { navigator?: { gpu?: unknown } };
  if (navigator?.gpu !== undefined) return;
  // Nothing global is touched for a backend that is not there; loading it now would be too early.
  await present('@tensorflow/tfjs-backend-webgpu', device);
  const { create, globals } = members(await load('webgpu', device, WEBGPU_VERSION));
  if (typeof create !== 'function') return;
  const gpu: unknown = create([]);
  Object.assign(globalThis, globals);
  if (navigator !== undefined) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node.js' }, configurable: true });
}

/** TensorFlow.js advertises its faster packages when the cpu backend is first used in Node; nobody here asked for that. */
function silently(tf: TfjsCore): void {
  const environment = members((tf as { env?: () => unknown }).env?.());
  const { getBool, set } = environment;
  if (typeof getBool !== 'function' || typeof set !== 'function') return;
  const before: unknown = getBool.call(environment, 'PROD');
  set.call(environment, 'PROD', true);
  tf.tensor(Float32Array.of(0), [1], 'float32').dispose();
  set.call(environment, 'PROD', before);
}

/** How to open a backend. */
export interface OpenTfjsOptions {
  /** How long starting the backend may take, and then the self-test: 120000 ms each by default. */
  readonly openTimeoutMs?: number;
}

/**
 * Loads a TensorFlow.js backend and opens a device on it, called `tfjs-` and the backend: see `tfjsDevice`. For Node; where
 * code is bundled, import TensorFlow.js yourself and give it to `tfjsDevice`.
 *
 * The wasm backend finds its binaries beside its own script and uses SIMD, but no threads: TensorFlow.js has none in Node.
 * The webgpu backend uses `navigator.gpu`; in Node it is put there, from the package `webgpu`.
 * `node` and `node-gpu` register the same backend, so one process can use only one of them.
 *
 * @throws TypeError for an unknown backend; DeviceUnavailableError when a package is missing (the message says how to install
 * it) or the backend does not start; DeviceError when it is not ready in time or does not compute exactly
 * @example
 * const device = await openTfjs('node-gpu');
 */
export async function openTfjs(backend: TfjsBackend, options: OpenTfjsOptions = {}): Promise<Device> {
  const limitMs = aTimeout(someOptions(options, { openTimeoutMs: true }, 'openTfjs').openTimeoutMs, 'openTimeoutMs');

  if (!Object.hasOwn(BACKENDS, backend)) {
    throw new TypeError(`backend must be one of ${TFJS_BACKENDS.join(', ')}, not ${String(backend)}`);
  }
  const name = `tfjs-${backend}`;
  const { packages, backend: registered } = BACKENDS[backend];
  // The package registers its backend only if it finds a GPU when it is loaded.
  if (backend === 'webgpu') await provideGpu(name);
  const modules: unknown[] = [];
  for (const entry of packages) modules.push(await load(entry, name));
  const tf = namespaceOf(modules[0], name);
  const opening = await inTurn(tf, async () => {
    const late = `The device "${name}" did not start its backend within ${limitMs} ms.`;
    await within(initialise(tf, registered, name), limitMs, late);
    if (registered === 'cpu') silently(tf);
    // The device keeps the backend that is current now; somebody may have changed it while this one started.
    void tf.setBackend(registered);
    return { device: tfjsDevice(tf, { name, openTimeoutMs: limitMs }) };
  });
  return opening.device;
}
