/** The untrusted side of the demonstration: a device, what it sees, and the lies it tells when it is told to. */
import { saboteur, serveDevice, wasmDevice, webgpuDevice } from '../../../src/fast/browser.js';
import type { Device } from '../../../src/protocol/index.js';
import type { FromDevice, ToDevice } from './messages.js';
import { watchedDevice } from './watch.js';

const page = self as unknown as Pick<Worker, 'postMessage' | 'addEventListener'>;
const say = (message: FromDevice): void => page.postMessage(message);

let honest: Device;
/** What new maps are loaded on. Before a session begins that is the honest device itself, which is tested first. */
let current: Device;

// #region open
async function open(message: Extract<ToDevice, { kind: 'open' }>): Promise<Device> {
  honest = message.device === 'webgpu' ? await webgpuDevice() : await wasmDevice({ kernels: message.kernels });
  current = honest;
  return {
    name: honest.name,
    limits: honest.limits,
    load: (map, mode) => current.load(map, mode),
    close: () => honest.close(),
  };
}
// #endregion open

page.addEventListener('message', ({ data }: MessageEvent<ToDevice>) => {
  if (data.kind === 'open') {
    serveDevice(open(data), data.port);
    return;
  }
  const watched = watchedDevice(honest, (snapshot) => say({ kind: 'seen', snapshot }));
  current = data.lie === null ? watched : saboteur(watched, data.lie);
  say({ kind: 'begun' });
});
