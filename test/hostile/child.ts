/** Tries one batch of devices after another in a process of its own, so that a device that ends the process is noticed. */
import { closeArithmetics, openArithmetics, tryMany, type Work } from './many.js';

// Every wait makes an error beforehand, and nobody reads their stacks here.
Error.stackTraceLimit = 0;

const arithmetics = await openArithmetics();
process.on('message', async (work: Work | 'end') => {
  if (work === 'end') {
    closeArithmetics(arithmetics);
    process.disconnect();
  } else process.send!(await tryMany(work, arithmetics));
});
// The parent decides when it is over.
process.on('SIGINT', () => {});
process.send!('ready');
