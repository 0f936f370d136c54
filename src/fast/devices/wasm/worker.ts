/** The device's own thread: its own kernels, its own memory, one job after another. */
import { parentPort } from 'node:worker_threads';
import { inputLength, outputLength } from '../../../reference/linear-map.js';
import { loadKernels } from '../../kernels/load.js';
import { type PreparedMap, prepare } from '../../linear/prepared-map.js';
import { KernelMemory } from '../../memory.js';
import type { Answer, Job, Mode, Request } from './messages.js';

interface Loaded {
  readonly map: PreparedMap;
  readonly mode: Mode;
  readonly inputs: number;
  readonly outputs: number;
}

const memory = new KernelMemory(await loadKernels());
const loaded = new Map<number, Loaded>();

function find(handle: number): Loaded {
  const entry = loaded.get(handle);
  if (entry === undefined) throw new Error('this map was released');
  return entry;
}

function load({ handle, map, mode }: Extract<Job, { verb: 'load' }>): void {
  const prepared = prepare(memory, map);
  if (mode === 'integers' && !prepared.integersFit) {
    prepared.map.release();
    throw new Error('the map may give integers that do not fit int32');
  }
  loaded.set(handle, { map: prepared.map, mode, inputs: inputLength(map), outputs: outputLength(map) });
}

function apply({ handle, x, into }: Extract<Job, { verb: 'apply' }>): Int32Array | Uint32Array | undefined {
  const { map, mode, inputs, outputs } = find(handle);
  const count = x.length / inputs;
  const y = into ?? (mode === 'integers' ? new Int32Array(outputs * count) : new Uint32Array(outputs * count));
  memory.within((frame) => {
    const from = frame.input(x);
    const to = frame.output(y);
    if (mode === 'integers') map.applyIntegers(from, count, to);
    else map.applyModulo(from, count, mode, to);
  });
  return into === undefined ? y : undefined;
}

function release({ handle }: Extract<Job, { verb: 'release' }>): void {
  find(handle).map.release();
  loaded.delete(handle);
}

function work(job: Job): Int32Array | Uint32Array | undefined {
  if (job.verb === 'apply') return apply(job);
  if (job.verb === 'load') load(job);
  else release(job);
  return undefined;
}

parentPort?.on('message', ({ id, job }: Request) => {
  let answer: Answer;
  try {
    const y = work(job);
    answer = y === undefined ? { id } : { id, y };
  } catch (error) {
    answer = { id, failure: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer, answer.y === undefined ? [] : [answer.y.buffer as ArrayBuffer]);
});
