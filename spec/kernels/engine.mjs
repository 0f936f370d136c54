/** Runs calls of kernels in this engine. In: path of the module; on stdin a list of calls with the bytes of their memory. Out: the same after the call. */
import { readFileSync } from 'node:fs';

const calls = JSON.parse(readFileSync(0, 'utf8'));
const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { env: { memory } });
const bytes = Buffer.from(memory.buffer);

const answers = calls.map(({ kernel, args, start, hex }) => {
  bytes.write(hex, start, 'hex');
  const result = instance.exports[kernel](...args);
  return {
    result: result === undefined ? null : result >>> 0,
    hex: bytes.toString('hex', start, start + hex.length / 2),
  };
});
process.stdout.write(JSON.stringify(answers));
